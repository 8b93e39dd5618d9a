"""The networks that people have: a proxy on the way, an authority of one's own, a certificate for the client."""

import contextlib
import socket
import ssl
import threading

import pytest
import trustme

from orderproof.conformance.config.target import read_target
from orderproof.conformance.config.tls import Tls
from orderproof.conformance.errors import UsageError
from orderproof.conformance.transport.client import Client
from orderproof.conformance.transport.exchange import Exchange
from orderproof.conformance.transport.last_byte import send_together
from orderproof.conformance.transport.origin import Origin
from orderproof.conformance.transport.proxy import Proxy, proxy_of
from tests.loopback import Hangup, Server, answer, json_answer, refusing_port
from tests.running import orderproof

# Met only where something is broken, however busy the machine is.
PATIENCE = 60.0
ACME = Origin("https", "acme.example", 443)


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def files(tmp_path, authority):
    """Files in PEM format: the authority, and a client's certificate with its key."""
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    authority.issue_cert("client@acme.example").private_key_and_cert_chain_pem.write_to_path(tmp_path / "client.pem")
    return tmp_path


def tls_server(authority, script, wants_certificate=False):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("acme.example", "127.0.0.1").configure_cert(context)
    if wants_certificate:
        authority.configure_trust(context)
        context.verify_mode = ssl.CERT_REQUIRED
    return Server(script, context)


@contextlib.contextmanager
def client_of(**settings):
    client = Client(timeout=PATIENCE, **settings)
    yield client
    client.close()


@pytest.mark.parametrize(
    ("given", "proxy"),
    [
        ({}, None),
        ({"HTTPS_PROXY": "http://p.example:3128"}, Proxy("p.example", 3128, tunnels=True)),
        ({"https_proxy": "p.example:3128"}, Proxy("p.example", 3128, tunnels=True)),
        ({"ALL_PROXY": "http://p.example"}, Proxy("p.example", 80, tunnels=True)),
        ({"HTTP_PROXY": "http://p.example"}, None),
        ({"HTTPS_PROXY": "http://me:s%40@p.example:1"}, Proxy("p.example", 1, "Basic bWU6c0A=", tunnels=True)),
        ({"HTTPS_PROXY": "http://p.example", "NO_PROXY": "acme.example"}, None),
        ({"HTTPS_PROXY": "http://p.example", "NO_PROXY": ".example"}, None),
        ({"HTTPS_PROXY": "http://p.example", "NO_PROXY": "*"}, None),
        ({"HTTPS_PROXY": "http://p.example", "NO_PROXY": "other.example"}, Proxy("p.example", 80, tunnels=True)),
        ({"HTTPS_PROXY": ""}, None),
    ],
)
def test_the_environment_names_the_proxy(monkeypatch, given, proxy):
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert proxy_of(ACME) == proxy


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost", "a.localhost"])
def test_this_machine_is_asked_directly(monkeypatch, host):
    monkeypatch.setenv("HTTP_PROXY", "http://p.example")
    assert proxy_of(Origin("http", host, 80)) is None


@pytest.mark.parametrize("url", ["socks5://p.example:1080", "https://p.example", "http://p.example:port", "http://"])
def test_a_proxy_that_cannot_be_used_is_named_and_not_shown(monkeypatch, url):
    monkeypatch.setenv("HTTPS_PROXY", url)
    with pytest.raises(UsageError, match="HTTPS_PROXY: the proxy in the environment is not an http URL") as error:
        proxy_of(ACME)
    assert "p.example" not in str(error.value)


def test_a_proxy_is_asked_for_the_whole_url(monkeypatch):
    with Server(lambda request: answer(200, b"{}")) as proxy, client_of() as client:
        monkeypatch.setenv("HTTP_PROXY", proxy.url.replace("//", "//me:s@"))
        alone = client.send("GET", "http://acme.example:8080/v0/a%2Fb?x=1", [("A", "b")])
        together = [Exchange("POST", f"http://acme.example/v0/{number}", [], b"{}", 0.0) for number in range(2)]
        send_together(client, together)

    assert [one.status for one in (alone, *together)] == [200] * 3
    lines = sorted(request.line for request in proxy.requests)
    assert lines[0] == "GET http://acme.example:8080/v0/a%2Fb?x=1 HTTP/1.1"
    assert lines[1:] == [f"POST http://acme.example/v0/{number} HTTP/1.1" for number in range(2)]
    assert {dict(request.headers)["proxy-authorization"] for request in proxy.requests} == {"Basic bWU6cw=="}
    assert dict(proxy.requests[0].headers)["host"] == "acme.example:8080"
    # Nothing of the proxy stands in the record.
    assert alone.request_headers == [("A", "b")]


