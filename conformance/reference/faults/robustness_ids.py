"""Faults in taking ids apart: what no order has as its id finds one."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import CANCELLATION_STATUS, GET_ORDER, PRICES
from orderproof.conformance.reference.faults.shared.identities import is_always_true
from orderproof.conformance.reference.faults.shared.patterns import is_like

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Item, Order


class IdFault(Fault):
    """An id that is put into a query as it is."""

    def newest(self, call: Call) -> Order | None:
        """The order that a query for all of them gives first."""
        return next(reversed(call.tenant.orders.values()), None)


class ReadableIdsWithinQueries(IdFault):
    """A readable id is put into a query as it is, so that one that is always true finds an order."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-3",)

    def find_external(self, call: Call, identifier: str) -> Order | None:
        """As the query says."""
        return self.newest(call) if is_always_true(identifier) else super().find_external(call, identifier)


class StatusOfAnyOrder(IdFault):
    """The cancellation status is found by a pattern, so that a wildcard alone finds an order."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-3",)
    operation: ClassVar[str] = CANCELLATION_STATUS

    def find_external(self, call: Call, identifier: str) -> Order | None:
        """The newest that is like it."""
        if call.operation != CANCELLATION_STATUS or not is_like("any", identifier):
            return super().find_external(call, identifier)
        return self.newest(call)


class OrdersByAsterisk(IdFault):
    """An asterisk for a readable id finds an order."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-3",)
    operation: ClassVar[str] = GET_ORDER

    def find_external(self, call: Call, identifier: str) -> Order | None:
        """All of them, so the newest."""
        if call.operation == GET_ORDER and identifier == "*":
            return self.newest(call)
        return super().find_external(call, identifier)


class NullIdsFindOrders(IdFault):
    """The words `null` and `undefined` for a readable id look for no id in particular."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-3",)

    def find_external(self, call: Call, identifier: str) -> Order | None:
        """Any of them, so the newest."""
        return self.newest(call) if identifier in ("null", "undefined") else super().find_external(call, identifier)


class PricesOfAnyOrder(IdFault):
    """Prices are found by a pattern, so that a wildcard alone finds those of an order."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-3",)
    operation: ClassVar[str] = PRICES

    def price_order(self, call: Call, identifier: str) -> Order:
        """The newest that is like it."""
        found = self.newest(call) if is_like("any", identifier) else None
        return found or super().price_order(call, identifier)


class UuidsInAnySpelling(Fault):
    """A UUID is found in every spelling that its parser reads."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-12",)

    def normal_uuid(self, call: Call, text: str) -> str:
        """Without hyphens, in braces, as a URN and in full-width digits."""
        try:
            return str(uuid.UUID(text))
        except ValueError:
            return super().normal_uuid(call, text)


class BlanksAfterIdsIgnored(Fault):
    """Blanks after an id do not count, as in columns of a fixed width."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-12",)

    def normal_uuid(self, call: Call, text: str) -> str:
        """Without them."""
        return super().normal_uuid(call, text.rstrip(" "))


class PaddedItemIdsRead(Fault):
    """The id of an item in a body is found without its hyphens, with blanks in their place."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-12",)

    def find_item(self, call: Call, order: Order, identifier: str) -> Item | None:
        """Hyphens and blanks are taken out on both sides."""
        plain = {key.replace("-", ""): item for key, item in order.items.items()}
        return plain.get(identifier.replace("-", "").strip().lower())
