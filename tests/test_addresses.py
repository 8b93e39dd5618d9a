"""How a server is addressed, and in which version of HTTP it answers: IPv6, a `Host` of one's own, HTTP/1.0."""

import contextlib
import http.client
import socket
import ssl

import pytest
import trustme

from orderproof.conformance.config.target import Target, read_target, with_headers
from orderproof.conformance.config.tls import Tls
from orderproof.conformance.errors import UsageError
from orderproof.conformance.kit.session import Session
from orderproof.conformance.kit.settings import Settings
from orderproof.conformance.reference.server import start
from orderproof.conformance.states.sources import State
from orderproof.conformance.transport.client import Client
from orderproof.conformance.transport.exchange import Exchange
from orderproof.conformance.transport.last_byte import send_together
from tests.loopback import Hangup, Server, answer, json_answer
from tests.running import orderproof, rules, target_file
from tests.test_networks import tunnel_to

# Met only where something is broken, however busy the machine is.
PATIENCE = 60.0
NAME = "api.acme.example:8443"


@pytest.fixture
def client():
    client = Client(timeout=PATIENCE, has_own_host=True)
    yield client
    client.close()


@pytest.fixture
def session():
    with contextlib.ExitStack() as stack:

        def made(target):
            session = Session(Settings(target))
            stack.callback(session.close)
            return session

        yield made


def hosts(server):
    return [[value for name, value in request.headers if name == "host"] for request in server.requests]


def test_a_host_of_ones_own_is_sent_once_whichever_way_a_request_goes(session):
    with Server(lambda request: json_answer(200, {})) as server:
        target = with_headers(Target("t", server.url), (f"host: {NAME}",))
        one = session(target)
        orders, order = one.orders(), State("order", {}, {"order_uuid": "u"})
        orders.show(order)
        send_together(one.client, [orders.prepared().show(order).exchange for _ in range(2)])
    assert hosts(server) == [[NAME]] * 3


def test_a_host_of_ones_own_is_for_the_targets_host_alone(session):
    with Server(lambda request: json_answer(200, {})) as server, Server(lambda request: json_answer(200, {})) as other:
        target = Target("t", server.url, internal_base_url=server.url, headers={"Host": NAME, "X-A": "b"})
        elsewhere = other.url.replace("127.0.0.1", "localhost")
        orders = session(target).orders()
        orders.show(State("order", {}, {"order_uuid": "u", "base_url": elsewhere}))
        orders.cancel_line_item_internally(State("order", {}, {}), "i")
    assert hosts(other) == [[elsewhere.removeprefix("http://")]]
    assert dict(other.requests[0].headers)["x-a"] == "b"
    assert hosts(server) == [[NAME]]


def test_a_proxy_does_not_put_another_host_in_its_place(monkeypatch, client):
    """Asked for a whole URL it would have to (RFC 9112, 3.2.2), so it is asked for a tunnel."""
    for name in ("no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
    with (
        Server(lambda request: json_answer(200, {})) as server,
        tunnel_to(int(server.url.rpartition(":")[2])) as (url, asked),
    ):
        monkeypatch.setenv("HTTP_PROXY", url)
        exchange = client.send("GET", "http://10.1.2.3/v0/x", [("Host", NAME)])
        client.close()
    assert exchange.status == 200, exchange.error
    assert asked[0].startswith("CONNECT 10.1.2.3:80 HTTP/1.1\r\n")
    assert server.requests[0].line == "GET /v0/x HTTP/1.1"
    assert hosts(server) == [[NAME]]


def test_tls_asks_for_the_host_of_the_url(tmp_path):
    authority, asked = trustme.CA(), []
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    context.sni_callback = lambda _socket, name, _context: asked.append(name)
    with Server(lambda request: json_answer(200, {}), context) as server:
        client = Client(timeout=PATIENCE, tls=Tls(str(tmp_path / "ca.pem")), has_own_host=True)
        exchange = client.send("GET", server.url.replace("127.0.0.1", "localhost"), [("Host", NAME)])
        client.close()
    assert exchange.status == 200, exchange.error
    assert asked == ["localhost"]
    assert hosts(server) == [[NAME]]


@pytest.mark.parametrize("host", ["acme.example", "acme.example:80", "10.0.0.1", "[::1]:8080", "a_b.c-d"])
def test_a_host_may_stand_in_a_target_file(tmp_path, host):
    path = tmp_path / "target.yaml"
    path.write_text(f"base_url: http://127.0.0.1/v0\nheaders: {{Host: '{host}'}}\n")
    assert read_target(path).headers == {"Host": host}


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ("{Host: 'https://acme.example'}", "headers: Host must be a host and perhaps a port"),
        ("{Host: 'acme.example/v0'}", "headers: Host must be a host"),
        ("{host: 'a b'}", "headers: host must be a host"),
        ("{Host: a, host: b}", "headers.host is given twice, in upper and lower case"),
    ],
)
def test_a_host_that_is_none_is_said(tmp_path, headers, told):
    path = tmp_path / "target.yaml"
    path.write_text(f"base_url: http://127.0.0.1/v0\nheaders: {headers}\n")
    with pytest.raises(UsageError, match=told):
        read_target(path)


