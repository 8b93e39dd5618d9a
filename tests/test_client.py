"""The client: bounded in time and length, no redirect, no header of its own, and every exchange on record."""

import gzip
import socket
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import repeat

import pytest

from orderproof.conformance.transport import client as client_module
from orderproof.conformance.transport import reachability
from orderproof.conformance.transport.client import Client
from orderproof.conformance.transport.connection import Connection, NotSendable, request_bytes
from orderproof.conformance.transport.exchange import DIED, Exchange
from tests.loopback import Hangup, Request, Server, answer, refusing_port

# Met only where something is broken, however busy the machine is.
PATIENCE = 60.0
# Met on purpose.
LIMIT = 0.3


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
    assert len(exchange.response_body) <= 8_000
    assert exchange.body_bytes > 100_000


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
    "too many headers": b"HTTP/1.1 200 OK\r\n" + b"A: x\r\n" * 20_000 + b"\r\n",
    "a line that is no header": b"HTTP/1.1 200 OK\r\nnonsense\r\nContent-Length: 2\r\n\r\n{}",
    "NULs": b"\0" * 100,
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
    "a space before the colon": b"HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\n{}",
    "an unknown transfer coding": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n{}",
    "noise after a chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}xx0\r\n\r\n",
    "cut-off gzip": answer(200, gzip.compress(b"{}")[:-4], "Content-Encoding: gzip"),
    "cut-off deflate": answer(200, zlib.compress(b"{}")[:-4], "Content-Encoding: deflate"),
    "a switch of protocols": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\n\r\n",
    "HTTP/2": b"HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    "an interim answer alone": b"HTTP/1.1 100 Continue\r\n\r\n",
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


WHOLE = {
    "chunks with an extension and a trailer": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"2;a=b\r\n{}\r\n0\r\nDigest: x\r\n\r\n",
    "as long as the connection lasts": b"HTTP/1.1 200 OK\r\n\r\n{}",
    "HTTP/1.0": b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    "HTTP/1.0 without a length": b"HTTP/1.0 200\r\n\r\n{}",
    "lines that end with LF": b"HTTP/1.1 200 OK\nContent-Length: 2\n\n{}",
    "a folded header": b"HTTP/1.1 200 OK\r\nA: b\r\n c\r\nContent-Length: 2\r\n\r\n{}",
    "the same length twice": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "200 headers": b"HTTP/1.1 200 OK\r\n" + b"A: x\r\n" * 200 + b"Content-Length: 2\r\n\r\n{}",
    "a long header": answer(200, b"{}", "A: " + "x" * 60_000),
    "bytes beyond ASCII in a header": answer(200, b"{}", "A: \xe9\x01"),
    "deflate": answer(200, zlib.compress(b"{}"), "Content-Encoding: deflate"),
    "deflate without zlib's frame": answer(200, zlib.compress(b"{}", wbits=-15), "Content-Encoding: deflate"),
    "gzip in two parts": answer(200, gzip.compress(b"{") + gzip.compress(b"}"), "Content-Encoding: GZip, identity"),
    "an unknown coding": answer(200, b"{}", "Content-Encoding: other"),
}


@pytest.mark.parametrize("data", WHOLE.values(), ids=WHOLE)
def test_an_answer_is_read_in_every_form_that_http_allows(client, data):
    def script(request: Request) -> bytes:
        raise Hangup(data)

    with Server(script) as server:
        exchange = client.send("GET", server.url + "/", [])
    assert (exchange.status, exchange.response_body, exchange.error) == (200, b"{}", None)


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("POST", 304)])
def test_an_answer_that_has_no_body_ends_with_its_head(client, method, status):
    with Server(lambda request: f"HTTP/1.1 {status} OK\r\nContent-Length: 10\r\n\r\n".encode()) as server:
        exchanges = [client.send(method, server.url + "/", []) for _ in range(2)]
    assert [(one.status, one.response_body) for one in exchanges] == [(status, b"")] * 2
    assert [request.connection for request in server.requests] == [1, 1]


def test_a_request_is_sent_to_the_letter(client):
    headers = [("x-ODD", " \t\xe9\0 "), ("X odd", ""), ("X-odd", '"'), ("HOST", "elsewhere"), ("User-Agent", "me")]
    with Server(lambda request: answer(200)) as server:
        client.send("BREW", server.url + "//a/../%2e?%zz=[|]#x", headers, b"\xff\0")
    assert server.requests[0].head == (
        b"BREW //a/../%2e?%zz=[|]#x HTTP/1.1\r\nAccept-Encoding: identity\r\nContent-Length: 2\r\n"
        b'x-ODD:  \t\xe9\0 \r\nX odd: \r\nX-odd: "\r\nHOST: elsewhere\r\nUser-Agent: me'
    )


