"""What several operations refuse, and with which status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference.behaviours import Variant
from orderproof.conformance.reference.exchange import JSON, SERIAL_NUMBERS
from orderproof.conformance.reference.variants.shared.open_status import OpenStatus, variants_of

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Call


class NoUuidIs422(Variant):
    """An id that is no UUID gets 422, where the document has no error for it."""

    choice: ClassVar[int] = 1
    readings: ClassVar[tuple[str, ...]] = ("malformed-internal-id-status/status-422",)

    def refusal_status(self, call: Call, reason: str) -> int:
        """As frameworks do that look at the form of an id first."""
        if reason == "id-not-a-uuid" and call.operation != SERIAL_NUMBERS:
            return 422
        return super().refusal_status(call, reason)


class UnknownAcceptIsJson(Variant):
    """An unknown `Accept` is answered as JSON."""

    choice: ClassVar[int] = 1
    readings: ClassVar[tuple[str, ...]] = ("unknown-accept/answered-as-json",)

    def nothing_acceptable(self, call: Call) -> str:
        """JSON for everybody."""
        return JSON


class UnknownFieldsRefused(Variant):
    """A field in a request that no document names is refused."""

    choice: ClassVar[int] = 9

    def body(self, call: Call) -> dict[str, Any]:
        """Nothing but what is documented."""
        body = super().body(call)
        if set(body) - {"items", "reason", "note"}:
            raise self.invalid_body(call, "Additional properties are not allowed.")
        return body


_FORBIDDEN = ("order-closed", "order-canceled", "order-not-cancelable", "item-not-preordered", "item-not-cancelable")
_NOT_OFFERED = ("not-acceptable",)

GENERATED = variants_of(
    OpenStatus(
        name="NoUuidIs{}",
        says="An id that is no UUID gets {}.",
        point=1,
        reasons=("id-not-a-uuid",),
        statuses=(404,),
        choice="malformed-internal-id-status",
    ),
    OpenStatus("UnknownAcceptIs{}", "An unknown `Accept` gets {}.", 1, _NOT_OFFERED, (400,), "unknown-accept"),
    OpenStatus("UnknownAcceptIs{}", "An unknown `Accept` gets {}.", 1, _NOT_OFFERED, (415,)),
    OpenStatus(
        name="ForbiddenByStateIs{}",
        says="What the state of an order or an item forbids gets {}.",
        point=1,
        reasons=_FORBIDDEN,
        statuses=(403,),
        warned_by=("CAN-27", "CAN-30", "LIN-17", "INT-13"),
    ),
    OpenStatus("ContentTypeIs{}", "A body of another type gets {}.", 12, ("content-type",), (400,)),
    module=__name__,
)
