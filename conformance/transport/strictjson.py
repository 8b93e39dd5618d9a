"""JSON as RFC 8259 defines it: Python's own reader also accepts NaN, Infinity and other encodings than UTF-8."""

import json
from typing import Any


class NotJson(ValueError):  # noqa: N818 - reads as what it says
    """The bytes are not valid JSON; the message says why."""


class TooMuchJson(ValueError):  # noqa: N818 - reads as what it says
    """A text with more values than are read: whether it is valid JSON is not known."""


MOST_VALUES = 200_000
"""So many values are read of a text; 500 price lines have about 5,000. A value may take 30 times its text in memory."""
_SHORT_BYTES = 1_000_000
"""A text that is no longer is read whatever it holds."""


def _refuse(constant: str) -> Any:
    raise NotJson(f"{constant} is not a JSON value")


def parse_json(body: bytes) -> Any:
    """Parse a JSON text. Raises `NotJson`, and `TooMuchJson` for a long one that would take too much memory."""
    if len(body) > _SHORT_BYTES and sum(map(body.count, (b",", b"[", b"{"))) > MOST_VALUES:
        raise TooMuchJson(f"it has more than {MOST_VALUES:,} values, and no more are read")
    try:
        # A byte order mark may be ignored by a reader (RFC 8259, 8.1).
        return json.loads(body.decode("utf-8-sig"), parse_constant=_refuse)
    except UnicodeDecodeError as error:
        raise NotJson(f"byte {error.start} is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise NotJson(f"{error.msg} at character {error.pos}" if body else "the body is empty") from None
    except RecursionError:
        raise NotJson("it is nested too deeply") from None
    except ValueError as error:
        # An integer of more digits than Python converts.
        raise NotJson(str(error)) from None
