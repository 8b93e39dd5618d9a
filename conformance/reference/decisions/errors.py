"""What a refusal answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orderproof.conformance.reference.decisions.transport import Transport
from orderproof.conformance.reference.exchange import EXTEND, JSON, PROBLEM_JSON
from orderproof.conformance.reference.problems import REASONS, Refusal

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Answer, Call


class Errors(Transport):
    """Decisions about refusals."""

    def refusal_status(self, call: Call, reason: str) -> int:
        """The status for one of the `REASONS`."""
        if reason == "id-not-a-uuid" and call.operation == EXTEND:
            return 404  # The extension documents no 400.
        return REASONS[reason].status

    def error_code(self, call: Call, reason: str) -> str:
        """The `error_code` for one of the `REASONS`."""
        return REASONS[reason].error_code

    def error_message(self, call: Call, refusal: Refusal) -> str:
        """The `message` of a refusal."""
        return refusal.message

    def error_request_id(self, call: Call) -> str:
        """The `request_id` of a refusal."""
        return call.request_id

    def error_document(self, call: Call, refusal: Refusal) -> Any:
        """The body of a refusal."""
        return {
            "error_code": self.error_code(call, refusal.reason),
            "message": self.error_message(call, refusal),
            "request_id": self.error_request_id(call),
        }

    def error_media_type(self, call: Call, reason: str) -> str:
        """The media type of a refusal: the public API and the internal one differ."""
        return JSON if call.route.internal else PROBLEM_JSON

    def error_headers(self, call: Call, refusal: Refusal) -> dict[str, str]:
        """The header fields that a refusal adds."""
        return refusal.headers

    def refusal_answer(self, call: Call, refusal: Refusal) -> Answer:
        """The answer for a refusal."""
        status = self.refusal_status(call, refusal.reason)
        document = self.error_document(call, refusal)
        answer = self.json_answer(call, status, document, self.error_media_type(call, refusal.reason))
        answer.headers.update(self.error_headers(call, refusal))
        return answer

    def crash_answer(self, call: Call, error: Exception) -> Answer:
        """The answer when the server itself went wrong."""
        return self.refusal_answer(call, Refusal("internal-error"))
