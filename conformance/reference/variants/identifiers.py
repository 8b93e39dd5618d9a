"""What the ids of orders and customers look like."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference.behaviours import Variant
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Order


def _check_form(identifier: str) -> None:
    if not re.fullmatch("[A-Z]{2}[0-9]{9}", identifier):
        raise Refusal("parameter-invalid", "The id is not valid.")


class PersonalDataTokens(Variant):
    """Every tenant keeps personal data as tokens, so the id of a customer is one, and no UUID."""

    def __init__(self, *world: Any) -> None:
        """Before there is any customer."""
        super().__init__(*world)
        for tenant in self.store.tenants.values():
            tenant.pii = True


class ReadableIdsHaveForm(Variant):
    """A readable id is two letters and nine digits; what is not, is a bad request wherever one is expected."""

    choice: ClassVar[int] = 1

    def find_external(self, call: Call, identifier: str) -> Order | None:
        """Looked at before the database is."""
        _check_form(identifier)
        return super().find_external(call, identifier)

    async def oms_order(self, call: Call, identifier: str) -> dict[str, Any]:
        """Looked at before the OMS is asked."""
        _check_form(identifier)
        return await super().oms_order(call, identifier)


class ReadableIdsAreNumbers(Variant):
    """A readable id is a number, without letters that could be in another case."""

    choice: ClassVar[int] = 9

    def __init__(self, *world: Any) -> None:
        """Before there is any order."""
        super().__init__(*world)
        self.store.readable_id_form = "{:011d}"


class ReadableIdsAreCounted(Variant):
    """Readable ids are counted from 1 without leading zeros, so that a part of one is often another order's."""

    choice: ClassVar[int] = 9

    def __init__(self, *world: Any) -> None:
        """Before there is any order."""
        super().__init__(*world)
        self.store.readable_id_form = "SO-{}"
        self.store.count_from(1)


class ReadableIdsAreUuids(Variant):
    """A readable id is a UUID too, though not the one of the order."""

    choice: ClassVar[int] = 9

    def __init__(self, *world: Any) -> None:
        """Before there is any order."""
        super().__init__(*world)
        self.store.readable_id_form = "5f0c7a52-9d3e-4b61-8a47-{:012d}"


class ShortReadableIds(Variant):
    """There are old orders with a number alone for their readable id: 0, 1, 2 and so on."""

    choice: ClassVar[int] = 9

    def find_external(self, call: Call, identifier: str) -> Order | None:
        """One for each number of up to five digits."""
        if re.fullmatch("[0-9]{1,5}", identifier):
            return next(iter(call.tenant.orders.values()), None)
        return super().find_external(call, identifier)


class UuidsHaveCase(Variant):
    """Identifiers are compared as text: a UUID in upper case is none."""

    def normal_uuid(self, call: Call, text: str) -> str:
        """As it is."""
        return text


class UuidsAreParsed(Variant):
    """A UUID is whatever a usual parser reads as one: without hyphens, in braces, as a URN, in full-width digits."""

    warned_by: ClassVar[tuple[str, ...]] = ("ROB-12",)

    def normal_uuid(self, call: Call, text: str) -> str:
        """The usual form of what is read."""
        try:
            return str(uuid.UUID(text.strip(" ")))
        except ValueError:
            return super().normal_uuid(call, text)
