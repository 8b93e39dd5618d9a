"""Where an entry's request went: to which operation of the API, below which base URL."""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from orderproof.conformance.transport.origin import Origin, origin_and_path
from orderproof.spec.description import Operation, operations


class Base(NamedTuple):
    """A base URL: the server and the path below which an API is, without a slash at its end."""

    origin: Origin
    path: str


def base_of(url: str) -> Base:
    """A base URL taken apart. The URL must be a valid one."""
    origin, path = origin_and_path(url)
    return Base(origin, path.rstrip("/"))


def below(base: Base, url: str) -> str | None:
    """The path of a URL below a base URL, without its query; None if it is elsewhere."""
    try:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https"):
            return None
        origin = origin_and_path(url)[0]
    except ValueError:
        return None
    if origin != base.origin or not (parts.path == base.path or parts.path.startswith(f"{base.path}/")):
        return None
    return parts.path[len(base.path) :]


@cache
def _by_api(api: str) -> tuple[tuple[re.Pattern[str], Operation], ...]:
    return tuple((one.path_pattern, one) for one in operations().values() if one.api == api)


def operation_at(api: str, method: str, path: str) -> Operation | None:
    """The operation at a path below the base URL: the one with this method, else any, whose method is another."""
    found = [one for pattern, one in _by_api(api) if pattern.fullmatch(path)]
    return next((one for one in found if one.method == method), found[0] if found else None)


def path_values(operation: Operation, path: str) -> dict[str, str]:
    """The parameters in a path by their names, decoded."""
    return dict(_values(operation.path.split("/"), path.split("/")))


def _values(names: list[str], values: list[str]) -> Iterator[tuple[str, str]]:
    for name, value in zip(names, values, strict=True):
        if name.startswith("{"):
            yield name.strip("{}"), unquote(value)