def test_the_command_line_replaces_a_header_of_the_file_in_whatever_case():
    target = Target("t", "http://h", headers={"Host": "a", "X-B": "c"})
    assert with_headers(target, ("HOST: d",)).headers == {"X-B": "c", "HOST": "d"}


def has_ipv6() -> bool:
    with contextlib.suppress(OSError), socket.create_server(("::1", 0), family=socket.AF_INET6):
        return True
    return False


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
def test_a_server_at_an_ipv6_address_is_judged(tmp_path):
    with start(host="::1") as server:
        target_file(tmp_path, server.base_url, server.token, server.state_url)
        har = tmp_path / "traffic.har"
        ran = orderproof(
            tmp_path, "run", "--target", "target.yaml", *rules("GRA-4", "SEC-1", "ORD-1"), "--report", f"har={har}"
        )
    assert server.base_url.startswith("http://[::1]:")
    assert set(ran.verdicts.values()) == {"pass"}, ran.out
    assert ran.record["target"]["base_url"] == server.base_url
    assert all(one["url"].startswith(server.base_url) for one in ran.record["exchanges"])
    assert server.base_url in har.read_text(encoding="utf-8")


def test_answers_of_http_1_0_are_read_whatever_their_end_is(client):
    head = b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n"

    def script(request):
        match request.line.split()[1]:
            case "/closed":
                raise Hangup(head + b"\r\n[1]")
            case "/length":
                raise Hangup(head + b"Content-Length: 3\r\n\r\n[2]")
        return head + b"Connection: keep-alive\r\nContent-Length: 3\r\n\r\n[3]"

    with Server(script) as server:
        ways = ("/closed", "/length", "/kept", "/kept", "/closed")
        answers = [client.send("GET", server.url + way, []) for way in ways]
        together = [Exchange("GET", server.url + way, [], None, 0.0) for way in ("/closed", "/kept")]
        send_together(client, together)
    assert [one.error for one in (*answers, *together)] == [None] * 7
    assert [one.response_body for one in (*answers, *together)] == [
        b"[1]",
        b"[2]",
        b"[3]",
        b"[3]",
        b"[1]",
        b"[1]",
        b"[3]",
    ]


def relay(port, *, keeps):
    """What passes a request on to a reference server, and answers in HTTP/1.0."""

    def script(request):
        method, path, _ = request.line.split()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in request.headers:
                connection.putheader(name, value.encode("latin-1"))
            connection.endheaders(request.body or None)
            came = connection.getresponse()
            body = came.read()
        finally:
            connection.close()
        own = ("connection", "content-length", "transfer-encoding")
        lines = [f"{name}: {value}" for name, value in came.getheaders() if name.lower() not in own]
        if keeps:
            return answer(came.status, body, *lines, "Connection: keep-alive").replace(b"HTTP/1.1", b"HTTP/1.0", 1)
        raise Hangup("\r\n".join([f"HTTP/1.0 {came.status} Old", *lines, "", ""]).encode("latin-1") + body)

    return script


@pytest.mark.parametrize("keeps", [True, False])
def test_a_server_that_speaks_http_1_0_is_judged(tmp_path, keeps):
    with start() as server, Server(relay(int(server.base_url.split(":")[2].split("/")[0]), keeps=keeps)) as old:
        target_file(tmp_path, f"{old.url}/v0", server.token, server.state_url)
        ran = orderproof(tmp_path, "run", "--target", "target.yaml", *rules("GRA-4", "SEC-1", "ORD-1", "SER-1"))
    assert set(ran.verdicts.values()) == {"pass"}, ran.out
