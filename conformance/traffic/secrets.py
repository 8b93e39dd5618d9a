"""Secrets in recorded traffic: a browser's recording is full of tokens, and nobody named them in a target file.

By the same measure as for a target: what goes along with a request lets it in unless its header is plainly public, and
so does a query parameter that is called like a secret.
"""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, urlsplit

from orderproof.conformance.config.secret_values import header_pieces, is_ordinary, is_public_header
from orderproof.conformance.transport.exchange import Exchange
from orderproof.reports.redaction.masking import is_secret_header

MOST = 300
"""So many secrets are looked for in all texts; every secret header is masked as a whole besides."""

# What clients and proxies send of themselves.
_OF_CLIENTS = re.compile(
    r"host|connection|keep-alive|proxy-connection|te|trailer|transfer-encoding|upgrade|upgrade-insecure-requests|expect"
    r"|date|dnt|priority|range|if-.*|referer|sec-.*|save-data|max-forwards|idempotency-key",
    re.IGNORECASE,
)
_PARAMETER = re.compile(r"auth|jwt|sig|code|sid|pass|pwd", re.IGNORECASE)


def secret_headers(exchanges: Iterable[Exchange]) -> frozenset[str]:
    """The request headers of exchanges whose values are secrets, in lower case."""
    return frozenset(
        name.lower()
        for exchange in exchanges
        for name, _ in exchange.request_headers
        if not is_public_header(name) and not _OF_CLIENTS.fullmatch(name)
    )


def secrets_of(exchanges: Iterable[Exchange]) -> frozenset[str]:
    """The secrets that requests and answers hold, to be looked for in all that is shown."""
    found: dict[str, None] = {}
    for exchange in exchanges:
        found.update(dict.fromkeys(one for one in _secrets(exchange) if not is_ordinary(one)))
        if len(found) >= MOST:
            break
    return frozenset(found)


def _secrets(exchange: Exchange) -> Iterator[str]:
    hidden = secret_headers([exchange])
    for name, value in exchange.request_headers:
        if name.lower() in hidden:
            yield from header_pieces(value)
        elif name.lower() == "referer":
            yield from _of_query(value)
    for name, value in exchange.response_headers or ():
        if is_secret_header(name):
            # Of a cookie that is set, what follows its value is public.
            yield from header_pieces(value.partition(";")[0])
    yield from _of_query(exchange.url)


def _of_query(url: str) -> Iterator[str]:
    try:
        pairs = parse_qsl(urlsplit(url).query)
    except ValueError:
        return
    for name, value in pairs:
        if is_secret_header(name) or _PARAMETER.fullmatch(name):
            yield value
