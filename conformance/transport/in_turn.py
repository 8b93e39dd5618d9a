"""Requests one after the other over one connection, to see whether an answer leaves anything behind for the next."""

import time
from collections.abc import Sequence
from dataclasses import replace

from orderproof.conformance.transport.client import Client
from orderproof.conformance.transport.connection import CLOSED_EARLY, Connection
from orderproof.conformance.transport.exchange import Exchange
from orderproof.conformance.transport.origin import origin_and_path


def send_in_turn(client: Client, exchanges: Sequence[Exchange]) -> None:
    """Send prepared requests over one connection, each after the answer to the one before it.

    What the server says unasked is taken for the answer to the next request, as an ordinary client would take it. A
    server may close the connection after any answer: then the next request opens another. Every request must be one
    that may be sent twice, since the connection may end while it is on its way. Each exchange gets its answer or its
    error, and is recorded.
    """
    connections: list[Connection] = []
    try:
        for exchange in exchanges:
            _send(client, connections, exchange)
    finally:
        for connection in connections:
            connection.close()


def _send(client: Client, connections: list[Connection], exchange: Exchange) -> None:
    """Send one request, again where the server closed the kept connection, and where it asks to wait."""
    waited = pause = 0.0
    while True:
        origin = origin_and_path(exchange.url)[0]
        if not connections or connections[-1].sock is None or connections[-1].origin != origin:
            connections.append(client.connect(origin))
        is_kept = connections[-1].sock is not None
        _exchange(client, connections[-1], exchange)
        if is_kept and exchange.error == CLOSED_EARLY and not connections[-1].has_heard:
            client.record(replace(exchange, dropped=True))
            connections.append(client.connect(origin))
            exchange.error, exchange.repeats = None, True
            _exchange(client, connections[-1], exchange)
        asked = client.asked(exchange, waited, pause)
        if asked is None:
            client.record(exchange)
            return
        client.record(replace(exchange, waited=True))
        exchange.status, exchange.response_headers, exchange.response_body = None, None, b""
        time.sleep(asked)
        waited, pause = waited + asked, asked


def _exchange(client: Client, connection: Connection, exchange: Exchange) -> None:
    client.wait_for_rate()
    client.exchange_over(connection, exchange, client.bytes_of(exchange), keeps_rest=True)
