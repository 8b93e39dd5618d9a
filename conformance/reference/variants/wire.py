"""How an answer is written: the freedoms of JSON and HTTP."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference.behaviours import Variant
from orderproof.conformance.reference.exchange import Answer
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Call, Operation


class ChunkedAnswers(Variant):
    """Bodies are chunked."""

    readings: ClassVar[tuple[str, ...]] = ("transfer/chunked",)

    def declares_length(self, call: Call, answer: Answer) -> bool:
        """Only that of an empty one."""
        return not answer.content and super().declares_length(call, answer)


class AnswersInPieces(Variant):
    """Bodies are sent in pieces of 97 bytes."""

    def body_parts(self, call: Call, content: bytes) -> list[bytes]:
        """Cut up."""
        return [content[start : start + 97] for start in range(0, len(content), 97)]


class ConnectionsClosed(Variant):
    """Every answer ends its connection."""

    readings: ClassVar[tuple[str, ...]] = ("connections/closed",)

    def closes_connection(self, call: Call, answer: Answer) -> bool:
        """Always."""
        return True


class ConnectionsClosedAfterErrors(Variant):
    """A refusal ends its connection."""

    def closes_connection(self, call: Call, answer: Answer) -> bool:
        """Unless all went well."""
        return answer.status >= 400


class IdleConnectionsDropped(Variant):
    """A connection on which no request waits is closed at once, and no answer says so."""

    readings: ClassVar[tuple[str, ...]] = ("connections/dropped",)

    def keep_alive_seconds(self) -> int:
        """Not at all."""
        return 0


class TitleCaseHeaders(Variant):
    """The names of header fields are written in title case."""

    readings: ClassVar[tuple[str, ...]] = ("header-names/canonical",)

    def header_name(self, call: Call, name: str) -> str:
        """`Content-Type`."""
        return name.title()


class UpperCaseHeaders(Variant):
    """The names of header fields are written in capitals."""

    readings: ClassVar[tuple[str, ...]] = ("header-names/upper-case",)

    def header_name(self, call: Call, name: str) -> str:
        """`CONTENT-TYPE`."""
        return name.upper()


class CharsetParameter(Variant):
    """`Content-Type` names the character set."""

    readings: ClassVar[tuple[str, ...]] = ("media-type-form/charset",)

    def content_type(self, call: Call, media_type: str) -> str:
        """With a parameter more."""
        return f"{media_type}; charset=utf-8"


class SpacedParameters(Variant):
    """There is a space before every parameter of a media type."""

    readings: ClassVar[tuple[str, ...]] = ("media-type-form/spaced",)

    def content_type(self, call: Call, media_type: str) -> str:
        """The same media type."""
        return media_type.replace(";", "; ")


class QuotedVersion(Variant):
    """The version in the vendor type is spaced and quoted, and its name in upper case."""

    readings: ClassVar[tuple[str, ...]] = ("media-type-form/quoted",)

    def content_type(self, call: Call, media_type: str) -> str:
        """The same media type."""
        return media_type.replace(";version=2", ' ; Version="2"')


class UpperCaseMediaTypes(Variant):
    """Media types are written in upper case."""

    readings: ClassVar[tuple[str, ...]] = ("media-type-form/upper-case",)

    def content_type(self, call: Call, media_type: str) -> str:
        """Types have no case."""
        return media_type.upper()


class HeadLikeGet(Variant):
    """HEAD is answered like GET, without the body."""

    def method_matches(self, call: Call, operation: Operation) -> bool:
        """Where there is a GET."""
        return super().method_matches(call, operation) or (call.method, operation.method) == ("HEAD", "GET")


class OptionsForBrowsers(Variant):
    """OPTIONS on any path is answered with 204 and the methods of the API, without a token."""

    async def admit(self, call: Call) -> None:
        """Before anything is looked at."""
        if call.method == "OPTIONS":
            raise Refusal("preflight", "", {"allow": "GET, HEAD, POST, PATCH, OPTIONS"})

    def refusal_answer(self, call: Call, refusal: Refusal) -> Answer:
        """No refusal at all."""
        if call.method == "OPTIONS":
            return Answer(204, headers=refusal.headers)
        return super().refusal_answer(call, refusal)


class KeysReversed(Variant):
    """Objects have their keys in another order."""

    def encode(self, call: Call, document: Any) -> bytes:
        """From Z to A."""
        return super().encode(call, _reversed(document))


def _reversed(document: Any) -> Any:
    if isinstance(document, dict):
        return {name: _reversed(document[name]) for name in sorted(document, reverse=True)}
    return [_reversed(element) for element in document] if isinstance(document, list) else document


class PrettyJson(Variant):
    """JSON has indentation and a line's end."""

    def encode(self, call: Call, document: Any) -> bytes:
        """For people."""
        return json.dumps(document, indent=4).encode() + b"\r\n"


class UnescapedJson(Variant):
    """JSON has its characters in UTF-8, not escaped."""

    def encode(self, call: Call, document: Any) -> bytes:
        """As they are."""
        return json.dumps(document, ensure_ascii=False).encode()


class MoreHeaders(Variant):
    """Answers have more header fields."""

    def header_fields(self, call: Call, answer: Answer) -> dict[str, str]:
        """As a gateway adds them."""
        more = {"vary": "Accept", "cache-control": "no-store", "x-request-id": call.request_id, "server": "gateway"}
        return super().header_fields(call, answer) | more
