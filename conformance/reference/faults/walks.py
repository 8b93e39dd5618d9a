"""Faults that show only after a certain sequence of operations on one order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import CANCEL, CANCEL_LINE, EXTEND, SERIAL_NUMBERS
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from datetime import datetime

    from orderproof.conformance.reference.decisions.serials import Serial
    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Item, Order


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


class LineCancellationForgottenByExtension(Fault):
    """An extension of the grace period makes canceled items pending again."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-18",)
    operation: ClassVar[str] = CANCEL_LINE

    def new_due_at(self, call: Call, order: Order, due_at: datetime) -> datetime:
        """All items wait again."""
        for item in order.items.values():
            item.status = "pending"
        return super().new_due_at(call, order, due_at)
