"""Faults in what the server survives."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import CANCEL, HISTORY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderproof.conformance.reference.decisions.cancellation import Cancellation
    from orderproof.conformance.reference.exchange import Answer, Call
    from orderproof.conformance.reference.media import MediaType
    from orderproof.conformance.reference.store import Customer, Order


class MalformedJsonCrashes(Fault):
    """A body that is not JSON crashes the server."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-1", "ROB-7")

    def parse_json(self, call: Call, content: bytes) -> Any:
        """Nobody catches what goes wrong."""
        return json.loads(content)


class ArraysCrash(Fault):
    """A body that is JSON, but no object, crashes the server."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-1",)

    def body(self, call: Call) -> dict[str, Any]:
        """Taken for an object."""
        return dict(self.parse_json(call, call.body or b"{}").items())


class NulInPathCrashes(Fault):
    """A path with a NUL crashes the server."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-1", "ROB-3", "ROB-8")

    async def before_operation(self, call: Call) -> None:
        """As some databases do."""
        if any("\0" in value for value in call.path.values()):
            raise ValueError("a text cannot contain NUL")


class EscapesDecodedTwiceCrash(Fault):
    """Percent signs are decoded once more, and letters that are no digits crash the server."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-1", "ROB-3", "ROB-8")

    async def before_operation(self, call: Call) -> None:
        """As strict decoders do."""
        if any("%zz" in value for value in call.path.values()):
            raise ValueError("no escape")


class PathsOfOddBytesCrash(Fault):
    """A path whose bytes are no UTF-8 crashes the server."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-1", "ROB-8")

    async def before_operation(self, call: Call) -> None:
        """They are not decoded with care, as they were on their way here."""
        if any("\N{REPLACEMENT CHARACTER}" in value for value in call.path.values()):
            raise ValueError("no UTF-8")


class LongIdsCrash(Fault):
    """An id longer than a column of its database crashes the server."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-1", "ROB-3")

    async def before_operation(self, call: Call) -> None:
        """VARCHAR(255)."""
        if any(len(value) > 255 for value in call.path.values()):
            raise ValueError("value too long")


class RepeatedParametersCrash(Fault):
    """A query parameter that is given twice crashes the server."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-1", "ROB-4")

    async def before_operation(self, call: Call) -> None:
        """A dictionary was expected."""
        if len({name for name, _ in call.query}) < len(call.query):
            raise ValueError("a list where a text was expected")


class UnknownMethodsCrash(Fault):
    """A method that is not documented crashes the server."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-1", "ROB-5")

    async def admit(self, call: Call) -> None:
        """No branch for it."""
        if call.method not in ("GET", "POST", "PATCH"):
            raise ValueError(call.method)


class OddAcceptCrashes(Fault):
    """An `Accept` header that is no list of media types crashes the server."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-1", "ROB-6")

    async def admit(self, call: Call) -> None:
        """Every part is taken for a type and a subtype."""
        for part in (call.header("accept") or "*/*").split(","):
            _, _ = part.split("/")


class FailsAfterDeepBody(Fault):
    """After one deeply nested body the server fails for good."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-1", "ROB-9")

    async def admit(self, call: Call) -> None:
        """Its stack is gone."""
        poisoned = self.__dict__.get("poisoned", False) or call.body.startswith(b"[" * 30_000)
        self.__dict__["poisoned"] = poisoned
        if poisoned:
            raise RecursionError


class HistoryBreaksOff(Fault):
    """A history ends before the length that its header announced."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-2",)
    operation: ClassVar[str] = HISTORY

    def header_fields(self, call: Call, answer: Answer) -> dict[str, str]:
        """Too much is promised."""
        fields = super().header_fields(call, answer)
        if call.operation == HISTORY and answer.status == 200:
            fields["content-length"] = str(len(answer.content) + 7)
        return fields


class NulInTextsCrashes(Fault):
    """A NUL in the reason or the note of a cancellation crashes the server."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-1", "ROB-10")
    operation: ClassVar[str] = CANCEL

    def cancel(self, call: Call, order: Order, cancellation: Cancellation) -> None:
        """As some databases do."""
        if any("\0" in (text or "") for text in cancellation):
            raise ValueError("a text cannot contain NUL")
        super().cancel(call, order, cancellation)


class NulInNoteCrashes(Fault):
    """A NUL in the note of a cancellation crashes the server; the reason is looked at."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-1", "ROB-10")
    operation: ClassVar[str] = CANCEL

    def check_note(self, call: Call, body: dict[str, Any]) -> str | None:
        """As some databases do."""
        note = super().check_note(call, body)
        if "\0" in (note or ""):
            raise ValueError("a text cannot contain NUL")
        return note


class NulInCustomerIdCrashes(Fault):
    """A customer's id with a NUL crashes the server."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-1", "ROB-4")
    operation: ClassVar[str] = HISTORY

    def find_customer(self, call: Call, identifier: str) -> Customer | None:
        """As some databases do."""
        if "\0" in identifier:
            raise ValueError("a text cannot contain NUL")
        return super().find_customer(call, identifier)


class LongCustomerIdsCrash(Fault):
    """A customer's id longer than a column of the database crashes the server."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-1", "ROB-4")
    operation: ClassVar[str] = HISTORY

    def find_customer(self, call: Call, identifier: str) -> Customer | None:
        """VARCHAR(255)."""
        if len(identifier) > 255:
            raise ValueError("value too long")
        return super().find_customer(call, identifier)


class BodiesWithoutTypeCrash(Fault):
    """A body that does not say its media type crashes the server."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-1", "ROB-11")

    def accepts_content_type(self, call: Call, content_type: str | None) -> bool:
        """The header is taken to be there."""
        if content_type is None:
            raise KeyError("content-type")
        return super().accepts_content_type(call, content_type)


class OddAcceptCrashesHistory(Fault):
    """An `Accept` header that is no list of media types crashes the history alone."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-1", "ROB-6")
    operation: ClassVar[str] = HISTORY

    def accepted_ranges(self, call: Call, accept: str) -> Sequence[MediaType]:
        """Every part is taken for a type and a subtype."""
        for part in accept.split(",") if call.operation == HISTORY else ():
            _, _ = part.split("/")
        return super().accepted_ranges(call, accept)
