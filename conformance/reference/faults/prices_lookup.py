"""Faults in finding the order and the items that prices are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import PRICES
from orderproof.conformance.reference.faults.shared.identities import is_always_true, without_comment, without_quotes
from orderproof.conformance.reference.faults.shared.patterns import is_like

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Item, Order


class PriceLookupFault(Fault):
    """A fault in finding what prices are asked for."""

    operation: ClassVar[str] = PRICES


class PricesTakeQuotes(PriceLookupFault):
    """Quotes around the id of an order are ignored when its prices are asked for."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-37",)

    def price_order(self, call: Call, identifier: str) -> Order:
        """As it would stand in a query."""
        return super().price_order(call, without_quotes(identifier))


class PricesTakeComments(PriceLookupFault):
    """What follows a comment sign in the id of an order is ignored when its prices are asked for."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-37",)

    def price_order(self, call: Call, identifier: str) -> Order:
        """As a query ignores it."""
        return super().price_order(call, without_comment(identifier))


class PricedItemsAsPatterns(PriceLookupFault):
    """The prices of an item are found by a pattern of SQL's LIKE."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-28",)

    def find_item(self, call: Call, order: Order, identifier: str) -> Item | None:
        """The first that is like it."""
        if call.operation != PRICES:
            return super().find_item(call, order, identifier)
        return next((item for key, item in order.items.items() if is_like(key, identifier.lower())), None)


class PricedItemsByQuery(PriceLookupFault):
    """The id of an item is put into a query as it is when its prices are asked for."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-28",)

    def find_item(self, call: Call, order: Order, identifier: str) -> Item | None:
        """Every item, where the query is always true."""
        if call.operation == PRICES and is_always_true(identifier):
            return next(iter(order.items.values()))
        return super().find_item(call, order, identifier)
