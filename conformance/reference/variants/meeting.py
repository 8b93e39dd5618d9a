"""What becomes of requests that meet others, or that are read back at once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference.behaviours import Variant
from orderproof.conformance.reference.exchange import CANCEL, CANCEL_LINE, CANCEL_LINE_INTERNAL, EXTEND, SERIAL_NUMBERS
from orderproof.conformance.reference.problems import Refusal
from orderproof.conformance.reference.variants.shared.later import LATER

if TYPE_CHECKING:
    from orderproof.conformance.reference.decisions.serials import Serial
    from orderproof.conformance.reference.exchange import Answer, Call
    from orderproof.conformance.reference.store import Item, Order

CHANGES = (CANCEL, EXTEND, SERIAL_NUMBERS, CANCEL_LINE, CANCEL_LINE_INTERNAL)


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


class ChangesTakeOneLock(Variant):
    """A change that meets one of another order is refused with 409: all changes take one lock."""

    choice: ClassVar[int] = 6

    def __init__(self, *world: Any) -> None:
        """Nothing under way."""
        super().__init__(*world)
        self.changed = ""

    async def before_operation(self, call: Call) -> None:
        """Come again; an extension waits, since its 409 says that the same order was extended."""
        await super().before_operation(call)
        if call.operation not in CHANGES:
            return
        while self.changed and call.operation == EXTEND:
            await asyncio.sleep(0.001)
        if self.changed:
            raise Refusal("grace-period-conflict")
        self.changed = call.request_id

    async def before_answer(self, call: Call, answer: Answer) -> None:
        """Done, or not begun."""
        if self.changed == call.request_id:
            await asyncio.sleep(0.002)
            self.changed = ""
        await super().before_answer(call, answer)


class RequestsTakeTurns(Variant):
    """A request waits until the one before it was answered, whatever it is about."""

    choice: ClassVar[int] = 6

    def __init__(self, *world: Any) -> None:
        """Nobody waits."""
        super().__init__(*world)
        self.busy_with = ""

    async def before_operation(self, call: Call) -> None:
        """In a queue."""
        while self.busy_with:
            await asyncio.sleep(0.001)
        self.busy_with = call.request_id
        await super().before_operation(call)

    async def before_answer(self, call: Call, answer: Answer) -> None:
        """The next one."""
        await super().before_answer(call, answer)
        if self.busy_with == call.request_id:
            self.busy_with = ""


class ChangesOfItemsShowLater(Variant):
    """Serial numbers and cancellations of items show a moment after they were answered."""

    choice: ClassVar[int] = 7
    warned_by: ClassVar[tuple[str, ...]] = ("LIN-22",)

    def write_serials(self, call: Call, order: Order, targets: list[tuple[Item, Serial]]) -> None:
        """In a moment."""
        asyncio.get_running_loop().call_later(LATER.total_seconds(), super().write_serials, call, order, targets)

    def cancel_line(self, call: Call, order: Order, item: Item) -> None:
        """In a moment."""
        asyncio.get_running_loop().call_later(LATER.total_seconds(), super().cancel_line, call, order, item)
