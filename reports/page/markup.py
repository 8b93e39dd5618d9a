"""From text to HTML: every string of a record passes through here on its way to the page."""

import html
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from orderproof.reports.redaction.harmless import harmless


def text(value: str) -> str:
    """A string as HTML text: control characters are shown escaped, markup as plain characters."""
    return html.escape(harmless(value), quote=False)


def attribute(value: str) -> str:
    """A string as the value of an HTML attribute in double quotes."""
    return html.escape(harmless(value))


def clipped(value: str, limit: int) -> str:
    """A string on one line, not longer than `limit` characters; not yet HTML."""
    folded = " ".join(value[: 4 * limit].split())
    return folded if len(folded) <= limit and len(value) <= 4 * limit else folded[: limit - 1] + "…"


def sentence(value: str) -> str:
    """A text with a capital letter at its beginning, unless it begins with a key such as `auth.bearer`."""
    first = value.partition(" ")[0]
    return value[0].upper() + value[1:] if first.isalpha() and first.isascii() else value


def counted(number: int, noun: str) -> str:
    """`1 rule`, `2,432 rules`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def day_and_time(stamp: str) -> str:
    """`2 January 2026, 03:04 UTC` for a time in a record; any other text unchanged."""
    try:
        moment = datetime.fromisoformat(stamp).astimezone(UTC)
    except (ValueError, OverflowError):
        return stamp
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"


def clock(seconds: float) -> str:
    """`03:04:05.678 UTC` for seconds since the epoch."""
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%H:%M:%S.%f}"[:-3] + " UTC"
    except (ValueError, OverflowError, OSError):
        return f"{seconds} s"


def duration(seconds: float) -> str:
    """`12 ms`, `1.5 s`, `4 min 10 s`."""
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms" if seconds >= 0.0095 else f"{seconds * 1000:.1f} ms"
    if seconds < 119.5:
        return f"{seconds:.1f} s"
    return f"{int(seconds + 0.5) // 60} min {int(seconds + 0.5) % 60} s"


def path_of(url: str, target: Mapping[str, Any]) -> str:
    """The part of a URL below the server's base URL, which all requests share; the whole URL if it is elsewhere."""
    for key in ("base_url", "internal_base_url"):
        base = target[key]
        if base and url.startswith(f"{base}/"):
            return url[len(base) :]
    return url
