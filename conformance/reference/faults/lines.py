"""Faults in canceling line items."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import CANCEL_LINE, CANCEL_LINE_INTERNAL

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Item, Order


class LineFault(Fault):
    """A fault in canceling line items, publicly and internally."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN", "INT")
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


class InternalErrorsAsProblems(LineFault):
    """The internal API tells its errors as `application/problem+json`, like the public one."""

    breaks: ClassVar[tuple[str, ...]] = ("ERR-1",)
    operation: ClassVar[str] = CANCEL_LINE_INTERNAL

    def error_media_type(self, call: Call, reason: str) -> str:
        """The same for both."""
        return "application/problem+json"
