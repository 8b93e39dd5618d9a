"""Faults in canceling an order that show only when requests meet."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import CANCEL
from orderproof.conformance.reference.faults.shared.fields import faults_in_sharing
from orderproof.conformance.reference.faults.shared.rows import narrow

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Order


class CheckedThenCanceledFault(Fault):
    """Between the check and the effect of a cancellation there is room for another."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-32",)
    operation: ClassVar[str] = CANCEL
    in_thread: ClassVar[bool] = False

    async def between_check_and_cancel(self, call: Call, order: Order) -> None:
        """No wait of its own."""
        await narrow(in_thread=self.in_thread)


class CancellationsAcceptedWithinOneTurn(CheckedThenCanceledFault):
    """Cancellations are all accepted that come within one turn of the event loop; the reason is that of the last."""


class CancellationsAcceptedBetweenThreads(CheckedThenCanceledFault):
    """Cancellations are all accepted that come while a thread of the pool looks; the reason is that of the last."""

    in_thread: ClassVar[bool] = True


GENERATED = faults_in_sharing(
    "Cancel",
    CANCEL,
    "canceling an order",
    {
        "IdInSharedField": ("CAN-23",),
        "QueryInSharedField": ("CAN-23",),
        "IdSharedForOneTurn": ("CAN-23",),
        "BodyInSharedField": ("CAN-23",),
        "PathSharedFromTheHeadOn": ("CAN-23",),
        "AnswerInSharedBuffer": ("CAN-23",),
    },
    module=__name__,
)
