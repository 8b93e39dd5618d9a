"""The one HTTP client: every request that a run makes goes through it.

It keeps the promises that a judge needs and general clients do not make: a bound on the whole of a request and on the
length of an answer, no redirect followed (the token would go with it), no header added behind a check's back, and
every exchange handed to the recorder, those that failed included.
"""

import contextlib
import ssl
import threading
import time
from collections.abc import Callable

from orderproof.conformance.config.tls import Tls
from orderproof.conformance.transport.activity import doing, waiting_for
from orderproof.conformance.transport.connection import (
    BROKEN,
    CLOSED_EARLY,
    Connection,
    reason_of,
    request_bytes,
)
from orderproof.conformance.transport.exchange import NO_CONNECTION, TIMED_OUT, Exchange, Headers
from orderproof.conformance.transport.origin import Origin, origin_and_path
from orderproof.conformance.transport.proxy import Proxy, proxy_of
from orderproof.conformance.transport.reachability import Reachability
from orderproof.conformance.transport.retry_after import asked_to_wait
from orderproof.conformance.transport.waiting import RateLimit, SharedRate, Waiting

MAX_ANSWER = 8 * 1024 * 1024
"""Longest answer read, in bytes after decompression. The longest documented one, 500 price lines, has about 100 kB."""

# Servers close idle connections when they please (uvicorn after 5 s); a request sent into that closing looks like a
# server that does not answer. A connection idle for longer than this is not used again.
_MAX_IDLE_SECONDS = 1.0
# Methods whose requests may be sent again when nobody knows what became of them (RFC 9110, 9.2.1).
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
_DROPPED_AND_REPEATED = "the server closed the kept connection before it answered; the request was sent again"
_DROPPED_AFTER_SENDING = (
    "the server closed the kept connection before it answered; "
    "it may have carried the request out, so the request was not sent again"
)


