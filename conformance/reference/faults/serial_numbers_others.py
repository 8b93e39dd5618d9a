"""Faults in serial numbers that reach other items: of the product, of the customer, or of the order stored before."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

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


def _at_the_same_place(orders: Iterable[Order], item: Item) -> list[Item]:
    return [line for order in orders for line in order.items.values() if line.index == item.index]


class SerialsOfOthersFault(Fault):
    """A fault in which items get a serial number."""

    operation: ClassVar[str] = SERIAL_NUMBERS


def _number(
    fault: Fault, call: Call, targets: list[tuple[Item, Serial]], others: Callable[[Item], Iterable[Item]]
) -> None:
    """Write the serial number of each item to other items too, before what the request names is written."""
    for item, serial in targets:
        for other in others(item):
            other.serial_number = fault.stored_serial_number(call, other, serial)


class SerialsForTheProduct(SerialsOfOthersFault):
    """All items of the order that are of the same product get the serial number."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-7",)

    def write_serials(self, call: Call, order: Order, targets: list[tuple[Item, Serial]]) -> None:
        """By the product."""
        _number(self, call, targets, lambda item: lines_of_the_product(order, item))
        super().write_serials(call, order, targets)


class SerialsClearTheProduct(SerialsOfOthersFault):
    """The other items of the order that are of the same product lose their serial numbers."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-7",)

    def write_serials(self, call: Call, order: Order, targets: list[tuple[Item, Serial]]) -> None:
        """A product has one serial number."""
        for item, _ in targets:
            for other in lines_of_the_product(order, item):
                other.serial_number = None
        super().write_serials(call, order, targets)


class SerialsForProductOfCustomer(SerialsOfOthersFault):
    """Items of the same product in the customer's other orders get the serial number."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-8",)

    def write_serials(self, call: Call, order: Order, targets: list[tuple[Item, Serial]]) -> None:
        """By the customer and the product."""
        _number(
            self,
            call,
            targets,
            lambda item: [
                line for other in others_of_the_customer(order) for line in lines_of_the_product(other, item)
            ],
        )
        super().write_serials(call, order, targets)


class SerialsForProductAnywhere(SerialsOfOthersFault):
    """Items of the same product in all orders get the serial number."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-8",)

    def write_serials(self, call: Call, order: Order, targets: list[tuple[Item, Serial]]) -> None:
        """By the product."""
        _number(
            self,
            call,
            targets,
            lambda item: [line for other in call.tenant.orders.values() for line in lines_of_the_product(other, item)],
        )
        super().write_serials(call, order, targets)


class SerialsForCustomersOrders(SerialsOfOthersFault):
    """The items at the same place in the customer's other orders get the serial number."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-8",)

    def write_serials(self, call: Call, order: Order, targets: list[tuple[Item, Serial]]) -> None:
        """By the customer and the number of the line."""
        _number(self, call, targets, lambda item: _at_the_same_place(others_of_the_customer(order), item))
        super().write_serials(call, order, targets)


class SerialsForOldestOrderOfCustomer(SerialsOfOthersFault):
    """The items at the same place in the customer's oldest order get the serial number."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-8",)

    def write_serials(self, call: Call, order: Order, targets: list[tuple[Item, Serial]]) -> None:
        """The first that was stored."""
        _number(
            self,
            call,
            targets,
            lambda item: _at_the_same_place(
                [other for other in others_of_the_customer(order)[:1] if other.number < order.number], item
            ),
        )
        super().write_serials(call, order, targets)


class SerialsForTheOrderBefore(SerialsOfOthersFault):
    """The order that was stored before gets the serial numbers, too."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-8",)

    def write_serials(self, call: Call, order: Order, targets: list[tuple[Item, Serial]]) -> None:
        """The item at the same place there."""
        _number(self, call, targets, lambda item: _at_the_same_place(order_beside(call, order, -1), item))
        super().write_serials(call, order, targets)
