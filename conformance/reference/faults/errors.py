"""Faults in what errors look like, and in what the server survives."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from conformance.reference.exchange import CANCEL, JSON
from conformance.reference.seeds import Fault

if TYPE_CHECKING:
    from conformance.reference.exchange import Call
    from conformance.reference.problems import Refusal


class ErrorFault(Fault):
    """A fault in errors."""

    breaks: ClassVar[tuple[str, ...]] = ("ERR",)


class ErrorsWithoutMessage(ErrorFault):
    """An error has no `message`."""

    def error_document(self, call: Call, refusal: Refusal) -> Any:
        """Two of three."""
        document = super().error_document(call, refusal)
        return {name: value for name, value in document.items() if name != "message"}


class ErrorCodeAsNumber(ErrorFault):
    """`error_code` is the status, a number."""

    def error_document(self, call: Call, refusal: Refusal) -> Any:
        """No word for it."""
        return super().error_document(call, refusal) | {"error_code": self.refusal_status(call, refusal.reason)}


class ErrorsAsHtml(ErrorFault):
    """An error is called `text/html`."""

    def error_media_type(self, call: Call, reason: str) -> str:
        """Whatever it is."""
        return "text/html"


class CancelErrorsAsJson(ErrorFault):
    """The errors of canceling an order are called `application/json`."""

    operation: ClassVar[str] = CANCEL

    def error_media_type(self, call: Call, reason: str) -> str:
        """As the internal API calls them."""
        return JSON if call.operation == CANCEL else super().error_media_type(call, reason)


class ErrorsAreOk(ErrorFault):
    """A request that is not valid is answered with 200, and the error in the body."""

    def refusal_status(self, call: Call, reason: str) -> int:
        """Nothing is wrong."""
        status = super().refusal_status(call, reason)
        return 200 if status == 400 else status


class MalformedJsonCrashes(ErrorFault):
    """A body that is not JSON crashes the server."""

    breaks: ClassVar[tuple[str, ...]] = ("ERR", "ROB")

    def parse_json(self, call: Call, content: bytes) -> Any:
        """Nobody catches what goes wrong."""
        return json.loads(content)


class ArraysCrash(ErrorFault):
    """A body that is JSON, but no object, crashes the server."""

    breaks: ClassVar[tuple[str, ...]] = ("ERR", "ROB")

    def body(self, call: Call) -> dict[str, Any]:
        """Taken for an object."""
        return dict(self.parse_json(call, call.body or b"{}").items())


class NulInPathCrashes(ErrorFault):
    """A path with a NUL crashes the server."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB",)

    async def before_operation(self, call: Call) -> None:
        """As some databases do."""
        if any("\0" in value for value in call.path.values()):
            raise ValueError("a text cannot contain NUL")
