"""Faults in the prices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from conformance.reference import documents
from conformance.reference.exchange import PRICES
from conformance.reference.seeds import Fault

if TYPE_CHECKING:
    from conformance.reference.exchange import Call
    from conformance.reference.store import Item, Order

Line = dict[str, Any]


class PriceFault(Fault):
    """A fault in the prices."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI",)
    operation: ClassVar[str] = PRICES


class PricesOf501Items(PriceFault):
    """501 items are answered."""

    def price_limits(self, call: Call) -> tuple[int, int]:
        """One too many."""
        return (1, 501)


class PricesRefuse500Items(PriceFault):
    """500 items are refused."""

    def price_limits(self, call: Call) -> tuple[int, int]:
        """One too few."""
        return (1, 499)


class PricesLimitOnlyProducts(PriceFault):
    """Only products count for the limit of 500 items."""

    def counted_lines(self, call: Call, asked: list[Line]) -> int:
        """Lines of shipping and gift wrapping are free."""
        return sum(line.get("type") == "product" for line in asked) or min(len(asked), 1)


class PricesOfNothing(PriceFault):
    """An empty list of items is answered."""

    def price_limits(self, call: Call) -> tuple[int, int]:
        """No lower limit."""
        return (0, 500)


class PricesTruncateIds(PriceFault):
    """An id of more than 36 characters is cut off, and the item found."""

    def check_price_id(self, call: Call, line: Line) -> None:
        """Cut off what is too much."""
        if isinstance(line.get("id"), str):
            line["id"] = line["id"][:36]
        super().check_price_id(call, line)


class PricesCompleteIds(PriceFault):
    """An id of 35 characters is completed to the item that begins with it."""

    def check_price_id(self, call: Call, line: Line) -> None:
        """Find the item by its beginning."""
        given = line.get("id")
        if isinstance(given, str) and len(given) == 35:
            line["id"] = next(
                (i for tenant in self.tenants_searched(call) for i in tenant.items if i[:35] == given), given
            )
        super().check_price_id(call, line)


class PricesWithoutStatus(PriceFault):
    """The line of a product does not have its status."""

    def shows_price_status(self, call: Call, order: Order, item: Item) -> bool:
        """Never."""
        return False


class PricesSkipUnknownItems(PriceFault):
    """An item that the order does not have is left out, with 200."""

    def unknown_priced_item(self, call: Call, order: Order, identifier: str) -> Line | None:
        """Left out."""
        return None


class PricesOfTheNeighbour(PriceFault):
    """The price of a product is that of the next item of the order."""

    def product_line(self, call: Call, order: Order, item: Item) -> Line:
        """The next item's price with this item's id."""
        items = list(order.items.values())
        other = items[(item.index + 1) % len(items)]
        return super().product_line(call, order, item) | {"price": self.price(call, other.net, other.tax)}


class PricesGrossWithoutTax(PriceFault):
    """The gross price is the net price."""

    def price(self, call: Call, net: int, tax: int) -> Line:
        """The tax is forgotten."""
        return documents.price(net, tax) | {"gross": documents.money(net)}


class PricesRefuseGiftWrapping(PriceFault):
    """The type `gift-wrapping` is not known."""

    def price_types(self, call: Call) -> tuple[str, ...]:
        """One too few."""
        return ("product", "shipping")
