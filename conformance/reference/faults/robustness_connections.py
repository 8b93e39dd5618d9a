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
)
from orderproof.conformance.reference.faults.shared.unread import answer_in_turn

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Answer, Call


class BodiesWithoutTokenLeftUnread(Fault):
    """The body of a request without a valid token is not read, and taken for the next request."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-13",)

    async def before_answer(self, call: Call, answer: Answer) -> None:
        """Refused before anybody looks at it."""
        await super().before_answer(call, answer)
        await answer_in_turn(self, call, answer, is_unread=answer.status == 401)


class BodiesForUnknownOrdersLeftUnread(Fault):
    """The body of a request that nothing was found for is not read, and taken for the next request."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-13",)

    async def before_answer(self, call: Call, answer: Answer) -> None:
        """The path alone decides."""
        await super().before_answer(call, answer)
        await answer_in_turn(self, call, answer, is_unread=answer.status == 404)


class BodiesOfOtherTypesLeftUnread(Fault):
    """A body whose Content-Type is refused is not read, and taken for the next request."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-13",)

    async def before_answer(self, call: Call, answer: Answer) -> None:
        """Nobody wants it."""
        await super().before_answer(call, answer)
        await answer_in_turn(self, call, answer, is_unread=answer.status == 415)


class BodiesOfOtherMethodsLeftUnread(Fault):
    """The body of a request whose method is refused is not read, and taken for the next request."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-13",)

    async def before_answer(self, call: Call, answer: Answer) -> None:
        """There is no handler that would."""
        await super().before_answer(call, answer)
        await answer_in_turn(self, call, answer, is_unread=answer.status == 405)


class BodiesOfGetLeftUnread(Fault):
    """The body of a GET request is not read, and taken for the next request."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-13",)

    async def before_answer(self, call: Call, answer: Answer) -> None:
        """A GET has none, it is thought."""
        await super().before_answer(call, answer)
        await answer_in_turn(self, call, answer, is_unread=call.method == "GET")


class UndocumentedBodiesLeftUnread(Fault):
    """A body that the operation does not document is not read, and taken for the next request."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-13",)

    async def before_answer(self, call: Call, answer: Answer) -> None:
        """No handler asks for it."""
        await super().before_answer(call, answer)
        await answer_in_turn(
            self, call, answer, is_unread=call.operation in (EXTEND, CANCEL_LINE, CANCEL_LINE_INTERNAL)
        )


class InternalBodiesLeftUnread(Fault):
    """The internal API does not read the bodies of its requests, and takes them for the next."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-13",)
    operation: ClassVar[str] = CANCEL_LINE_INTERNAL

    async def before_answer(self, call: Call, answer: Answer) -> None:
        """Another server than the public API's."""
        await super().before_answer(call, answer)
        await answer_in_turn(self, call, answer, is_unread=call.route.internal)


class RefusedPricesLeaveBodyUnread(Fault):
    """The body of a price request whose Content-Type or content is refused spoils the next request."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-13",)
    operation: ClassVar[str] = PRICES

    async def before_answer(self, call: Call, answer: Answer) -> None:
        """What follows begins in the middle of something."""
        await super().before_answer(call, answer)
        is_refused = call.operation == PRICES and answer.status >= 400
        await answer_in_turn(self, call, answer, is_unread=is_refused, is_cut=True)


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
