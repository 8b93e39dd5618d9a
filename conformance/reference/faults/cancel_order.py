"""Faults in canceling an order."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import (
    CANCEL,
    CANCELLATION_STATUS,
)
from orderproof.conformance.reference.faults.shared.statuses import wrong_status

if TYPE_CHECKING:
    from orderproof.conformance.reference.decisions.cancellation import Cancellation
    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Order


class CancelFault(Fault):
    """A fault in canceling."""

    operation: ClassVar[str] = CANCEL


class EmptyReasonAccepted(CancelFault):
    """An empty reason is accepted."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-7", "CAN-91")

    def check_reason(self, call: Call, body: dict[str, Any]) -> str:
        """Empty is good enough."""
        return "" if body.get("reason") == "" else super().check_reason(call, body)


class MissingReasonAccepted(CancelFault):
    """A missing reason is accepted."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-6", "CAN-91")

    def check_reason(self, call: Call, body: dict[str, Any]) -> str:
        """None is good enough."""
        return super().check_reason(call, {"reason": "none"} | body)


class NumberAsReasonAccepted(CancelFault):
    """A reason that is a number is accepted."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-8", "CAN-91")

    def check_reason(self, call: Call, body: dict[str, Any]) -> str:
        """Anything becomes text."""
        reason = body.get("reason")
        return str(reason) if isinstance(reason, int) else super().check_reason(call, body)


class NumberAsNoteAccepted(CancelFault):
    """A note that is a number is accepted."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-11", "CAN-91")

    def check_note(self, call: Call, body: dict[str, Any]) -> str | None:
        """Anything becomes text."""
        note = body.get("note")
        return str(note) if isinstance(note, int) else super().check_note(call, body)


class NullAsNoteRefused(CancelFault):
    """A note that is null is refused."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-10", "CAN-90")

    def check_note(self, call: Call, body: dict[str, Any]) -> str | None:
        """Only a string will do."""
        if "note" in body and body["note"] is None:
            raise self.invalid_body(call, "'note' is not of type 'string'.")
        return super().check_note(call, body)


class MissingNoteRefused(CancelFault):
    """A request without a note is refused."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-10", "CAN-90")

    def check_note(self, call: Call, body: dict[str, Any]) -> str | None:
        """Required."""
        if "note" not in body:
            raise self.invalid_body(call, "'note' is a required property.")
        return super().check_note(call, body)


class CancelDoesNothing(CancelFault):
    """The answer is 200, and nothing happens, ever."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-3", "CAN-4", "CAN-5", "CAN-25")

    def cancel(self, call: Call, order: Order, cancellation: Cancellation) -> None:
        """Nothing."""


class CanceledTwice(CancelFault):
    """An order that is canceled can be canceled again."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-21",)

    def check_cancelable(self, call: Call, order: Order) -> None:
        """Canceled is cancelable."""
        if not order.cancel_requested:
            super().check_cancelable(call, order)


class CanceledAgainForAnotherReason(CancelFault):
    """An order that is canceled can be canceled again for another reason."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-21",)

    def check_cancelable(self, call: Call, order: Order) -> None:
        """The same request alone is known to have been carried out."""
        if not order.cancel_requested or (order.cancel_reason or "").encode() in call.body:
            super().check_cancelable(call, order)


class ClosedCanceled(CancelFault):
    """A closed order can be canceled."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-22",)

    def check_cancelable(self, call: Call, order: Order) -> None:
        """Closed is cancelable."""
        if order.status != "closed" or order.cancel_requested:
            super().check_cancelable(call, order)


class CanceledBeforeValidation(CancelFault):
    """A request that is refused for its body has canceled the order already."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-7", "CAN-91")

    async def before_operation(self, call: Call) -> None:
        """Cancel first, ask later; a valid request then finds its order as it was."""
        if call.operation != CANCEL or b'"reason":""' not in call.body.replace(b" ", b""):
            return
        order = self.find_order(call, call.path["id"], self.id_type(call))
        if order is not None and self.is_cancelable(call, order):
            order.cancel_requested, order.canceled_at = True, self.now()


class OtherOrdersCanceled(CancelFault):
    """The orders that were stored just before and after are canceled, too."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-23",)

    def cancel(self, call: Call, order: Order, cancellation: Cancellation) -> None:
        """Three at once."""
        orders = list(call.tenant.orders.values())
        position = orders.index(order)
        for one in orders[max(position - 1, 0) : position + 2]:
            super().cancel(call, one, cancellation)


class CancelableAfterCancel(CancelFault):
    """The status of a canceled order still says that it is cancelable."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-4",)
    operation: ClassVar[str] = CANCELLATION_STATUS

    def is_cancelable(self, call: Call, order: Order) -> bool:
        """Canceled is cancelable."""
        return order.cancel_requested or super().is_cancelable(call, order)


class CanceledNeverReported(CancelFault):
    """The status of a canceled order never says that it is canceled."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-3",)
    operation: ClassVar[str] = CANCELLATION_STATUS

    def has_effect(self, call: Call, order: Order) -> bool:
        """Never."""
        return False


GENERATED = tuple(
    wrong_status(name, says, module=__name__, breaks=breaks, operation=CANCEL, refused=reason, status=status)
    for name, breaks, reason, status, says in (
        (
            "CancelOfUnknownOrderIs400",
            ("CAN-17",),
            "order-not-found",
            400,
            "Canceling an order that does not exist gets 400.",
        ),
        ("CancelOfClosedOrderIs500", ("CAN-22", "ROB-1"), "order-closed", 500, "Canceling a closed order crashes."),
        (
            "SecondCancelIs500",
            ("CAN-21", "CAN-25", "ROB-1"),
            "order-canceled",
            500,
            "Canceling a canceled order crashes.",
        ),
    )
)


class ErrorsAreOk(Fault):
    """A request that is not valid is answered with 200, and the error in the body."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-91", "PRI-91", "SER-91")

    def refusal_status(self, call: Call, reason: str) -> int:
        """Nothing is wrong."""
        status = super().refusal_status(call, reason)
        return 200 if status == 400 else status


class TwoCancellationsAccepted(Fault):
    """Of two cancellations that meet both are accepted: between the check and the effect there is a window."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-32",)
    operation: ClassVar[str] = CANCEL

    async def between_check_and_cancel(self, call: Call, order: Order) -> None:
        """A round trip."""
        await asyncio.sleep(0.004)
