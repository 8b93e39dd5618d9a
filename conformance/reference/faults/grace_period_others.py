"""Faults in extensions that reach other orders: of the customer, or stored beside the one that is extended."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import EXTEND
from orderproof.conformance.reference.factory import GRACE_PERIOD
from orderproof.conformance.reference.faults.shared.others import (
    order_beside,
    others_of_the_customer,
    take_serials_of_order_before,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Order


class ExtensionOfOthersFault(Fault):
    """A fault in which timers an extension moves."""

    operation: ClassVar[str] = EXTEND


def _extend(fault: Fault, call: Call, others: Iterable[Order], *, is_written: bool) -> bool:
    """Move the timers of other orders with that of the one that is meant: one statement for all of them."""
    for other in others if is_written else ():
        other.due_at += fault.extension(call, other)
    return is_written


class CustomersTimersExtended(ExtensionOfOthersFault):
    """An extension moves the timers of all orders of the customer."""

    breaks: ClassVar[tuple[str, ...]] = ("GRA-3",)

    def write_due_at(self, call: Call, order: Order, version: int, due_at: datetime) -> bool:
        """By `customer_id`."""
        written = super().write_due_at(call, order, version, due_at)
        return _extend(self, call, others_of_the_customer(order), is_written=written)


class OlderTimersOfCustomerExtended(ExtensionOfOthersFault):
    """An extension moves the timers of the customer's older orders."""

    breaks: ClassVar[tuple[str, ...]] = ("GRA-3",)

    def write_due_at(self, call: Call, order: Order, version: int, due_at: datetime) -> bool:
        """All that were placed before."""
        written = super().write_due_at(call, order, version, due_at)
        older = [other for other in others_of_the_customer(order) if other.number < order.number]
        return _extend(self, call, older, is_written=written)


class CustomersTimersRestarted(ExtensionOfOthersFault):
    """An extension starts the timers of the customer's other orders anew."""

    breaks: ClassVar[tuple[str, ...]] = ("GRA-3",)

    def write_due_at(self, call: Call, order: Order, version: int, due_at: datetime) -> bool:
        """By `customer_id`, counted from now."""
        written = super().write_due_at(call, order, version, due_at)
        for other in others_of_the_customer(order) if written else ():
            other.due_at = self.now() + GRACE_PERIOD
        return written


class OrderStoredBeforeExtended(ExtensionOfOthersFault):
    """An extension moves the timer of the order that was stored just before."""

    breaks: ClassVar[tuple[str, ...]] = ("GRA-3",)

    def write_due_at(self, call: Call, order: Order, version: int, due_at: datetime) -> bool:
        """A range that begins too early."""
        written = super().write_due_at(call, order, version, due_at)
        return _extend(self, call, order_beside(call, order, -1), is_written=written)


class OrderStoredNextExtended(ExtensionOfOthersFault):
    """An extension moves the timer of the order that was stored next."""

    breaks: ClassVar[tuple[str, ...]] = ("GRA-3",)

    def write_due_at(self, call: Call, order: Order, version: int, due_at: datetime) -> bool:
        """A range that ends too late."""
        written = super().write_due_at(call, order, version, due_at)
        return _extend(self, call, order_beside(call, order, 1), is_written=written)


class ExtensionTakesSerialsOfOthers(ExtensionOfOthersFault):
    """An extension takes the serial numbers off the order that was stored before."""

    breaks: ClassVar[tuple[str, ...]] = ("GRA-3",)

    def write_due_at(self, call: Call, order: Order, version: int, due_at: datetime) -> bool:
        """The statement that unpacks an order has lost its condition."""
        take_serials_of_order_before(call, order)
        return super().write_due_at(call, order, version, due_at)


class ExtensionTakesEpcs(ExtensionOfOthersFault):
    """An extension takes the epcs off the items of its order."""

    breaks: ClassVar[tuple[str, ...]] = ("GRA-14",)

    def write_due_at(self, call: Call, order: Order, version: int, due_at: datetime) -> bool:
        """As if they were unpacked."""
        for item in order.items.values():
            item.epc = None
        return super().write_due_at(call, order, version, due_at)
