"""Requests that are sent together: none is complete before all are on their way, and each tells what became of it."""

import socket
import ssl
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from types import SimpleNamespace

import pytest
import trustme

from orderproof.conformance.transport.client import Client
from orderproof.conformance.transport.exchange import Exchange
from orderproof.conformance.transport.last_byte import send_together
from tests.loopback import Hangup, Server, answer, refusing_port

# Met only where something is broken, however busy the machine is.
PATIENCE = 60.0
# Met on purpose, while other requests of the same race are answered in time.
LIMIT = 3.0


def prepared(url, *bodies):
    return [Exchange("POST", f"{url}/{number}", [("A", "b")], body, 0.0) for number, body in enumerate(bodies)]


class Meeting:
    """A script that answers nobody before all of a race are there."""

    def __init__(self, parties):
        self.barrier = threading.Barrier(parties)

    def __call__(self, request):
        self.barrier.wait(timeout=PATIENCE)
        return answer(200, request.body)


@pytest.fixture
def authority(monkeypatch, tmp_path):
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return authority


@pytest.mark.parametrize("is_secure", [False, True], ids=["plain", "TLS"])
def test_all_are_under_way_before_one_is_answered(client, seen, authority, is_secure):
    context = None
    if is_secure:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("127.0.0.1").configure_cert(context)

    with Server(Meeting(3), context) as server:
        exchanges = prepared(server.url, b"one", b"", None)
        spans = send_together(client, exchanges)

    assert [exchange.status for exchange in exchanges] == [200, 200, 200]
    assert [exchange.response_body for exchange in exchanges] == [b"one", b"", b""]
    assert seen == exchanges
    assert {request.connection for request in server.requests} == {1, 2, 3}
    # Each was invoked before any had returned.
    assert max(span.invoked for span in spans) <= min(span.returned for span in spans)


# How each of two requests ends, as long as its last byte is held back.
HELD = {b"POST /0 ": b"\r\n\r\nbod", b"POST /1 ": b"\r\n\r"}


def read_held(sock: socket.socket) -> bytes:
    """What came of a request once all but its last byte must be there, however many reads that takes."""
    got = b""
    while not any(got.startswith(line) and end in got for line, end in HELD.items()):
        more = sock.recv(65536)
        assert more, f"the client closed the connection after {got!r}"
        got += more
    return got


def test_no_request_is_complete_before_the_release(client, monkeypatch):
    """The server has read everything but the last byte of each, and waits for it."""
    answered: list[Future[tuple[bytes, bytes]]] = []
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor() as pool:
        listener.settimeout(PATIENCE)

        def look(_seconds):
            for _ in range(2):
                sock, _ = listener.accept()
                sock.settimeout(PATIENCE)
                answered.append(pool.submit(finish, sock, read_held(sock)))

        def finish(sock, held):
            with sock:
                last = sock.recv(1)
                sock.sendall(answer(204))
                return held, last

        clock = SimpleNamespace(sleep=look, monotonic=time.monotonic, time=time.time)
        monkeypatch.setattr("orderproof.conformance.transport.last_byte.time", clock)
        exchanges = prepared(f"http://127.0.0.1:{listener.getsockname()[1]}", b"body", None)
        send_together(client, exchanges)

    assert [exchange.status for exchange in exchanges] == [204, 204]
    ends = {held[:7]: (held[-3:], last) for held, last in (one.result() for one in answered)}
    assert ends == {b"POST /0": (b"bod", b"y"), b"POST /1": (b"\r\n\r", b"\n")}


def test_one_that_gets_no_answer_says_why_and_the_others_have_theirs():
    is_over = threading.Event()

    def script(request):
        if request.line.startswith("POST /0"):
            raise Hangup(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
        if request.line.startswith("POST /1"):
            is_over.wait(PATIENCE)
        return answer(200)

    with Server(script) as server:
        exchanges = prepared(server.url, b"a", b"b", b"c")
        spans = send_together(Client(timeout=LIMIT), exchanges)
        is_over.set()

    assert [exchange.status for exchange in exchanges] == [None, None, 200]
    assert exchanges[0].error
    assert exchanges[1].error == f"no complete answer within {LIMIT:g} s"
    assert spans[1].returned - spans[1].invoked >= LIMIT


def test_without_a_server_each_exchange_says_so(client, seen):
    with refusing_port() as port:
        send_together(client, prepared(f"http://127.0.0.1:{port}", b"a", None))

    assert [exchange.status for exchange in seen] == [None, None]
    assert all(exchange.error.startswith("no connection: ") for exchange in seen)


def test_a_race_waits_until_the_rate_lets_all_of_it_go(seen):
    client = Client(timeout=PATIENCE, rate=20, record=seen.append)
    start = time.monotonic()
    with Server(Meeting(3)) as server:
        send_together(client, prepared(server.url, b"a", b"b", b"c"))

    # The first may go at once, each further one a twentieth of a second later.
    assert time.monotonic() - start >= 2 / 20
    assert [exchange.status for exchange in seen] == [200, 200, 200]


def test_who_is_asked_to_come_again_is_recorded_as_such(client, seen):
    headers = {"/0": "Retry-After: 1", "/1": "Retry-After: 86400", "/2": "X-Other: 1"}

    def script(request):
        return answer(503, b"", headers[request.line.split()[1]])

    with Server(script) as server:
        send_together(client, prepared(server.url, b"a", b"b", b"c"))

    assert [(exchange.status, exchange.waited) for exchange in seen] == [(503, True), (503, False), (503, False)]
