"""Which values of a target are secrets: by where they come from, not by what a header is called.

Secrets are

- **credentials**: `auth.bearer`, `auth.oauth2.client_secret`, `states.injection.token` and the `token` of a state,
  however they were written;
- **headers** (`headers`, `-H` and `states.callback.headers`): what goes along with every request mostly lets it in,
  whatever the header is called. The value of a plainly public header (content negotiation, tracing, a version, the
  tenant's name) is no secret: a report that hid it would hide what was asked, and it lets nobody in. If a placeholder
  brought it in, it is one;
- **the query** of `states.callback`;
- **what placeholders bring in** (`${NAME}`) below `auth` (but not the scope), `headers` and `states.callback`.

No secrets are `name`, `base_url`, `internal_base_url`, `limits`, `features` and the ids of states, placeholder or not:
a report has to name them. Nor is the value of a header or placeholder that is a server's URL or host name.

The value of a header is masked as a whole where the header is shown, however short it is. In any other text a value is
looked for unless it is ordinary (`is_ordinary`): `1`, `true`, `acme` or a word of the API would be found where nobody
sent them.
"""

import base64
import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from urllib.parse import urlsplit

from orderproof.conformance.config.target import Target
from orderproof.spec.description import DESCRIPTIONS, description

_PUBLIC_HEADER = re.compile(
    r"accept(-charset|-encoding|-language|-version)?|content-.*|user-agent|cache-control|pragma|prefer|origin|via"
    r"|(x-)?forwarded(-for|-host|-port|-proto)?|x-requested-with"
    r"|host|traceparent|tracestate|x-b3-.*|(x-)?(request|correlation|trace)-id"
    r"|(.*-)?(version|environment|region|locale|tenant(-id|-name)?)",
    re.IGNORECASE,
)
_PLACES = ("auth.bearer", "auth.oauth2.client_", "auth.oauth2.token_url", "headers.", "states.callback")
# A cookie's name, or a scheme such as ApiKey, is no secret; what follows it is one by itself.
_SEPARATOR = re.compile(r"[\s,;]+")
_BASIC = re.compile(r"basic\s+(\S+)", re.IGNORECASE)
_SHORTEST = 4
_SHORTEST_WORD = 8


def is_public_header(name: str) -> bool:
    """Whether a header of this name says what is asked for, and lets nobody in."""
    return _PUBLIC_HEADER.fullmatch(name) is not None


def is_ordinary(value: str) -> bool:
    """Whether a value is too short or too common to be looked for in texts: `1`, `true`, `acme`, `internal`."""
    is_short = len(value) < _SHORTEST or (len(value) < _SHORTEST_WORD and (value.isalpha() or value.isdigit()))
    return is_short or value.lower() in _vocabulary()


@cache
def _vocabulary() -> frozenset[str]:
    """The words and media types of the API's descriptions, which stand in every report."""
    text = json.dumps([description(api) for api in DESCRIPTIONS]).lower()
    return frozenset(re.findall(r"[a-z][a-z/.+_-]*", text))


def secret_headers(target: Target) -> frozenset[str]:
    """The headers of a target whose values are secrets, in lower case."""
    return frozenset(
        name.lower()
        for name in target.headers
        if not is_public_header(name) or f"headers.{name}" in target.placeholders
    )


def secrets_of(target: Target) -> frozenset[str]:
    """The secrets of a target, to be looked for in all that is shown."""
    hidden = secret_headers(target)
    values = {
        piece for name, value in target.headers.items() if name.lower() in hidden for piece in header_pieces(value)
    }
    callback = target.states.callback
    if callback:
        values.update(callback.query.values())
        lets_in = [value for name, value in callback.headers.items() if not is_public_header(name)]
        values.update(piece for value in lets_in for piece in header_pieces(value))
    for place, brought_in in target.placeholders.items():
        if place.startswith(_PLACES):
            values.update(value.strip() for value in brought_in)
    found = {value for value in values if not is_ordinary(value) and not _is_address(value, target)}
    return _credentials(target) | found


def altered(tokens: Iterable[str], target: Target) -> frozenset[str]:
    """What checks make of tokens and send: a half, or the letters in another case. An echo of it gives a token away."""
    forms = {form for token in tokens for form in (token[: len(token) // 2], token.swapcase())}
    return frozenset(form for form in forms if len(form) >= _SHORTEST_WORD and not _is_address(form, target))


def _credentials(target: Target) -> frozenset[str]:
    """What authorizes by itself; nothing excuses showing it."""
    oauth2, injection = target.auth.oauth2, target.states.injection
    tokens = [entry.get("token") for entries in target.states.fixed.values() for entry in entries]
    return frozenset(
        filter(
            None,
            [
                target.auth.bearer,
                oauth2.client_secret if oauth2 else None,
                injection.token if injection else None,
                *tokens,
            ],
        )
    )


def header_pieces(value: str) -> Iterator[str]:
    """A header's value, and what of it a server may echo alone: what follows a scheme, each cookie, a password."""
    yield value
    first, *rest = _SEPARATOR.split(value)
    # The first of several words is a scheme, unless it is a cookie.
    for piece in [*([] if rest and "=" not in first else [first]), *rest]:
        yield piece
        yield piece.partition("=")[2].strip('"')
    basic = _BASIC.fullmatch(value)
    if basic:
        pair = _decoded(basic[1])
        yield pair
        yield pair.partition(":")[2]


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode("utf-8")
    except ValueError:
        return ""


def _is_address(value: str, target: Target) -> bool:
    """Whether a value is where a server is found, which reports show: the URL, its beginning, or its host's name."""
    oauth2, callback = target.auth.oauth2, target.states.callback
    urls = [
        target.base_url,
        target.internal_base_url,
        callback.url if callback else None,
        oauth2.token_url if oauth2 else None,
    ]
    for url in filter(None, urls):
        parts = urlsplit(url)
        if url.startswith(value.rstrip("/")) or value in (parts.netloc, *(parts.hostname or "").split(".")):
            return True
    return value == target.name
