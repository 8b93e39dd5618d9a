"""JSON laid out for reading, token by token: only the white space between the tokens changes.

Parsing and dumping it could hide the fault itself: a key that occurs twice, `1.0` instead of `1`, an escape.
"""

import json
import re

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_INDENT = "  "
_WIDTH = 88
_DEEPEST = 60


def laid_out(text: str) -> str:
    """A JSON object or list over several lines; any other text unchanged."""
    if not text.lstrip().startswith(("{", "[")):
        return text
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return text
    tokens = _TOKEN.findall(text)
    return _lines(tokens) if _depth(tokens) <= _DEEPEST else text


def _depth(tokens: list[str]) -> int:
    depth = deepest = 0
    for token in tokens:
        depth += (token in "{[") - (token in "}]")
        deepest = max(deepest, depth)
    return deepest


def _lines(tokens: list[str]) -> str:
    ends = _ends(tokens)
    parts: list[str] = []
    depth = index = 0
    while index < len(tokens):
        token = tokens[index]
        if token in "{[":
            short = _on_one_line(tokens[index : ends[index] + 1], _WIDTH - len(_INDENT) * depth)
            if short is not None:
                parts.append(short)
                index = ends[index]
            else:
                depth += 1
                parts.append(f"{token}\n{_INDENT * depth}")
        elif token in "}]":
            depth -= 1
            parts.append(f"\n{_INDENT * depth}{token}")
        elif token == ",":
            parts.append(f",\n{_INDENT * depth}")
        else:
            parts.append(": " if token == ":" else token)
        index += 1
    return "".join(parts)


def _ends(tokens: list[str]) -> dict[int, int]:
    """For each opening bracket, by index, the index of the bracket that closes it."""
    ends: dict[int, int] = {}
    open_ones: list[int] = []
    for index, token in enumerate(tokens):
        if token in "{[":
            open_ones.append(index)
        elif token in "}]":
            ends[open_ones.pop()] = index
    return ends


def _on_one_line(tokens: list[str], width: int) -> str | None:
    # Every token has at least one character, so a long list is too wide without being joined.
    if len(tokens) > width:
        return None
    line = "".join({",": ", ", ":": ": "}.get(token, token) for token in tokens)
    return line if len(line) <= width else None
