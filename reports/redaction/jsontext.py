"""JSON text that can be shown anywhere, and the record as such a text."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from orderproof.reports.redaction.harmless import is_harmful

# Azure, GitHub and TeamCity look for these anywhere in a line of a log.
_ODD = re.compile(r"[^\n -~]")
_PIECE_TOKENS = 5_000
_COMMAND = re.compile(r"#(?=#(?:\[|vso\[|teamcity\[))", re.IGNORECASE)


def json_text(value: Any) -> str:
    """A value as JSON, without a character that moves a cursor, reverses a line or commands a CI runner.

    Such characters are written as JSON escapes, which does not change the value. So is half a surrogate pair, which no
    UTF-8 file can hold.
    """
    return "".join(json_pieces(value))


def json_pieces(value: Any) -> Iterator[str]:
    """The text of `json_text` in pieces: all of a long record at once would take as much memory as a run."""
    tokens: list[str] = []
    # No token is cut, so nothing harmful lies between two pieces.
    for token in json.JSONEncoder(ensure_ascii=False, indent=1).iterencode(value):
        tokens.append(token)
        if len(tokens) >= _PIECE_TOKENS:
            yield harmless_json("".join(tokens))
            tokens.clear()
    yield harmless_json("".join([*tokens, "\n"]))


def harmless_json(text: str) -> str:
    """JSON text in which characters that are harmful where it is shown are escaped."""
    return _COMMAND.sub(r"\\u0023", _ODD.sub(lambda match: _shown(match[0]), text))


def _shown(character: str) -> str:
    if not is_harmful(character):
        return character
    return "".join(f"\\u{half:04x}" for half in _halves(ord(character)))


def _halves(code: int) -> tuple[int, ...]:
    if code < 0x10000:
        return (code,)
    return 0xD800 + (code - 0x10000 >> 10), 0xDC00 + (code - 0x10000 & 0x3FF)


def render(record: Mapping[str, Any]) -> str:
    """The record itself."""
    return json_text(record)