class Client:
    """Sends requests and reports each exchange to `record`. Threads may share it: each has its own connections.

    `guard` is asked before a request is sent, and raises where it may not be. `has_own_host`: requests come with a
    `Host` that is not the host of their URL, and is to reach the server.
    """

    def __init__(
        self,
        timeout: float = 10.0,
        rate: float | SharedRate | None = None,
        record: Callable[[Exchange], None] = lambda exchange: None,
        tls: Tls = Tls(),  # noqa: B008 - it is frozen
        reachability: Reachability | None = None,
        guard: Callable[[Exchange], None] = lambda exchange: None,
        *,
        has_own_host: bool = False,
    ) -> None:
        self.timeout = timeout
        self.record = record
        self._guard = guard
        self._has_own_host = has_own_host
        self.waiting = Waiting()
        self.rate = rate if isinstance(rate, SharedRate) else RateLimit(rate)
        self._local = threading.local()
        self._tls = tls
        self._context: ssl.SSLContext | None = None
        self._proxies: dict[Origin, Proxy | None] = {}
        # Origins that closed a kept connection early: what may not be sent twice gets a connection of its own there.
        self._early_closers: set[Origin] = set()
        self.reachability = reachability or Reachability()

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
        waited = pause = 0.0
        while True:
            exchange = self._send_once(method, url, headers, body, operation, allowed_5xx)
            asked = self.asked(exchange, waited, pause) if patient else None
            exchange.waited = asked is not None
            self.record(exchange)
            if asked is None:
                return exchange
            with doing(f"asked by the server to wait {asked:.0f} s"):
                time.sleep(asked)
            waited, pause = waited + asked, asked

    def asked(self, exchange: Exchange, waited: float, pause: float) -> float | None:
        """Seconds to wait before a request goes again, as in `Waiting.pause`; lowers the rate where that may help."""
        asked = self.waiting.pause(exchange, waited, pause)
        if asked_to_wait(exchange) is None:
            return None
        if asked is None:
            self.rate.restore(exchange.operation)
        # A server that is busy for once, and not the next time, did not mean the rate.
        elif exchange.status == 429 or waited:
            self.rate.lower(exchange.operation)
        return asked

    def _send_once(
        self,
        method: str,
        url: str,
        headers: Headers,
        body: bytes | None,
        operation: str | None,
        allowed_5xx: tuple[int, ...],
    ) -> Exchange:
        exchange = Exchange(method, url, headers, body, 0.0, operation, allowed_5xx=allowed_5xx)
        data = self.bytes_of(exchange)
        origin, _ = origin_and_path(url)
        is_safe = method in _SAFE_METHODS
        self.wait_for_rate()
        connection = self._connection(origin, is_safe)
        is_kept = connection.sock is not None
        is_sent = self._exchange_and_keep(connection, exchange, data)
        # A server may close a kept connection at any time, even as the next request is on its way (RFC 9112, 9.5).
        # Only on a connection of its own is silence an answer.
        if not is_kept or connection.has_heard or exchange.error != CLOSED_EARLY:
            self._tell_death(exchange, origin)
            return exchange
        exchange.dropped = True
        self._early_closers.add(origin)
        # What was sent in part only cannot have been carried out.
        if is_sent and not is_safe:
            exchange.error = _DROPPED_AFTER_SENDING
            self._tell_death(exchange, origin)
            return exchange
        exchange.error = _DROPPED_AND_REPEATED
        self.record(exchange)
        again = Exchange(method, url, headers, body, 0.0, operation, allowed_5xx=allowed_5xx, repeats=True)
        self.wait_for_rate()
        self._exchange_and_keep(self.connect(origin), again, data)
        self._tell_death(again, origin)
        return again

    def _tell_death(self, exchange: Exchange, origin: Origin) -> None:
        """Say of a request that was cut off if the server died of it, or was started anew."""
        was_cut_off = (
            exchange.dropped or exchange.error == CLOSED_EARLY or (exchange.repeats and exchange.is_unreachable)
        )
        if was_cut_off:
            self.reachability.look_after(exchange, lambda: self.connect(origin), self.timeout)

    def _exchange_and_keep(self, connection: Connection, exchange: Exchange, data: bytes) -> bool:
        try:
            with waiting_for(f"an answer to {exchange.operation or f'{exchange.method} at {connection.origin.host}'}"):
                is_sent = self.exchange_over(connection, exchange, data)
        except BaseException:
            # The user broke it off: nobody else knows of the connection.
            connection.close()
            raise
        if connection.sock is not None:
            self._idle[connection.origin] = connection
        return is_sent

    def exchange_over(
        self, connection: Connection, exchange: Exchange, data: bytes, *, keeps_rest: bool = False
    ) -> bool:
        """Send a request over a connection and read its answer; returns whether the request was sent whole.

        The connection is closed where no other request may follow; `keeps_rest` as in `Connection.receive`.
        """
        exchange.started_at, start = time.time(), time.monotonic()
        is_sent = False
        try:
            deadline = self.open(connection)
        except BROKEN as error:
            exchange.error = f"{NO_CONNECTION}{reason_of(error)}"
        else:
            # A server may answer and close before it has read all of a request (RFC 9112, 9.5): so read in any case.
            with contextlib.suppress(OSError):
                connection.send(data, deadline)
                is_sent = True
            self.receive(connection, exchange, deadline, keeps_rest=keeps_rest)
        exchange.duration = time.monotonic() - start
        if exchange.error is not None or not is_sent:
            connection.close()
        return is_sent

    def open(self, connection: Connection) -> float:
        """Open a connection, unless it is open; where there is none, again after a pause. Raises one of `BROKEN`.

        Returns the moment by which the request must be answered: the time-out counts from here.
        """
        return self.reachability.open(connection, self.timeout)

    def receive(self, connection: Connection, exchange: Exchange, deadline: float, *, keeps_rest: bool = False) -> None:
        """Read the answer to a request that was sent into its exchange; `keeps_rest` as in `Connection.receive`."""
        try:
            connection.receive(exchange, deadline, MAX_ANSWER, keeps_rest=keeps_rest)
        except TimeoutError:
            exchange.error = f"{TIMED_OUT}{self.timeout:g} s"
        except BROKEN as error:
            exchange.error = reason_of(error)

    def wait_for_rate(self) -> None:
        """Wait until the target's rate lets one more request go."""
        self.rate.wait()

    @property
    def _idle(self) -> dict[Origin, Connection]:
        """This thread's connections that wait for another request."""
        connections: dict[Origin, Connection]
        try:
            connections = self._local.connections
        except AttributeError:
            connections = self._local.connections = {}
        return connections

    def _connection(self, origin: Origin, is_safe: bool) -> Connection:
        """A connection for a request that is safe or not: an idle one, or a new one that is not open yet."""
        kept = self._idle.pop(origin, None)
        if kept is not None:
            if time.monotonic() - kept.used_at < _MAX_IDLE_SECONDS:
                if kept.is_dropped():
                    self._early_closers.add(origin)
                elif is_safe or origin not in self._early_closers:
                    return kept
            kept.close()
        return self.connect(origin)

    def connect(self, origin: Origin) -> Connection:
        """A connection of its own to an origin, not yet opened."""
        if origin.scheme == "https" and self._context is None:
            self._context = self._tls.context()
        return Connection(origin, self._context if origin.scheme == "https" else None, self._proxy(origin))

    def bytes_of(self, exchange: Exchange) -> bytes:
        """A request as it goes over the wire, to its server or to the proxy before it. Raises `NotSendable`.

        The one place through which every request goes, however it is sent: so it asks the guard.
        """
        self._guard(exchange)
        return request_bytes(exchange, self._proxy(origin_and_path(exchange.url)[0]))

    def _proxy(self, origin: Origin) -> Proxy | None:
        if origin not in self._proxies:
            proxy = proxy_of(origin)
            # Who is asked for a whole URL puts the host of that in place of another one (RFC 9112, 3.2.2).
            self._proxies[origin] = proxy._replace(tunnels=True) if proxy and self._has_own_host else proxy
        return self._proxies[origin]

    def close(self) -> None:
        """Close this thread's connections."""
        while self._idle:
            self._idle.popitem()[1].close()
