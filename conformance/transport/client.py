"""The one HTTP client: every request that a run makes goes through it.

It keeps the promises that a judge needs and general clients do not make: a bound on the whole of a request and on the
length of an answer, no redirect followed (the token would go with it), no header added behind a check's back, and
every exchange handed to the recorder, those that failed included.
"""

import ssl
import threading
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.connection import is_connection_dropped

from orderproof.conformance.transport.connection import (
    BROKEN,
    CLOSED_EARLY,
    Response,
    origin_and_path,
    read_body,
    reason_of,
    write_request,
)
from orderproof.conformance.transport.deadline import Watchdog
from orderproof.conformance.transport.exchange import Exchange, Headers
from orderproof.conformance.transport.retry_after import asked_to_wait

MAX_ANSWER = 8 * 1024 * 1024
"""Longest answer read, in bytes after decompression. The longest documented one, 500 price lines, has about 100 kB."""

MAX_WAITS = 6
MAX_WAIT_SECONDS = 60.0
# Servers close idle connections when they please (uvicorn after 5 s); a request sent into that closing looks like a
# server that does not answer. A connection idle for longer than this is not used again.
_MAX_IDLE_SECONDS = 1.0
# A server that is started anew, or a load balancer, refuses a connection now and then. Nothing was sent: try once more.
_CONNECT_PAUSES_SECONDS = (0.2, 1.0)


