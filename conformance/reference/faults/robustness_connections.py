"""Faults in what a request leaves on its connection, and in methods and queries that nobody documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import (
    CANCEL_LINE,
    CANCEL_LINE_INTERNAL,
    EXTEND,
    HISTORY,
    PRICES,
    Answer,
)
from orderproof.conformance.reference.faults.shared.unread import UnreadBodyFault

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Call


class BodiesWithoutTokenLeftUnread(UnreadBodyFault):
    """The body of a request without a valid token is not read, and taken for the next request."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-29",)

    def leaves_unread(self, call: Call, answer: Answer) -> bool:
        """Refused before anybody looks at it."""
        return answer.status == 401


class BodiesForUnknownOrdersLeftUnread(UnreadBodyFault):
    """The body of a request that nothing was found for is not read, and taken for the next request."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-29",)

    def leaves_unread(self, call: Call, answer: Answer) -> bool:
        """The path alone decides."""
        return answer.status == 404


class BodiesOfGetLeftUnread(UnreadBodyFault):
    """The body of a GET request is not read, and taken for the next request."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-29",)

    def leaves_unread(self, call: Call, answer: Answer) -> bool:
        """A GET has none, it is thought."""
        return call.method == "GET"


class UndocumentedBodiesLeftUnread(UnreadBodyFault):
    """A body that the operation does not document is not read, and taken for the next request."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-29",)

    def leaves_unread(self, call: Call, answer: Answer) -> bool:
        """No handler asks for it."""
        return call.operation in (EXTEND, CANCEL_LINE, CANCEL_LINE_INTERNAL)


class InternalBodiesLeftUnread(UnreadBodyFault):
    """The internal API does not read the bodies of its requests, and takes them for the next."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-29",)
    operation: ClassVar[str] = CANCEL_LINE_INTERNAL

    def leaves_unread(self, call: Call, answer: Answer) -> bool:
        """Another server than the public API's."""
        return call.route.internal


class RefusedPricesLeaveBodyUnread(UnreadBodyFault):
    """The body of a price request whose Content-Type or content is refused spoils the next request."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-29",)
    operation: ClassVar[str] = PRICES

    def leaves_unread(self, call: Call, answer: Answer) -> bool:
        """What follows cannot be understood."""
        return call.operation == PRICES and answer.status >= 400

    async def hidden_answer(self, call: Call) -> Answer | None:
        """What follows begins in the middle of something."""
        found = await super().hidden_answer(call)
        return None if found is None else Answer(400, b"bad request line", "text/plain")


class HeadCrashes(Fault):
    """A HEAD request crashes the server."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-5",)

    async def admit(self, call: Call) -> None:
        """Routed as a GET without a handler."""
        if call.method == "HEAD":
            raise KeyError(call.method)


class HeadCrashesHistory(Fault):
    """A HEAD request for a history crashes the server."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-5",)
    operation: ClassVar[str] = HISTORY

    async def admit(self, call: Call) -> None:
        """A page without a body to measure."""
        if call.method == "HEAD" and call.segments == ["orders"]:
            raise ValueError("no body")


class OptionsCrashHistory(Fault):
    """An OPTIONS request for a history crashes the server."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-5",)
    operation: ClassVar[str] = HISTORY

    async def admit(self, call: Call) -> None:
        """Its allowed methods are nowhere."""
        if call.method == "OPTIONS" and call.segments == ["orders"]:
            raise KeyError("allow")


def _has_bare_key(call: Call) -> bool:
    return any(part and "=" not in part for part in call.query_string.split("&"))


class BareKeysCrash(Fault):
    """A member of the query without an equals sign crashes the server."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-4",)

    async def admit(self, call: Call) -> None:
        """Cut into two."""
        if _has_bare_key(call):
            raise ValueError("not enough values to unpack")


class BareKeysCrashInternalApi(Fault):
    """A member of the query without an equals sign crashes the internal API."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-4",)
    operation: ClassVar[str] = CANCEL_LINE_INTERNAL

    async def before_operation(self, call: Call) -> None:
        """It has no parameters, and reads them all the same."""
        if call.operation == CANCEL_LINE_INTERNAL and _has_bare_key(call):
            raise ValueError("not enough values to unpack")


class SecondEqualsSignCrashesExtension(Fault):
    """A value with an equals sign in the query crashes the extension."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-4",)
    operation: ClassVar[str] = EXTEND

    async def before_operation(self, call: Call) -> None:
        """Cut into three."""
        if call.operation == EXTEND and any(part.count("=") > 1 for part in call.query_string.split("&")):
            raise ValueError("too many values to unpack")


class UnfinishedContentTypeCrashes(Fault):
    """A parameter of `Content-Type` that does not end crashes the server."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-6",)

    def accepts_content_type(self, call: Call, content_type: str | None) -> bool:
        """The closing quote is taken to be there."""
        if '"' in (content_type or ""):
            _, _, _ = str(content_type).split('"')
        return super().accepts_content_type(call, content_type)