@pytest.mark.parametrize(
    ("method", "body", "length"),
    [("GET", None, []), ("DELETE", None, []), ("POST", None, ["0"]), ("PATCH", b"", ["0"]), ("GET", b"{}", ["2"])],
)
def test_the_length_of_a_request_is_told_where_it_must_be(client, method, body, length):
    with Server(lambda request: answer(200)) as server:
        client.send(method, server.url + "/", [], body)
    assert [value for name, value in server.requests[0].headers if name == "content-length"] == length


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://[::1]:8080/", "[::1]:8080"),
        ("https://Acme.example:443/", "acme.example"),
        ("http://acme.example:443/", "acme.example:443"),
        ("http://b\xfccher.example/", "xn--bcher-kva.example"),
    ],
)
def test_the_host_is_named_as_http_wants_it(url, host):
    assert f"\r\nHost: {host}\r\n".encode() in request_bytes(Exchange("GET", url, [], None, 0.0))


def test_an_answer_that_comes_before_the_request_is_read_is_heard(client):
    """The server refuses by the head alone, and closes while the body is still on its way."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def refuse() -> None:
            sock, _ = listener.accept()
            with sock:
                received = b""
                while b"\r\n\r\n" not in received:
                    received += sock.recv(1)
                sock.sendall(answer(413, b"", "Connection: close"))
                sock.shutdown(socket.SHUT_WR)
                while sock.recv(65536):
                    pass

        thread = threading.Thread(target=refuse)
        thread.start()
        exchange = client.send("POST", f"http://127.0.0.1:{listener.getsockname()[1]}/", [], b"x" * 3_000_000)
        thread.join()
    assert (exchange.status, exchange.error) == (413, None)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_limit_holds_for_connecting_too(hasty, scheme):
    """A listener whose queue is full takes no connection; one that has queued one never shakes hands."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        # One is queued for `https`; for `http` the queue is filled, so that connecting itself takes for ever.
        fillers = [socket.socket() for _ in range(4 if scheme == "http" else 0)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(address)
        start = time.monotonic()
        exchange = hasty.send("GET", f"{scheme}://127.0.0.1:{address[1]}/", [])
        for filler in fillers:
            filler.close()
    assert exchange.error == "no connection: timed out"
    # The system itself would try for minutes.
    assert time.monotonic() - start < 200 * LIMIT


def test_interim_answers_without_end_are_ended_by_the_limit(hasty):
    def script(request: Request):
        while True:
            yield b"HTTP/1.1 102 Processing\r\n\r\n" * 10

    with Server(script) as server:
        exchange = hasty.send("GET", server.url + "/", [])
    assert exchange.error == "no complete answer within 0.3 s"


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


class Refuses(Connection):
    """A connection that cannot be had at first."""

    def __init__(self, *args, times: list[int]) -> None:
        super().__init__(*args)
        self.times = times

    def open(self, deadline: float) -> None:
        if self.times[0]:
            self.times[0] -= 1
            raise ConnectionRefusedError("refused")
        super().open(deadline)


@pytest.fixture
def refusing(monkeypatch):
    """Let the client's connections be refused so many times; the first element of the list says how often still."""
    times = [0]
    monkeypatch.setattr(client_module, "Connection", partial(Refuses, times=times))
    pauses = {None: (0.01,) * 2, True: (0.01,) * 5, False: ()}
    monkeypatch.setattr(reachability, "_PAUSES_SECONDS", pauses)
    monkeypatch.setattr(reachability, "_RESTART_PAUSES_SECONDS", pauses[True])
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


@pytest.mark.parametrize(("refused", "is_answered"), [(5, True), (6, False)])
def test_a_server_that_was_there_is_given_the_time_to_start_anew(client, refusing, refused, is_answered):
    with Server(lambda request: answer(200, b"", "Connection: close")) as server:
        client.send("GET", server.url + "/", [])
        refusing[0] = refused

        exchange = client.send("POST", server.url + "/", [], b"x")

        assert (exchange.status == 200) is is_answered
        assert exchange.is_unreachable is not is_answered


def hang_up(request):
    raise Hangup


def test_a_restart_that_cuts_a_request_off_is_borne_once(client, refusing):
    with Server(hang_up) as server:
        exchanges = []
        for _ in range(2):
            refusals = iter([0, 2])
            client.connect = lambda origin, refusals=refusals: _refused_later(client, origin, refusing, refusals)
            exchanges.append(client.send("POST", server.url + "/", [], b"x"))

    assert [one.dropped for one in exchanges] == [True, False]
    assert exchanges[0].error == "the server closed the connection without an answer, and was started anew"
    assert exchanges[1].error == "the connection was closed without an answer"


def _refused_later(client, origin, refusing, refusals):
    """A connection of the client's; from the second on, so many are refused as `refusals` says."""
    refusing[0] += next(refusals, 0)
    return Client.connect(client, origin)


def test_a_server_that_refuses_every_connection_since_has_died(client, refusing):
    with Server(hang_up) as server:
        refusals = iter([0, 100])
        client.connect = lambda origin: _refused_later(client, origin, refusing, refusals)
        exchange = client.send("POST", server.url + "/", [], b"x")
        after = client.send("POST", server.url + "/", [], b"x")

    assert (exchange.error, exchange.dropped) == (DIED, False)
    assert after.is_unreachable
    # Asked for once only: it was waited for already.
    assert refusing[0] >= 100 - len((0.05, 0.2)) - 5 - 2
