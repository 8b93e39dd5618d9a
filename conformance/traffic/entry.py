"""An entry of a HAR file as an exchange, and what of it the recorder did not keep.

What is not known is never taken for absent: a body that HAR did not keep is no empty body, and a header that a browser
sent without telling is no missing one.
"""

import base64
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from orderproof.conformance.traffic.places import Base, below, operation_at, path_values
from orderproof.conformance.transport.exchange import Exchange, Headers, header
from orderproof.conformance.transport.strictjson import NotJson, TooMuchJson, parse_json
from orderproof.reports.formats.har import BEGINNING
from orderproof.reports.redaction.masking import TOKEN_MARK
from orderproof.reports.redaction.persons import PERSON_MARK

OUTSIDE = "outside the base URL"
ELSEWHERE = "below the base URL, but no operation of the API"
PREFLIGHT = "OPTIONS"
REDIRECT = "redirects"
CACHED = "answers from a cache"
ABORTED = "without an answer"
UNREADABLE = "not an entry of HAR 1.2"

_MARKS = (PERSON_MARK.encode(), TOKEN_MARK.encode())
_FRACTION = re.compile(r"[.,](\d+)", re.ASCII)
# What a browser writes where it does not know the type.
_NO_TYPES = ("", "x-unknown", "application/octet-stream")


@dataclass(slots=True)
class Recorded:
    """An exchange of recorded traffic.

    `number` is that of its entry in the file, from 1. `path` are the parameters in its path, `query` those behind it.
    `start` is the earliest and `end` the latest moment that the file allows, in seconds since the epoch, None where it
    does not tell. `body_known`: all of the answer's
    body is at hand; `sent_known`: so is the request's, or that there was none. `headers_known`: no request header is
    missing; `type_known`: neither is the answer's media type.
    """

    exchange: Exchange
    number: int
    path: Mapping[str, str]
    query: Sequence[tuple[str, str]]
    start: float | None
    end: float | None
    body_known: bool
    sent_known: bool
    headers_known: bool
    type_known: bool

    @property
    def is_judged(self) -> bool:
        """Whether there is an answer to judge. What was sent without one may have been carried out all the same."""
        return self.exchange.status is not None

    def parameter(self, name: str) -> str | None:
        """The value of a query parameter; None if it is not there exactly once."""
        values = [value for key, value in self.query if key == name]
        return values[0] if len(values) == 1 else None

    def is_without(self, name: str) -> bool:
        """Whether a query parameter is not there at all."""
        return all(key != name for key, _ in self.query)


def read_entry(entry: Any, number: int, bases: Mapping[str, Base], *, is_own: bool) -> Recorded | str:
    """The exchange of an entry, or why it is left alone: one of the reasons above.

    `bases` are the base URLs of the APIs by their names. `is_own`: orderproof wrote the file, which keeps every header.
    """
    try:
        return _read(entry, number, bases, is_own=is_own)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return UNREADABLE


def _read(entry: Any, number: int, bases: Mapping[str, Base], *, is_own: bool) -> Recorded | str:
    request, response = entry["request"], entry["response"]
    method, url, status = str(request["method"]).upper(), str(request["url"]).partition("#")[0], int(response["status"])
    found = [(api, path) for api, base in bases.items() if (path := below(base, url)) is not None]
    if not found:
        return OUTSIDE
    if method == PREFLIGHT:
        return PREFLIGHT
    operation, path = None, ""
    for api, path in found:
        operation = operation_at(api, method, path)
        if operation is not None:
            break
    if operation is None:
        return ELSEWHERE
    left = _left_alone(entry, response, status)
    is_unanswered = left == ABORTED and operation.method == method
    if left and not is_unanswered:
        return left
    sent, came = _headers(request), _headers(response)
    start, duration = _moment(entry.get("startedDateTime")), _seconds(entry.get("time"))
    content = response.get("content") or {}
    body, body_known = _body(content, response, header(came, "Content-Length"), is_own=is_own)
    # A browser tells by it that nobody read the body, too; the status is the server's all the same.
    body_known = body_known and not (response.get("_error") or entry.get("_error"))
    sent_body, sent_known = _sent(request, header(sent, "Content-Length"))
    told = str(content.get("mimeType") or "")
    exchange = Exchange(
        method=method,
        url=_without_user(url),
        request_headers=sent,
        request_body=sent_body,
        started_at=start or 0.0,
        operation=operation.id,
        status=None if is_unanswered else status,
        error="the recording holds no answer" if is_unanswered else None,
        response_headers=came,
        response_body=body,
        duration=duration or 0.0,
        # That the external OMS is unavailable is a state that traffic does not show.
        allowed_5xx=(503,) if "503" in operation.responses else (),
        body_bytes=None if body_known else max(_size(content) or 0, len(body)),
    )
    return Recorded(
        exchange,
        number,
        path_values(operation, path),
        parse_qsl(urlsplit(url).query, keep_blank_values=True),
        start,
        None if start is None or duration is None else start + duration + _grain(entry.get("startedDateTime")),
        body_known,
        sent_known,
        headers_known=is_own or _is_whole_head(request, sent),
        type_known=bool(came) and (header(came, "Content-Type") is not None or told in _NO_TYPES),
    )


