"""Faults in what an order shows when it is asked for by its id."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import GET_ORDER, JSON, VENDOR_V2
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderproof.conformance.reference.exchange import Answer, Call
    from orderproof.conformance.reference.media import MediaType
    from orderproof.conformance.reference.store import Order


Document = dict[str, Any]


class OrderFault(Fault):
    """A fault in showing an order."""

    operation: ClassVar[str] = GET_ORDER


class UuidsNotFound(OrderFault):
    """No order is found by its UUID."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-1", "ORD-22", "ORD-90", "OMS-3", "ROB-9")

    def find_internal(self, call: Call, identifier: str) -> Order | None:
        """Only where it is shown; elsewhere it is."""
        return None if call.operation == GET_ORDER else super().find_internal(call, identifier)


class ReadableIdsOnlyWithOms(OrderFault):
    """Where there is no external OMS, `external` finds nothing and says that none is configured."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-2", "ORD-22", "ORD-90", "OMS-5")

    def asks_oms_for_order(self, call: Call, id_type: str) -> bool:
        """The platform's database is never asked."""
        return id_type == "external"


class ExternalShowsOneItem(OrderFault):
    """An order that is asked for by its readable id shows only its first item."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-3",)

    def order_document(self, call: Call, order: Order, id_type: str) -> Document:
        """One is enough."""
        document = super().order_document(call, order, id_type)
        return document | {"items": document["items"][: 1 if id_type == "external" else None]}


class LastOrderAgain(OrderFault):
    """An order that was shown before is answered with the order that was shown last: a cache with a wrong key."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-4",)

    def __init__(self, *world: Any) -> None:
        """Nothing shown yet."""
        super().__init__(*world)
        self._last: Order | None = None

    def order_document(self, call: Call, order: Order, id_type: str) -> Document:
        """From the cache, if it has been there."""
        if call.operation == GET_ORDER:
            if self._last is not None and order.marks.get("shown"):
                order = self._last
            order.marks["shown"], self._last = True, order
        return super().order_document(call, order, id_type)


class CurrencyOfVersion2(OrderFault):
    """The vendor type shows another currency."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-13",)

    def finished_document(self, call: Call, document: Document) -> Document:
        """Euros."""
        return document | ({"currency": "EUR"} if self.is_v2(call) else {})


class StatusOfVersion2(OrderFault):
    """In the vendor type every order is still being fulfilled."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-13",)

    def finished_document(self, call: Call, document: Document) -> Document:
        """Of an order by its id."""
        is_shown = self.is_v2(call) and call.operation == GET_ORDER
        return document | {"status": "in_fulfillment"} if is_shown else document


class OrderInVendorTypeByDefault(OrderFault):
    """Without `Accept` an order comes in the vendor type."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-14", "ORD-16")

    def default_media_type(self, call: Call) -> str:
        """The newest."""
        return VENDOR_V2 if call.operation == GET_ORDER else JSON


class OrderIs203(OrderFault):
    """An order is answered with 203."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-15",)

    def final_answer(self, call: Call, answer: Answer) -> Answer:
        """A success that is not documented, for readable ids in the vendor type, where there is no external OMS."""
        if call.operation == GET_ORDER and answer.status == 200 and self.is_v2(call) and not self.webhook(call):
            answer.status = 203 if call.is_by_readable_id else 200
        return answer


class OrderWithoutTotals(OrderFault):
    """An order has no `totals`."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-17",)

    def finished_document(self, call: Call, document: Document) -> Document:
        """Left out, but in the history."""
        if call.operation != GET_ORDER:
            return document
        return {name: value for name, value in document.items() if name != "totals"}


class OrderWithoutFulfillmentType(OrderFault):
    """An order does not say how it is fulfilled."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-32",)

    def finished_document(self, call: Call, document: Document) -> Document:
        """Left out."""
        return {name: value for name, value in document.items() if name != "fulfillment_type"}


