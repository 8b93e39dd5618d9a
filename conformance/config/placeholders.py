"""Placeholders in the target file: `${NAME}` and `${NAME:-default}` from the environment, `$$` for a dollar sign."""

import os
import re
from collections.abc import Iterator
from typing import Any

from orderproof.conformance.errors import UsageError

# Also what looks like one and is none, which is told: as it stands, it would be sent as a token.
_PLACEHOLDER = re.compile(r"\$\$|\$\{([^}]*)\}|\$\{[^}]*$|\$[A-Za-z_]\w*")
_NAME_AND_DEFAULT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?", re.DOTALL)


def _value(match: re.Match[str], where: str) -> str:
    if match[0] == "$$":
        return "$"
    if match[1] is None:
        # What follows is not shown: it may be a part of a token.
        wrong = "a ${ is not closed" if match[0].startswith("${") else "a $ stands before a name"
        raise UsageError(
            f"{where}: {wrong}; write ${{NAME}} for a variable of the environment, or $$ for a dollar sign"
        )
    parts = _NAME_AND_DEFAULT.fullmatch(match[1])
    if parts and "${" in (parts[2] or ""):
        raise UsageError(f"{where}: {match[0]} is in another placeholder; a default is plain text")
    if parts is None:
        raise UsageError(f"{where}: {match[0]} is not a placeholder; write ${{NAME}} or ${{NAME:-default}}")
    name, default = parts[1], parts[2]
    found = os.environ.get(name, "")
    # As in a shell, `:-` also covers a variable that is set but empty.
    if found or (default is None and name in os.environ):
        return found
    if default is None:
        raise UsageError(
            f"{where}: the environment variable {name} is not set; set it, or give a default: ${{{name}:-…}}"
        )
    return default


def _expand(text: str, where: str) -> str:
    return _PLACEHOLDER.sub(lambda match: _value(match, where), text)


def expanded(node: Any, where: str) -> Any:
    """Data with the placeholders in its texts replaced. Raises `UsageError`."""
    try:
        return _expanded(node, where)
    except RecursionError:
        raise UsageError(f"{where}: an alias refers to itself; remove it") from None


def _expanded(node: Any, where: str) -> Any:
    if isinstance(node, str):
        return _expand(node, where)
    if isinstance(node, dict):
        return {
            key: _expanded(value, f"{where}.{key}" if where[-1] != ":" else f"{where} {key}")
            for key, value in node.items()
        }
    if isinstance(node, list):
        return [_expanded(value, f"{where}[{index}]") for index, value in enumerate(node)]
    return node


def _texts(node: Any, place: str) -> Iterator[tuple[str, str]]:
    """The texts in data that hold a placeholder, each with its place."""
    if isinstance(node, str) and any(match[0] != "$$" for match in _PLACEHOLDER.finditer(node)):
        yield place, node
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in children:
        step = f"[{key}]" if isinstance(node, list) else f".{key}"
        yield from _texts(value, f"{place}{step}".lstrip("."))


def brought_in(node: Any) -> dict[str, list[str]]:
    """What placeholders bring into data that can be expanded: the values, by place (`headers.X-Auth`)."""
    return {
        place: [_value(match, place) for match in _PLACEHOLDER.finditer(text) if match[0] != "$$"]
        for place, text in _texts(node, "")
    }


def as_written(message: str, node: Any) -> str:
    """A message that quotes expanded texts, with these as they stand in the file: a variable may hold a secret."""
    for place, text in _texts(node, ""):
        whole = _expand(text, place)
        for quoted in {repr(whole), repr(whole.strip())}:
            message = message.replace(quoted, repr(text))
    return message
