"""Variants of what errors look like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference.behaviours import Variant
from orderproof.conformance.reference.exchange import (
    CANCEL,
    CANCEL_LINE,
    CANCEL_LINE_INTERNAL,
    CANCELLATION_STATUS,
    EXTEND,
    JSON,
)
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Answer, Call

_NO_SCHEMA = {(CANCEL, 404), (CANCELLATION_STATUS, 404), (EXTEND, 412), (CANCEL_LINE, 404), (CANCEL_LINE_INTERNAL, 404)}


class ErrorsAsAskedFor(Variant):
    """An error is `application/json` for those who accept nothing else."""

    def error_media_type(self, call: Call, reason: str) -> str:
        """Negotiated, as every other answer."""
        return JSON if call.header("accept") == JSON else super().error_media_type(call, reason)


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


class RequestIdInUpperCase(Variant):
    """`request_id` is hexadecimal in upper case."""

    def error_request_id(self, call: Call) -> str:
        """Upper case."""
        return call.request_id.upper()


class LongMessages(Variant):
    """The message of an error is long, and has more than one line."""

    def error_message(self, call: Call, refusal: Refusal) -> str:
        """Said five times."""
        return "\n".join([f"{refusal.message} – “{refusal.reason}”"] * 5)