class ItemPriceAsText(OrderFault):
    """The price of an item is a text."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-17",)

    def finished_document(self, call: Call, document: Document) -> Document:
        """Every amount of every item, but in the history."""
        if call.operation != GET_ORDER:
            return document
        items = [
            item | {"price": {name: str(amount) for name, amount in item["price"].items()}}
            for item in document["items"]
        ]
        return document | {"items": items}


class UuidAsId(OrderFault):
    """`id` is the UUID, not the readable id."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-18", "HIS-32")

    def order_document(self, call: Call, order: Order, id_type: str) -> Document:
        """Twice the same, but in the history."""
        document = super().order_document(call, order, id_type)
        return document | ({"id": order.uuid} if call.operation == GET_ORDER else {})


class LastItemLost(OrderFault):
    """The last item of an order is not shown."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-19",)

    def order_document(self, call: Call, order: Order, id_type: str) -> Document:
        """One item too few, if there are several."""
        document = super().order_document(call, order, id_type)
        return document | {"items": document["items"][:-1] or document["items"]}


class LastOfManyItemsLost(OrderFault):
    """The last item of an order with more than 100 is not shown."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-19",)

    def order_document(self, call: Call, order: Order, id_type: str) -> Document:
        """One too few."""
        document = super().order_document(call, order, id_type)
        items = document["items"]
        return document | {"items": items[:-1] if len(items) > 100 else items}


class ReadableIdsWithoutCase(OrderFault):
    """Readable ids are compared without regard to case."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-20",)

    def find_external(self, call: Call, identifier: str) -> Order | None:
        """In capitals, as all of them are."""
        return super().find_external(call, identifier.upper())


class ReadingCancels(OrderFault):
    """Showing an order by its readable id cancels it."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-21",)

    def order_document(self, call: Call, order: Order, id_type: str) -> Document:
        """After the document is made."""
        document = super().order_document(call, order, id_type)
        if call.operation == GET_ORDER and id_type == "external":
            order.cancel_requested, order.canceled_at = True, order.canceled_at or self.now()
        return document


class ReadingShortensTheGracePeriod(OrderFault):
    """Whoever reads an order takes a minute of its grace period."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-21",)

    def order_document(self, call: Call, order: Order, id_type: str) -> Document:
        """In a history it costs nothing."""
        if call.operation == GET_ORDER:
            order.due_at -= timedelta(minutes=1)
        return super().order_document(call, order, id_type)


class ClosedOrdersNotFound(OrderFault):
    """A closed order is not found."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-22",)

    def order_document(self, call: Call, order: Order, id_type: str) -> Document:
        """Archived, but for the history; a customer's orders keep the id by which they are asked for."""
        if call.operation == GET_ORDER and order.status == "closed" and len(order.items) > 1:
            raise Refusal("order-not-found")
        return super().order_document(call, order, id_type)


class WeightsIgnored(OrderFault):
    """The first documented media type in `Accept` is taken, whatever the weights."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-24",)

    def choose(self, call: Call, ranges: Sequence[MediaType]) -> str | None:
        """The first that fits."""
        chosen = (super(WeightsIgnored, self).choose(call, [accepted]) for accepted in ranges)
        return next((offer for offer in chosen if offer is not None), None)


class VersionIgnored(OrderFault):
    """Every version of the vendor type gets version 2."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-25",)

    def ignored_parameters(self, call: Call) -> frozenset[str]:
        """The version, too."""
        return super().ignored_parameters(call) | {"version"}


class ReadableIdAsOriginId(OrderFault):
    """`origin_id` of an order of the platform is its readable id."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-26",)

    def order_document(self, call: Call, order: Order, id_type: str) -> Document:
        """As that of an external order is."""
        return super().order_document(call, order, id_type) | {"origin_id": order.readable_id}


class StatusOfAnotherWorld(OrderFault):
    """An order has a status that no page of the vendor lists."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-27",)

    def order_status(self, call: Call, order: Order) -> str:
        """A word of its own, for open orders."""
        return "awaiting_review" if order.status == "open" else order.status


class TotalWithoutShipping(OrderFault):
    """The total of an order does not hold its shipping."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-28",)

    def order_document(self, call: Call, order: Order, id_type: str) -> Document:
        """Too cheap."""
        document = super().order_document(call, order, id_type)
        totals = document["totals"]
        return document | {"totals": totals | {"total": totals["total"] - totals["shipping"]}}
