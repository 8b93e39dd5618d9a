"""Faults in what errors look like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import (
    CANCEL,
    CANCEL_LINE,
    CANCEL_LINE_INTERNAL,
    EXTEND,
    HISTORY,
    JSON,
    PRICES,
)

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


class InternalErrorsWithoutRequestId(Fault):
    """An error of the internal API has no `request_id`."""

    breaks: ClassVar[tuple[str, ...]] = ("ERR-3",)
    operation: ClassVar[str] = CANCEL_LINE_INTERNAL

    def error_document(self, call: Call, refusal: Refusal) -> Any:
        """Nobody outside will ask for it."""
        document = super().error_document(call, refusal)
        return document if not call.route.internal else {name: document[name] for name in ("error_code", "message")}


class LineErrorsWithoutCode(Fault):
    """An error of canceling a line item has no `error_code`."""

    breaks: ClassVar[tuple[str, ...]] = ("ERR-3",)
    operation: ClassVar[str] = CANCEL_LINE

    def error_document(self, call: Call, refusal: Refusal) -> Any:
        """The message says it."""
        document = super().error_document(call, refusal)
        return document if call.operation != CANCEL_LINE else {"message": document["message"], "request_id": "1"}


class HistoryErrorsNested(Fault):
    """The members of a history's errors lie one level deeper."""

    breaks: ClassVar[tuple[str, ...]] = ("ERR-3",)
    operation: ClassVar[str] = HISTORY

    def error_document(self, call: Call, refusal: Refusal) -> Any:
        """As other APIs have them."""
        document = super().error_document(call, refusal)
        return {"error": document} if call.operation == HISTORY else document


class ExtensionErrorCodeInCapitals(Fault):
    """The `error_code` of a refused extension is spelled in capitals."""

    breaks: ClassVar[tuple[str, ...]] = ("ERR-4",)
    operation: ClassVar[str] = EXTEND

    def error_code(self, call: Call, reason: str) -> str:
        """As a constant."""
        code = super().error_code(call, reason)
        return code.upper() if call.operation == EXTEND else code


class InternalErrorCodeWithHyphens(Fault):
    """The `error_code` of the internal API has hyphens."""

    breaks: ClassVar[tuple[str, ...]] = ("ERR-4",)
    operation: ClassVar[str] = CANCEL_LINE_INTERNAL

    def error_code(self, call: Call, reason: str) -> str:
        """`bad-request`."""
        code = super().error_code(call, reason)
        return code.replace("_", "-") if call.route.internal else code


class InternalRequestIdIsConstant(Fault):
    """Both APIs that cancel line items give every error the same `request_id`."""

    breaks: ClassVar[tuple[str, ...]] = ("ERR-5",)

    def error_request_id(self, call: Call) -> str:
        """That of the sample."""
        line = call.operation in (CANCEL_LINE, CANCEL_LINE_INTERNAL)
        return "ec2f3c9bb016ba971bf6074098363" if line else super().error_request_id(call)


class PriceErrorsWithoutMessage(Fault):
    """An error of the prices has no `message`."""

    breaks: ClassVar[tuple[str, ...]] = ("ERR-3",)
    operation: ClassVar[str] = PRICES

    def error_document(self, call: Call, refusal: Refusal) -> Any:
        """Two of three."""
        document = super().error_document(call, refusal)
        return {name: value for name, value in document.items() if name != "message" or call.operation != PRICES}
