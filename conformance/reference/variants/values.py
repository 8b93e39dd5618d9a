"""Which values a document has, where the documents leave it open."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from conformance.reference.seeds import Variant

if TYPE_CHECKING:
    from conformance.reference.exchange import Call
    from conformance.reference.store import Item, Order

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


class PaymentHistoryNull(Variant):
    """`payment_history` is null for `internal`."""

    choice: ClassVar[int] = 2

    def payment_history(self, call: Call, order: Order, id_type: str) -> Any:
        """Null."""
        return None if id_type == "internal" else super().payment_history(call, order, id_type)


class PaymentHistoryAbsent(Variant):
    """There is no `payment_history` for `internal`."""

    choice: ClassVar[int] = 2

    def finished_document(self, call: Call, document: Document) -> Document:
        """Left out where it is empty."""
        return {name: value for name, value in document.items() if name != "payment_history" or value}


class OptionalFieldsAbsent(Variant):
    """Optional fields are absent."""

    choice: ClassVar[int] = 9

    def finished_document(self, call: Call, document: Document) -> Document:
        """Left out."""
        return {name: value for name, value in document.items() if name not in OPTIONAL}


class OptionalFieldsNull(Variant):
    """Optional fields are null."""

    choice: ClassVar[int] = 9

    def history_document(self, call: Call, document: Document) -> Document:
        """Null in the history."""
        return super().history_document(call, document) | {"shipping_address": None, "extended_attributes": None}

    def order_document(self, call: Call, order: Order, id_type: str) -> Document:
        """Null in an order."""
        return super().order_document(call, order, id_type) | dict.fromkeys(OPTIONAL)


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


class OtherOrderStatus(Variant):
    """The status of an order is a word that no document has."""

    choice: ClassVar[int] = 9

    def order_status(self, call: Call, order: Order) -> str:
        """In capitals."""
        return f"STATUS_{order.status.upper()}"


class OtherItemStatus(Variant):
    """The status of an item is a word that no document has."""

    choice: ClassVar[int] = 9

    def item_status(self, call: Call, order: Order, item: Item) -> str:
        """In capitals."""
        return f"LINE_{item.status.upper()}"


class PlacedAtV1WithOffset(Variant):
    """`placed_at` in plain JSON has an offset."""

    def placed_at_v1(self, call: Call, placed_at: datetime) -> str:
        """Two hours ahead of UTC."""
        return f"{super().placed_at_v1(call, placed_at + timedelta(hours=2))}+02:00"


class PlacedAtV1InUtc(Variant):
    """`placed_at` in plain JSON says that it is UTC."""

    def placed_at_v1(self, call: Call, placed_at: datetime) -> str:
        """As in the vendor type."""
        return self.placed_at_v2(call, placed_at)


class PlacedAtWithNineDigits(Variant):
    """`placed_at` in the vendor type has nanoseconds."""

    def placed_at_v2(self, call: Call, placed_at: datetime) -> str:
        """Nine digits of a fraction."""
        return f"{placed_at.replace(tzinfo=None).isoformat(timespec='microseconds')}000Z"


class PlacedAtWithOneDigit(Variant):
    """`placed_at` has tenths of seconds, in both media types, as in `YYYY-MM-DDThh:mm:ss.sZ`."""

    def placed_at(self, call: Call, placed_at: datetime) -> str:
        """One digit of a fraction."""
        text = placed_at.replace(tzinfo=None).isoformat(timespec="milliseconds")[:-2]
        return f"{text}Z" if self.is_v2(call) else text


class DueAtWithOffset(Variant):
    """`due_at` has an offset other than `Z`."""

    def due_at(self, call: Call, due_at: datetime) -> str:
        """Five and a half hours ahead of UTC."""
        return f"{(due_at.replace(tzinfo=None) + timedelta(hours=5, minutes=30)).isoformat()}+05:30"


class DueAtWithFraction(Variant):
    """`due_at` has a fraction of a second."""

    def due_at(self, call: Call, due_at: datetime) -> str:
        """Nine digits of it."""
        return f"{due_at.replace(tzinfo=None).isoformat(timespec='microseconds')}000Z"


class PricesAsFloats(Variant):
    """A whole amount has a fraction, too: `72.0`."""

    def price(self, call: Call, net: int, tax: int) -> Document:
        """Always a fraction."""
        return {name: float(value) for name, value in super().price(call, net, tax).items()}


class PricesInAnotherOrder(Variant):
    """The lines come back sorted, not in the order in which they were asked for."""

    choice: ClassVar[int] = 9

    def price_lines(self, call: Call, order: Order, asked: list[Document]) -> list[Document]:
        """Sorted by type and id."""
        return sorted(super().price_lines(call, order, asked), key=lambda line: (line["type"], line["id"]))


class PricesOnceForEach(Variant):
    """An item that is asked for twice is answered once."""

    choice: ClassVar[int] = 9

    def price_lines(self, call: Call, order: Order, asked: list[Document]) -> list[Document]:
        """Without repetitions."""
        return list({line["id"]: line for line in super().price_lines(call, order, asked)}.values())
