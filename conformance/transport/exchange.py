"""An exchange: one request and what came back, as plain data."""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Self

Headers = list[tuple[str, str]]

MOST_HEADERS = 100
"""So many headers of an answer are kept where not all are: no answer in the documents has a tenth of it."""

NO_CONNECTION = "no connection: "
"""How the error of an exchange begins that was not sent, since no connection could be had."""
TIMED_OUT = "no complete answer within "
TOO_LONG = "the answer is longer than "
DIED = "the server closed the connection without an answer, and refuses every connection since"


@dataclass(slots=True)
class Exchange:
    """One request as it was sent and its answer, if one came whole.

    `status` is None and `error` says why when no complete answer came. `operation` is the operationId that the request
    is about, or None. `allowed_5xx` are server errors that the documents name for the state the request was made in.
    `waited`: the answer asked to wait, and the request was sent again. `dropped`: the server closed a kept connection
    before any byte of the answer, as it may at any time (RFC 9112, 9.5), so nothing is known. `repeats`: this is the
    request of the `dropped` exchange before it, sent again. Times are seconds; `started_at` since the epoch.

    Where only the beginning of the answer's body is kept, `body_bytes` is how long it was, and `body_sha256` its digest
    where all of it was read; `headers_left_out` is how many of its headers are not kept. `judged` is what passive
    validation said of the whole answer before it was shortened. `masks` are the marks in its body where a report masked
    something: what stood there is not judged.
    """

    method: str
    url: str
    request_headers: Headers
    request_body: bytes | None
    started_at: float
    operation: str | None = None
    status: int | None = None
    response_headers: Headers | None = None
    response_body: bytes = b""
    duration: float = 0.0
    error: str | None = None
    waited: bool = False
    allowed_5xx: tuple[int, ...] = ()
    dropped: bool = False
    repeats: bool = False
    body_bytes: int | None = None
    body_sha256: str | None = None
    headers_left_out: int = 0
    judged: Any = None
    masks: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether all of the answer's body is at hand."""
        return self.body_bytes is None

    @property
    def weight(self) -> int:
        """About how much memory the answer takes, in bytes."""
        return len(self.response_body) + sum(200 + len(value) for _, value in self.response_headers or ())

    def shorten(self, limit: int) -> None:
        """Keep at most `limit` bytes of the answer's body, with its length and its digest, and some of its headers."""
        if len(self.response_body) > limit:
            if self.is_whole:
                self.body_bytes = len(self.response_body)
                self.body_sha256 = hashlib.sha256(self.response_body).hexdigest()
            self.response_body = beginning(self.response_body, limit)
        if self.response_headers and len(self.response_headers) > MOST_HEADERS:
            self.headers_left_out += len(self.response_headers) - MOST_HEADERS
            self.response_headers = self.response_headers[:MOST_HEADERS]

    def shortened(self, limit: int) -> Self:
        """The exchange with what `shorten` leaves of it."""
        other = replace(self)
        other.shorten(limit)
        return other

    @property
    def is_unreachable(self) -> bool:
        """Whether there was no connection, so that nothing was sent: that says nothing about any rule."""
        return self.status is None and (self.error or "").startswith(NO_CONNECTION)

    @property
    def is_endless(self) -> bool:
        """Whether the answer did not come in time, or did not end within the limit of its length."""
        return self.status is None and (self.error or "").startswith((TIMED_OUT, TOO_LONG))

    @property
    def silence(self) -> str:
        """Why no complete answer came, in words that follow the request."""
        error = str(self.error)
        return f"got {error}" if error.startswith(TIMED_OUT) else f"got no complete answer ({error})"

    def response_header(self, name: str) -> str | None:
        """The first value of a header of the answer, whatever its case."""
        return header(self.response_headers or (), name)

    def request_header(self, name: str) -> str | None:
        """The first value of a header of the request, whatever its case."""
        return header(self.request_headers, name)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready data: bodies as base64, to pass between processes without loss."""
        data = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "judged"}
        data["request_body"] = None if self.request_body is None else base64.b64encode(self.request_body).decode()
        data["response_body"] = base64.b64encode(self.response_body).decode()
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Exchange":
        """The exchange that `to_dict` gave."""
        body = data["request_body"]
        return cls(
            **{
                **data,
                "request_body": None if body is None else base64.b64decode(body),
                "response_body": base64.b64decode(data["response_body"]),
                "request_headers": [(name, value) for name, value in data["request_headers"]],
                "response_headers": [(name, value) for name, value in data["response_headers"] or ()],
                "allowed_5xx": tuple(data["allowed_5xx"]),
                "masks": tuple(data.get("masks", ())),
            }
        )


def beginning(body: bytes, limit: int) -> bytes:
    """At most `limit` bytes of a body; a character in UTF-8 is not cut in two."""
    for end in range(limit, max(-1, limit - 4), -1):
        if end >= len(body) or body[end] & 0xC0 != 0x80:
            return body[:end]
    return body[:limit]


def header(headers: Iterable[tuple[str, str]], name: str) -> str | None:
    """The first value of a header, whatever its case."""
    return next((value for key, value in headers if key.lower() == name.lower()), None)
