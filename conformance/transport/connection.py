"""HTTP on one connection: a request to the letter, and an answer read strictly and within bounds.

The request is written here and not by h11, which would refuse some that are sent on purpose. h11 reads the answer. It
is strict in the framing (lengths, chunks, header lines), and lenient only in what RFC 9112 allows a recipient.
"""

import re
import socket
import ssl
import time

import h11

from orderproof.conformance.transport.content_coding import unpacked
from orderproof.conformance.transport.exchange import TOO_LONG, Exchange
from orderproof.conformance.transport.origin import Origin, host_header, origin_and_path
from orderproof.conformance.transport.proxy import Proxy
from orderproof.conformance.transport.shortened import shortened

CLOSED_EARLY = "the connection was closed without an answer"
BROKEN = (OSError, h11.ProtocolError, ValueError)
"""What `Connection` raises when no connection can be had, or when no valid answer comes over it."""

# As much of an answer's head as is kept: curl takes 300 kB in all, http.client 64 kB a line.
_MAX_HEAD_BYTES = 64 * 1024
_READ_BYTES = 16 * 1024
# As much of an answer without an end is kept as shows what it was.
_ENDLESS_KEPT_BYTES = 8_000
# Of OpenSSL: the issuer is not at hand, or a certificate signed itself.
_UNKNOWN_AUTHORITY = (2, 18, 19, 20, 21)
_METHODS_WITHOUT_BODY = ("GET", "HEAD", "DELETE", "OPTIONS", "TRACE", "CONNECT")

# What may stand on a line of a request's head: a check may send odd ids and values, but no second line in one.
_REQUEST_LINE = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+ [\x21-\x7e]+ HTTP/1\.1")
_HEADER_LINE = re.compile(r"[^:\s][^:\r\n]*: [^\r\n]*")


class NotSendable(Exception):  # noqa: N818 - reads as what it says
    """A request that HTTP cannot carry, such as one with a line break in a header. Nothing was sent."""


def request_bytes(exchange: Exchange, proxy: Proxy | None = None) -> bytes:
    """A request as it goes over the wire: nothing is changed, and only what is missing is added.

    A `proxy` is asked for the whole URL (RFC 9112, 3.2.2), unless it tunnels and passes the request on unseen.
    Raises `NotSendable`: that is a mistake of whoever asked for it, and says nothing about the server.
    """
    origin, path = origin_and_path(exchange.url)
    body = exchange.request_body
    given = {name.lower() for name, _ in exchange.request_headers}
    # Without `Accept-Encoding` any coding would be acceptable (RFC 9110, 12.5.3).
    own = [("Host", host_header(origin)), ("Accept-Encoding", "identity"), ("User-Agent", "orderproof")]
    if body is not None or exchange.method not in _METHODS_WITHOUT_BODY:
        own.append(("Content-Length", str(len(body or b""))))
    if proxy and not proxy.tunnels:
        path = f"http://{host_header(origin)}{path}"
        own += [("Proxy-Authorization", proxy.authorization)] if proxy.authorization else []
    headers = [*(header for header in own if header[0].lower() not in given), *exchange.request_headers]
    first, lines = f"{exchange.method} {path} HTTP/1.1", [f"{name}: {value}" for name, value in headers]
    if not (_REQUEST_LINE.fullmatch(first) and all(map(_HEADER_LINE.fullmatch, lines))):
        raise NotSendable("no such request can be sent: HTTP cannot carry its method, its path or one of its headers")
    try:
        return "\r\n".join([first, *lines, "", ""]).encode("latin-1") + (body or b"")
    except UnicodeEncodeError:
        raise NotSendable("no such request can be sent: a header holds a character beyond Latin-1") from None


