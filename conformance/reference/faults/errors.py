"""Faults in what errors look like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import CANCEL, CANCEL_LINE_INTERNAL, JSON

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.problems import Refusal


class ErrorsWithoutMessage(Fault):
    """An error has no `message`."""

    breaks: ClassVar[tuple[str, ...]] = ("ERR-3",)

    def error_document(self, call: Call, refusal: Refusal) -> Any:
        """Two of three."""
        document = super().error_document(call, refusal)
        return {name: value for name, value in document.items() if name != "message"}


class ErrorCodeAsNumber(Fault):
    """`error_code` is the status, a number."""

    breaks: ClassVar[tuple[str, ...]] = ("ERR-2", "ERR-4")

    def error_document(self, call: Call, refusal: Refusal) -> Any:
        """No word for it."""
        return super().error_document(call, refusal) | {"error_code": self.refusal_status(call, refusal.reason)}


class ErrorsAsHtml(Fault):
    """An error is called `text/html`."""

    breaks: ClassVar[tuple[str, ...]] = ("ERR-1",)

    def error_media_type(self, call: Call, reason: str) -> str:
        """Whatever it is."""
        return "text/html"


class CancelErrorsAsJson(Fault):
    """The errors of canceling an order are called `application/json`."""

    breaks: ClassVar[tuple[str, ...]] = ("ERR-1",)
    operation: ClassVar[str] = CANCEL

    def error_media_type(self, call: Call, reason: str) -> str:
        """As the internal API calls them."""
        return JSON if call.operation == CANCEL else super().error_media_type(call, reason)


class ErrorCodeInCapitals(Fault):
    """`error_code` is spelled in capitals."""

    breaks: ClassVar[tuple[str, ...]] = ("ERR-4",)

    def error_code(self, call: Call, reason: str) -> str:
        """As a constant."""
        return super().error_code(call, reason).upper()


class OneRequestIdForAll(Fault):
    """Every error has the same `request_id`."""

    breaks: ClassVar[tuple[str, ...]] = ("ERR-5",)

    def error_request_id(self, call: Call) -> str:
        """That of the sample."""
        return "ec2f3c9bb016ba971bf6074098363"


class InternalErrorsAsProblems(Fault):
    """The internal API tells its errors as `application/problem+json`, like the public one."""

    breaks: ClassVar[tuple[str, ...]] = ("ERR-1",)
    operation: ClassVar[str] = CANCEL_LINE_INTERNAL

    def error_media_type(self, call: Call, reason: str) -> str:
        """The same for both."""
        return "application/problem+json"