class RateLimit:
    """Spaces requests evenly, whichever thread sends them."""

    def __init__(self, per_second: float | None) -> None:
        self._interval = 1 / per_second if per_second else 0.0
        self._next = 0.0
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Sleep until the next request may go."""
        if not self._interval:
            return
        with self._lock:
            now = time.monotonic()
            at = max(now, self._next)
            self._next = at + self._interval
        if at > now:
            time.sleep(at - now)


class Client:
    """Sends requests and reports each exchange to `record`. Threads may share it: each has its own connections."""

    def __init__(
        self,
        timeout: float = 10.0,
        rate: float | None = None,
        record: Callable[[Exchange], None] = lambda exchange: None,
    ) -> None:
        self.timeout = timeout
        self.record = record
        self._rate = RateLimit(rate)
        self._watchdog = Watchdog()
        self._local = threading.local()
        self._tls: ssl.SSLContext | None = None
        # Once there was none for all the patience, there is likely no server any more.
        self._is_reachable = True

    def send(
        self,
        method: str,
        url: str,
        headers: Headers,
        body: bytes | None = None,
        *,
        operation: str | None = None,
        allowed_5xx: tuple[int, ...] = (),
        patient: bool = True,
    ) -> Exchange:
        """Send one request and return its exchange, whatever happened: errors are in `Exchange.error`.

        A `patient` client waits as 429 or 503 with `Retry-After` ask it to and sends again, within bounds; the last
        exchange is returned, and those before it are recorded as `waited`. A 503 among `allowed_5xx` is the answer that
        the documents promise, and no request to wait.
        """
        waited = 0.0
        for attempt in range(MAX_WAITS + 1):
            exchange = self._send_once(method, url, headers, body, operation, allowed_5xx)
            pause = asked_to_wait(exchange) if patient else None
            exchange.waited = pause is not None and attempt < MAX_WAITS and waited + pause <= MAX_WAIT_SECONDS
            self.record(exchange)
            if not exchange.waited or pause is None:
                break
            time.sleep(pause)
            waited += pause
        return exchange

    def _send_once(
        self,
        method: str,
        url: str,
        headers: Headers,
        body: bytes | None,
        operation: str | None,
        allowed_5xx: tuple[int, ...],
    ) -> Exchange:
        origin, path = origin_and_path(url)
        self.wait_for_rate()
        exchange = Exchange(method, url, headers, body, time.time(), operation, allowed_5xx=allowed_5xx)
        connection, is_reused = self._connection(origin)
        start = time.monotonic()
        self._exchange(connection, path, exchange)
        if is_reused and exchange.error == CLOSED_EARLY:
            # A server may close a kept connection at any time, even as the next request is on its way (RFC 9112, 9.5).
            # Only on a connection of its own is silence an answer.
            self._forget(origin)
            connection, _ = self._connection(origin)
            exchange.error = None
            self._exchange(connection, path, exchange)
        exchange.duration = time.monotonic() - start
        if exchange.error is not None:
            # A new connection is not pooled yet, so close it here.
            connection.close()
            self._forget(origin)
        else:
            self._connections[origin] = (connection, time.monotonic())
        return exchange

    def _exchange(self, connection: HTTPConnection, path: str, exchange: Exchange) -> None:
        try:
            self.open(connection)
        except BROKEN as error:
            exchange.error = f"no connection: {reason_of(error)}"
            return
        self.receive(connection, exchange, lambda: write_request(connection, path, exchange))

    def open(self, connection: HTTPConnection) -> None:
        """Open a connection, unless it is open; where there is none, again after a pause. Raises one of `BROKEN`."""
        if connection.sock is not None:
            return
        pauses = iter(_CONNECT_PAUSES_SECONDS if self._is_reachable else ())
        while True:
            try:
                connection.connect()
            except BROKEN:
                connection.close()
                pause = next(pauses, None)
                if pause is None:
                    self._is_reachable = False
                    raise
                time.sleep(pause)
            else:
                self._is_reachable = True
                return

    def receive(self, connection: HTTPConnection, exchange: Exchange, write: Callable[[], None] = lambda: None) -> None:
        """Write a request, unless it was written before, and read its answer into the exchange, within the time-out."""
        assert connection.sock is not None
        with self._watchdog.limit(connection.sock, self.timeout) as deadline:
            try:
                write()
                response = connection.getresponse()
                exchange.response_headers = list(response.headers.iteritems())
                exchange.response_body, too_long = read_body(response, MAX_ANSWER)
                exchange.status = response.status
                if too_long:
                    exchange.error = f"the answer is longer than {MAX_ANSWER} bytes"
                    exchange.status = None
            except BROKEN as error:
                exchange.error = reason_of(error)
            if deadline.passed or (exchange.error and "timed out" in exchange.error):
                exchange.status = None
                exchange.error = f"no complete answer within {self.timeout:g} s"

    def wait_for_rate(self) -> None:
        """Wait until the target's rate lets one more request go."""
        self._rate.wait()

    @property
    def _connections(self) -> dict[tuple[str, str], tuple[HTTPConnection, float]]:
        connections: dict[tuple[str, str], tuple[HTTPConnection, float]]
        try:
            connections = self._local.connections
        except AttributeError:
            connections = self._local.connections = {}
        return connections

    def _connection(self, origin: tuple[str, str]) -> tuple[HTTPConnection, bool]:
        """A connection to the origin, and whether it has carried a request before."""
        kept = self._connections.get(origin)
        if kept is not None:
            connection, used_at = kept
            idle = time.monotonic() - used_at
            if connection.sock is not None and idle < _MAX_IDLE_SECONDS and not is_connection_dropped(connection):
                return connection, True
            self._forget(origin)
        return self.connect(origin), False

    def connect(self, origin: tuple[str, str]) -> HTTPConnection:
        """A connection of its own to (scheme, host and port), not yet opened."""
        connection: HTTPConnection
        scheme, netloc = origin
        parts = urlsplit(f"{scheme}://{netloc}")
        host = parts.hostname or ""
        if scheme == "https":
            if self._tls is None:
                self._tls = ssl.create_default_context()
            connection = HTTPSConnection(host, parts.port or 443, timeout=self.timeout, ssl_context=self._tls)
        else:
            connection = HTTPConnection(host, parts.port or 80, timeout=self.timeout)
        connection.response_class = Response
        return connection

    def _forget(self, origin: tuple[str, str]) -> None:
        kept = self._connections.pop(origin, None)
        if kept is not None:
            kept[0].close()

    def close(self) -> None:
        """Close this thread's connections."""
        for origin in list(self._connections):
            self._forget(origin)
