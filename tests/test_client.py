"""The client: bounded in time and length, no redirect, no header of its own, and every exchange on record."""

import gzip
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import repeat

import pytest
from urllib3.connection import HTTPConnection

from orderproof.conformance.transport import client as client_module
from orderproof.conformance.transport import retry_after
from orderproof.conformance.transport.client import Client
from orderproof.conformance.transport.connection import NotSendable
from orderproof.conformance.transport.exchange import Exchange
from tests.loopback import Hangup, Request, Server, answer, refusing_port

# Met only where something is broken, however busy the machine is.
PATIENCE = 60.0
# Met on purpose.
LIMIT = 0.3


@pytest.fixture
def seen() -> list[Exchange]:
    return []


@pytest.fixture
def client(seen):
    client = Client(timeout=PATIENCE, record=seen.append)
    yield client
    client.close()


@pytest.fixture
def hasty(seen):
    client = Client(timeout=LIMIT, record=seen.append)
    yield client
    client.close()


def test_an_answer_is_kept_as_it_came(client, seen):
    with Server(lambda request: answer(200, b"{}", "X-One: 1", "x-one: 2", "Content-Type: application/json")) as server:
        exchange = client.send("POST", server.url + "/a/../b?x=%2F", [("A", "1"), ("A", "2")], b"body", operation="op")
    assert seen == [exchange]
    assert (exchange.status, exchange.response_body, exchange.error, exchange.operation) == (200, b"{}", None, "op")
    assert [value for name, value in exchange.response_headers if name.lower() == "x-one"] == ["1", "2"]
    request = server.requests[0]
    assert request.line == "POST /a/../b?x=%2F HTTP/1.1"
    assert request.body == b"body"
    assert [value for name, value in request.headers if name == "a"] == ["1", "2"]


def test_no_header_is_added_that_would_decide_anything(client):
    with Server(lambda request: answer(204)) as server:
        client.send("GET", server.url + "/", [])
    assert {name for name, _ in server.requests[0].headers} == {"host", "accept-encoding", "user-agent"}
    assert ("accept-encoding", "identity") in server.requests[0].headers


# Twenty pieces a second: a client that keeps no limit gets a whole answer after half a minute.
PIECES = 600


def drip(request: Request):
    yield b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % PIECES
    yield from repeat(b"x", PIECES)


def drip_the_head(request: Request):
    yield b"HTTP/1.1 200 "
    yield from repeat(b"O", PIECES)
    yield b"\r\nContent-Length: 0\r\n\r\n"


def drip_chunks(request: Request):
    yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    yield from repeat(b"1\r\nx\r\n", PIECES)
    yield b"0\r\n\r\n"


def stay_silent(request: Request):
    yield from repeat(b"", PIECES)
    yield answer(200)


@pytest.mark.parametrize("script", [drip, drip_the_head, drip_chunks, stay_silent])
def test_a_slow_drip_is_ended_by_the_limit_of_the_whole_request(hasty, seen, script):
    with Server(script) as server:
        exchange = hasty.send("GET", server.url + "/", [])
    assert exchange.status is None
    assert exchange.error == "no complete answer within 0.3 s"
    assert seen == [exchange]


def test_the_limit_leaves_the_next_request_alone(hasty):
    with Server(lambda request: drip(request) if request.number == 0 else answer(200, b"ok")) as server:
        assert hasty.send("GET", server.url + "/", []).status is None
        hasty.timeout = PATIENCE
        assert hasty.send("GET", server.url + "/", []).response_body == b"ok"


def endless(request: Request) -> bytes:
    raise Hangup(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 200_000)


@pytest.mark.parametrize(
    "script",
    [
        lambda request: answer(200, b"x" * 200_000),
        endless,
        lambda request: answer(200, gzip.compress(b"\0" * 50_000_000), "Content-Encoding: gzip"),
        lambda request: answer(200, zlib.compress(b"\0" * 50_000_000), "Content-Encoding: deflate"),
        lambda request: answer(200, gzip.compress(gzip.compress(b"\0" * 50_000_000)), "Content-Encoding: gzip, gzip"),
    ],
    ids=["long", "without a length", "gzip", "deflate", "gzip in gzip"],
)
def test_an_answer_that_is_too_long_is_cut(client, monkeypatch, script):
    monkeypatch.setattr(client_module, "MAX_ANSWER", 100_000)
    with Server(script) as server:
        exchange = client.send("GET", server.url + "/", [])
    assert exchange.status is None
    assert exchange.error == "the answer is longer than 100000 bytes"
    assert len(exchange.response_body) <= 100_000 + 65_536


def test_a_compressed_answer_is_unpacked(client):
    with Server(lambda request: answer(200, gzip.compress(b"{}"), "Content-Encoding: gzip")) as server:
        assert client.send("GET", server.url + "/", []).response_body == b"{}"


