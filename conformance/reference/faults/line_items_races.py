"""Faults in canceling line items that show only when requests meet."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import CANCEL_LINE, CANCEL_LINE_INTERNAL, EXTEND, SERIAL_NUMBERS
from orderproof.conformance.reference.faults.shared.fields import faults_in_sharing
from orderproof.conformance.reference.faults.shared.rows import LINES, a_thread, a_turn, read_row, write_row
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from orderproof.conformance.reference.decisions.serials import Serial
    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Item, Order


class SerialsUndoLineCancel(Fault):
    """Serial numbers undo the cancellation of an item that comes within one turn of the event loop."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-21",)
    operation: ClassVar[str] = SERIAL_NUMBERS

    async def store_serials(self, call: Call, order: Order, targets: list[tuple[Item, Serial]]) -> None:
        """The items of an order are one document."""
        read = read_row(order, LINES)
        await a_turn()
        write_row(order, read)
        await super().store_serials(call, order, targets)


class ExtensionUndoesLineCancelWithinOneTurn(Fault):
    """An extension undoes the cancellation of an item that comes within one turn of the event loop."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-21",)
    operation: ClassVar[str] = EXTEND

    async def between_read_and_write(self, call: Call, order: Order) -> None:
        """The whole order is one row."""
        read = read_row(order, LINES)
        await a_turn()
        write_row(order, read)


class AcceptedTogetherFault(Fault):
    """Between the check and the effect of a cancellation of an item there is room for another."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-22",)


class LineCancellationsAcceptedWithinOneTurn(AcceptedTogetherFault):
    """Cancellations of an item are all accepted that come within one turn of the event loop, by either API."""

    async def between_check_and_cancel_line(self, call: Call, order: Order, item: Item) -> None:
        """No wait of its own."""
        await a_turn()


class LineCancellationsAcceptedBetweenThreads(AcceptedTogetherFault):
    """Cancellations of an item are all accepted that come while a thread of the pool looks, by either API."""

    async def between_check_and_cancel_line(self, call: Call, order: Order, item: Item) -> None:
        """No longer than the thread takes."""
        await a_thread()


class PublicLineCancellationsAcceptedTwice(AcceptedTogetherFault):
    """Only the public API leaves room between its check and the effect: it accepts what another canceled."""

    operation: ClassVar[str] = CANCEL_LINE

    async def between_check_and_cancel_line(self, call: Call, order: Order, item: Item) -> None:
        """The internal one does both at once."""
        if call.operation == CANCEL_LINE:
            await a_turn()


class InternalLineCancellationsAcceptedTwice(AcceptedTogetherFault):
    """Only the internal API leaves room between its check and the effect: it accepts what another canceled."""

    operation: ClassVar[str] = CANCEL_LINE_INTERNAL

    async def between_check_and_cancel_line(self, call: Call, order: Order, item: Item) -> None:
        """The public one does both at once."""
        if call.operation == CANCEL_LINE_INTERNAL:
            await a_turn()


class FailedLineCancelRestoresTheItem(Fault):
    """A cancellation of an item that met another is refused, and writes back the status that it had read."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-19",)

    async def between_check_and_cancel_line(self, call: Call, order: Order, item: Item) -> None:
        """Rolled back too far."""
        read = read_row(order, LINES)
        await a_turn()
        try:
            self.check_line(call, order, item)
        except Refusal:
            write_row(order, read)
            raise


GENERATED = faults_in_sharing(
    "Line",
    CANCEL_LINE,
    "canceling a line item",
    {
        "IdInSharedField": ("LIN-20",),
        "IdSharedForOneTurn": ("LIN-20",),
        "QueryInSharedField": ("LIN-20",),
    },
    module=__name__,
)
