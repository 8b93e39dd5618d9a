"""Faults in the prices that are answered."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference import documents
from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import PRICES
from orderproof.conformance.reference.factory import ITEM_DISCOUNT

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Answer, Call
    from orderproof.conformance.reference.store import Item, Order


Line = dict[str, Any]


class PriceFault(Fault):
    """A fault in the prices."""

    operation: ClassVar[str] = PRICES


class PricesOfItemsCalledItem(PriceFault):
    """The type of a product's line is not the one that was asked for."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-1",)

    def product_line(self, call: Call, order: Order, item: Item) -> Line:
        """Another word."""
        return super().product_line(call, order, item) | {"type": "item"}


class PricesWithoutStatus(PriceFault):
    """The line of a product does not have its status."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-2", "PRI-34")

    def shows_price_status(self, call: Call, order: Order, item: Item) -> bool:
        """Never."""
        return False


class PricesSayPending(PriceFault):
    """The status of a product is always the same, even when the product was canceled."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-36",)

    def price_status(self, call: Call, order: Order, item: Item) -> str:
        """The word of the document's sample."""
        return "pending"


class PricesOfShippingBringProducts(PriceFault):
    """Asked for the price of the shipping alone, the server answers all products as well."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-3",)

    def price_lines(self, call: Call, order: Order, asked: list[Line]) -> list[Line]:
        """No product asked for is every product."""
        lines = super().price_lines(call, order, asked)
        if any(line["type"] != "shipping" for line in lines):
            return lines
        return lines + [self.product_line(call, order, item) for item in order.items.values()]


class PricesOfTheWholeOrder(PriceFault):
    """Whichever product is asked for, all products of the order are answered."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-3",)

    def price_lines(self, call: Call, order: Order, asked: list[Line]) -> list[Line]:
        """The others follow."""
        lines = super().price_lines(call, order, asked)
        found = {line["id"] for line in lines}
        return lines + [self.product_line(call, order, i) for i in order.items.values() if i.id not in found]


class PricesOfTheLastProduct(PriceFault):
    """Of several products only the last is answered."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-3", "PRI-13")

    def price_lines(self, call: Call, order: Order, asked: list[Line]) -> list[Line]:
        """The others are forgotten."""
        lines = super().price_lines(call, order, asked)
        products = [line for line in lines if line["type"] == "product"]
        return [line for line in lines if line["type"] != "product"] + products[-1:]


class PricesInOrderOfItems(PriceFault):
    """The lines come back sorted, not in the order in which they were asked for."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-4",)

    def price_lines(self, call: Call, order: Order, asked: list[Line]) -> list[Line]:
        """Sorted by type and id."""
        return sorted(super().price_lines(call, order, asked), key=lambda line: (line["type"], line["id"]))


class PricesByPosition(PriceFault):
    """The prices are those of the order's first products, in whichever order the products are asked for."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-7",)

    def price_lines(self, call: Call, order: Order, asked: list[Line]) -> list[Line]:
        """Matched by position, as long as more than one is asked for."""
        lines = super().price_lines(call, order, asked)
        products = [line for line in lines if line["type"] == "product"]
        if len(products) > 1:
            for line, item in zip(products, order.items.values(), strict=False):
                line["price"] = self.price(call, item.net, item.tax)
        return lines


class PricesAreWrittenDown(PriceFault):
    """Asking for the price of a product leaves a mark on it."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-8",)

    def product_line(self, call: Call, order: Order, item: Item) -> Line:
        """As its serial number."""
        item.serial_number = f"priced {order.number}"
        return super().product_line(call, order, item)


class PricingForgetsSerialNumbers(PriceFault):
    """The items are loaded without their serial numbers to be priced, and stored so."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-8",)

    def product_line(self, call: Call, order: Order, item: Item) -> Line:
        """Each that is priced."""
        item.serial_number = None
        return super().product_line(call, order, item)


class PricingProlongsTheGracePeriod(PriceFault):
    """A customer who asks for prices gets another minute."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-8",)

    def product_line(self, call: Call, order: Order, item: Item) -> Line:
        """For each product."""
        order.due_at += timedelta(minutes=1)
        return super().product_line(call, order, item)


