"""Which other orders and lines a faulty query finds beside the one that is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Item, Order


def others_of_the_customer(order: Order) -> list[Order]:
    """The other orders of an order's customer."""
    return [other for other in order.customer.orders if other is not order]


def order_beside(call: Call, order: Order, step: int) -> list[Order]:
    """The order that was stored just before (`step` -1) or after (1), if there is one."""
    known = list(call.tenant.orders.values())
    place = known.index(order) + step
    return known[place : place + 1] if place >= 0 else []


def lines_of_the_product(order: Order, item: Item) -> list[Item]:
    """The lines of an order that are of the same product as a line, without the line itself."""
    return [line for line in order.items.values() if line.product == item.product and line is not item]


def take_serials_of_order_before(call: Call, order: Order) -> None:
    """Take the serial numbers off the order that was stored just before."""
    for other in order_beside(call, order, -1):
        for item in other.items.values():
            item.serial_number = None
