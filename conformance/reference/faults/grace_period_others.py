"""Faults in extensions that reach other orders: of the customer, or stored beside the one that is extended."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import EXTEND
from orderproof.conformance.reference.factory import GRACE_PERIOD
from orderproof.conformance.reference.faults.shared.others import order_beside, others_of_the_customer

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Order


class ExtensionOfOthersFault(Fault):
    """A fault in which timers an extension moves."""

    operation: ClassVar[str] = EXTEND

    def moved_too(self, call: Call, order: Order) -> Iterable[Order]:
        """The other orders whose timers move."""
        return ()

    def moved_to(self, call: Call, other: Order) -> datetime:
        """Where their timers move to."""
        return other.due_at + self.extension(call, other)

    def write_due_at(self, call: Call, order: Order, version: int, due_at: datetime) -> bool:
        """One statement for all of them."""
        written = super().write_due_at(call, order, version, due_at)
        for other in self.moved_too(call, order) if written else ():
            other.due_at = self.moved_to(call, other)
        return written


class CustomersTimersExtended(ExtensionOfOthersFault):
    """An extension moves the timers of all orders of the customer."""

    breaks: ClassVar[tuple[str, ...]] = ("GRA-3",)

    def moved_too(self, call: Call, order: Order) -> Iterable[Order]:
        """By `customer_id`."""
        return others_of_the_customer(order)


class OlderTimersOfCustomerExtended(ExtensionOfOthersFault):
    """An extension moves the timers of the customer's older orders."""

    breaks: ClassVar[tuple[str, ...]] = ("GRA-3",)

    def moved_too(self, call: Call, order: Order) -> Iterable[Order]:
        """All that were placed before."""
        return [other for other in others_of_the_customer(order) if other.number < order.number]


class CustomersTimersRestarted(ExtensionOfOthersFault):
    """An extension starts the timers of the customer's other orders anew."""

    breaks: ClassVar[tuple[str, ...]] = ("GRA-3",)

    def moved_too(self, call: Call, order: Order) -> Iterable[Order]:
        """By `customer_id`."""
        return others_of_the_customer(order)

    def moved_to(self, call: Call, other: Order) -> datetime:
        """Counted from now."""
        return self.now() + GRACE_PERIOD


class OrderStoredBeforeExtended(ExtensionOfOthersFault):
    """An extension moves the timer of the order that was stored just before."""

    breaks: ClassVar[tuple[str, ...]] = ("GRA-3",)

    def moved_too(self, call: Call, order: Order) -> Iterable[Order]:
        """A range that begins too early."""
        return order_beside(call, order, -1)


class OrderStoredNextExtended(ExtensionOfOthersFault):
    """An extension moves the timer of the order that was stored next."""

    breaks: ClassVar[tuple[str, ...]] = ("GRA-3",)

    def moved_too(self, call: Call, order: Order) -> Iterable[Order]:
        """A range that ends too late."""
        return order_beside(call, order, 1)