def test_a_redirect_is_not_followed(client):
    with Server(lambda request: answer(302, b"", "Location: /elsewhere")) as server:
        exchange = client.send("GET", server.url + "/", [])
    assert exchange.status == 302
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_a_request_to_wait_is_kept_and_recorded(client, seen, status):
    with Server(lambda request: answer(status, b"", "Retry-After: 0") if request.number < 2 else answer(200)) as server:
        exchange = client.send("GET", server.url + "/", [])
    assert exchange.status == 200
    assert [(one.status, one.waited) for one in seen] == [(status, True), (status, True), (200, False)]


def test_waiting_is_bounded_in_number(client, seen):
    with Server(lambda request: answer(429, b"", "Retry-After: 0")) as server:
        exchange = client.send("GET", server.url + "/", [])
    assert exchange.status == 429
    assert not exchange.waited
    assert len(seen) == client_module.MAX_WAITS + 1


@pytest.mark.parametrize("value", ["3600", "9" * 500, "Fri, 31 Dec 2999 23:59:59 GMT"])
def test_waiting_is_bounded_in_time(client, seen, value):
    with Server(lambda request: answer(503, b"", f"Retry-After: {value}")) as server:
        assert client.send("GET", server.url + "/", []).status == 503
    assert [one.waited for one in seen] == [False]


def test_a_503_that_asks_for_nothing_and_an_impatient_client_do_not_wait(client, seen):
    with Server(lambda request: answer(503)) as server:
        client.send("GET", server.url + "/", [])
    with Server(lambda request: answer(429, b"", "Retry-After: 0")) as server:
        client.send("GET", server.url + "/", [], patient=False)
    assert [(one.status, one.waited) for one in seen] == [(503, False), (429, False)]


def test_a_503_that_the_documents_promise_is_not_waited_out_but_a_429_is(client, seen):
    statuses = iter((429, 503))
    with Server(lambda request: answer(next(statuses), b"", "Retry-After: 0")) as server:
        client.send("GET", server.url + "/", [], allowed_5xx=(503,))
    assert [(one.status, one.waited) for one in seen] == [(429, True), (503, False)]


@pytest.mark.parametrize(
    "value", ["\xb2", "soon", "", "-1", "Mon, 01 Jan 99999999999 00:00:00 GMT", "Mon, 01 Jan 0001 00:00:00 -0000"]
)
def test_an_odd_retry_after_is_survived(client, seen, monkeypatch, value):
    monkeypatch.setattr(retry_after, "DEFAULT_WAIT_SECONDS", 0.0)
    with Server(
        lambda request: answer(503, b"", f"Retry-After: {value}") if request.number == 0 else answer(200)
    ) as server:
        assert client.send("GET", server.url + "/", []).status == 200


@pytest.fixture
def no_pause_is_long(monkeypatch):
    """Let a kept connection be used again however long a busy machine takes from one request to the next."""
    monkeypatch.setattr(client_module, "_MAX_IDLE_SECONDS", PATIENCE)


@pytest.mark.usefixtures("no_pause_is_long")
def test_connections_are_kept(client):
    with Server(lambda request: answer(200)) as server:
        for _ in range(3):
            client.send("GET", server.url + "/", [])
    assert [request.connection for request in server.requests] == [1, 1, 1]


@pytest.mark.usefixtures("no_pause_is_long")
def test_a_kept_connection_that_the_server_closes_is_no_failure_of_the_server(client, seen):
    def script(request: Request) -> bytes:
        if request.number == 1:
            raise Hangup
        return answer(200)

    with Server(script) as server:
        statuses = [client.send("POST", server.url + "/", [], b"{}").status for _ in range(2)]
    assert statuses == [200, 200]
    assert [request.connection for request in server.requests] == [1, 1, 2]
    assert len(seen) == 2


def test_silence_on_a_new_connection_is_an_answer(client):
    def script(request: Request) -> bytes:
        raise Hangup

    with Server(script) as server:
        exchange = client.send("GET", server.url + "/", [])
    assert exchange.status is None
    assert exchange.error == "the connection was closed without an answer"
    assert len(server.requests) == 1


BROKEN = {
    "cut-off body": b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}",
    "cut-off chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
    "no last chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
    "bad chunk length": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    "no status line": b"Hello\r\n\r\n",
    "bad status": b"HTTP/1.1 abc OK\r\n\r\n",
    "cut-off head": b"HTTP/1.1 200",
    "unpackable": answer(200, b"no gzip", "Content-Encoding: gzip"),
    "cut-off headers": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Len",
    "headers without an end": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n",
    "a continuation first": b"HTTP/1.1 200 OK\r\n A: b\r\nContent-Length: 2\r\n\r\n{}",
    "endless header": b"HTTP/1.1 200 OK\r\nA: " + b"x" * 100_000 + b"\r\n\r\n",
    "too many headers": b"HTTP/1.1 200 OK\r\n" + b"A: x\r\n" * 500 + b"\r\n",
    "a line that is no header": b"HTTP/1.1 200 OK\r\nnonsense\r\nContent-Length: 2\r\n\r\n{}",
    "NULs": b"\0" * 100,
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_an_answer_that_is_no_whole_http_is_an_error(client, seen, data):
    def script(request: Request) -> bytes:
        raise Hangup(data)

    with Server(script) as server:
        exchange = client.send("GET", server.url + "/", [])
    assert exchange.status is None
    assert exchange.error
    assert seen == [exchange]