class Connection:
    """One connection to an origin, not open yet. A deadline is a moment of `time.monotonic()`.

    Every method that takes a deadline raises `TimeoutError` once it has passed, and else one of `BROKEN`.
    """

    def __init__(self, origin: Origin, tls: ssl.SSLContext | None, proxy: Proxy | None = None) -> None:
        self.origin = origin
        self.used_at = 0.0
        """When the last answer was complete; 0 where there was none."""
        self.has_heard = False
        """Whether a byte of the answer that was read last has come."""
        self.sock: socket.socket | None = None
        self._tls = tls
        self._proxy = proxy
        self._rest = b""

    def open(self, deadline: float) -> None:
        """Connect, through the proxy if there is one, and agree on TLS for `https`."""
        self.sock = socket.create_connection((self._proxy or self.origin[1:])[:2], _left(deadline))
        # A request is written in one piece, so waiting for more only delays it.
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._proxy and self._proxy.tunnels:
            self._tunnel(self._proxy, deadline)
        if self._tls is not None:
            self.sock.settimeout(_left(deadline))
            self.sock = self._tls.wrap_socket(self.sock, server_hostname=self.origin.host)

    def _tunnel(self, proxy: Proxy, deadline: float) -> None:
        """Let the proxy open a connection to the origin (RFC 9110, 9.3.6)."""
        assert self.sock is not None
        # With its port, which a proxy does not know otherwise.
        place = f"{host_header(self.origin._replace(port=0)).rpartition(':')[0]}:{self.origin.port}"
        lines = [f"CONNECT {place} HTTP/1.1", f"Host: {place}"]
        lines += [f"Proxy-Authorization: {proxy.authorization}"] if proxy.authorization else []
        self.send("\r\n".join([*lines, "", ""]).encode("ascii"), deadline)
        head = b""
        # Byte by byte at most: what follows the head is the origin's.
        while b"\r\n\r\n" not in head and len(head) < _MAX_HEAD_BYTES:
            self.sock.settimeout(_left(deadline))
            data = self.sock.recv(1)
            if not data:
                break
            head += data
        status = re.match(rb"HTTP/1\.[01] (\d{3})", head)
        if status is None or not status[1].startswith(b"2"):
            told = status[1].decode() if status else "nothing that is HTTP"
            raise ValueError(f"the proxy {proxy} answered {told} to CONNECT {place}")

    def close(self) -> None:
        """Close it; harmless where it is closed."""
        self._rest = b""
        if self.sock is not None:
            self.sock.close()
            self.sock = None

    def is_dropped(self) -> bool:
        """Whether the other side has ended an idle connection, or said something that nobody asked for."""
        assert self.sock is not None
        self.sock.setblocking(False)
        try:
            # Past TLS: what is encrypted counts too.
            socket.socket.recv(self.sock, 1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            pass
        return True

    def send(self, data: bytes, deadline: float) -> None:
        """Send all of the data."""
        assert self.sock is not None
        rest = memoryview(data)
        while rest:
            self.sock.settimeout(_left(deadline))
            rest = rest[self.sock.send(rest) :]
        _acknowledge_at_once(self.sock)

    def receive(self, exchange: Exchange, deadline: float, limit: int, *, keeps_rest: bool = False) -> None:
        """Read the answer to a request that was sent into its exchange; one longer than `limit` bytes is an error.

        The connection is closed unless another request may follow. An answer that nobody asked for closes it too,
        unless the connection `keeps_rest`: then it is the answer to the next request, as a client would take it.
        """
        reader = _reader(exchange.method)
        self.has_heard = bool(self._rest)
        if self._rest:
            reader.receive_data(self._rest)
            self._rest = b""
        response = self._next(reader, deadline)
        # Interim answers are passed over, as a client must (RFC 9110, 15.2).
        while isinstance(response, h11.InformationalResponse):
            response = self._next(reader, deadline)
        assert isinstance(response, h11.Response)
        if not response.http_version.startswith(b"1."):
            raise ValueError(f"the answer is HTTP/{response.http_version.decode()}, not HTTP/1.1")
        exchange.response_headers = [
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw_items()
        ]
        body = bytearray()
        while isinstance(data := self._next(reader, deadline), h11.Data) and len(body) <= limit:
            body += data.data
        codings = ",".join(value.decode("latin-1") for name, value in response.headers if name == b"content-encoding")
        exchange.response_body = unpacked(bytes(body), codings, limit)
        if len(exchange.response_body) > limit:
            # Nobody knows how long it is: so long at least.
            exchange.body_bytes = len(exchange.response_body)
            exchange.shorten(_ENDLESS_KEPT_BYTES)
            raise ValueError(f"{TOO_LONG}{limit} bytes")
        exchange.status = response.status_code
        self.used_at = time.monotonic()
        rest = reader.trailing_data[0]
        if reader.our_state is not h11.DONE or reader.their_state is not h11.DONE or (rest and not keeps_rest):
            self.close()
        else:
            self._rest = rest

    def _next(self, reader: h11.Connection, deadline: float) -> object:
        """The next part of an answer."""
        assert self.sock is not None
        while (event := reader.next_event()) is h11.NEED_DATA:
            self.sock.settimeout(_left(deadline))
            data = self.sock.recv(_READ_BYTES)
            if not data and not self.has_heard:
                raise ConnectionResetError(CLOSED_EARLY)
            if not data and reader.their_state is h11.SEND_RESPONSE:
                raise ValueError("the head of the answer is cut off")
            self.has_heard = True
            reader.receive_data(data)
        return event


def _acknowledge_at_once(sock: socket.socket) -> None:
    """Acknowledge what comes next without a delay, where the system lets one ask for it.

    A server that writes head and body of an answer apart, and waits in between for what it has written to be
    acknowledged (Nagle's algorithm), takes 40 ms for each answer otherwise, though it is next door. Linux asks for it
    anew each time.
    """
    if hasattr(socket, "TCP_QUICKACK"):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)


def _reader(method: str) -> h11.Connection:
    """What reads the answer to a request of this method; what it would send goes nowhere."""
    reader = h11.Connection(h11.CLIENT, _MAX_HEAD_BYTES)
    # HEAD alone makes a difference to how an answer is read.
    asked = "HEAD" if method == "HEAD" else "GET"
    reader.send(h11.Request(method=asked, target="/", headers=[("Host", "any")]))
    reader.send(h11.EndOfMessage())
    return reader


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("timed out")
    return left


def is_unknown_authority(error: ssl.SSLError) -> bool:
    """Whether a certificate is refused since its authority is not known here."""
    return isinstance(error, ssl.SSLCertVerificationError) and error.verify_code in _UNKNOWN_AUTHORITY


def reason_of(error: BaseException) -> str:
    """What went wrong on a connection, in a few words for the report."""
    if isinstance(error, ConnectionResetError | BrokenPipeError | ConnectionAbortedError):
        return CLOSED_EARLY
    if isinstance(error, TimeoutError):
        return "timed out"
    if isinstance(error, ssl.SSLError):
        # Where an authority is one's own, this is the first that people meet.
        remedy = "; name its authority as tls.ca_file or in SSL_CERT_FILE" if is_unknown_authority(error) else ""
        return f"TLS: {error.reason or error}{remedy}"
    if isinstance(error, socket.gaierror):
        return "the host name cannot be resolved"
    if isinstance(error, h11.ProtocolError):
        return f"the answer is not valid HTTP: {shortened(str(error))}"
    if isinstance(error, OSError):
        return error.strerror or f"{type(error).__name__}: {error}"
    return str(error)
