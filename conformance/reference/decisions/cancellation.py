"""Canceling an order, and what is said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from orderproof.conformance.reference.decisions.bodies import Bodies
from orderproof.conformance.reference.decisions.lookup import Lookup
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from datetime import datetime

    from orderproof.conformance.reference.exchange import Answer, Call
    from orderproof.conformance.reference.store import Order


class Cancellation(NamedTuple):
    """Why an order is canceled."""

    reason: str
    note: str | None


class Cancellations(Bodies, Lookup):
    """Decisions about cancellations."""

    def has_effect(self, call: Call, order: Order) -> bool:
        """Whether a cancellation has taken effect: the order is canceled."""
        return order.canceled_at is not None and order.canceled_at <= self.now()

    def within_grace_period(self, call: Call, order: Order) -> bool:
        """Whether the timer of the grace period still runs."""
        return order.status == "open" and self.now() < order.due_at

    def is_cancelable(self, call: Call, order: Order) -> bool:
        """Whether an order can be canceled: open, within its grace period, and nobody asked for it yet."""
        return self.within_grace_period(call, order) and not order.cancel_requested

    def is_safe(self, call: Call, order: Order) -> bool:
        """Whether canceling is safe: nothing has been fulfilled."""
        return self.is_cancelable(call, order)

    def cancellation_status(self, call: Call, order: Order) -> dict[str, Any]:
        """What the cancellation status says."""
        return {
            "cancelable": self.is_cancelable(call, order),
            "canceled": self.has_effect(call, order),
            "is_safe": self.is_safe(call, order),
        }

    def check_reason(self, call: Call, body: dict[str, Any]) -> str:
        """The reason: required, a string, not empty."""
        if "reason" not in body:
            raise self.invalid_body(call, "'reason' is a required property.")
        reason = body["reason"]
        if not isinstance(reason, str):
            raise self.invalid_body(call, "'reason' is not of type 'string'.")
        if not reason:
            raise self.invalid_body(call, "'reason' should be non-empty.")
        return reason

    def check_note(self, call: Call, body: dict[str, Any]) -> str | None:
        """The note: a string, null, or not there."""
        note = body.get("note")
        if note is not None and not isinstance(note, str):
            raise self.invalid_body(call, "'note' is not of type 'string' or 'null'.")
        return note

    def cancel_request(self, call: Call) -> Cancellation:
        """Why the order is to be canceled; nothing has happened yet."""
        body = self.body(call)
        return Cancellation(self.check_reason(call, body), self.check_note(call, body))

    def check_cancelable(self, call: Call, order: Order) -> None:
        """Refuse an order that is canceled, closed, or no longer cancelable."""
        if order.cancel_requested:
            raise Refusal("order-canceled")
        if order.status == "closed":
            raise Refusal("order-closed")
        if not self.is_cancelable(call, order):
            raise Refusal("order-not-cancelable")

    async def between_check_and_cancel(self, call: Call, order: Order) -> None:
        """Between the check and the effect nothing else happens."""

    def canceled_from(self, call: Call, order: Order) -> datetime:
        """From when on the order is canceled."""
        return self.now()

    def status_when_canceled(self, call: Call, order: Order) -> str:
        """The status of a canceled order: there is no word for it, so it is closed."""
        return "closed"

    def item_status_when_canceled(self, call: Call, order: Order) -> str:
        """The status of every item of a canceled order."""
        return "cancelled"

    def cancel(self, call: Call, order: Order, cancellation: Cancellation) -> None:
        """Cancel an order."""
        order.cancel_requested = True
        order.canceled_at = self.canceled_from(call, order)
        order.cancel_reason, order.cancel_note = cancellation
        order.status = self.status_when_canceled(call, order)
        order.version += 1
        for item in order.items.values():
            item.status = self.item_status_when_canceled(call, order)

    def cancel_answer(self, call: Call, order: Order) -> Answer:
        """What a cancellation answers: no body is documented."""
        return self.empty_answer(call, 200)
