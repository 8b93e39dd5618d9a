"""Faults in serial numbers that show only when requests meet, or in a sequence of several."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import CANCEL_LINE, EXTEND, SERIAL_NUMBERS
from orderproof.conformance.reference.faults.shared.fields import faults_in_sharing
from orderproof.conformance.reference.faults.shared.rows import SERIALS, a_thread, a_turn, read_row, write_row

if TYPE_CHECKING:
    from datetime import datetime

    from orderproof.conformance.reference.decisions.serials import Serial
    from orderproof.conformance.reference.exchange import Answer, Call
    from orderproof.conformance.reference.store import Item, Order

    Targets = list[tuple[Item, Serial]]


class SerialsHalfWrittenWhenSimultaneous(Fault):
    """Of serial numbers that meet others for the same items, some of each request remain."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-35",)
    operation: ClassVar[str] = SERIAL_NUMBERS

    def write_serials(self, call: Call, order: Order, targets: Targets) -> None:
        """The first item now, the others in a moment, those of the last request first."""
        super().write_serials(call, order, targets[:1])
        order.marks.setdefault("behind", []).insert(0, targets[1:])

    async def before_answer(self, call: Call, answer: Answer) -> None:
        """In a moment."""
        if call.operation == SERIAL_NUMBERS and answer.status == 204:
            await asyncio.sleep(0.01)
            order = self.existing_order(call, call.path["uuid"], "internal")
            super().write_serials(call, order, order.marks["behind"].pop(0))
        await super().before_answer(call, answer)


class ExtensionUndoesSerials(Fault):
    """An extension writes the serial numbers back as they were when it read the order."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-36",)
    operation: ClassVar[str] = EXTEND

    async def between_read_and_write(self, call: Call, order: Order) -> None:
        """The whole order is one row."""
        read = {item.id: item.serial_number for item in order.items.values()}
        await super().between_read_and_write(call, order)
        for item in order.items.values():
            item.serial_number = read[item.id]


class SerialsLostFault(Fault):
    """All serial numbers of an order are read, changed and written back: what others wrote in between is lost."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-9",)
    operation: ClassVar[str] = SERIAL_NUMBERS


class SerialsLostWithinOneTurn(SerialsLostFault):
    """Serial numbers are lost that come within one turn of the server's event loop of others."""

    async def store_serials(self, call: Call, order: Order, targets: Targets) -> None:
        """No wait of its own."""
        read = read_row(order, SERIALS)
        await a_turn()
        write_row(order, read)
        await super().store_serials(call, order, targets)


class SerialsLostBetweenThreads(SerialsLostFault):
    """Serial numbers are lost that come while a thread of the pool reads those of the order."""

    async def store_serials(self, call: Call, order: Order, targets: Targets) -> None:
        """No longer than the thread takes."""
        read = read_row(order, SERIALS)
        await a_thread()
        write_row(order, read)
        await super().store_serials(call, order, targets)


class SerialsMixedFault(Fault):
    """The serial numbers of a request are written one by one, and other requests come in between."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-35",)
    operation: ClassVar[str] = SERIAL_NUMBERS

    def one_by_one(self, order: Order, targets: Targets) -> Targets:
        """Every other request begins with its last item: locks are taken in no fixed sequence."""
        order.marks["backwards"] = not order.marks.get("backwards", False)
        return targets[::-1] if order.marks["backwards"] else targets


class SerialsMixedWithinOneTurn(SerialsMixedFault):
    """Of serial numbers that come within turns of the event loop of others, some of each request remain."""

    async def store_serials(self, call: Call, order: Order, targets: Targets) -> None:
        """No wait of its own."""
        for target in self.one_by_one(order, targets):
            await a_turn()
            await super().store_serials(call, order, [target])


class SerialsMixedBetweenThreads(SerialsMixedFault):
    """Of serial numbers that threads of the pool write, some of each request remain."""

    async def store_serials(self, call: Call, order: Order, targets: Targets) -> None:
        """No longer than the threads take."""
        for target in self.one_by_one(order, targets):
            await a_thread()
            await super().store_serials(call, order, [target])


class ExtensionUndoesSerialsWithinOneTurn(Fault):
    """An extension undoes the serial numbers that come within one turn of the event loop."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-36",)
    operation: ClassVar[str] = EXTEND

    async def between_read_and_write(self, call: Call, order: Order) -> None:
        """The whole order is one row."""
        read = read_row(order, SERIALS)
        await a_turn()
        write_row(order, read)


class LineCancelUndoesSerials(Fault):
    """The cancellation of an item undoes the serial numbers that come within one turn of the event loop."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-36",)
    operation: ClassVar[str] = CANCEL_LINE

    async def between_check_and_cancel_line(self, call: Call, order: Order, item: Item) -> None:
        """The items of an order are one document."""
        read = read_row(order, SERIALS)
        await a_turn()
        write_row(order, read)


class SerialsForgottenByExtension(Fault):
    """An extension takes the serial numbers off the order's items."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-34",)
    operation: ClassVar[str] = EXTEND

    def new_due_at(self, call: Call, order: Order, due_at: datetime) -> datetime:
        """The order is stored anew, without them."""
        for item in order.items.values():
            item.serial_number = None
        return super().new_due_at(call, order, due_at)


class SerialsOverwrittenTwiceAtMost(Fault):
    """From the fourth on, serial numbers of an item are accepted and not written."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-34",)
    operation: ClassVar[str] = SERIAL_NUMBERS

    def write_serial(self, call: Call, order: Order, item: Item, serial: Serial) -> None:
        """A short history."""
        written = order.marks.setdefault("written", {})
        written[item.id] = written.get(item.id, 0) + 1
        if written[item.id] <= 3:
            super().write_serial(call, order, item, serial)


GENERATED = faults_in_sharing(
    "Serials",
    SERIAL_NUMBERS,
    "adding serial numbers",
    {
        "IdInSharedField": ("SER-8",),
        "BodyInSharedField": ("SER-8",),
        "IdSharedForOneTurn": ("SER-8",),
        "PathSharedFromTheHeadOn": ("SER-8",),
    },
    module=__name__,
)
