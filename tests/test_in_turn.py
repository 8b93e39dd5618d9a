"""Requests in turn over one connection: what is left of one shows in the answer to the next, and it may close."""

from typing import Any

import pytest

from orderproof.conformance.transport.exchange import Exchange
from orderproof.conformance.transport.in_turn import send_in_turn
from tests.loopback import Hangup, Request, Server, answer, refusing_port

HIDDEN = b"GET /hidden HTTP/1.1\r\nHost: any\r\n\r\n"


class Undrained(Server):
    """A server that never reads a body."""

    def _read(self, file: Any, connection: int) -> Request | None:
        return super()._read(_WithoutLength(file), connection)


class _WithoutLength:
    """A connection on which every body is taken to be empty."""

    def __init__(self, file: Any) -> None:
        self.readline = file.readline

    def read(self, length: int) -> bytes:
        return b""


def prepared(url: str, *bodies: bytes | None) -> list[Exchange]:
    return [Exchange("POST", f"{url}/{number}", [], body, 0.0) for number, body in enumerate(bodies)]


def echo(request: Request) -> bytes:
    return answer(200, request.line.split(" ")[1].encode())


def test_each_request_gets_its_own_answer_on_one_connection(client, seen):
    with Server(echo) as server:
        exchanges = prepared(server.url, b"a", HIDDEN, None)
        send_in_turn(client, exchanges)

    assert [one.response_body for one in exchanges] == [b"/0", b"/1", b"/2"]
    assert {request.connection for request in server.requests} == {1}
    assert seen == exchanges


def test_a_body_that_is_not_read_answers_the_next_request(client):
    with Undrained(echo) as server:
        exchanges = prepared(server.url, HIDDEN, None)
        send_in_turn(client, exchanges)

    assert [one.response_body for one in exchanges] == [b"/0", b"/hidden"]


@pytest.mark.parametrize("headers", [["Connection: close"], []], ids=["announced", "unannounced"])
def test_a_server_may_close_after_an_answer(client, seen, headers):
    def script(request: Request) -> bytes:
        raise Hangup(answer(401, request.line.encode(), *headers))

    with Server(script) as server:
        exchanges = prepared(server.url, HIDDEN, HIDDEN, None)
        send_in_turn(client, exchanges)

    assert [one.status for one in exchanges] == [401, 401, 401]
    assert all(one.url.rpartition("/")[2].encode() in one.response_body for one in exchanges)
    # Where the end of the connection met a request on its way, that is no answer, and the request came again.
    assert [one for one in seen if not one.dropped] == exchanges
    assert all(one.repeats for one in exchanges[1 : 1 + sum(one.dropped for one in seen)])


def test_a_fresh_connection_that_is_closed_without_an_answer_is_an_error(client, seen):
    def script(request: Request) -> bytes:
        raise Hangup

    with Server(script) as server:
        (exchange,) = prepared(server.url, b"a")
        send_in_turn(client, [exchange])

    assert exchange.error == "the connection was closed without an answer"
    assert seen == [exchange]


def test_a_request_that_is_asked_to_wait_comes_again(client, seen):
    def script(request: Request) -> bytes:
        return answer(429, b"", "Retry-After: 0") if request.number == 1 else echo(request)

    with Server(script) as server:
        exchanges = prepared(server.url, b"a", b"b")
        send_in_turn(client, exchanges)

    assert [one.status for one in exchanges] == [200, 200]
    assert [(one.status, one.waited) for one in seen] == [(200, False), (429, True), (200, False)]


def test_without_a_server_nothing_was_sent(client, seen):
    with refusing_port() as port:
        exchanges = prepared(f"http://127.0.0.1:{port}", b"a", b"b")
        send_in_turn(client, exchanges)

    assert all(one.is_unreachable for one in exchanges)
    assert seen == exchanges
