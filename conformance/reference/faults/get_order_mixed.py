"""Faults in what an order shows: what is not its own, or what it was before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import GET_ORDER
from orderproof.conformance.reference.faults.shared.facts import canceled_with_one

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Order


Document = dict[str, Any]


class MixedOrderFault(Fault):
    """A fault in putting an order's document together."""

    operation: ClassVar[str] = GET_ORDER


class ItemShownTwice(MixedOrderFault):
    """The first item of an order of the platform stands in it twice: a join too many."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-29",)

    def order_document(self, call: Call, order: Order, id_type: str) -> Document:
        """In the history as well."""
        document = super().order_document(call, order, id_type)
        return document | {"items": document["items"] + document["items"][:1]}


class BufferNotClearedFault(MixedOrderFault):
    """An order keeps something of the order that was shown by its UUID before it: a buffer that is not cleared."""

    def __init__(self, *world: Any) -> None:
        """Nothing shown yet."""
        super().__init__(*world)
        self.last: Order | None = None


def left_over(fault: BufferNotClearedFault, call: Call, order: Order, id_type: str) -> Order | None:
    """The order that was in the buffer when this one was first shown: it stays with it."""
    if call.operation == GET_ORDER and id_type == "internal":
        order.marks.setdefault("buffered", fault.last)
        fault.last = order
    found: Order | None = order.marks.get("buffered")
    return found


class ItemOfTheOrderBefore(BufferNotClearedFault):
    """An order shows an item of the order that was shown before it."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-30",)

    def order_document(self, call: Call, order: Order, id_type: str) -> Document:
        """One item too many."""
        document = super().order_document(call, order, id_type)
        other = left_over(self, call, order, id_type)
        if other is None:
            return document
        return document | {"items": [*document["items"], document["items"][0] | {"id": next(iter(other.items))}]}


class CustomerOfTheOrderBefore(BufferNotClearedFault):
    """An order shows the customer of the order that was shown before it."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-30",)

    def order_document(self, call: Call, order: Order, id_type: str) -> Document:
        """Another person."""
        document = super().order_document(call, order, id_type)
        other = left_over(self, call, order, id_type)
        return document if other is None else document | {"customer": document["customer"] | {"id": other.customer.id}}


class CachedVersion(MixedOrderFault):
    """In the vendor type an order is shown as it was when it was first asked for."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-31",)

    def order_document(self, call: Call, order: Order, id_type: str) -> Document:
        """From the cache, if it is there."""
        document = super().order_document(call, order, id_type)
        if call.operation != GET_ORDER or not self.is_v2(call):
            return document
        cached: Document = order.marks.setdefault(f"version 2 by {id_type}", document)
        return cached


class ItemsCanceledWithOneInVersion2(MixedOrderFault):
    """Version 2 shows all items of an order as cancelled once one of them is."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-31",)

    def finished_document(self, call: Call, document: Document) -> Document:
        """One status for all lines."""
        shown = super().finished_document(call, document)
        return canceled_with_one(shown) if call.operation == GET_ORDER and self.is_v2(call) else shown


class ItemsCanceledWithOneByReadableId(MixedOrderFault):
    """By its readable id an order shows all its items as cancelled once one of them is."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-31",)

    def finished_document(self, call: Call, document: Document) -> Document:
        """One status for all lines."""
        shown = super().finished_document(call, document)
        return canceled_with_one(shown) if call.is_by_readable_id else shown
