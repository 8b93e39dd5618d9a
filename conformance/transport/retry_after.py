"""Requests to wait: what 429 and 503 ask for, and what came of it."""

import email.utils
import time

from orderproof.conformance.transport.exchange import Exchange, header

FIRST_PAUSE_SECONDS = 0.2
"""The pause where the server does not say how long; those after it are longer."""
# Not one of them is a standard, and all of them are seen: seconds from now, or since the epoch, in milliseconds too.
_RESETS = ("RateLimit-Reset", "X-RateLimit-Reset", "X-Rate-Limit-Reset")
_LONGEST_RESET_SECONDS = 15.0
_EPOCH_FROM, _MILLISECONDS_FROM = 1e9, 1e12


def asked_to_wait(exchange: Exchange) -> float | None:
    """Seconds that a 429, or a 503 with `Retry-After`, asks to wait; None for every other answer (RFC 9110, 10.2.3).

    A 503 that the documents promise for the request is an answer, and no request to wait. Of 429 alone is known without
    `Retry-After` that the same request may be granted a little later.
    """
    if exchange.status not in (429, 503) or exchange.status in exchange.allowed_5xx:
        return None
    value = header(exchange.response_headers or (), "Retry-After")
    if value is None:
        return max(_until_reset(exchange), FIRST_PAUSE_SECONDS) if exchange.status == 429 else None
    if value.strip().isascii() and value.strip().isdigit():
        return float(value)
    until = _seconds(value)
    if until is None:
        return FIRST_PAUSE_SECONDS
    # The server's clock may be another than ours. Dates are whole seconds, so one that is over asks for a little.
    now = _seconds(header(exchange.response_headers or (), "Date") or "")
    pause = until - (time.time() if now is None else now)
    return pause if pause > 0 else FIRST_PAUSE_SECONDS


def says_how_long(exchange: Exchange) -> bool:
    """Whether an answer that asks to wait names a time that can be relied on: `Retry-After`, and not 0."""
    value = header(exchange.response_headers or (), "Retry-After")
    return value is not None and (asked_to_wait(exchange) or 0.0) > FIRST_PAUSE_SECONDS


def _until_reset(exchange: Exchange) -> float:
    """Seconds until the limit begins anew, as far as a header says it; 0 where none does, or where it is long."""
    told = next(filter(None, (header(exchange.response_headers or (), name) for name in _RESETS)), "").strip()
    if not told.isascii() or not told.replace(".", "", 1).isdigit():
        return 0.0
    seconds = float(told)
    if seconds >= _MILLISECONDS_FROM:
        seconds /= 1000
    if seconds >= _EPOCH_FROM:
        seconds -= time.time()
    # What the number means is a guess: it does not make a run wait for long.
    return seconds if 0 < seconds <= _LONGEST_RESET_SECONDS else 0.0


def is_deferred(exchange: Exchange) -> bool:
    """Whether the answer asked to wait, and the client did not: such an answer says nothing about the request."""
    return not exchange.waited and asked_to_wait(exchange) is not None


def _seconds(date: str) -> float | None:
    try:
        return email.utils.parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
