"""Prices of the parts of an order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orderproof.conformance.reference import documents
from orderproof.conformance.reference.decisions.bodies import Bodies
from orderproof.conformance.reference.decisions.lookup import Lookup
from orderproof.conformance.reference.decisions.rendering import Rendering
from orderproof.conformance.reference.factory import GIFT_WRAPPING
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Item, Order

Line = dict[str, Any]


class Prices(Bodies, Lookup, Rendering):
    """Decisions about prices."""

    def price_id_type(self, call: Call) -> str:
        """Which kind of order id the path holds."""
        return "internal"

    def price_limits(self, call: Call) -> tuple[int, int]:
        """The least and the greatest number of lines in one request."""
        return (1, 500)

    def counted_lines(self, call: Call, asked: list[Line]) -> int:
        """How many of the lines count for the limits: all."""
        return len(asked)

    def check_price_count(self, call: Call, asked: list[Line]) -> None:
        """Refuse too few and too many lines."""
        least, most = self.price_limits(call)
        counted = self.counted_lines(call, asked)
        if counted < least:
            raise Refusal("items-too-few")
        if counted > most:
            raise Refusal("items-too-many")

    def price_types(self, call: Call) -> tuple[str, ...]:
        """What has a price."""
        return ("product", "shipping", "gift-wrapping")

    def check_price_line(self, call: Call, line: Line) -> None:
        """Refuse a line that names nothing that could have a price."""
        if "type" not in line:
            raise self.invalid_body(call, "'type' is a required property.")
        if line["type"] not in self.price_types(call):
            raise self.invalid_body(call, "'type' is none of 'product', 'shipping', 'gift-wrapping'.")
        if line["type"] == "product":
            self.check_price_id(call, line)

    def check_price_id(self, call: Call, line: Line) -> None:
        """Refuse a product without an id, or with one that cannot be an item's."""
        if "id" not in line:
            raise self.invalid_body(call, "'id' is a required property.")
        if not self.valid_item_id(call, line["id"]):
            raise self.invalid_body(call, "'id' is not a string of 36 characters.")

    def price_request(self, call: Call) -> list[Line]:
        """The lines that are asked for, each of them well-formed."""
        asked = self.items_of(call, self.body(call))
        self.check_price_count(call, asked)
        for line in asked:
            self.check_price_line(call, line)
        return asked

    def unknown_priced_item(self, call: Call, order: Order, identifier: str) -> Line | None:
        """What becomes of a product that the order does not have; None leaves its line out."""
        raise Refusal("item-not-found")

    def shows_price_status(self, call: Call, order: Order, item: Item) -> bool:
        """Whether the line of a product has its status."""
        return True

    def price_status(self, call: Call, order: Order, item: Item) -> str:
        """The status in the line of a product: that of the item."""
        return self.item_status(call, order, item)

    def price_order(self, call: Call, identifier: str) -> Order:
        """The order that the path names, or a refusal."""
        return self.existing_order(call, identifier, self.price_id_type(call))

    def price(self, call: Call, net: int, tax: int) -> Line:
        """The amounts of a price."""
        return documents.price(net, tax)

    def product_line(self, call: Call, order: Order, item: Item) -> Line:
        """The line of a product."""
        line = {"type": "product", "id": item.id, "price": self.price(call, item.net, item.tax)}
        if self.shows_price_status(call, order, item):
            line["status"] = self.price_status(call, order, item)
        return line

    def shipping_line(self, call: Call, order: Order) -> Line:
        """The line of the shipping."""
        return {"type": "shipping", "id": order.shipment_id, "price": self.price(call, *order.shipping)}

    def gift_wrapping_line(self, call: Call, order: Order) -> Line:
        """The line of the gift wrapping."""
        return {"type": "gift-wrapping", "id": order.gift_wrapping_id, "price": self.price(call, *GIFT_WRAPPING)}

    def price_line(self, call: Call, order: Order, asked: Line) -> Line | None:
        """The answer to one line."""
        if asked["type"] == "shipping":
            return self.shipping_line(call, order)
        if asked["type"] == "gift-wrapping":
            return self.gift_wrapping_line(call, order)
        item = self.find_item(call, order, asked["id"])
        if item is None:
            return self.unknown_priced_item(call, order, asked["id"])
        return self.product_line(call, order, item)

    def price_lines(self, call: Call, order: Order, asked: list[Line]) -> list[Line]:
        """One line for each that was asked for, in that order."""
        lines = (self.price_line(call, order, line) for line in asked)
        return [line for line in lines if line is not None]

    def price_body(self, call: Call, order: Order, lines: list[Line]) -> Any:
        """The answer."""
        return {"currency": "USD", "items": lines}
