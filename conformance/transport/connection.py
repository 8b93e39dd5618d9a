"""HTTP on one connection: a request as it was asked for, and an answer read strictly and within bounds."""

import email.errors
import http.client
import ssl
from typing import Any
from urllib.parse import urlsplit

import urllib3
from urllib3.connection import HTTPConnection

from orderproof.conformance.transport.exchange import Exchange, Headers

CLOSED_EARLY = "the connection was closed without an answer"
BROKEN = (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError, ValueError, AttributeError)


class NotSendable(Exception):  # noqa: N818 - reads as what it says
    """A request that HTTP cannot carry, such as one with a line break in a header. Nothing was sent."""


_HEAD_DEFECTS = (email.errors.MissingHeaderBodySeparatorDefect, email.errors.FirstHeaderLineIsContinuationDefect)


class _Head:
    """The file that an answer's head is read from; notices an end in the middle of it."""

    def __init__(self, file: Any) -> None:
        self.file = file
        self.is_cut_off = False

    def readline(self, limit: int = -1) -> bytes:
        line: bytes = self.file.readline(limit)
        self.is_cut_off = not line.endswith(b"\n")
        return line

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)


class Response(http.client.HTTPResponse):
    """Strict where the original is lenient, and the other way round.

    A head that is cut off or holds a line that is no header is an error, not an answer with fewer headers. Every
    interim answer is passed over, as a client must (RFC 9110, 15.2); the original knows 100 alone.
    """

    def begin(self) -> None:
        """Read the head."""
        head: Any = _Head(self.fp)
        self.fp = head
        try:
            super().begin()
        finally:
            self.fp = head.file
        if head.is_cut_off:
            raise http.client.HTTPException("the head of the answer is cut off")
        if any(isinstance(defect, _HEAD_DEFECTS) for defect in self.msg.defects):
            raise http.client.HTTPException("the head of the answer holds a line that is no header")

    def _read_status(self) -> tuple[str, int, str]:
        version, status, reason = super()._read_status()  # type: ignore[misc]
        is_interim = 100 < status < 200 and status != http.client.SWITCHING_PROTOCOLS
        return version, http.client.CONTINUE if is_interim else status, reason


def origin_and_path(url: str) -> tuple[tuple[str, str], str]:
    """Where a URL leads, as (scheme, host and port), and what is asked for there, to the letter."""
    parts = urlsplit(url)
    return (parts.scheme, parts.netloc), url[len(parts.scheme) + 3 + len(parts.netloc) :] or "/"


def write_request(connection: HTTPConnection, path: str, exchange: Exchange) -> None:
    """Send a request. Raises `NotSendable`, or what `BROKEN` names when the connection fails."""
    try:
        connection.request(
            exchange.method,
            path,
            body=exchange.request_body,
            headers=_sendable(exchange.request_headers),
            preload_content=False,
        )
    except (ValueError, http.client.InvalidURL) as error:
        # What HTTP cannot carry is a mistake of whoever asked for it, and says nothing about the server.
        connection.close()
        raise NotSendable(f"no such request can be sent: {type(error).__name__}") from None


def _sendable(headers: Headers) -> urllib3.HTTPHeaderDict:
    given = urllib3.HTTPHeaderDict()
    for name, value in headers:
        given.add(name, value)
    # Without this header any coding would be acceptable (RFC 9110, 12.5.3), and urllib3 would add its own.
    given.setdefault("Accept-Encoding", "identity")
    given.setdefault("User-Agent", "orderproof")
    return given


def read_body(response: urllib3.BaseHTTPResponse, limit: int) -> tuple[bytes, bool]:
    """The body, decompressed, and whether it was cut because it is too long."""
    chunks = []
    length = 0
    while chunk := response.read(65536, decode_content=True):
        chunks.append(chunk)
        length += len(chunk)
        if length > limit:
            return b"".join(chunks), True
    return b"".join(chunks), False


def reason_of(error: BaseException) -> str:
    """What went wrong on a connection, in a few words for the report."""
    if isinstance(error, http.client.RemoteDisconnected | ConnectionResetError | BrokenPipeError):
        return CLOSED_EARLY
    # A refused connection is a NewConnectionError, which urllib3 derives from its time-outs.
    is_refused = isinstance(error, urllib3.exceptions.NewConnectionError)
    if isinstance(error, TimeoutError | urllib3.exceptions.TimeoutError) and not is_refused:
        return "timed out"
    if isinstance(error, ssl.SSLError):
        return f"TLS: {error.reason or error}"
    if isinstance(error, urllib3.exceptions.NameResolutionError):
        return "the host name cannot be resolved"
    inner = error.__cause__ or error
    if isinstance(inner, OSError) and inner.strerror:
        return inner.strerror
    return f"{type(error).__name__}: {error}"
