"""Whether a server can be reached, a layer at a time: its name, a connection (through a proxy, if there is one), TLS.

Sends nothing of the target's: no token and no header. Where a layer fails, its trouble names the key to change.
"""

import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from orderproof.conformance.config.tls import Tls
from orderproof.conformance.runner.trouble import Trouble
from orderproof.conformance.transport.client import Client
from orderproof.conformance.transport.connection import BROKEN, Connection, is_unknown_authority, reason_of
from orderproof.conformance.transport.exchange import TIMED_OUT, Exchange
from orderproof.conformance.transport.origin import Origin, origin_and_path
from orderproof.conformance.transport.proxy import Proxy, is_local, proxy_of, proxy_variable

_EXPIRED = 10
_OTHER_HOST = 62
# Where a proxy or a server says that it wants to know who asks.
_PROXY_WANTS_A_NAME = 407


@dataclass(frozen=True, slots=True)
class Place:
    """A server as the target file names it: by which key, with which TLS settings, and how long it is waited for."""

    key: str
    url: str
    tls: Tls
    timeout: float

    @property
    def origin(self) -> Origin:
        """The server itself."""
        return origin_and_path(self.url)[0]

    @property
    def proxy(self) -> Proxy | None:
        """The proxy on the way. Raises `UsageError` for one that cannot be used."""
        return proxy_of(self.origin)

    @property
    def address(self) -> str:
        """Host and port, in words."""
        return f"{self.origin.host}:{self.origin.port}"

    def with_scheme(self, scheme: str) -> str:
        """The URL with another scheme, and its path as it is written."""
        parts = urlsplit(self.url)
        return parts._replace(scheme=scheme).geturl()


@dataclass(frozen=True, slots=True)
class Layer:
    """What came of one layer: a sentence where it is well (`warning`: what to do all the same), else the trouble."""

    name: str
    well: str = ""
    trouble: Trouble | None = None
    warning: str = ""


LAYERS = ("name", "connection", "TLS")
"""The layers in their order: what comes after one that fails cannot be tried."""


def layer(name: str, place: Place) -> Layer:
    """Try one layer. Raises `UsageError` for a proxy that cannot be used."""
    tries: dict[str, Callable[[Place], Layer]] = {"name": _resolved, "connection": _connected, "TLS": _encrypted}
    return tries[name](place)


def why_unreachable(place: Place, exchange: Exchange) -> Trouble:
    """Why a request got no answer, found by trying each layer anew; what the exchange says, where all are well."""
    for name in LAYERS if exchange.is_unreachable else ():
        trouble = layer(name, place).trouble
        if trouble:
            return trouble
    if place.origin.scheme == "http" and place.proxy is None and speaks_tls(place):
        return https_for_http(place)
    what = f"{place.address} takes the connection and answers nothing ({exchange.error})"
    if (exchange.error or "").startswith(TIMED_OUT):
        return Trouble(
            "limits.timeout",
            what,
            f"raise it where the server is slow (it is {place.timeout:g}s); else look at {place.key}: host and port",
        )
    return Trouble(place.key, what, "correct host and port, or look into the log of the server")


def https_for_http(place: Place) -> Trouble:
    """The target file says http, and the server speaks https."""
    return Trouble(place.key, f"{place.address} speaks https, not http", f"write {place.with_scheme('https')}")


