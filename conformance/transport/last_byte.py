"""Requests that arrive together: each is on its way but for its last byte, then all last bytes are released at once.

A server starts on a request when it is complete. Threads that send whole requests after a barrier reach it some hundred
microseconds apart, each with a connection to open and a head to be parsed; last bytes reach it within a few. What is
left between the requests of a race is the server's own doing.
"""

import contextlib
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from orderproof.conformance.transport.client import Client
from orderproof.conformance.transport.connection import (
    BROKEN,
    Connection,
    reason_of,
)
from orderproof.conformance.transport.exchange import NO_CONNECTION, Exchange
from orderproof.conformance.transport.origin import origin_and_path

# Time for the first parts to pass through the network and to be taken in, so that only last bytes are missing.
_TAKEN_IN_SECONDS = 0.005


class Span(NamedTuple):
    """When a request was under way, in seconds of `time.monotonic`: at most from `invoked` to `returned`."""

    invoked: float
    returned: float


@dataclass(slots=True)
class _Racer:
    """One request, its bytes, and its own connection."""

    exchange: Exchange
    data: bytes
    connection: Connection


def send_together(client: Client, exchanges: Sequence[Exchange]) -> list[Span]:
    """Send prepared requests so that they arrive together; each exchange gets its answer or its error, and is recorded.

    Each has a connection of its own. The client's rate holds for them together: they wait until all of them may go.
    None of them is sent again; one that is asked to come again is recorded as such, so that it is no server error.
    """
    racers = [_Racer(one, client.bytes_of(one), client.connect(origin_and_path(one.url)[0])) for one in exchanges]
    for _ in racers:
        client.wait_for_rate()
    try:
        with ThreadPoolExecutor(len(racers)) as pool:
            list(pool.map(partial(_send_all_but_the_last_byte, client), racers))
            under_way = [racer for racer in racers if racer.exchange.error is None]
            time.sleep(_TAKEN_IN_SECONDS)
            start, started_at = time.monotonic(), time.time()
            deadline = start + client.timeout
            for racer in under_way:
                # Where this fails, reading the answer meets the same end, and tells of it.
                with contextlib.suppress(OSError):
                    racer.connection.send(racer.data[-1:], deadline)
            returned = list(pool.map(partial(_receive, client, deadline), racers))
    finally:
        for racer in racers:
            racer.connection.close()
    for exchange, end in zip(exchanges, returned, strict=True):
        exchange.started_at, exchange.duration = started_at, end - start
        exchange.waited = client.asked(exchange, 0.0, 0.0) is not None
        client.record(exchange)
    return [Span(start, end) for end in returned]


def _send_all_but_the_last_byte(client: Client, racer: _Racer) -> None:
    try:
        racer.connection.send(racer.data[:-1], client.open(racer.connection))
    except BROKEN as error:
        racer.exchange.error = f"{NO_CONNECTION}{reason_of(error)}"


def _receive(client: Client, deadline: float, racer: _Racer) -> float:
    """Read the answer, and say when it was there. Only after the release: one thread at a time may use TLS."""
    if racer.exchange.error is None:
        client.receive(racer.connection, racer.exchange, deadline)
    return time.monotonic()
