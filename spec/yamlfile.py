"""Reading YAML so that a slip in the file is found: a key given twice is an error, not the last one's value."""

import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

# libyaml's loader is ten times faster and not in every build of PyYAML.
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_QUOTED = re.compile(r"'[^']{2,}'|\"[^\"]{2,}\"")


class YamlError(ValueError):
    """A file that is no YAML, or gives a key twice; the message names the line."""


class _StrictLoader(_SafeLoader):  # type: ignore[misc]
    """The safe loader, without silent overwriting of duplicate keys."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Build a mapping, refusing a key that stands in it twice."""
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, Hashable):
                if key in seen:
                    raise YamlError(f"line {key_node.start_mark.line + 1}: the key {key!r} is given twice")
                seen.add(key)
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return mapping


# Times stay text: YAML 1.1 would turn `2024-03-28T12:43:36Z` into a datetime, and every sample has one.
_StrictLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in _SafeLoader.yaml_implicit_resolvers.items()
}


def parse_yaml(text: str) -> Any:
    """Parse YAML text. Raises `YamlError` with line and reason in one sentence."""
    try:
        return yaml.load(text, Loader=_StrictLoader)
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        # What is quoted may be a password that begins with `!` or `*`.
        problem = _QUOTED.sub("'…'", error.problem or error.context or "no YAML")
        if error.problem_mark and _begins_with_tab(text, error.problem_mark.line):
            problem = "begins with a tab, which YAML does not take; indent it with spaces"
        raise YamlError(f"{line}{problem}") from None
    except yaml.YAMLError as error:
        raise YamlError(" ".join(str(error).split())) from None
    except YamlError:
        raise
    except (ValueError, KeyError, AttributeError):
        # PyYAML's own constructors stumble over `0b_`, `!!float x` and the like.
        raise YamlError("holds a number that cannot be read; put text in quotes") from None
    except RecursionError:
        raise YamlError("is nested too deeply") from None


def _begins_with_tab(text: str, line: int) -> bool:
    return any(one.lstrip(" ").startswith("\t") for one in text.splitlines()[line : line + 1])


def read_yaml(path: Path) -> Any:
    """Read a YAML file of the distribution or the user. Raises `YamlError`, or `OSError` when it cannot be read."""
    try:
        return parse_yaml(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise YamlError(f"is not UTF-8 text (byte {error.start})") from None
