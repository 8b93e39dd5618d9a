"""Which status a refusal has, where the documents leave it open."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from conformance.reference.exchange import (
    CANCEL,
    CANCEL_LINE,
    CANCEL_LINE_INTERNAL,
    CANCELLATION_STATUS,
    EXTEND,
    JSON,
    PRICES,
    SERIAL_NUMBERS,
)
from conformance.reference.problems import Refusal
from conformance.reference.seeds import Variant

if TYPE_CHECKING:
    from typing import Any

    from conformance.reference.decisions.history import Entry
    from conformance.reference.exchange import Answer, Call
    from conformance.reference.store import Order


def _other_status(
    name: str, says: str, choice: int, reasons: frozenset[str], status: int, operation: str = ""
) -> type[Variant]:
    class Made(Variant):
        def refusal_status(self, call: Call, reason: str) -> int:
            if reason in reasons and operation in ("", call.operation):
                return status
            return super().refusal_status(call, reason)

    Made.__name__ = Made.__qualname__ = name
    Made.__doc__, Made.choice = says, choice
    return Made


_ID_TYPE = frozenset({"id-type-missing", "id-type-unknown"})
GENERATED = tuple(
    _other_status(name, says, choice, frozenset(reasons), *rest)
    for name, choice, reasons, rest, says in (
        ("BadTokenIs403", 1, {"token-unknown"}, (403,), "A bad token gets 403."),
        ("MissingTokenIs403", 1, {"token-missing"}, (403,), "A missing token gets 403."),
        ("NoUuidIs404", 1, {"id-not-a-uuid"}, (404,), "An internal id that is no UUID gets 404."),
        ("NoUuidIs400InExtension", 1, {"id-not-a-uuid"}, (400, EXTEND), "An extension has its 400 for ids, too."),
        ("MissingIdTypeIs404InExtension", 1, _ID_TYPE, (404, EXTEND), "An extension without `id_type` finds nothing."),
        ("MissingIdTypeIs422InExtension", 1, _ID_TYPE, (422, EXTEND), "An extension without `id_type` gets 422."),
        ("UnknownAcceptIs415", 1, {"not-acceptable"}, (415,), "An unknown `Accept` gets 415."),
        ("UnknownAcceptIs400", 1, {"not-acceptable"}, (400,), "An unknown `Accept` gets 400."),
        ("NoOmsIs400", 5, {"oms-not-configured"}, (400,), "A tenant without external OMS gets 400 for the v1 history."),
        ("NoOmsIs403", 5, {"oms-not-configured"}, (403,), "A tenant without external OMS gets 403 for the v1 history."),
        ("NoOmsIs404", 5, {"oms-not-configured"}, (404,), "A tenant without external OMS gets 404 for the v1 history."),
        ("UnknownPricedItemIs400", 8, {"item-not-found"}, (400, PRICES), "An unknown item in `prices` gets 400."),
        ("UnknownSerialItemIs400", 8, {"item-not-found"}, (400, SERIAL_NUMBERS), "An unknown item to number gets 400."),
        ("CanceledExtensionIs409", 10, {"grace-period-canceled"}, (409,), "Extending a canceled order gets 409."),
        ("CanceledExtensionIs404", 10, {"grace-period-canceled"}, (404,), "Extending a canceled order gets 404."),
        ("ContentTypeIs400", 12, {"content-type"}, (400,), "A body of another type gets 400."),
    )
)


class UnknownAcceptIsJson(Variant):
    """An unknown `Accept` is answered as JSON."""

    choice: ClassVar[int] = 1

    def nothing_acceptable(self, call: Call) -> str:
        """JSON for everybody."""
        return JSON


class UnknownCustomerIs400InV2(Variant):
    """With the vendor type an unknown customer gets 400."""

    choice: ClassVar[int] = 5

    def unknown_customer_v2(self, call: Call, identifier: str) -> list[Entry]:
        """Refused, but not as plain JSON refuses it."""
        raise Refusal("parameter-invalid", "The customer is not known.")


class UnavailableOmsIs503InV2(Variant):
    """With the vendor type, an external OMS that is unavailable gets the documented 503."""

    choice: ClassVar[int] = 5

    def oms_trouble_v2(self, call: Call, trouble: Refusal) -> list[Entry]:
        """Nothing without the OMS; its other troubles have no status here."""
        if trouble.reason == "oms-unavailable":
            raise trouble
        return super().oms_trouble_v2(call, trouble)


class TokenErrorsWithoutBody(Variant):
    """A gateway in front answers 401, in plain text and without an order API's body."""

    choice: ClassVar[int] = 1

    def refusal_answer(self, call: Call, refusal: Refusal) -> Answer:
        """As a gateway would."""
        answer = super().refusal_answer(call, refusal)
        if refusal.reason.startswith("token-"):
            answer.content, answer.media_type = b"Unauthorized", "text/plain"
        return answer


_NO_SCHEMA = {(CANCEL, 404), (CANCELLATION_STATUS, 404), (EXTEND, 412), (CANCEL_LINE, 404), (CANCEL_LINE_INTERNAL, 404)}


class NotFoundWithoutBody(Variant):
    """A 404 or a 412 has no body where no schema or sample of one is documented."""

    choice: ClassVar[int] = 9

    def refusal_answer(self, call: Call, refusal: Refusal) -> Answer:
        """The status alone."""
        answer = super().refusal_answer(call, refusal)
        if (call.operation, answer.status) in _NO_SCHEMA:
            answer.content, answer.media_type = b"", None
        return answer


class ErrorsWithMoreFields(Variant):
    """An error has more fields than the samples."""

    choice: ClassVar[int] = 9

    def error_document(self, call: Call, refusal: Refusal) -> Any:
        """As RFC 9457 has them."""
        return super().error_document(call, refusal) | {"type": "about:blank", "details": [], "instance": None}


class NeverSafe(Variant):
    """`is_safe` has an opinion of its own."""

    choice: ClassVar[int] = 9

    def is_safe(self, call: Call, order: Order) -> bool:
        """Never."""
        return False


class UuidsHaveCase(Variant):
    """Identifiers are compared as text: a UUID in upper case is none."""

    def normal_uuid(self, call: Call, text: str) -> str:
        """As it is."""
        return text
