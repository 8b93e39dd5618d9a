"""Which values a document has, where the documents leave it open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference.behaviours import Variant

if TYPE_CHECKING:
    from datetime import datetime

    from orderproof.conformance.reference.decisions.history import Entry
    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Item, Order

Document = dict[str, Any]

#: What a document can do without.
OPTIONAL = (
    "store_id",
    "associate_id",
    "shipping_address",
    "billing_address",
    "gift_wrapping",
    "extended_attributes",
    "shipments",
    "tax_method",
    "tax_exempt",
    "shop_locale",
)


_NULLABLE = ("channel_type", "fulfillment_type", "customer", "is_offline")
_NULLABLE_OF_ITEMS = ("origin_id", "product_id", "product_attributes", "discounts", "extended_attributes")


def _without(document: Document, *names: str) -> Document:
    return {name: value for name, value in document.items() if name not in names}


class PersonalDataTokens(Variant):
    """Every tenant keeps personal data as tokens, so the id of a customer is one, and no UUID."""

    def __init__(self, *world: Any) -> None:
        """Before there is any customer."""
        super().__init__(*world)
        for tenant in self.store.tenants.values():
            tenant.pii = True


class PaymentHistoryNull(Variant):
    """`payment_history` is null for `internal`."""

    choice: ClassVar[int] = 2
    readings: ClassVar[tuple[str, ...]] = ("payment-history-internal/null",)

    def payment_history(self, call: Call, order: Order, id_type: str) -> Any:
        """Null."""
        return None if id_type == "internal" else super().payment_history(call, order, id_type)


class PaymentHistoryAbsent(Variant):
    """There is no `payment_history` for `internal`."""

    choice: ClassVar[int] = 2
    readings: ClassVar[tuple[str, ...]] = ("payment-history-internal/absent",)

    def finished_document(self, call: Call, document: Document) -> Document:
        """Left out where it is empty."""
        return {name: value for name, value in document.items() if name != "payment_history" or value}


class OptionalFieldsAbsent(Variant):
    """Optional fields are absent."""

    choice: ClassVar[int] = 9
    readings: ClassVar[tuple[str, ...]] = ("optional-fields/absent",)

    def finished_document(self, call: Call, document: Document) -> Document:
        """Left out."""
        return _without(document, *OPTIONAL)


class OptionalFieldsNull(Variant):
    """Optional fields are null, those of an item as well that have no value yet."""

    choice: ClassVar[int] = 9
    readings: ClassVar[tuple[str, ...]] = ("optional-fields/null",)

    def history_document(self, call: Call, document: Document) -> Document:
        """Null in the history."""
        return super().history_document(call, document) | {"shipping_address": None, "extended_attributes": None}

    def order_document(self, call: Call, order: Order, id_type: str) -> Document:
        """Null in an order."""
        return super().order_document(call, order, id_type) | dict.fromkeys(OPTIONAL)

    def item_document(self, call: Call, order: Order, item: Item) -> Document:
        """Null in an item."""
        document = super().item_document(call, order, item)
        identifiers = dict.fromkeys(("serial_number", "epc")) | document["external_identifier"]
        return document | {"external_identifier": identifiers}


class WithoutWhatMayBeNull(Variant):
    """Orders lack every member that may be null, those included that every sample shows."""

    choice: ClassVar[int] = 9
    warned_by: ClassVar[tuple[str, ...]] = ("HIS-33", "ORD-32")

    def finished_document(self, call: Call, document: Document) -> Document:
        """Those of the order, and of its items."""
        items = [_without(item, *_NULLABLE_OF_ITEMS) for item in document["items"]]
        return super().finished_document(call, _without(document, *OPTIONAL, *_NULLABLE) | {"items": items})

    def history_document(self, call: Call, document: Document) -> Document:
        """In the history, the type of the channel as well."""
        shown = _without(super().history_document(call, document), *OPTIONAL, *_NULLABLE)
        return shown | {"channel": _without(shown["channel"], "type")}


class MoreFields(Variant):
    """Orders have fields that no document names."""

    choice: ClassVar[int] = 9

    def extra_fields(self, call: Call) -> Document:
        """Of every type."""
        return {"x_undocumented": {"a": [1, None, True]}, "revision": 7, "note": None}


class MembersThatChange(Variant):
    """Undocumented members, of the order, its items and its cancellation status, differ with every reading."""

    choice: ClassVar[int] = 9

    def finished_document(self, call: Call, document: Document) -> Document:
        """As signed addresses do, and times of generation."""
        items = [item | {"x_signed": call.request_id} for item in document["items"]]
        return super().finished_document(call, document | {"items": items, "x_generated": call.request_id})

    def cancellation_status(self, call: Call, order: Order) -> Document:
        """Here too."""
        return super().cancellation_status(call, order) | {"x_generated": call.request_id}


class ItemsInAnySequence(Variant):
    """The items of an order come in another sequence with every reading."""

    choice: ClassVar[int] = 9

    def finished_document(self, call: Call, document: Document) -> Document:
        """No sentence gives them one."""
        items = sorted(document["items"], key=lambda item: hash((item["id"], call.request_id)))
        return super().finished_document(call, document | {"items": items})


class OrdersPlacedAtTheSameTime(Variant):
    """Several orders of a history have the same `placed_at`, and come in another sequence with every request."""

    choice: ClassVar[int] = 9

    def placed_at(self, call: Call, placed_at: datetime) -> str:
        """A clock that goes every two minutes."""
        return super().placed_at(call, _every_two_minutes(placed_at))

    def sort_key(self, call: Call, entry: Entry) -> Any:
        """Of equal times any may come first."""
        return (_every_two_minutes(entry.placed_at), hash((call.request_id, entry.number)))


def _every_two_minutes(time: datetime) -> datetime:
    return time.replace(minute=time.minute // 2 * 2, second=0, microsecond=0)


class ExternalFromElsewhere(Variant):
    """Asked for as `external`, an order is shown as another system has it: with that one's origin and ids."""

    choice: ClassVar[int] = 9

    def finished_document(self, call: Call, document: Document) -> Document:
        """By its readable id it is an external order."""
        if call.parameters("id_type") == ["external"]:
            document = document | {"origin": "external", "origin_id": document["id"]}
        return super().finished_document(call, document)


