"""A kept connection that the server closes: what may have been carried out is not sent twice, and nobody is blamed."""

import socket
import ssl
import time

import pytest
import trustme

from orderproof.conformance.config.target import Target
from orderproof.conformance.kit.findings import Inconclusive
from orderproof.conformance.kit.session import Session
from orderproof.conformance.kit.settings import Settings
from orderproof.conformance.runner.passive import judge
from orderproof.conformance.states.sources import State
from orderproof.conformance.transport.connection import Connection, request_bytes
from orderproof.conformance.transport.exchange import Exchange
from orderproof.conformance.transport.origin import origin_and_path
from tests.loopback import Hangup, Request, Server, answer

ORDER = State("order", {}, {"order_uuid": "u-1", "order_id": "o-1"})
SAFE = ["GET", "HEAD", "OPTIONS"]
UNSAFE = ["POST", "PATCH", "PUT", "DELETE", "BREW"]


def cuts(*numbers: int, after: bytes = b""):
    """A server that takes these requests whole, and then closes their connection after some bytes of an answer."""

    def script(request: Request) -> bytes:
        if request.number in numbers:
            raise Hangup(after)
        return answer(200)

    return script


@pytest.fixture(params=[False, True], ids=["plain", "TLS"])
def tls(request, monkeypatch, tmp_path):
    if not request.param:
        return None
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.mark.skipif(not hasattr(socket, "TCP_QUICKACK"), reason="the system has no such option")
def test_an_answer_in_two_pieces_is_acknowledged_at_once():
    with Server(lambda _: answer(200)) as server:
        connection = Connection(origin_and_path(server.url)[0], None, None)
        connection.open(time.monotonic() + 60)
        for _ in range(3):
            exchange = Exchange("GET", server.url, [], None, 0.0, None)
            connection.send(request_bytes(exchange), time.monotonic() + 60)
            assert connection.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK) == 1
            connection.receive(exchange, time.monotonic() + 60, 10_000)
            assert exchange.status == 200
        connection.close()


@pytest.mark.parametrize("method", UNSAFE)
def test_a_request_that_may_have_been_carried_out_is_not_sent_again(client, seen, tls, method):
    with Server(cuts(1), tls) as server:
        client.send("GET", server.url + "/", [])
        exchange = client.send(method, server.url + "/", [], b"{}")

    assert len(server.requests) == 2
    assert seen[1:] == [exchange]
    assert (exchange.status, exchange.dropped, exchange.repeats) == (None, True, False)
    assert exchange.error.endswith("it may have carried the request out, so the request was not sent again")
    assert list(judge(exchange)) == []


@pytest.mark.parametrize("method", SAFE)
def test_a_safe_request_is_sent_again_and_both_are_on_record(client, seen, tls, method):
    with Server(cuts(1), tls) as server:
        for _ in range(2):
            client.send(method, server.url + "/", [("A", "b")], operation="showCancellationStatus")

    assert [request.connection for request in server.requests] == [1, 1, 2]
    assert [(one.status, one.dropped, one.repeats) for one in seen] == [
        (200, False, False),
        (None, True, False),
        (200, False, True),
    ]
    assert seen[1].error == "the server closed the kept connection before it answered; the request was sent again"
    assert seen[1].operation == seen[2].operation
    assert list(judge(seen[1])) == []
    assert seen[1].started_at + seen[1].duration <= seen[2].started_at


def test_silence_on_the_new_connection_too_is_a_failure_of_the_server(client, seen):
    with Server(cuts(1, 2)) as server:
        for _ in range(2):
            client.send("GET", server.url + "/", [])

    assert [(one.status, one.dropped) for one in seen] == [(200, False), (None, True), (None, False)]
    assert any(one.message for one in judge(seen[2]))


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_answer_that_has_begun_is_judged_and_not_asked_for_again(client, seen, method):
    with Server(cuts(1, after=b"HTTP/1.1 2")) as server:
        client.send("GET", server.url + "/", [])
        client.send(method, server.url + "/", [])

    assert len(server.requests) == 2
    assert [(one.status, one.dropped) for one in seen] == [(200, False), (None, False)]
    assert any(one.message for one in judge(seen[1]))


def test_a_request_that_was_not_sent_whole_is_sent_again(client, seen, monkeypatch):
    """The kept connection takes no bytes any more."""
    send = Connection.send

    def send_unless_kept(self, data: bytes, deadline: float) -> None:
        if self.used_at:
            self.sock.shutdown(socket.SHUT_RDWR)
        send(self, data, deadline)

    monkeypatch.setattr(Connection, "send", send_unless_kept)
    with Server(cuts()) as server:
        statuses = [client.send("POST", server.url + "/", [], b"x" * 100).status for _ in range(2)]

    assert statuses == [200, 200]
    assert [request.connection for request in server.requests] == [1, 2]
    assert [(one.status, one.dropped, one.repeats) for one in seen][1:] == [(None, True, False), (200, False, True)]


def test_a_server_that_has_closed_one_is_not_trusted_with_another_post(client):
    with Server(cuts(1)) as server:
        methods = ["GET", "GET", "POST", "POST", "GET", "GET"]
        assert all(client.send(method, server.url + "/", []).status == 200 for method in methods)

    # The second request is sent again on connection 2; each POST opens one; what may be repeated goes on a kept one.
    assert [request.connection for request in server.requests] == [1, 1, 2, 3, 4, 4, 4]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_connection_that_was_closed_while_idle_is_not_used(client, seen, tls, method, monkeypatch):
    def script(request: Request) -> bytes:
        raise Hangup(answer(200))

    with Server(script, tls) as server:
        client.send("GET", server.url + "/", [])
        (kept,) = client._idle.values()
        wait_until(kept.is_dropped)
        assert client.send(method, server.url + "/", []).status == 200

    assert [one.dropped for one in seen] == [False, False]


def wait_until(condition, seconds: float = 5.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.001)


def test_a_connection_that_was_idle_for_long_is_not_used(client, monkeypatch):
    monkeypatch.setattr("orderproof.conformance.transport.client._MAX_IDLE_SECONDS", 0.0)
    with Server(cuts()) as server:
        for _ in range(2):
            client.send("POST", server.url + "/", [])

    assert [request.connection for request in server.requests] == [1, 2]


def test_a_check_whose_request_was_lost_is_inconclusive():
    with Server(cuts(1)) as server:
        session = Session(Settings(Target("t", server.url)))
        session.begin()
        session.orders().show(ORDER)
        with pytest.raises(Inconclusive, match=r"POST .* closed the kept connection before it answered") as ended:
            session.orders().cancel(ORDER)
        session.close()

    assert len(server.requests) == 2
    assert ended.value.exchanges == tuple(session.trace.exchanges[1:])


def test_a_check_whose_safe_request_was_lost_goes_on():
    with Server(cuts(1)) as server:
        session = Session(Settings(Target("t", server.url)))
        session.begin()
        assert [session.orders().show(ORDER).status for _ in range(2)] == [200, 200]
        session.close()

    assert [one.dropped for one in session.trace.exchanges] == [False, True, False]