def _left_alone(entry: Mapping[str, Any], response: Mapping[str, Any], status: int) -> str | None:
    """Why an entry below the base URL is not judged: no answer of the server stands in it."""
    if status < 200:
        return ABORTED
    if status == 304 or entry.get("_fromCache") or response.get("_fetchedViaServiceWorker"):
        return CACHED
    if 300 <= status < 400:
        return REDIRECT
    return None


def _headers(message: Mapping[str, Any]) -> Headers:
    """The headers of a message, without the pseudo-headers of HTTP/2."""
    told = message.get("headers") or []
    pairs = [(str(one["name"]), str(one.get("value") or "")) for one in told]
    return [(name, value) for name, value in pairs if name and not name.startswith(":")]


def _is_whole_head(request: Mapping[str, Any], sent: Headers) -> bool:
    """Whether a recorder saw the headers that went out: then the host is among them, which browsers add last."""
    return header(sent, "Host") is not None or any(
        str(one.get("name")) == ":authority" for one in request.get("headers") or []
    )


def _moment(text: Any) -> float | None:
    try:
        # Without a zone it is local time somewhere; within a file all are alike.
        return datetime.fromisoformat(text.strip()).timestamp() if isinstance(text, str) else None
    except (ValueError, OverflowError):
        return None


def _grain(text: Any) -> float:
    """How much later than its text a moment may be, in seconds: one unit of its last digit."""
    found = _FRACTION.search(text) if isinstance(text, str) else None
    return float(10 ** -min(len(found[1]), 6)) if found else 1.0


def _seconds(milliseconds: Any) -> float | None:
    """A time in seconds; -1 and anything odd mean that it is not known."""
    is_number = isinstance(milliseconds, int | float) and not isinstance(milliseconds, bool)
    return milliseconds / 1000 if is_number and 0 <= milliseconds < 1e9 else None


def _size(content: Mapping[str, Any]) -> int | None:
    size = content.get("size")
    return int(size) if isinstance(size, int | float) and size >= 0 else None


def _body(
    content: Mapping[str, Any], response: Mapping[str, Any], length: str | None, *, is_own: bool
) -> tuple[bytes, bool]:
    """The body of an answer, its content coding undone, and whether that is all of it."""
    text = content.get("text")
    size = _size(content)
    if not isinstance(text, str) or not text:
        # A browser tells the size 0 of what it no longer has, too.
        return b"", size == 0 and (length == "0" or _size({"size": response.get("bodySize")}) == 0)
    if content.get("encoding") == "base64":
        body = base64.b64decode(text)
    elif is_own and "Latin-1" in str(content.get("comment")):
        body = text.encode("latin-1", "replace")
    else:
        body = text.encode("utf-8", "surrogatepass")
    # mitmproxy tells the packed size, and how much was saved.
    saved = content.get("compression")
    sizes = {size, size + int(saved)} if size is not None and isinstance(saved, int | float) else {size}
    return body, _is_whole(body, sizes) and not (is_own and BEGINNING in str(content.get("comment")))


def _is_whole(body: bytes, sizes: Collection[int | None]) -> bool:
    """Whether a body is all that was sent, as its length shows; JSON that is cut off cannot be parsed either.

    A recorder that decodes a text leaves out a byte order mark, and replaces what it cannot read.
    """
    if any(mark in body for mark in _MARKS):
        return False
    try:
        parse_json(body)
    except (NotJson, TooMuchJson):
        return len(body) in sizes and "\ufffd".encode() not in body
    return True


def _sent(request: Mapping[str, Any], length: str | None) -> tuple[bytes | None, bool]:
    """The body of a request, None if it had none, and whether that is known."""
    told = request.get("postData")
    text = told.get("text") if isinstance(told, Mapping) else None
    size = _size({"size": request.get("bodySize")})
    if told is None or not isinstance(text, str) or not text:
        return None, not told and size == 0 and length in (None, "0")
    body = base64.b64decode(text) if told.get("encoding") == "base64" else text.encode("utf-8", "surrogatepass")
    # Where both are told and differ, one of them is of something else.
    sizes = {size, int(length) if length and length.isdecimal() else None} - {None}
    return body, _is_whole(body, sizes if len(sizes) == 1 else ())


def _without_user(url: str) -> str:
    """A URL without a name and a password in it."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