@contextlib.contextmanager
def tunnel_to(port):
    """A proxy that passes one connection on to a port, once it was asked to CONNECT: its URL, and what it was asked."""
    asked = []
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(("127.0.0.1", port)) as far:

        def serve():
            near, _ = listener.accept()
            with near:
                head = b""
                while not head.endswith(b"\r\n\r\n"):
                    head += near.recv(1)
                asked.append(head.decode())
                near.sendall(b"HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n")
                back = threading.Thread(target=pass_on, args=(far, near))
                back.start()
                pass_on(near, far)
                back.join()

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", asked
        with contextlib.suppress(OSError):
            far.shutdown(socket.SHUT_RDWR)
        thread.join()


def pass_on(one, other):
    with contextlib.suppress(OSError):
        while data := one.recv(65536):
            other.sendall(data)
        other.shutdown(socket.SHUT_WR)


def test_a_proxy_lets_tls_through(monkeypatch, authority, files):
    with (
        tls_server(authority, lambda request: json_answer(200, {})) as server,
        tunnel_to(int(server.url.rpartition(":")[2])) as (url, asked),
        client_of(tls=Tls(str(files / "ca.pem"))) as client,
    ):
        monkeypatch.setenv("HTTPS_PROXY", url.replace("//", "//me:s@"))
        exchange = client.send("GET", "https://acme.example/v0/x", [])

    assert exchange.status == 200, exchange.error
    assert server.requests[0].line == "GET /v0/x HTTP/1.1"
    assert "proxy-authorization" not in dict(server.requests[0].headers)
    assert asked == [
        "CONNECT acme.example:443 HTTP/1.1\r\nHost: acme.example:443\r\nProxy-Authorization: Basic bWU6cw==\r\n\r\n"
    ]


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "answered 407 to CONNECT acme.example:443"),
        (b"SSH-2.0\r\n\r\n", "answered nothing that is HTTP to CONNECT"),
    ],
)
def test_a_proxy_that_refuses_is_named(monkeypatch, reply, told):
    def refuse(request):
        raise Hangup(reply)

    with Server(refuse) as proxy, client_of() as client:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        exchange = client.send("GET", "https://acme.example/v0/x", [])
    assert exchange.is_unreachable
    assert f"the proxy {proxy.url.removeprefix('http://')} {told}" in exchange.error


def test_a_proxy_that_is_not_there_is_no_broken_rule(monkeypatch):
    with refusing_port() as port, client_of() as client:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        assert client.send("GET", "https://acme.example/v0/x", []).is_unreachable


def test_an_authority_of_ones_own_is_trusted_where_it_is_named(authority, files, monkeypatch):
    with tls_server(authority, lambda request: json_answer(200, {})) as server:
        with client_of() as client:
            refused = client.send("GET", server.url, [])
        with client_of(tls=Tls(str(files / "ca.pem"))) as client:
            named = client.send("GET", server.url, [])
        monkeypatch.setenv("SSL_CERT_FILE", str(files / "ca.pem"))
        with client_of() as client:
            by_environment = client.send("GET", server.url, [])

    assert refused.error.endswith("CERTIFICATE_VERIFY_FAILED; name its authority as tls.ca_file or in SSL_CERT_FILE")
    assert (named.status, by_environment.status) == (200, 200)


def test_a_client_is_known_by_its_certificate(authority, files):
    with tls_server(authority, lambda request: json_answer(200, {}), wants_certificate=True) as server:
        with client_of(tls=Tls(str(files / "ca.pem"))) as client:
            unknown = client.send("GET", server.url, [])
        with client_of(tls=Tls(str(files / "ca.pem"), str(files / "client.pem"))) as client:
            known = client.send("GET", server.url, [])
    assert unknown.status is None
    assert known.status == 200, known.error


def test_the_files_of_a_target_file_are_found_from_its_folder(files):
    path = files / "target.yaml"
    path.write_text("base_url: https://acme.example/v0\ntls: {ca_file: ca.pem, client_cert: client.pem}\n")
    assert read_target(path).tls == Tls(str(files / "ca.pem"), str(files / "client.pem"))


@pytest.mark.parametrize(
    ("tls", "told"),
    [
        ("{ca_file: none.pem}", "tls.ca_file: there is no file"),
        ("{ca_file: target.yaml}", "tls.ca_file: .*target.yaml cannot be used .*; give a PEM file"),
        ("{client_cert: ca.pem}", "tls.client_cert: .*ca.pem cannot be used"),
        ("{client_key: client.pem}", "tls.client_key is given without client_cert"),
        ("{cafile: ca.pem}", 'did you mean "ca_file"'),
        ("{}", "tls is empty"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(files, tls, told):
    path = files / "target.yaml"
    path.write_text(f"base_url: https://acme.example/v0\ntls: {tls}\n")
    with pytest.raises(UsageError, match=told):
        read_target(path)


def test_a_run_names_the_proxy_that_it_uses(tmp_path):
    with Server(lambda request: answer(502)) as proxy:
        ran = orderproof(tmp_path, "run", "http://acme.example/v0", HTTP_PROXY=proxy.url)

    assert ran.code == 3, ran.out
    place = proxy.url.removeprefix("http://")
    assert f"through the proxy {place} of the environment; NO_PROXY names exceptions" in ran.out
    assert all(request.line.startswith("GET http://acme.example/v0/orders") for request in proxy.requests)
