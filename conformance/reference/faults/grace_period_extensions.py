"""Faults in what extending a grace period answers, and in what else it does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import EXTEND, JSON

if TYPE_CHECKING:
    from datetime import datetime

    from orderproof.conformance.reference.exchange import Answer, Call
    from orderproof.conformance.reference.store import Order


class ExtensionFault(Fault):
    """A fault in extensions."""

    operation: ClassVar[str] = EXTEND


class ExtensionIs201(ExtensionFault):
    """An extension is answered with 201."""

    breaks: ClassVar[tuple[str, ...]] = ("GRA-1", "GRA-9", "GRA-90")

    def success(self, call: Call, document: Any, status: int = 200) -> Answer:
        """Created."""
        return super().success(call, document, 201 if call.operation == EXTEND else status)


class ExtensionAsPlainText(ExtensionFault):
    """An extension is called `text/plain`."""

    breaks: ClassVar[tuple[str, ...]] = ("GRA-10",)

    def content_type(self, call: Call, media_type: str) -> str:
        """A wrong label."""
        plain = call.operation == EXTEND and media_type == JSON
        return "text/plain" if plain else super().content_type(call, media_type)


class DueAtWithoutZone(ExtensionFault):
    """`due_at` does not say in which zone it is."""

    breaks: ClassVar[tuple[str, ...]] = ("GRA-11",)

    def due_at(self, call: Call, due_at: datetime) -> str:
        """Local, somewhere."""
        return due_at.replace(tzinfo=None).isoformat()


class DueAtInSeconds(ExtensionFault):
    """`due_at` is a number of seconds."""

    breaks: ClassVar[tuple[str, ...]] = ("GRA-11",)

    def extension_body(self, call: Call, order: Order, due_at: datetime) -> Any:
        """Since 1970."""
        return {"due_at": int(due_at.timestamp())}


class OtherOrdersExtended(ExtensionFault):
    """An extension moves the timers of all running orders."""

    breaks: ClassVar[tuple[str, ...]] = ("GRA-3",)

    def write_due_at(self, call: Call, order: Order, version: int, due_at: datetime) -> bool:
        """All together."""
        written = super().write_due_at(call, order, version, due_at)
        for other in call.tenant.orders.values():
            if other is not order and self.within_grace_period(call, other):
                other.due_at += self.extension(call, other)
        return written


class ExtensionReplacesOrder(ExtensionFault):
    """An extension makes the order look as if it had been placed just now."""

    breaks: ClassVar[tuple[str, ...]] = ("GRA-14",)

    def new_due_at(self, call: Call, order: Order, due_at: datetime) -> datetime:
        """The clock starts anew."""
        order.placed_at = self.now()
        return super().new_due_at(call, order, due_at)


class ClosedOrderExtended(ExtensionFault):
    """The grace period of a closed order is extended."""

    breaks: ClassVar[tuple[str, ...]] = ("GRA-15",)

    def check_grace_period(self, call: Call, order: Order) -> None:
        """Closed is as good as open."""
        if order.status != "closed" or order.cancel_requested:
            super().check_grace_period(call, order)


class FirstExtensionMovesPlacedAt(ExtensionFault):
    """The first extension of an order moves `placed_at` as well; later ones leave it alone."""

    breaks: ClassVar[tuple[str, ...]] = ("GRA-14",)

    async def extend(self, call: Call, order: Order) -> datetime:
        """By as much as the timer."""
        moved = await super().extend(call, order)
        if not order.marks.get("extended"):
            order.marks["extended"] = True
            order.placed_at += self.extension(call, order)
        return moved


class ClosedOrderExtendedByReadableId(ExtensionFault):
    """By its readable id a closed order is extended."""

    breaks: ClassVar[tuple[str, ...]] = ("GRA-15",)

    def check_grace_period(self, call: Call, order: Order) -> None:
        """The other handler does not look."""
        if order.status != "closed" or order.cancel_requested or not call.is_by_readable_id:
            super().check_grace_period(call, order)


class ExtensionByReadableIdMovesPlacedAt(ExtensionFault):
    """An extension by the readable id of an order makes the order look as if it had been placed just now."""

    breaks: ClassVar[tuple[str, ...]] = ("GRA-14",)

    async def extend(self, call: Call, order: Order) -> datetime:
        """A copy with a new time."""
        due_at = await super().extend(call, order)
        if call.is_by_readable_id:
            order.placed_at = self.now()
        return due_at
