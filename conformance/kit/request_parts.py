"""The parts of a request: what a check may replace, and how they become a path, a query and a body."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict
from urllib.parse import quote, urlencode

from orderproof.conformance.states.sources import State
from orderproof.spec.description import Operation


class Raw(str):
    """A path segment or a query that is sent without percent-encoding, which no ordinary client does."""

    __slots__ = ()


Query = Mapping[str, Any] | Sequence[tuple[str, Any]] | Raw
"""The members of a query; one that is `Raw` is sent to the letter."""

OWN_TOKEN = "the target's own token"
"""Marker for `authorization`: send the token of the state or else of the target."""


DOCUMENTED_TYPES = "what the operation documents"
"""Marker for `accept`: ask for JSON, and for the media type in which the document shows the operation's refusals."""


class Parts(TypedDict, total=False):
    """The parts of a request that a check may replace, also by values that the documents forbid.

    Members of `query` that are None are left out; `body` is sent as JSON unless `raw_body` is given; `content_type`,
    `accept` and `authorization` are complete header values, or None for no header; `allowed_5xx` are the 5xx statuses
    that are documented for the state.
    """

    query: Query
    body: Any
    raw_body: bytes | None
    content_type: str | None
    accept: str | None
    authorization: str | None
    method: str | None
    extra_headers: Sequence[tuple[str, str]]
    allowed_5xx: tuple[int, ...]


def is_external(parts: Parts) -> bool:
    """Whether a request names its order by the readable id."""
    query = parts.get("query", ())
    return ("id_type", "external") in (query.items() if isinstance(query, Mapping) else query)


def path_of(operation: Operation, values: Mapping[str, str]) -> str:
    """The path of an operation with these values, percent-encoded unless they are `Raw`."""
    segments = {name: value if isinstance(value, Raw) else quote(value, safe="") for name, value in values.items()}
    return operation.path.format(**segments)


def query_of(query: Query) -> str:
    """A query, without members that are None."""
    if isinstance(query, Raw):
        return f"?{query}"
    pairs = query.items() if isinstance(query, Mapping) else query
    present = [(name, value) for name, value in pairs if value is not None]
    return f"?{urlencode(present)}" if present else ""


def payload_of(parts: Parts) -> bytes | None:
    """The bytes of the body; None for no body."""
    raw, body = parts.get("raw_body"), parts.get("body")
    if raw is not None or body is None:
        return raw
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")


def order_id_of(order: State, given_id: str | None, id_type: str | None) -> str:
    """The id that goes into the path: a given one, or that of the type."""
    if given_id is not None:
        return given_id
    key = "order_id" if id_type == "external" else "order_uuid"
    return str(order.values[key])
