"""What becomes of requests that meet others, or that are read back at once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from orderproof.conformance.reference.behaviours import Variant
from orderproof.conformance.reference.exchange import CANCEL_LINE, CANCEL_LINE_INTERNAL, SERIAL_NUMBERS
from orderproof.conformance.reference.problems import Refusal
from orderproof.conformance.reference.variants.shared.later import LATER

if TYPE_CHECKING:
    from orderproof.conformance.reference.decisions.serials import Serial
    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Item, Order


class ExtendingVariant(Variant):
    """An order knows while it is being extended."""

    choice: ClassVar[int] = 6

    async def between_read_and_write(self, call: Call, order: Order) -> None:
        """From reading its timer to writing it."""
        order.marks["extending"] = order.marks.get("extending", 0) + 1
        try:
            await super().between_read_and_write(call, order)
        finally:
            order.marks["extending"] -= 1


class ChangesRefusedDuringExtension(ExtendingVariant):
    """Serial numbers and cancellations of items that meet an extension are refused with 409."""

    def write_serials(self, call: Call, order: Order, targets: list[tuple[Item, Serial]]) -> None:
        """Come again."""
        if order.marks.get("extending"):
            raise Refusal("grace-period-conflict")
        super().write_serials(call, order, targets)

    def check_line(self, call: Call, order: Order, item: Item) -> None:
        """Come again."""
        super().check_line(call, order, item)
        if order.marks.get("extending"):
            raise Refusal("grace-period-conflict")


class ChangesWaitForExtension(ExtendingVariant):
    """Serial numbers and cancellations of items wait until no extension is under way."""

    async def before_operation(self, call: Call) -> None:
        """In a queue."""
        if call.operation in (SERIAL_NUMBERS, CANCEL_LINE, CANCEL_LINE_INTERNAL):
            while any(order.marks.get("extending") for order in call.tenant.orders.values()):
                await asyncio.sleep(0.001)
        await super().before_operation(call)


class ChangesOfItemsShowLater(Variant):
    """Serial numbers and cancellations of items show a moment after they were answered."""

    choice: ClassVar[int] = 7

    def write_serials(self, call: Call, order: Order, targets: list[tuple[Item, Serial]]) -> None:
        """In a moment."""
        asyncio.get_running_loop().call_later(LATER.total_seconds(), super().write_serials, call, order, targets)

    def cancel_line(self, call: Call, order: Order, item: Item) -> None:
        """In a moment."""
        asyncio.get_running_loop().call_later(LATER.total_seconds(), super().cancel_line, call, order, item)