def speaks_tls(place: Place) -> bool:
    """Whether the server agrees on TLS, whoever it is: nothing is sent."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return _opened(Connection(place.origin, context), place.timeout) is None


def wants_a_name(place: Place, exchange: Exchange) -> Trouble | None:
    """The trouble where a proxy answered in place of the server, since it wants to know who asks."""
    proxy = place.proxy
    if exchange.status != _PROXY_WANTS_A_NAME or proxy is None:
        return None
    return _proxy_refuses(place, proxy, f"the proxy {proxy} answers 407: it wants a user and a password")


def _resolved(place: Place) -> Layer:
    proxy = place.proxy
    host = proxy.host if proxy else place.origin.host
    of_what = f"the name {host} of the proxy" if proxy else f"the name {host}"
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        key = proxy_variable(place.origin) if proxy else place.key
        remedy = f"correct the proxy, unset the variable, or name {place.origin.host} in NO_PROXY"
        direct = "correct the host name; a name of your own network may need its VPN, or a proxy in HTTPS_PROXY"
        return Layer("name", trouble=Trouble(key, f"{of_what} does not resolve", remedy if proxy else direct))
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    more = f" and {len(addresses) - 1} more" if len(addresses) > 1 else ""
    if addresses == [host]:
        return Layer("name", f"{host} is an address")
    return Layer("name", f"{of_what} is {addresses[0]}{more}")


def _connected(place: Place) -> Layer:
    proxy = place.proxy
    # Without a tunnel: this is the way to the proxy alone.
    way = proxy._replace(tunnels=False) if proxy else None
    error = _opened(Connection(place.origin, None, way), place.timeout)
    if error is None:
        to = f"to the proxy {proxy} of {proxy_variable(place.origin)}" if proxy else f"to {place.address}"
        return Layer("connection", f"connected {to}")
    told = f"no connection within {place.timeout:g} s" if isinstance(error, TimeoutError) else reason_of(error)
    if proxy:
        what = f"the proxy {proxy} cannot be reached ({told})"
        return Layer("connection", trouble=_proxy_refuses(place, proxy, what, "correct or unset it"))
    remedy = "correct host and port, or start the server"
    if isinstance(error, TimeoutError):
        remedy = "correct host and port; does a firewall lie between, or is a proxy needed (HTTPS_PROXY)?"
    return Layer("connection", trouble=Trouble(place.key, f"{place.address} cannot be reached ({told})", remedy))


def _proxy_refuses(place: Place, proxy: Proxy, what: str, remedy: str = "") -> Trouble:
    variable = proxy_variable(place.origin)
    remedy = remedy or f"write http://USER:PASSWORD@{proxy}"
    return Trouble(variable, what, f"{remedy}, or name {place.origin.host} in NO_PROXY")


def _encrypted(place: Place) -> Layer:
    if place.origin.scheme == "http":
        is_near = is_local(place.origin.host)
        return Layer(
            "TLS",
            "not used (http)",
            warning="" if is_near else f"{place.key}: write https:// if the server speaks it; a token goes open else",
        )
    connection = Connection(place.origin, place.tls.context(), place.proxy)
    error = _opened(connection, place.timeout, keep=True)
    if error is not None:
        return Layer("TLS", trouble=_tls_trouble(place, error))
    assert isinstance(connection.sock, ssl.SSLSocket)
    version, certificate = connection.sock.version(), connection.sock.getpeercert() or {}
    connection.close()
    return _with_expiry(str(version), str(certificate.get("notAfter") or ""))


_SOON_DAYS = 14


def _with_expiry(version: str, ends: str) -> Layer:
    if not ends:
        return Layer("TLS", version)
    moment = datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC)
    days = (moment - datetime.now(UTC)).days
    well = f"{version}; the certificate is valid until {moment:%Y-%m-%d} ({days} days)"
    return Layer("TLS", well, warning="renew the server's certificate" if days < _SOON_DAYS else "")


def _tls_trouble(place: Place, error: BaseException) -> Trouble:
    host = place.origin.host
    if isinstance(error, ssl.SSLCertVerificationError):
        told = f"the certificate of {place.address} is not valid here: {error.verify_message}"
        if is_unknown_authority(error):
            return Trouble(
                "tls.ca_file", told, "name the PEM file of its authority (or of itself, if it signed itself)"
            )
        if error.verify_code == _EXPIRED:
            return Trouble(place.key, told, "let the server's certificate be renewed, or correct this machine's clock")
        if error.verify_code == _OTHER_HOST:
            return Trouble(place.key, told, f"use a host name that the certificate is for, in place of {host}")
        return Trouble(place.key, told, "let the server's certificate be put right")
    if isinstance(error, ssl.SSLError) and place.proxy is None and _speaks_http(place):
        return Trouble(
            place.key,
            f"{place.address} speaks http, not https",
            f"write {place.with_scheme('http')}, or its https port",
        )
    proxy = place.proxy
    if proxy and isinstance(error, ValueError) and " answered " in str(error):
        return _proxy_refuses(place, proxy, str(error), "" if " 407 " in str(error) else "let the proxy allow it")
    told = f"TLS with {place.address} fails ({reason_of(error)})"
    return Trouble("tls.client_cert", told, f"give one if the server wants it; else look at {place.key}: host and port")


def _speaks_http(place: Place) -> bool:
    client = Client(place.timeout)
    try:
        return (
            client.send("GET", f"{place.with_scheme('http').partition('//')[0]}//{_netloc(place)}/", []).status
            is not None
        )
    finally:
        client.close()


def _netloc(place: Place) -> str:
    host = f"[{place.origin.host}]" if ":" in place.origin.host else place.origin.host
    return f"{host}:{place.origin.port}"


def _opened(connection: Connection, timeout: float, *, keep: bool = False) -> BaseException | None:
    """Open a connection, and close it unless it is to be kept; returns the error, if there is one."""
    try:
        connection.open(time.monotonic() + timeout)
    except BROKEN as error:
        connection.close()
        return error
    if not keep:
        connection.close()
    return None
