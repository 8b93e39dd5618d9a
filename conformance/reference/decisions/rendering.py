"""What an order looks like in an answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from orderproof.conformance.reference import documents
from orderproof.conformance.reference.decisions.negotiation import Negotiation

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Item, Order

Document = dict[str, Any]


class Rendering(Negotiation):
    """Decisions about documents."""

    def placed_at_v1(self, call: Call, placed_at: datetime) -> str:
        """`placed_at` in plain JSON: a time without a zone, as in the sample."""
        return placed_at.replace(tzinfo=None).isoformat(timespec="milliseconds")

    def placed_at_v2(self, call: Call, placed_at: datetime) -> str:
        """`placed_at` in the vendor type: UTC, and says so."""
        return placed_at.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"

    def placed_at(self, call: Call, placed_at: datetime) -> str:
        """`placed_at` in the negotiated media type."""
        return (self.placed_at_v2 if self.is_v2(call) else self.placed_at_v1)(call, placed_at)

    def due_at(self, call: Call, due_at: datetime) -> str:
        """When the grace period ends."""
        return due_at.replace(tzinfo=None).isoformat() + "Z"

    def payment_history(self, call: Call, order: Order, id_type: str) -> Any:
        """What was paid; empty when an order is asked for by its internal id."""
        return [] if id_type == "internal" else documents.payment_history_document(order)

    def item_status(self, call: Call, order: Order, item: Item) -> str:
        """The status of an item."""
        return item.status

    def order_status(self, call: Call, order: Order) -> str:
        """The status of an order."""
        return order.status

    def item_document(self, call: Call, order: Order, item: Item) -> Document:
        """A line of an order."""
        return documents.item_document(item) | {"status": self.item_status(call, order, item)}

    def extra_fields(self, call: Call) -> Document:
        """Fields that no document names."""
        return {}

    def order_document(self, call: Call, order: Order, id_type: str) -> Document:
        """An order of the platform."""
        document = documents.order_document(order)
        document["status"] = self.order_status(call, order)
        document["placed_at"] = self.placed_at(call, order.placed_at)
        document["items"] = [self.item_document(call, order, item) for item in order.items.values()]
        document["payment_history"] = self.payment_history(call, order, id_type)
        return self.finished_document(call, document | self.extra_fields(call))

    def oms_order_document(self, call: Call, payload: Document) -> Document:
        """An order as the external OMS told it."""
        placed_at = self.oms_placed_at(call, payload)
        document = payload | {"origin": "external", "placed_at": self.placed_at(call, placed_at)}
        return self.finished_document(call, document | self.extra_fields(call))

    def oms_placed_at(self, call: Call, payload: Document) -> datetime:
        """When an order of the external OMS was placed, in UTC."""
        placed_at = datetime.fromisoformat(payload["placed_at"])
        return placed_at - (placed_at.utcoffset() or timedelta(0))

    def finished_document(self, call: Call, document: Document) -> Document:
        """The last word on an order's document."""
        return document

    def history_document(self, call: Call, document: Document) -> Document:
        """An order in the schema of the history, which differs with the vendor type."""
        return documents.history_document(document) | {"placed_at": document["placed_at"]} | self.extra_fields(call)
