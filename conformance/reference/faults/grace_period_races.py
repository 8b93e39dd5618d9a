"""Faults in extensions that show only when requests meet, or in a sequence of several."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import CANCEL, EXTEND, SERIAL_NUMBERS
from orderproof.conformance.reference.faults.shared.fields import faults_in_sharing
from orderproof.conformance.reference.faults.shared.rows import CANCELLATION, TIMER, a_turn, read_row, write_row
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from datetime import datetime

    from orderproof.conformance.reference.decisions.serials import Serial
    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Item, Order


class LostExtensionFault(Fault):
    """An extension is written over whatever was written since it was read."""

    operation: ClassVar[str] = EXTEND

    def write_due_at(self, call: Call, order: Order, version: int, due_at: datetime) -> bool:
        """The last one wins."""
        return super().write_due_at(call, order, order.version, due_at)


class ExtensionLostWithinAMillisecond(LostExtensionFault):
    """An extension is lost that comes within a millisecond of another."""

    breaks: ClassVar[tuple[str, ...]] = ("GRA-7",)

    async def between_read_and_write(self, call: Call, order: Order) -> None:
        """A quick database."""
        await asyncio.sleep(0.001)


class ExtensionLostWithinATurn(LostExtensionFault):
    """An extension is lost that comes within one turn of the server's event loop of another."""

    breaks: ClassVar[tuple[str, ...]] = ("GRA-7",)

    async def between_read_and_write(self, call: Call, order: Order) -> None:
        """No wait at all, only room for another."""
        await asyncio.sleep(0)


class SerialsUndoExtension(Fault):
    """Serial numbers undo an extension that comes within one turn of the event loop."""

    breaks: ClassVar[tuple[str, ...]] = ("GRA-7",)
    operation: ClassVar[str] = SERIAL_NUMBERS

    async def between_read_and_write(self, call: Call, order: Order) -> None:
        """As quick as the other."""
        await a_turn()

    async def store_serials(self, call: Call, order: Order, targets: list[tuple[Item, Serial]]) -> None:
        """The whole order is one row."""
        read = read_row(order, TIMER)
        for _ in range(2):
            await a_turn()
        write_row(order, read)
        await super().store_serials(call, order, targets)


class SerialsUndoCancellation(Fault):
    """Serial numbers undo a cancellation of the order that comes within one turn of the event loop."""

    breaks: ClassVar[tuple[str, ...]] = ("GRA-16",)
    operation: ClassVar[str] = SERIAL_NUMBERS

    async def store_serials(self, call: Call, order: Order, targets: list[tuple[Item, Serial]]) -> None:
        """The whole order is one row."""
        read = read_row(order, CANCELLATION)
        await a_turn()
        write_row(order, read)
        await super().store_serials(call, order, targets)


class ExtensionUndoesCancellationWithinOneTurn(Fault):
    """An extension undoes a cancellation that comes within one turn of the event loop."""

    breaks: ClassVar[tuple[str, ...]] = ("GRA-16",)
    operation: ClassVar[str] = EXTEND

    async def between_read_and_write(self, call: Call, order: Order) -> None:
        """The whole order is one row."""
        read = read_row(order, (*CANCELLATION, "version"))
        await a_turn()
        write_row(order, read)


class ConflictCountsAllTheSame(Fault):
    """An extension that met another one is refused with 409, and counts all the same."""

    breaks: ClassVar[tuple[str, ...]] = ("GRA-7",)
    operation: ClassVar[str] = EXTEND

    async def lost_the_race(self, call: Call, order: Order) -> datetime:
        """Written first, refused then."""
        order.due_at += self.extension(call, order)
        return await super().lost_the_race(call, order)


class ConflictLocksTheTimer(Fault):
    """After an extension that met another one, every further one is refused with 409."""

    breaks: ClassVar[tuple[str, ...]] = ("GRA-7", "GRA-17")
    operation: ClassVar[str] = EXTEND

    async def lost_the_race(self, call: Call, order: Order) -> datetime:
        """Remembered for good."""
        order.marks["locked"] = True
        return await super().lost_the_race(call, order)

    def check_grace_period(self, call: Call, order: Order) -> None:
        """Still locked."""
        super().check_grace_period(call, order)
        if call.operation == EXTEND and order.marks.get("locked"):
            raise Refusal("grace-period-conflict")


class ExtendedFourTimesAtMost(Fault):
    """The fifth extension of an order, and every one after it, is granted and does nothing."""

    breaks: ClassVar[tuple[str, ...]] = ("GRA-18",)
    operation: ClassVar[str] = EXTEND

    def new_due_at(self, call: Call, order: Order, due_at: datetime) -> datetime:
        """An hour is enough."""
        order.marks["extensions"] = order.marks.get("extensions", 0) + 1
        return super().new_due_at(call, order, due_at) if order.marks["extensions"] <= 4 else due_at


class RefusedCancelEndsGracePeriod(Fault):
    """After a cancellation that was refused for its body, the grace period is not extended any more."""

    breaks: ClassVar[tuple[str, ...]] = ("GRA-18",)
    operation: ClassVar[str] = EXTEND

    def cancel_request(self, call: Call) -> Any:
        """Noted before the body is looked at."""
        order = self.find_order(call, call.path["id"], self.id_type(call))
        try:
            return super().cancel_request(call)
        except Refusal:
            if order is not None:
                order.marks["spoilt"] = True
            raise

    def check_grace_period(self, call: Call, order: Order) -> None:
        """Spoilt."""
        super().check_grace_period(call, order)
        if order.marks.get("spoilt"):
            raise Refusal("grace-period-over")


class CancelAfterExtensionForgotten(Fault):
    """An order whose grace period was extended three times is said to be canceled, and is not."""

    breaks: ClassVar[tuple[str, ...]] = ("GRA-18",)
    operation: ClassVar[str] = CANCEL

    def new_due_at(self, call: Call, order: Order, due_at: datetime) -> datetime:
        """Counted."""
        order.marks["extensions"] = order.marks.get("extensions", 0) + 1
        return super().new_due_at(call, order, due_at)

    def cancel(self, call: Call, order: Order, cancellation: Any) -> None:
        """Not any more."""
        if order.marks.get("extensions", 0) < 3:
            super().cancel(call, order, cancellation)


GENERATED = faults_in_sharing(
    "Extension",
    EXTEND,
    "extending a grace period",
    {
        "IdInSharedField": ("GRA-3",),
        "QueryInSharedField": ("GRA-3",),
        "IdSharedForOneTurn": ("GRA-3",),
        "AnswerInSharedBuffer": ("GRA-3",),
        "AnswerSharedForOneTurn": ("GRA-3",),
    },
    module=__name__,
)
