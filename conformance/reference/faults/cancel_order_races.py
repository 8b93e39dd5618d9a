"""Faults in canceling an order that show only when requests meet."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import CANCEL
from orderproof.conformance.reference.faults.shared.fields import faults_in_sharing
from orderproof.conformance.reference.faults.shared.rows import a_thread, a_turn

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Order


class AcceptedTogetherFault(Fault):
    """Between the check and the effect of a cancellation there is room for another; the reason is that of the last."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-32",)
    operation: ClassVar[str] = CANCEL


class CancellationsAcceptedWithinOneTurn(AcceptedTogetherFault):
    """Cancellations are all accepted that come within one turn of the event loop."""

    async def between_check_and_cancel(self, call: Call, order: Order) -> None:
        """No wait of its own."""
        await a_turn()


class CancellationsAcceptedBetweenThreads(AcceptedTogetherFault):
    """Cancellations are all accepted that come while a thread of the pool looks."""

    async def between_check_and_cancel(self, call: Call, order: Order) -> None:
        """No longer than the thread takes."""
        await a_thread()


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
