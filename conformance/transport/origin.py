"""Where a URL leads: the server, and what is asked for there."""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}


class Origin(NamedTuple):
    """Where a request goes: `http` or `https`, the host (an IPv6 address without brackets) and the port."""

    scheme: str
    host: str
    port: int


def origin_and_path(url: str) -> tuple[Origin, str]:
    """Where a URL leads, and what is asked for there, to the letter."""
    parts = urlsplit(url)
    path = url[len(parts.scheme) + 3 + len(parts.netloc) :] or "/"
    return Origin(parts.scheme, parts.hostname or "", parts.port or _PORTS[parts.scheme]), path


def headers_at(url: str, headers: Mapping[str, str], own: str) -> list[tuple[str, str]]:
    """The headers that go to a URL of those that a target is asked with; a `Host` is for the host of its `own` URL."""
    is_own = urlsplit(url).hostname == urlsplit(own).hostname
    return [one for one in headers.items() if is_own or one[0].lower() != "host"]


def host_header(origin: Origin) -> str:
    """The value of `Host` for a server: the port stands in it unless it is the usual one."""
    host = origin.host if origin.host.isascii() else origin.host.encode("idna").decode()
    host = f"[{host}]" if ":" in host else host
    return host if origin.port == _PORTS[origin.scheme] else f"{host}:{origin.port}"
