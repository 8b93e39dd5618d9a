"""Variants of what an order shows when it is asked for by its id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference.behaviours import Variant
from orderproof.conformance.reference.exchange import GET_ORDER, JSON, VENDOR_TYPE

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Order

Document = dict[str, Any]


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


class Version2OrderCalledJson(Variant):
    """An order in version 2 is called `application/json`."""

    choice: ClassVar[int] = 12
    readings: ClassVar[tuple[str, ...]] = ("version-2-order-type/json",)

    def content_type(self, call: Call, media_type: str) -> str:
        """That of the history keeps its name, as its page says."""
        return JSON if call.operation == GET_ORDER and media_type.startswith(VENDOR_TYPE) else media_type


class ExternalFromElsewhere(Variant):
    """Asked for as `external`, an order is shown as another system has it: with that one's origin and ids."""

    choice: ClassVar[int] = 9

    def finished_document(self, call: Call, document: Document) -> Document:
        """By its readable id it is an external order."""
        if call.is_by_readable_id:
            document = document | {"origin": "external", "origin_id": document["id"]}
        return super().finished_document(call, document)
