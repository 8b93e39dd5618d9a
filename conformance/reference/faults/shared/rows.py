"""Servers that keep an order in one row, read it, change a part of it and write all of it back.

What others wrote in between is lost. The window is as narrow as a server can have it: a turn of the event loop, or a
round trip to a thread of the pool, without any wait of its own.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from orderproof.conformance.reference.store import Order

Row = dict[str, Any]

CANCELLATION = ("cancel_requested", "canceled_at", "status")
TIMER = ("due_at",)
OF_ITEMS = "items."
SERIALS = (f"{OF_ITEMS}serial_number",)
LINES = (f"{OF_ITEMS}status",)


async def a_turn() -> None:
    """One turn of the event loop: what was ready already goes first."""
    await asyncio.sleep(0)


async def a_thread() -> None:
    """A call that runs in a thread of the pool."""
    await asyncio.to_thread(time.monotonic)


def read_row(order: Order, columns: tuple[str, ...]) -> Row:
    """These columns of an order as they are now; of items, the values of each."""
    return {
        column: {item.id: getattr(item, column.removeprefix(OF_ITEMS)) for item in order.items.values()}
        if column.startswith(OF_ITEMS)
        else getattr(order, column)
        for column in columns
    }


def write_row(order: Order, row: Row) -> None:
    """Write columns back as they were read."""
    for column, value in row.items():
        if not column.startswith(OF_ITEMS):
            setattr(order, column, value)
            continue
        for item_id, of_item in value.items():
            setattr(order.items[item_id], column.removeprefix(OF_ITEMS), of_item)
