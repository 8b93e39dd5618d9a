"""What becomes of orders and items by themselves, and how late readings show it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference.behaviours import Variant

if TYPE_CHECKING:
    from orderproof.conformance.reference.decisions.serials import Serial
    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Item, Order

#: How far a replica is behind.
LAG = timedelta(milliseconds=100)


def _lags(order: Order) -> bool:
    """Whether it is the turn of the replica that is behind."""
    order.marks["readings"] = order.marks.get("readings", 0) + 1
    return bool(order.marks["readings"] % 2)


class FulfillingVariant(Variant):
    """What happens to an order by itself; the number of requests is its clock, so that the same happens each time."""

    choice: ClassVar[int] = 9

    def __init__(self, *world: Any) -> None:
        """Before any request."""
        super().__init__(*world)
        self._requests = 0

    async def admit(self, call: Call) -> None:
        """One more."""
        self._requests += 1
        await super().admit(call)

    def requests_since(self, order: Order) -> int:
        """How many requests came since this was first asked about the order."""
        return self._requests - int(order.marks.setdefault("first-asked", self._requests))


class ItemsAdvance(FulfillingVariant):
    """An item that is not pre-ordered goes into fulfillment by itself, some requests after it was first read."""

    def item_document(self, call: Call, order: Order, item: Item) -> dict[str, Any]:
        """Pending at first."""
        if self.requests_since(order) > 3 and item.status == "pending" and not item.preordered:
            item.status = "in_fulfillment"
        return super().item_document(call, order, item)


class CancelableUntilFulfilled(FulfillingVariant):
    """An order can be canceled past its grace period too, until fulfillment takes it, some requests later."""

    def is_cancelable(self, call: Call, order: Order) -> bool:
        """No longer than that."""
        if self.within_grace_period(call, order):
            return super().is_cancelable(call, order)
        return order.status == "open" and not order.cancel_requested and self.requests_since(order) < 3


class ReplicaLags(Variant):
    """Orders are read from two replicas in turn, and one is a tenth of a second behind."""

    choice: ClassVar[int] = 9

    def write_serial(self, call: Call, order: Order, item: Item, serial: Serial) -> None:
        """What it overwrites is not gone yet."""
        order.marks.setdefault("overwritten", []).append((self.now(), item.id, item.serial_number))
        super().write_serial(call, order, item, serial)

    def order_document(self, call: Call, order: Order, id_type: str) -> dict[str, Any]:
        """Serial numbers of now, or those of a moment ago."""
        document = super().order_document(call, order, id_type)
        if _lags(order):
            moments = [one for one in order.marks.get("overwritten", ()) if self.now() - one[0] < LAG]
            before = {item_id: number for _, item_id, number in reversed(moments)}
            for item in document["items"]:
                if item["id"] in before:
                    item["external_identifier"] |= {"serial_number": before[item["id"]]}
        return document

    def cancellation_status(self, call: Call, order: Order) -> dict[str, Any]:
        """The status of now, or that of a moment ago."""
        canceled_at = order.canceled_at
        if _lags(order) and canceled_at is not None and self.now() - canceled_at < LAG:
            return {"cancelable": True, "canceled": False, "is_safe": True}
        return super().cancellation_status(call, order)
