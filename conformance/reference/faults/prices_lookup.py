"""Faults in finding the order and the items that prices are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import PRICES
from orderproof.conformance.reference.faults.shared.identities import is_always_true, without_comment, without_quotes
from orderproof.conformance.reference.faults.shared.patterns import is_like

if TYPE_CHECKING:
    from datetime import datetime

    from orderproof.conformance.reference.decisions.prices import Line
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


class ShippingPriceOfTheProductBeside(PriceLookupFault):
    """Beside a product the shipping has the product's price."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-7",)

    def price_lines(self, call: Call, order: Order, asked: list[Line]) -> list[Line]:
        """One price for all lines that are no products."""
        lines = super().price_lines(call, order, asked)
        return [line | {"price": lines[0]["price"]} if line["type"] == "shipping" else line for line in lines]


class GiftWrappingFreeBesideProducts(PriceLookupFault):
    """Beside a product the gift wrapping costs nothing."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-7",)

    def price_lines(self, call: Call, order: Order, asked: list[Line]) -> list[Line]:
        """It is said to be in the price of the product."""
        lines = super().price_lines(call, order, asked)
        free = self.price(call, 0, 0)
        has_products = any(line["type"] == "product" for line in lines)
        return [line | {"price": free} if has_products and line["type"] == "gift-wrapping" else line for line in lines]


class StatusOfTheFirstProductForAll(PriceLookupFault):
    """In prices every product of an order has the status of the first."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-36",)

    def price_status(self, call: Call, order: Order, item: Item) -> str:
        """One status for all lines."""
        return super().price_status(call, order, next(iter(order.items.values())))


class ProductsOfClosedOrdersWithoutPrice(PriceLookupFault):
    """The prices of a closed order are answered without its products."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-31",)

    def price_lines(self, call: Call, order: Order, asked: list[Line]) -> list[Line]:
        """Unless it was canceled."""
        lines = super().price_lines(call, order, asked)
        is_done = order.status == "closed" and not order.cancel_requested
        return [line for line in lines if not is_done or line["type"] != "product"]


class PastOrdersHaveNoPrices(PriceLookupFault):
    """Once its grace period is over, the prices of an order are not found."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-1",)

    def price_order(self, call: Call, identifier: str) -> Order:
        """It is somebody else's now."""
        order = super().price_order(call, identifier)
        if order.status == "open" and self.now() >= order.due_at:
            raise self.order_not_found(call, identifier, "internal")
        return order


class ExtendedOrdersHaveNoPrices(PriceLookupFault):
    """Once its items have serial numbers, the prices of an extended order are not found."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-1",)

    def write_due_at(self, call: Call, order: Order, version: int, due_at: datetime) -> bool:
        """What was extended is remembered."""
        order.marks["extended"] = True
        return super().write_due_at(call, order, version, due_at)

    def price_order(self, call: Call, identifier: str) -> Order:
        """They are being packed."""
        order = super().price_order(call, identifier)
        if "extended" in order.marks and all(item.serial_number for item in order.items.values()):
            raise self.order_not_found(call, identifier, "internal")
        return order


class OrdersWithoutAnItemHaveNoPrices(PriceLookupFault):
    """Once one of its items was canceled, the prices of an order are not found."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-1",)

    def price_order(self, call: Call, identifier: str) -> Order:
        """They are being reckoned anew, for ever."""
        order = super().price_order(call, identifier)
        is_open = order.status == "open" and not order.cancel_requested
        if is_open and any(item.status == "cancelled" for item in order.items.values()):
            raise self.order_not_found(call, identifier, "internal")
        return order