def test_interim_answers_are_passed_over(client):
    interim = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Busy\r\n\r\n"
    with Server(lambda request: interim + answer(200, b"{}")) as server:
        exchange = client.send("GET", server.url + "/", [])
    assert (exchange.status, exchange.response_body) == (200, b"{}")


def test_bytes_beyond_an_answer_do_not_reach_the_next(client):
    with Server(lambda request: answer(200, b"one") + b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n") as server:
        assert [client.send("GET", server.url + "/", []).status for _ in range(3)] == [200, 200, 200]


def test_nobody_listening_is_an_error(client):
    with refusing_port() as port:
        exchange = client.send("GET", f"http://127.0.0.1:{port}/", [])
    assert exchange.status is None
    assert exchange.error.startswith("no connection: ")


@pytest.mark.parametrize(
    ("headers", "path"),
    [([("A", "1\r\nB: 2")], "/"), ([("A", "€")], "/"), ([], "/a b"), ([], "/ü")],
)
def test_what_http_cannot_carry_is_not_blamed_on_the_server(client, seen, headers, path):
    with Server(lambda request: answer(200)) as server:
        with pytest.raises(NotSendable):
            client.send("GET", server.url + path, headers)
        assert client.send("GET", server.url + "/", []).status == 200
    assert [one.status for one in seen] == [200]


def test_threads_share_a_client(client, seen):
    def send(number: int) -> None:
        for _ in range(10):
            exchange = client.send("GET", f"{server.url}/{number}", [])
            assert exchange.response_body.decode() == f"GET /{number} HTTP/1.1"
        client.close()

    with Server(lambda request: answer(200, request.line.encode())) as server, ThreadPoolExecutor(8) as threads:
        # The list raises what a thread has raised.
        list(threads.map(send, range(8)))
    assert len(seen) == 80
    assert all(one.status == 200 for one in seen)


def test_the_rate_is_kept_by_all_threads_together():
    client = Client(timeout=PATIENCE, rate=50)

    def send(_number: int) -> None:
        client.send("GET", server.url + "/", [])
        client.close()

    with Server(lambda request: answer(200)) as server, ThreadPoolExecutor(3) as threads:
        start = time.monotonic()
        list(threads.map(send, range(6)))
    assert time.monotonic() - start >= 5 / 50


def test_an_exchange_passes_between_processes_without_loss(client):
    with Server(lambda request: answer(200, bytes(range(256)), "A: \xe9")) as server:
        exchange = client.send("POST", server.url + "/", [("B", "\xe9")], b"\xff\0")
    assert Exchange.from_dict(exchange.to_dict()) == exchange


class Refuses(HTTPConnection):
    """A connection that cannot be had at first."""

    def __init__(self, *args, times: list[int], **options) -> None:
        super().__init__(*args, **options)
        self.times = times

    def connect(self) -> None:
        if self.times[0]:
            self.times[0] -= 1
            raise ConnectionRefusedError("refused")
        super().connect()


@pytest.fixture
def refusing(monkeypatch):
    """Let the client's connections be refused so many times; the first element of the list says how often still."""
    times = [0]
    monkeypatch.setattr(client_module, "HTTPConnection", partial(Refuses, times=times))
    monkeypatch.setattr(client_module, "_CONNECT_PAUSES_SECONDS", (0.01, 0.01))
    return times


@pytest.mark.parametrize(("refused", "is_answered"), [(1, True), (2, True), (3, False)])
def test_a_connection_that_is_refused_is_asked_for_again(client, seen, refusing, refused, is_answered):
    refusing[0] = refused
    with Server(lambda request: answer(200)) as server:
        exchange = client.send("POST", server.url + "/", [], b"x")

        assert (exchange.status, exchange.error) == (
            (200, None) if is_answered else (None, "no connection: ConnectionRefusedError: refused")
        )
        assert len(server.requests) == is_answered
    assert seen == [exchange]


def test_a_server_that_is_gone_is_not_waited_for_at_every_request(client, refusing):
    refusing[0] = 4
    with Server(lambda request: answer(200)) as server:
        assert [client.send("GET", server.url + "/", []).status for _ in range(3)] == [None, None, 200]
