"""Requests to wait: what 429 and 503 ask for, and what came of it."""

import email.utils
import time

from orderproof.conformance.transport.exchange import Exchange, header

DEFAULT_WAIT_SECONDS = 1.0


def asked_to_wait(exchange: Exchange) -> float | None:
    """Seconds that a 429, or a 503 with `Retry-After`, asks to wait; None for every other answer (RFC 9110, 10.2.3).

    A 503 that the documents promise for the request is an answer, and no request to wait.
    """
    if exchange.status not in (429, 503) or exchange.status in exchange.allowed_5xx:
        return None
    value = header(exchange.response_headers or (), "Retry-After")
    if value is None:
        return DEFAULT_WAIT_SECONDS if exchange.status == 429 else None
    if value.strip().isascii() and value.strip().isdigit():
        return float(value)
    until = _seconds(value)
    if until is None:
        return DEFAULT_WAIT_SECONDS
    # The server's clock may be another than ours. Dates are whole seconds, so one that is over asks for a little.
    now = _seconds(header(exchange.response_headers or (), "Date") or "")
    pause = until - (time.time() if now is None else now)
    return pause if pause > 0 else DEFAULT_WAIT_SECONDS


def is_deferred(exchange: Exchange) -> bool:
    """Whether the answer asked to wait, and the client did not: such an answer says nothing about the request."""
    return not exchange.waited and asked_to_wait(exchange) is not None


def _seconds(date: str) -> float | None:
    try:
        return email.utils.parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
