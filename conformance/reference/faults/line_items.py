"""Faults in canceling line items."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import (
    CANCEL_LINE,
    EXTEND,
)
from orderproof.conformance.reference.faults.shared.meeting import meets_another
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from datetime import datetime

    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Item, Order


class LineFault(Fault):
    """A fault in canceling line items, publicly and internally."""

    operation: ClassVar[str] = CANCEL_LINE


class OrdinaryLineCanceled(LineFault):
    """A line that is not pre-ordered is canceled."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-5", "INT-4")

    def is_preordered(self, call: Call, item: Item) -> bool:
        """Every line is."""
        return True


class TerminalLineCanceled(LineFault):
    """A line in a terminal status is canceled."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-6", "LIN-7", "INT-5", "INT-6", "INT-11")

    def terminal_statuses(self, call: Call) -> frozenset[str]:
        """None is."""
        return frozenset()


class CompleteLineCanceled(LineFault):
    """A line that is complete is canceled; only `cancelled` and `returned` count as terminal."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-6", "INT-5")

    def terminal_statuses(self, call: Call) -> frozenset[str]:
        """One is missing."""
        return frozenset({"cancelled", "returned"})


class NeighbourLineCanceled(LineFault):
    """The next line of the order is canceled, too."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-8", "INT-7")

    def canceled_lines(self, call: Call, order: Order, item: Item) -> list[Item]:
        """Two at once."""
        items = list(order.items.values())
        return [item, items[(item.index + 1) % len(items)]]


class LineCancellationExtends(LineFault):
    """Canceling a line moves the timer of its order, as an extension would."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-8", "INT-7")

    def cancel_line(self, call: Call, order: Order, item: Item) -> None:
        """By a quarter of an hour."""
        super().cancel_line(call, order, item)
        order.due_at += timedelta(minutes=15)


class LineOfTheOrderBeforeCanceled(LineFault):
    """The pre-ordered line of the order that was made before is canceled, too."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-20", "INT-14")

    def canceled_lines(self, call: Call, order: Order, item: Item) -> list[Item]:
        """A range that begins too early."""
        known = list(call.tenant.orders.values())
        place = known.index(order)
        before = known[place - 1].items.values() if place else ()
        return [item, *(line for line in before if line.preordered)]


class WrongLineCanceled(LineFault):
    """The next line of the order is canceled instead."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-4", "INT-3")

    def canceled_lines(self, call: Call, order: Order, item: Item) -> list[Item]:
        """The neighbour only."""
        items = list(order.items.values())
        return [items[(item.index + 1) % len(items)]]


class LineCancelDoesNothing(LineFault):
    """The answer is 200, and nothing happens, ever."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-4", "INT-3")

    def cancel_line(self, call: Call, order: Order, item: Item) -> None:
        """Nothing."""


class LineOfAnyOrder(LineFault):
    """The line of another order is canceled, whatever order the path names."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-11",)

    def line_item(self, call: Call, order: Order, identifier: str) -> Item:
        """Found wherever it is."""
        owner = self.find_order_of_item(call, identifier)
        return super().line_item(call, owner or order, identifier)


class LineIdTypeIgnored(LineFault):
    """The order is found by either kind of id, whatever `id_type` says."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-12", "LIN-13")

    def line_order(self, call: Call, identifier: str, id_type: str) -> Order:
        """Whichever fits."""
        return super().line_order(call, identifier, "internal" if self.is_uuid(call, identifier) else "external")


class SimultaneousLineCancelsRefused(Fault):
    """Of cancellations of one item that come at the same time every one is refused, each for the sake of the others."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-19",)
    operation: ClassVar[str] = CANCEL_LINE

    async def between_check_and_cancel_line(self, call: Call, order: Order, item: Item) -> None:
        """Look for others, and give way."""
        if await meets_another(order):
            raise Refusal("item-not-cancelable")


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


class LineCancellationForgottenByExtension(Fault):
    """An extension of the grace period makes canceled items pending again."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-18",)
    operation: ClassVar[str] = CANCEL_LINE

    def new_due_at(self, call: Call, order: Order, due_at: datetime) -> datetime:
        """All items wait again."""
        for item in order.items.values():
            item.status = "pending"
        return super().new_due_at(call, order, due_at)
