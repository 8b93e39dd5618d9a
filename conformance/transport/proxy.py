"""Proxies, as the environment names them: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, in either case.

A proxy decides how a request gets to its server, not what is sent. What is on this machine is never asked for through
one, since a proxy elsewhere would not find it.
"""

import base64
import ipaddress
from typing import NamedTuple
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from orderproof.conformance.errors import UsageError
from orderproof.conformance.transport.origin import Origin


class Proxy(NamedTuple):
    """Where a proxy listens, and the value of `Proxy-Authorization` where it wants one.

    One that `tunnels` opens a connection to the server and passes on what it does not look at.
    """

    host: str
    port: int
    authorization: str | None = None
    tunnels: bool = False

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def proxy_of(origin: Origin) -> Proxy | None:
    """The proxy for an origin; None where it is asked directly. Raises `UsageError` for one that cannot be used."""
    if is_local(origin.host) or proxy_bypass(f"{origin.host}:{origin.port}"):
        return None
    proxies = getproxies()
    url = proxies.get(origin.scheme) or proxies.get("all")
    if not url:
        return None
    # It is not shown, since it may hold a password.
    wrong = UsageError(
        f"{origin.scheme.upper()}_PROXY: the proxy in the environment is not an http URL; write http://host:port"
    )
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        port = parts.port or 80
    except ValueError:
        raise wrong from None
    if parts.scheme != "http" or not parts.hostname:
        raise wrong
    authorization = None
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        authorization = f"Basic {base64.b64encode(pair.encode()).decode()}"
    return Proxy(parts.hostname, port, authorization, tunnels=origin.scheme == "https")


def proxy_variable(origin: Origin) -> str:
    """The variable of the environment that names the proxy for an origin."""
    return f"{origin.scheme.upper()}_PROXY" if getproxies().get(origin.scheme) else "ALL_PROXY"


def is_local(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
