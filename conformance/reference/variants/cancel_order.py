"""Variants of canceling an order: when it takes effect, what it leaves behind, and what it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference.behaviours import Variant
from orderproof.conformance.reference.variants.shared.later import LATER

if TYPE_CHECKING:
    from datetime import datetime

    from orderproof.conformance.reference.exchange import Answer, Call
    from orderproof.conformance.reference.store import Order


class CanceledLater(Variant):
    """A cancellation is only initiated by its 200: for a moment the order is neither cancelable nor canceled."""

    choice: ClassVar[int] = 7
    readings: ClassVar[tuple[str, ...]] = ("cancellation-takes-effect/later",)

    def canceled_from(self, call: Call, order: Order) -> datetime:
        """In a moment."""
        return self.now() + LATER


class CanceledLaterInEveryRespect(Variant):
    """A cancellation is only initiated by its 200: for a moment the cancellation status is what it was."""

    choice: ClassVar[int] = 7
    readings: ClassVar[tuple[str, ...]] = ("cancellation-takes-effect/later",)

    def canceled_from(self, call: Call, order: Order) -> datetime:
        """In a moment."""
        return self.now() + LATER

    def cancellation_status(self, call: Call, order: Order) -> dict[str, Any]:
        """As it was, until it is done."""
        if order.cancel_requested and not self.has_effect(call, order):
            return {"cancelable": True, "canceled": False, "is_safe": True}
        return super().cancellation_status(call, order)


class CancelableAfterGracePeriod(Variant):
    """An open order can be canceled when its grace period is over."""

    choice: ClassVar[int] = 9

    def is_cancelable(self, call: Call, order: Order) -> bool:
        """As long as it is open."""
        return order.status == "open" and not order.cancel_requested


class CanceledStatus(Variant):
    """A canceled order has a status of its own."""

    choice: ClassVar[int] = 9
    readings: ClassVar[tuple[str, ...]] = ("status-of-canceled-order/canceled",)

    def status_when_canceled(self, call: Call, order: Order) -> str:
        """A word that no document has."""
        return "canceled"


class CancelledStatus(Variant):
    """A canceled order has the status that canceled items have."""

    choice: ClassVar[int] = 9
    readings: ClassVar[tuple[str, ...]] = ("status-of-canceled-order/cancelled",)

    def status_when_canceled(self, call: Call, order: Order) -> str:
        """The word of the items."""
        return self.item_status_when_canceled(call, order)


class CanceledOrdersStayOpen(Variant):
    """A canceled order is open, and its items are as they were."""

    choice: ClassVar[int] = 9
    readings: ClassVar[tuple[str, ...]] = ("status-of-canceled-order/unchanged",)

    def cancel(self, call: Call, order: Order, cancellation: Any) -> None:
        """Canceled, and nothing else."""
        order.cancel_requested, order.canceled_at = True, self.canceled_from(call, order)
        order.version += 1


class CancelAnswersStatus(Variant):
    """A cancellation answers with a body: none is documented, none is forbidden."""

    choice: ClassVar[int] = 9

    def cancel_answer(self, call: Call, order: Order) -> Answer:
        """The cancellation status."""
        return self.success(call, self.cancellation_status(call, order))
