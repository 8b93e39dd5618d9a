"""Variants of canceling line items."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference.behaviours import Variant
from orderproof.conformance.reference.exchange import JSON, PRICES
from orderproof.conformance.reference.variants.shared.later import LATER

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Answer, Call
    from orderproof.conformance.reference.store import Item, Order


class LineCancelAnswersObject(Variant):
    """Canceling a line answers with an empty object."""

    choice: ClassVar[int] = 9

    def line_answer(self, call: Call, order: Order, item: Any) -> Answer:
        """Nothing, in JSON."""
        return self.json_answer(call, 200, {}, JSON)


class LineCancelWantsReason(Variant):
    """Canceling a line wants a reason, as the sample of its refusal says."""

    choice: ClassVar[int] = 9
    readings: ClassVar[tuple[str, ...]] = ("line-cancellation-reason/required",)

    def line_order(self, call: Call, identifier: str, id_type: str) -> Order:
        """The body is looked at first."""
        try:
            body = json.loads(call.body or b"{}")
        except ValueError:
            body = None
        if not (isinstance(body, dict) and body.get("reason")):
            raise self.invalid_body(call, "'reason' is a required property.")
        return super().line_order(call, identifier, id_type)


class LineCancelTakesUuids(Variant):
    """Canceling a line takes the UUID of its order in the path, whatever the id_type."""

    choice: ClassVar[int] = 9
    readings: ClassVar[tuple[str, ...]] = ("line-cancellation-path/uuid",)
    warned_by: ClassVar[tuple[str, ...]] = ("LIN-13",)

    def line_order(self, call: Call, identifier: str, id_type: str) -> Order:
        """As the path parameter is described: "UUID of the order"."""
        return super().line_order(call, identifier, "internal")


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


class OrderWithoutAnItemUncancelable(Variant):
    """An order that lost an item can no longer be canceled as a whole."""

    choice: ClassVar[int] = 9

    def is_cancelable(self, call: Call, order: Order) -> bool:
        """Its items are canceled one by one."""
        has_lost = any(item.status == "cancelled" for item in order.items.values())
        return super().is_cancelable(call, order) and not has_lost


class OrderWithoutAnItemStillSaidCancelable(OrderWithoutAnItemUncancelable):
    """An order that lost an item can no longer be canceled, which its status shows a moment later."""

    def cancel_line(self, call: Call, order: Order, item: Item) -> None:
        """Remember when."""
        order.marks["lost an item at"] = self.now()
        super().cancel_line(call, order, item)

    def cancellation_status(self, call: Call, order: Order) -> dict[str, Any]:
        """As it was, for a moment."""
        status = super().cancellation_status(call, order)
        lost_at = order.marks.get("lost an item at")
        was_cancelable = self.within_grace_period(call, order) and not order.cancel_requested
        if lost_at is not None and self.now() < lost_at + LATER and was_cancelable:
            return status | {"cancelable": True}
        return status
