"""Faults that show only when requests meet: windows between reading and writing."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import CANCEL, CANCEL_LINE, CANCELLATION_STATUS, EXTEND, SERIAL_NUMBERS
from orderproof.conformance.reference.faults.meeting import meets_another
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from datetime import datetime

    from orderproof.conformance.reference.decisions.serials import Serial
    from orderproof.conformance.reference.exchange import Answer, Call
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


class TwoCancellationsAccepted(Fault):
    """Of two cancellations that meet both are accepted: between the check and the effect there is a window."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-32",)
    operation: ClassVar[str] = CANCEL

    async def between_check_and_cancel(self, call: Call, order: Order) -> None:
        """A round trip."""
        await asyncio.sleep(0.004)


class CanceledWhileStillCancelable(Fault):
    """While an order is being canceled, its status says both that it is canceled and that it can be."""

    breaks: ClassVar[tuple[str, ...]] = ("CST-15",)
    operation: ClassVar[str] = CANCELLATION_STATUS

    def cancel(self, call: Call, order: Order, cancellation: Any) -> None:
        """One member first."""
        super().cancel(call, order, cancellation)
        call.tenant.orders[order.uuid].marks["storing"] = True

    def cancellation_status(self, call: Call, order: Order) -> dict[str, Any]:
        """The other is behind."""
        status = super().cancellation_status(call, order)
        return status | {"cancelable": True} if order.marks.get("storing") else status

    async def before_answer(self, call: Call, answer: Answer) -> None:
        """Until the cancellation is answered."""
        if call.operation == CANCEL and answer.status == 200:
            await asyncio.sleep(0.01)
            for order in call.tenant.orders.values():
                order.marks.pop("storing", None)
        await super().before_answer(call, answer)


class SerialsHalfWrittenWhenSimultaneous(Fault):
    """Of serial numbers that meet others for the same items, some of each request remain."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-35",)
    operation: ClassVar[str] = SERIAL_NUMBERS

    def write_serials(self, call: Call, order: Order, targets: list[tuple[Item, Serial]]) -> None:
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


class SimultaneousLineCancelsRefused(Fault):
    """Of cancellations of one item that come at the same time every one is refused, each for the sake of the others."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-19",)
    operation: ClassVar[str] = CANCEL_LINE

    async def between_check_and_cancel_line(self, call: Call, order: Order, item: Item) -> None:
        """Look for others, and give way."""
        if await meets_another(order):
            raise Refusal("item-not-cancelable")


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


class ExtensionUndoesLineCancel(Fault):
    """An extension writes the statuses of the lines back as they were when it read the order."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-21",)
    operation: ClassVar[str] = EXTEND

    async def between_read_and_write(self, call: Call, order: Order) -> None:
        """The whole order is one row; a cancellation of all of it is seen."""
        read = {item.id: item.status for item in order.items.values()}
        await super().between_read_and_write(call, order)
        for item in order.items.values() if not order.cancel_requested else ():
            item.status = read[item.id]
