"""Faults in serial numbers that reach other items: of the product, of the customer, or of the order stored before."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import SERIAL_NUMBERS
from orderproof.conformance.reference.faults.shared.others import (
    lines_of_the_product,
    order_beside,
    others_of_the_customer,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from orderproof.conformance.reference.decisions.serials import Serial
    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Item, Order


class _Reach(NamedTuple):
    """A fault as data: its name, its docstring, the rule that must find it, and which items get the number too."""

    name: str
    says: str
    breaks: str
    others: Callable[[Call, Order, Item], Iterable[Item]]


def _at_the_same_place(orders: Iterable[Order], item: Item) -> list[Item]:
    return [line for order in orders for line in order.items.values() if line.index == item.index]


def _of_the_product(orders: Iterable[Order], item: Item) -> list[Item]:
    return [line for order in orders for line in lines_of_the_product(order, item)]


def _oldest_of_the_customer(order: Order) -> list[Order]:
    return [other for other in others_of_the_customer(order)[:1] if other.number < order.number]


def _fault_of(reach: _Reach) -> type[Fault]:
    """A server that numbers other items in the statement that numbers one; what the request names comes last."""

    class Made(Fault):
        def write_serials(self, call: Call, order: Order, targets: list[tuple[Item, Serial]]) -> None:
            for item, serial in targets:
                for other in reach.others(call, order, item):
                    other.serial_number = self.stored_serial_number(call, other, serial)
            super().write_serials(call, order, targets)

    Made.__name__ = Made.__qualname__ = reach.name
    Made.__doc__, Made.__module__ = reach.says, __name__
    Made.breaks, Made.operation = (reach.breaks,), SERIAL_NUMBERS
    return Made


class SerialsClearTheProduct(Fault):
    """The other items of the order that are of the same product lose their serial numbers."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-7",)
    operation: ClassVar[str] = SERIAL_NUMBERS

    def write_serials(self, call: Call, order: Order, targets: list[tuple[Item, Serial]]) -> None:
        """A product has one serial number."""
        for item, _ in targets:
            for other in lines_of_the_product(order, item):
                other.serial_number = None
        super().write_serials(call, order, targets)


GENERATED = tuple(
    _fault_of(reach)
    for reach in (
        _Reach(
            "SerialsForTheProduct",
            "All items of the order that are of the same product get the serial number.",
            "SER-7",
            lambda _, order, item: lines_of_the_product(order, item),
        ),
        _Reach(
            "SerialsForProductOfCustomer",
            "Items of the same product in the customer's other orders get the serial number.",
            "SER-8",
            lambda _, order, item: _of_the_product(others_of_the_customer(order), item),
        ),
        _Reach(
            "SerialsForProductAnywhere",
            "Items of the same product in all orders get the serial number.",
            "SER-8",
            lambda call, _, item: _of_the_product(call.tenant.orders.values(), item),
        ),
        _Reach(
            "SerialsForCustomersOrders",
            "The items at the same place in the customer's other orders get the serial number.",
            "SER-8",
            lambda _, order, item: _at_the_same_place(others_of_the_customer(order), item),
        ),
        _Reach(
            "SerialsForOldestOrderOfCustomer",
            "The items at the same place in the customer's oldest order get the serial number.",
            "SER-8",
            lambda _, order, item: _at_the_same_place(_oldest_of_the_customer(order), item),
        ),
        _Reach(
            "SerialsForTheOrderBefore",
            "The order that was stored before gets the serial numbers, too.",
            "SER-8",
            lambda call, order, item: _at_the_same_place(order_beside(call, order, -1), item),
        ),
    )
)


class SerialsMovePlacedAt(Fault):
    """Serial numbers make an order look as if it had been placed just now."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-39",)
    operation: ClassVar[str] = SERIAL_NUMBERS

    def write_serials(self, call: Call, order: Order, targets: list[tuple[Item, Serial]]) -> None:
        """The time of the last event."""
        super().write_serials(call, order, targets)
        order.placed_at = self.now()


class SerialsMoveTimer(Fault):
    """Serial numbers move the timer of the order."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-39",)
    operation: ClassVar[str] = SERIAL_NUMBERS

    def write_serials(self, call: Call, order: Order, targets: list[tuple[Item, Serial]]) -> None:
        """Five minutes more to pack it."""
        super().write_serials(call, order, targets)
        order.due_at += timedelta(minutes=5)


class SerialsChangePrices(Fault):
    """An item with a serial number costs a little more."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-39",)
    operation: ClassVar[str] = SERIAL_NUMBERS

    def write_serials(self, call: Call, order: Order, targets: list[tuple[Item, Serial]]) -> None:
        """It is priced anew."""
        super().write_serials(call, order, targets)
        for item, _ in targets:
            item.net += 100


class SerialsEndTheTimeOfOthers(Fault):
    """Adding serial numbers ends the grace period of the order that was stored before."""

    operation: ClassVar[str] = SERIAL_NUMBERS
    breaks: ClassVar[tuple[str, ...]] = ("SER-8",)

    async def store_serials(self, call: Call, order: Order, targets: list[tuple[Item, Serial]]) -> None:
        """What is packed is sent at once: of another order."""
        await super().store_serials(call, order, targets)
        for other in order_beside(call, order, -1):
            other.due_at = min(other.due_at, self.now())