class ItemsTheOtherWayRound(Variant):
    """Every other reading of an order shows its items the other way round."""

    choice: ClassVar[int] = 9

    def __init__(self, *world: Any) -> None:
        """Not read yet."""
        super().__init__(*world)
        self._readings = 0

    def finished_document(self, call: Call, document: Document) -> Document:
        """Two readings in a row never agree."""
        self._readings += 1
        items = document["items"][:: -1 if self._readings % 2 else 1]
        return super().finished_document(call, document | {"items": items})


class OneMoreFieldInEveryObject(Variant):
    """Every object of an answer, refusals included, has one more field, at any depth."""

    choice: ClassVar[int] = 9
    readings: ClassVar[tuple[str, ...]] = ("undocumented-fields/some",)

    def encode(self, call: Call, document: Any) -> bytes:
        """With a field more in each."""
        return super().encode(call, _with_one_more(document))


def _with_one_more(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _with_one_more(member) for name, member in value.items()} | {"x_one_more": "undocumented"}
    return [_with_one_more(element) for element in value] if isinstance(value, list) else value


class UpperCaseStatuses(Variant):
    """Statuses are the known words, in capitals."""

    choice: ClassVar[int] = 9
    readings: ClassVar[tuple[str, ...]] = ("status-words/upper-case",)
    warned_by: ClassVar[tuple[str, ...]] = ("ORD-27", "LIN-16", "INT-12")

    def order_status(self, call: Call, order: Order) -> str:
        """As in `OPEN`."""
        return super().order_status(call, order).upper()

    def item_status(self, call: Call, order: Order, item: Item) -> str:
        """As in `PENDING`."""
        return super().item_status(call, order, item).upper()


class UnseenStatuses(Variant):
    """Statuses are words that nobody has seen yet: as many as the known ones, each for one of them."""

    choice: ClassVar[int] = 9
    readings: ClassVar[tuple[str, ...]] = ("status-words/unknown",)
    warned_by: ClassVar[tuple[str, ...]] = ("ORD-27", "LIN-16", "INT-12")

    def order_status(self, call: Call, order: Order) -> str:
        """As in `awaiting_review_of_open`."""
        return f"awaiting_review_of_{super().order_status(call, order)}"

    def item_status(self, call: Call, order: Order, item: Item) -> str:
        """As in `awaiting_review_of_pending`."""
        return f"awaiting_review_of_{super().item_status(call, order, item)}"


class OtherOrderStatus(Variant):
    """The status of an order is a word that no document has."""

    choice: ClassVar[int] = 9
    warned_by: ClassVar[tuple[str, ...]] = ("ORD-27",)

    def order_status(self, call: Call, order: Order) -> str:
        """In capitals."""
        return f"STATUS_{order.status.upper()}"


class OtherItemStatus(Variant):
    """The status of an item is a word that no document has."""

    choice: ClassVar[int] = 9
    warned_by: ClassVar[tuple[str, ...]] = ("LIN-16", "INT-12")

    def item_status(self, call: Call, order: Order, item: Item) -> str:
        """In capitals."""
        return f"LINE_{item.status.upper()}"


class PricesAsFloats(Variant):
    """A whole amount has a fraction, too: `72.0`."""

    def price(self, call: Call, net: int, tax: int) -> Document:
        """Always a fraction."""
        return {name: float(value) for name, value in super().price(call, net, tax).items()}


class PricesInAnotherOrder(Variant):
    """The lines come back sorted, not in the order in which they were asked for."""

    choice: ClassVar[int] = 9
    warned_by: ClassVar[tuple[str, ...]] = ("PRI-4",)

    def price_lines(self, call: Call, order: Order, asked: list[Document]) -> list[Document]:
        """Sorted by type and id."""
        return sorted(super().price_lines(call, order, asked), key=lambda line: (line["type"], line["id"]))


class PricesOnceForEach(Variant):
    """An item that is asked for twice is answered once."""

    choice: ClassVar[int] = 9

    def price_lines(self, call: Call, order: Order, asked: list[Document]) -> list[Document]:
        """Without repetitions."""
        return list({line["id"]: line for line in super().price_lines(call, order, asked)}.values())
