"""Faults in what is shown of an order that is not new any more: past its grace period, closed, or without an item."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import GET_ORDER, VENDOR_V2

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Order


class OldOrderFault(Fault):
    """A fault in showing an order that is not new any more."""

    operation: ClassVar[str] = GET_ORDER

    def is_past(self, order: Order) -> bool:
        """Whether an open order's grace period is over."""
        return order.status == "open" and not order.cancel_requested and self.now() >= order.due_at


class PastOrdersNotFound(OldOrderFault):
    """Once its grace period is over, an order is not found any more."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-1", "ORD-2")

    def existing_order(self, call: Call, identifier: str, id_type: str) -> Order:
        """It is somebody else's now."""
        order = super().existing_order(call, identifier, id_type)
        if call.operation == GET_ORDER and self.is_past(order):
            raise self.order_not_found(call, identifier, id_type)
        return order


class PastOrdersNotFoundInVersion2(OldOrderFault):
    """Once its grace period is over, an order is not found in version 2 any more."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-1", "ORD-2")

    def existing_order(self, call: Call, identifier: str, id_type: str) -> Order:
        """The new version asks another table."""
        order = super().existing_order(call, identifier, id_type)
        if call.operation == GET_ORDER and call.media_type == VENDOR_V2 and self.is_past(order):
            raise self.order_not_found(call, identifier, id_type)
        return order


class OrderWithoutAnItemNotFoundByReadableId(OldOrderFault):
    """Once an item was canceled, an order is not found by its readable id any more."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-2",)

    def find_external(self, call: Call, identifier: str) -> Order | None:
        """It has another version."""
        order = super().find_external(call, identifier)
        if order is None or call.operation != GET_ORDER or order.cancel_requested or order.status != "open":
            return order
        return None if any(item.status == "cancelled" for item in order.items.values()) else order


class ClosedOrdersWithoutItemsInVersion2(OldOrderFault):
    """Version 2 shows a closed order without its items."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-19",)

    def order_document(self, call: Call, order: Order, id_type: str) -> dict[str, Any]:
        """They are in the archive."""
        document = super().order_document(call, order, id_type)
        is_short = call.media_type == VENDOR_V2 and order.status == "closed" and not order.cancel_requested
        return document | {"items": []} if is_short else document


class ClosedOrdersPlacedLaterInVersion2(OldOrderFault):
    """Version 2 shows a closed order minutes later than it was placed."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-11",)

    def order_document(self, call: Call, order: Order, id_type: str) -> dict[str, Any]:
        """By the clock of the archive."""
        document = super().order_document(call, order, id_type)
        if call.media_type == VENDOR_V2 and order.status == "closed" and not order.cancel_requested:
            document["placed_at"] = self.placed_at(call, order.placed_at + timedelta(minutes=7))
        return document
