"""Which status a refusal has, where the documents leave it open."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from orderproof.conformance.reference.behaviours import Variant
from orderproof.conformance.reference.exchange import (
    CANCEL,
    CANCEL_LINE,
    CANCEL_LINE_INTERNAL,
    CANCELLATION_STATUS,
    EXTEND,
    JSON,
    PRICES,
    SERIAL_NUMBERS,
)
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from orderproof.conformance.reference.decisions.history import Entry
    from orderproof.conformance.reference.exchange import Answer, Call
    from orderproof.conformance.reference.store import Order


class NoUuidIs422(Variant):
    """An id that is no UUID gets 422, where the document has no error for it."""

    choice: ClassVar[int] = 1
    readings: ClassVar[tuple[str, ...]] = ("malformed-internal-id-status/status-422",)

    def refusal_status(self, call: Call, reason: str) -> int:
        """As frameworks do that look at the form of an id first."""
        if reason == "id-not-a-uuid" and call.operation != SERIAL_NUMBERS:
            return 422
        return super().refusal_status(call, reason)


class _Open(NamedTuple):
    """A refusal whose status is open: a variant for each of `statuses`; `{}` in its name and words is the status."""

    name: str
    says: str
    point: int
    reasons: frozenset[str]
    statuses: tuple[int, ...]
    #: The id of the choice in the register; empty where that does not spell these statuses out.
    choice: str = ""
    #: Where the status is another one; empty for every operation.
    operation: str = ""
    #: Advisory rules that would have another status.
    warned_by: tuple[str, ...] = ()

    def variants(self) -> Iterator[type[Variant]]:
        """A server for each of the statuses."""
        return (self._variant(status) for status in self.statuses)

    def _variant(self, status: int) -> type[Variant]:
        reasons, operation = self.reasons, self.operation

        class Made(Variant):
            def refusal_status(self, call: Call, reason: str) -> int:
                if reason in reasons and operation in ("", call.operation):
                    return status
                return super().refusal_status(call, reason)

        Made.__name__ = Made.__qualname__ = self.name.format(status)
        Made.__doc__, Made.choice = self.says.format(status), self.point
        Made.warned_by = self.warned_by
        Made.readings = (f"{self.choice}/status-{status}",) if self.choice else ()
        return Made


_BAD_TOKEN, _NO_TOKEN = frozenset({"token-unknown"}), frozenset({"token-missing"})
_NO_UUID, _NO_ID_TYPE = frozenset({"id-not-a-uuid"}), frozenset({"id-type-missing", "id-type-unknown"})
_NO_OFFER, _NO_JSON = frozenset({"not-acceptable"}), frozenset({"content-type"})
_NO_OMS, _NO_ITEM = frozenset({"oms-not-configured"}), frozenset({"item-not-found"})
_CANCELED = frozenset({"grace-period-canceled"})
_FORBIDDEN = frozenset(
    {"order-closed", "order-canceled", "order-not-cancelable", "item-not-preordered", "item-not-cancelable"}
)

_OPEN = (
    _Open("BadTokenIs{}", "A bad token gets {}.", 1, _BAD_TOKEN, (400, 403), "bad-token-status"),
    _Open("MissingTokenIs{}", "A missing token gets {}.", 1, _NO_TOKEN, (400, 403), "missing-token-status"),
    _Open("NoUuidIs{}", "An id that is no UUID gets {}.", 1, _NO_UUID, (404,), "malformed-internal-id-status"),
    _Open("NoUuidIs{}InExtension", "An extension has its {} for ids, too.", 1, _NO_UUID, (400,), "", EXTEND),
    _Open(
        name="MissingIdTypeIs{}InExtension",
        says="An extension without `id_type` gets {}.",
        point=1,
        reasons=_NO_ID_TYPE,
        statuses=(404, 422),
        choice="undocumented-400-status",
        operation=EXTEND,
    ),
    _Open("UnknownAcceptIs{}", "An unknown `Accept` gets {}.", 1, _NO_OFFER, (400,), "unknown-accept"),
    _Open("UnknownAcceptIs{}", "An unknown `Accept` gets {}.", 1, _NO_OFFER, (415,)),
    _Open(
        name="NoOmsIs{}",
        says="A tenant without external OMS gets {} for the v1 history.",
        point=5,
        reasons=_NO_OMS,
        statuses=(400, 404, 406, 409),
        choice="history-without-external-oms",
    ),
    _Open("NoOmsIs{}", "A tenant without external OMS gets {} for the v1 history.", 5, _NO_OMS, (403,)),
    _Open(
        name="UnknownPricedItemIs{}",
        says="An unknown item in `prices` gets {}.",
        point=8,
        reasons=_NO_ITEM,
        statuses=(400,),
        choice="unknown-item-in-prices",
        operation=PRICES,
    ),
    _Open(
        name="UnknownSerialItemIs{}",
        says="An unknown item to number gets {}.",
        point=8,
        reasons=_NO_ITEM,
        statuses=(400,),
        choice="unknown-item-in-serial-numbers",
        operation=SERIAL_NUMBERS,
    ),
    _Open(
        name="CanceledExtensionIs{}",
        says="Extending a canceled order gets {}.",
        point=10,
        reasons=_CANCELED,
        statuses=(400, 409),
        choice="extension-of-canceled-order",
    ),
    _Open("CanceledExtensionIs{}", "Extending a canceled order gets {}.", 10, _CANCELED, (404,)),
    _Open(
        name="ForbiddenByStateIs{}",
        says="What the state of an order or an item forbids gets {}.",
        point=1,
        reasons=_FORBIDDEN,
        statuses=(403,),
        warned_by=("CAN-27", "CAN-30", "LIN-17", "INT-13"),
    ),
    _Open("ContentTypeIs{}", "A body of another type gets {}.", 12, _NO_JSON, (400,)),
)
GENERATED = tuple(variant for one in _OPEN for variant in one.variants())


class UnknownAcceptIsJson(Variant):
    """An unknown `Accept` is answered as JSON."""

    choice: ClassVar[int] = 1
    readings: ClassVar[tuple[str, ...]] = ("unknown-accept/answered-as-json",)

    def nothing_acceptable(self, call: Call) -> str:
        """JSON for everybody."""
        return JSON


class UnknownCustomerIs400InV2(Variant):
    """With the vendor type an unknown customer gets 400."""

    choice: ClassVar[int] = 5
    readings: ClassVar[tuple[str, ...]] = ("unknown-customer-version-2/status-400",)

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


def _check_form(identifier: str) -> None:
    if not re.fullmatch("[A-Z]{2}[0-9]{9}", identifier):
        raise Refusal("parameter-invalid", "The id is not valid.")


class ReadableIdsHaveForm(Variant):
    """A readable id is two letters and nine digits; what is not, is a bad request wherever one is expected."""

    choice: ClassVar[int] = 1

    def find_external(self, call: Call, identifier: str) -> Order | None:
        """Looked at before the database is."""
        _check_form(identifier)
        return super().find_external(call, identifier)

    async def oms_order(self, call: Call, identifier: str) -> dict[str, Any]:
        """Looked at before the OMS is asked."""
        _check_form(identifier)
        return await super().oms_order(call, identifier)


class ShortReadableIds(Variant):
    """There are old orders with a number alone for their readable id: 0, 1, 2 and so on."""

    choice: ClassVar[int] = 9

    def find_external(self, call: Call, identifier: str) -> Order | None:
        """One for each number of up to five digits."""
        if re.fullmatch("[0-9]{1,5}", identifier):
            return next(iter(call.tenant.orders.values()), None)
        return super().find_external(call, identifier)


class UuidsHaveCase(Variant):
    """Identifiers are compared as text: a UUID in upper case is none."""

    def normal_uuid(self, call: Call, text: str) -> str:
        """As it is."""
        return text
