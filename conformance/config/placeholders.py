"""Placeholders in the target file: `${NAME}` and `${NAME:-default}` from the environment, `$$` for a dollar sign."""

import os
import re
from typing import Any

from orderproof.conformance.errors import UsageError

_PLACEHOLDER = re.compile(r"\$\$|\$\{([^}]*)\}")
_NAME_AND_DEFAULT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?", re.DOTALL)


def _expand(text: str, where: str) -> str:
    def value(match: re.Match[str]) -> str:
        if match[0] == "$$":
            return "$"
        parts = _NAME_AND_DEFAULT.fullmatch(match[1])
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

    return _PLACEHOLDER.sub(value, text)


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