class PricesWithoutDiscount(PriceFault):
    """The price of a product is the one in the catalogue, whatever the order shows."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-9",)

    def price(self, call: Call, net: int, tax: int) -> Line:
        """Before the discount."""
        return documents.price(net + ITEM_DISCOUNT, tax)


class PricesOfTheNeighbour(PriceFault):
    """The price of a product is that of the next item of the order."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-9", "PRI-10")

    def product_line(self, call: Call, order: Order, item: Item) -> Line:
        """The next item's price with this item's id."""
        items = list(order.items.values())
        other = items[(item.index + 1) % len(items)]
        return super().product_line(call, order, item) | {"price": self.price(call, other.net, other.tax)}


class PricesGrossWithoutTax(PriceFault):
    """The gross price is the net price."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-9", "PRI-11")

    def price(self, call: Call, net: int, tax: int) -> Line:
        """The tax is forgotten."""
        return documents.price(net, tax) | {"gross": documents.money(net)}


class PricesInEuro(PriceFault):
    """The currency is always the same, whatever the order's is."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-12",)

    def price_body(self, call: Call, order: Order, lines: list[Line]) -> Any:
        """Euro."""
        return super().price_body(call, order, lines) | {"currency": "EUR"}


class PricesWithoutCurrency(PriceFault):
    """The answer has no currency."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-12", "PRI-34")

    def price_body(self, call: Call, order: Order, lines: list[Line]) -> Any:
        """The lines alone."""
        return {"items": lines}


class PricesWithoutTax(PriceFault):
    """A price does not have its tax."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-34",)

    def price(self, call: Call, net: int, tax: int) -> Line:
        """Gross and net alone."""
        return {name: value for name, value in documents.price(net, tax).items() if name != "tax"}


class PricesAsTexts(PriceFault):
    """The amounts of a price are texts."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-34",)

    def price(self, call: Call, net: int, tax: int) -> Line:
        """With two digits after the point."""
        return {name: f"{value:.2f}" for name, value in documents.price(net, tax).items()}


class PricesAreCreated(PriceFault):
    """Prices are answered with 201."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-32", "PRI-90")

    def final_answer(self, call: Call, answer: Answer) -> Answer:
        """As if something had been made."""
        if call.operation == PRICES and answer.status == 200:
            answer.status = 201
        return super().final_answer(call, answer)


class PricesCalledText(PriceFault):
    """Prices are answered as text/json."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-33",)

    def content_type(self, call: Call, media_type: str) -> str:
        """A media type that there is none of."""
        return "text/json" if call.operation == PRICES and media_type == "application/json" else media_type


class ShippingWithoutTax(PriceFault):
    """The gross price of the shipping is its net price."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-9",)

    def shipping_line(self, call: Call, order: Order) -> Line:
        """The order shows it with its tax."""
        line = super().shipping_line(call, order)
        return line | {"price": line["price"] | {"gross": line["price"]["net"]}}


class GiftWrappingPriceOfTheShipping(PriceFault):
    """The gift wrapping has the price of the shipping."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-9",)

    def gift_wrapping_line(self, call: Call, order: Order) -> Line:
        """One price for all that is no product."""
        return super().gift_wrapping_line(call, order) | {"price": self.shipping_line(call, order)["price"]}


class StatusInPricesIsTheOrders(PriceFault):
    """The status of a product in its prices is that of the order, until the product is canceled."""

    breaks: ClassVar[tuple[str, ...]] = ("PRI-38",)

    def price_status(self, call: Call, order: Order, item: Item) -> str:
        """One status for all."""
        shown = super().price_status(call, order, item)
        return shown if shown == "cancelled" else order.status
