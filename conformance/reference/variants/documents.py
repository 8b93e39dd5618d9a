"""What the documents of several operations hold: optional and undocumented members, words of a status, sequences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference.behaviours import Variant

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Item, Order

Document = dict[str, Any]

#: What a document can do without.
_OPTIONAL = (
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


def _with_one_more(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _with_one_more(member) for name, member in value.items()} | {"x_one_more": "undocumented"}
    return [_with_one_more(element) for element in value] if isinstance(value, list) else value


class OptionalFieldsAbsent(Variant):
    """Optional fields are absent."""

    choice: ClassVar[int] = 9
    readings: ClassVar[tuple[str, ...]] = ("optional-fields/absent",)

    def finished_document(self, call: Call, document: Document) -> Document:
        """Left out."""
        return _without(document, *_OPTIONAL)


class OptionalFieldsNull(Variant):
    """Optional fields are null, those of an item as well that have no value yet."""

    choice: ClassVar[int] = 9
    readings: ClassVar[tuple[str, ...]] = ("optional-fields/null",)

    def history_document(self, call: Call, document: Document) -> Document:
        """Null in the history."""
        return super().history_document(call, document) | {"shipping_address": None, "extended_attributes": None}

    def order_document(self, call: Call, order: Order, id_type: str) -> Document:
        """Null in an order."""
        return super().order_document(call, order, id_type) | dict.fromkeys(_OPTIONAL)

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
        return super().finished_document(call, _without(document, *_OPTIONAL, *_NULLABLE) | {"items": items})

    def history_document(self, call: Call, document: Document) -> Document:
        """In the history, the type of the channel as well."""
        shown = _without(super().history_document(call, document), *_OPTIONAL, *_NULLABLE)
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
