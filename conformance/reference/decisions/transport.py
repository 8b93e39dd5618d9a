"""How an answer is put on the wire: the freedoms of JSON and HTTP."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from orderproof.conformance.reference.decisions.base import Base
from orderproof.conformance.reference.exchange import Answer

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Call

#: 4 MiB: some thirty times the largest request that the documents allow.
BODY_LIMIT = 4 * 1024 * 1024
KEEP_ALIVE_SECONDS = 75


class Transport(Base):
    """Decisions about bytes and header fields."""

    def body_limit(self, call: Call) -> int:
        """The largest request body, in bytes."""
        return BODY_LIMIT

    def encode(self, call: Call, document: Any) -> bytes:
        """A JSON document as bytes."""
        return json.dumps(document, separators=(",", ":"), allow_nan=False).encode()

    def content_type(self, call: Call, media_type: str) -> str:
        """How the media type of an answer is written."""
        return media_type

    def json_answer(self, call: Call, status: int, document: Any, media_type: str) -> Answer:
        """An answer with a JSON body."""
        return Answer(status, self.encode(call, document), media_type)

    def empty_answer(self, call: Call, status: int) -> Answer:
        """An answer without a body."""
        return Answer(status)

    def success(self, call: Call, document: Any, status: int = 200) -> Answer:
        """The answer to a request that is granted, in the negotiated media type."""
        return self.json_answer(call, status, document, call.media_type)

    async def before_answer(self, call: Call, answer: Answer) -> None:
        """The moment before an answer leaves."""

    def final_answer(self, call: Call, answer: Answer) -> Answer:
        """The last word on every answer, refusals included."""
        return answer

    def declares_length(self, call: Call, answer: Answer) -> bool:
        """Whether `Content-Length` is sent; without it a body is chunked."""
        return answer.status != 204

    def body_parts(self, call: Call, content: bytes) -> list[bytes]:
        """The pieces in which a body is sent."""
        return [content]

    def closes_connection(self, call: Call, answer: Answer) -> bool:
        """Whether the connection ends with this answer."""
        return False

    def keep_alive_seconds(self) -> int:
        """How long a connection without a request is kept."""
        return KEEP_ALIVE_SECONDS

    def header_name(self, call: Call, name: str) -> str:
        """How the name of a header field is written."""
        return name

    def header_fields(self, call: Call, answer: Answer) -> dict[str, str]:
        """The header fields of an answer."""
        fields = dict(answer.headers)
        if answer.media_type is not None:
            fields["content-type"] = self.content_type(call, answer.media_type)
        if self.declares_length(call, answer):
            fields["content-length"] = str(len(answer.content))
        if self.closes_connection(call, answer):
            fields["connection"] = "close"
        return fields
