"""What is shown of the items of an order, and when, where the documents leave it open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference.behaviours import Variant
from orderproof.conformance.reference.exchange import PRICES
from orderproof.conformance.reference.problems import Refusal
from orderproof.conformance.reference.variants.behaviour import LATER

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Item, Order

Document = dict[str, Any]


class CanceledItemsShowLater(Variant):
    """Prices and the vendor type show a moment later than plain JSON that an item was canceled."""

    choice: ClassVar[int] = 7

    def cancel_line(self, call: Call, order: Order, item: Item) -> None:
        """Remember what it was."""
        order.marks[f"before {item.id}"] = (self.now() + LATER, item.status)
        super().cancel_line(call, order, item)

    def item_status(self, call: Call, order: Order, item: Item) -> str:
        """What it was, for a moment."""
        until, before = order.marks.get(f"before {item.id}", (self.now(), ""))
        if (call.operation == PRICES or self.is_v2(call)) and self.now() < until:
            return str(before)
        return super().item_status(call, order, item)


class CanceledItemsHaveNoPrice(Variant):
    """An item that was canceled has no price any more."""

    choice: ClassVar[int] = 8
    warned_by: ClassVar[tuple[str, ...]] = ("PRI-31",)

    def product_line(self, call: Call, order: Order, item: Item) -> Document:
        """It is no product of the order any more."""
        if item.status == "cancelled":
            raise Refusal("item-not-found")
        return super().product_line(call, order, item)


class ItemsByTheIdsOfTheOms(Variant):
    """The items of an order of the external OMS have ids of its own, that no other system knows."""

    choice: ClassVar[int] = 9

    def oms_order_document(self, call: Call, payload: Document) -> Document:
        """They are numbered, in each order from 1 on."""
        items = [
            item | {"id": str(number), "origin_id": f"{payload['id']}-{number}"}
            for number, item in enumerate(payload["items"], 1)
        ]
        return super().oms_order_document(call, payload | {"items": items})
