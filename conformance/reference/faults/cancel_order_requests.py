"""Faults in what a request to cancel an order may look like, and in what it is answered."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import CANCEL, GET_ORDER
from orderproof.conformance.reference.faults.shared.identities import faults_in_finding
from orderproof.conformance.reference.faults.shared.meeting import meets_another
from orderproof.conformance.reference.faults.shared.statuses import wrong_status
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Answer, Call
    from orderproof.conformance.reference.store import Order


class CancelRequestFault(Fault):
    """A fault in requests to cancel an order."""

    operation: ClassVar[str] = CANCEL


class CancelIs202(CancelRequestFault):
    """A cancellation is answered with 202, since it is only initiated."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-1", "CAN-90")

    def cancel_answer(self, call: Call, order: Order) -> Answer:
        """Accepted."""
        return self.empty_answer(call, 202)


class ReasonsFromList(CancelRequestFault):
    """Only reasons of a list that no document has are accepted."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-2", "CAN-9", "CAN-28", "CAN-90")

    def check_reason(self, call: Call, body: dict[str, Any]) -> str:
        """One reason is known."""
        reason = super().check_reason(call, body)
        if reason != "Customer remorse":
            raise self.invalid_body(call, "'reason' is not one of the known reasons.")
        return reason


class ReasonsInAsciiOnly(CancelRequestFault):
    """A reason in another script is refused."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-9",)

    def check_reason(self, call: Call, body: dict[str, Any]) -> str:
        """ASCII."""
        reason = super().check_reason(call, body)
        if not reason.isascii():
            raise self.invalid_body(call, "'reason' does not match the pattern.")
        return reason


class ReasonsOf2Characters(CancelRequestFault):
    """A reason of one character is refused."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-9", "CAN-90")

    def check_reason(self, call: Call, body: dict[str, Any]) -> str:
        """Two and more."""
        reason = super().check_reason(call, body)
        if len(reason) < 2:
            raise self.invalid_body(call, "'reason' is too short.")
        return reason


class FalsyNotesAccepted(CancelRequestFault):
    """A note that is `false`, 0 or empty is taken for none, whatever its type."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-11", "CAN-91")

    def check_note(self, call: Call, body: dict[str, Any]) -> str | None:
        """As long as there is nothing in it."""
        return super().check_note(call, body) if body.get("note") else None


class EmptyNoteRefused(CancelRequestFault):
    """An empty note is refused."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-10", "CAN-90")

    def check_note(self, call: Call, body: dict[str, Any]) -> str | None:
        """Nothing or something."""
        if body.get("note") == "":
            raise self.invalid_body(call, "'note' should be non-empty.")
        return super().check_note(call, body)


class LongNotesRefused(CancelRequestFault):
    """A note of more than 1000 characters is refused."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-28",)

    def check_note(self, call: Call, body: dict[str, Any]) -> str | None:
        """No story."""
        note = super().check_note(call, body)
        if note and len(note) > 1000:
            raise self.invalid_body(call, "'note' is too long.")
        return note


class MissingBodyAccepted(CancelRequestFault):
    """An order is canceled without a body."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-12", "CAN-91")

    def body(self, call: Call) -> dict[str, Any]:
        """A reason is made up."""
        if call.operation == CANCEL and not call.body and call.header("content-type") is None:
            return {"reason": "none"}
        return super().body(call)


class ListsOfOneAccepted(CancelRequestFault):
    """A list that holds one object is taken for the object, as some parsers do."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-13",)

    def parse_json(self, call: Call, content: bytes) -> Any:
        """Unwrapped."""
        document = super().parse_json(call, content)
        if call.operation == CANCEL and isinstance(document, list) and len(document) == 1:
            return document[0]
        return document


class TextTakenForReason(CancelRequestFault):
    """A body that is no JSON is taken for the reason itself."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-14",)

    def parse_json(self, call: Call, content: bytes) -> Any:
        """As it is."""
        try:
            json.loads(content)
        except ValueError:
            if call.operation == CANCEL:
                return {"reason": content.decode("utf-8", "replace") or "none"}
        return super().parse_json(call, content)


class ContentTypeWithCharsetRefused(CancelRequestFault):
    """`application/json; charset=utf-8` is not taken for `application/json`."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-15", "CAN-31")

    def accepts_content_type(self, call: Call, content_type: str | None) -> bool:
        """Compared as text."""
        if call.operation == CANCEL and content_type is not None:
            return content_type == "application/json"
        return super().accepts_content_type(call, content_type)


class ContentTypeInCapitalsRefused(CancelRequestFault):
    """`Application/JSON` is not taken for `application/json`."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-31",)

    def accepts_content_type(self, call: Call, content_type: str | None) -> bool:
        """Compared with its case."""
        if call.operation == CANCEL and content_type is not None:
            return content_type.startswith("application/json")
        return super().accepts_content_type(call, content_type)


class ContentTypeIgnored(CancelRequestFault):
    """A body that says it is something else is read as JSON all the same."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-16",)

    def accepts_content_type(self, call: Call, content_type: str | None) -> bool:
        """Whatever it says."""
        return call.operation == CANCEL or super().accepts_content_type(call, content_type)


class CanceledOrdersVanish(CancelRequestFault):
    """An order that was canceled is not found any more."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-24",)
    operation: ClassVar[str] = GET_ORDER

    def find_order(self, call: Call, identifier: str, id_type: str) -> Order | None:
        """Removed from view."""
        order = super().find_order(call, identifier, id_type)
        return None if order and order.cancel_requested and call.operation == GET_ORDER else order


class SimultaneousCancelsRefused(CancelRequestFault):
    """Of cancellations that come at the same time every one is refused, each for the sake of the others."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-25",)

    async def between_check_and_cancel(self, call: Call, order: Order) -> None:
        """Look for others, and give way."""
        if await meets_another(order):
            raise Refusal("order-not-cancelable")


_OWN_STATUS = tuple(
    wrong_status(name, says, module=__name__, breaks=breaks, operation=CANCEL, refused=reason, status=status)
    for name, breaks, reason, status, says in (
        ("InvalidCancelIs422", ("CAN-26",), "body-invalid", 422, "A cancellation that is not valid gets 422."),
        ("SecondCancelIs409", ("CAN-27",), "order-canceled", 409, "Canceling a canceled order gets 409."),
        ("CancelOfClosedOrderIs409", ("CAN-30",), "order-closed", 409, "Canceling a closed order gets 409."),
    )
)

GENERATED = (
    *_OWN_STATUS,
    *faults_in_finding(
        "Cancel",
        CANCEL,
        "canceling an order",
        {
            "IgnoresIdType": ("CAN-18",),
            "ByBeginning": ("CAN-19",),
            "IgnoresWhatFollows": ("CAN-19",),
            "OnlyByUuid": ("CAN-5", "CAN-90"),
            "WithoutIdType": ("CAN-20", "CAN-91"),
            "WithUnknownIdType": ("CAN-20",),
            "InAnyCase": ("CAN-29",),
            "TakesQuotes": ("CAN-19",),
            "TakesComments": ("CAN-19",),
            "TakesWildcards": ("CAN-19",),
            "TakesUuidComments": ("CAN-19",),
        },
        module=__name__,
    ),
)
