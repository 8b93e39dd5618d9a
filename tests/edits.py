"""Single edits of a record, as someone makes them who wants another verdict: of whatever stands anywhere in it."""

import json
import random
from collections.abc import Iterator
from typing import Any

# A choice among all values would nearly always fall on a header of some exchange.
_SECTIONS = (
    "verdict",
    "headline",
    "summary",
    "requests",
    "spec",
    "target",
    "selection",
    "missing_states",
    "started_at",
)
_VERDICTS = ("pass", "fail", "warn", "inconclusive", "not-run", "not-applicable", "waived")
_WORDS = {
    "verdict": (*_VERDICTS, "conforming", "non-conforming", "partial", "void"),
    "outcome": ("pass", "fail", "inconclusive", "not-run", "not-applicable"),
    "level": ("documented", "implied", "advisory"),
}
Path = tuple[str | int, ...]


def edited(record: dict[str, Any], chance: random.Random) -> tuple[Path, dict[str, Any]]:
    """A copy of a record with one edit, and where that is."""
    while True:
        changed = json.loads(json.dumps(record))
        path = _choose(changed, chance.choice((*_SECTIONS, *["rules"] * 12, *["exchanges"] * 9)), chance)
        parent = changed
        for step in path[:-1]:
            parent = parent[step]
        _edit(parent, path[-1], chance)
        if changed != record:
            return path, changed


def _choose(record: dict[str, Any], section: str, chance: random.Random) -> Path:
    value, path = record[section], (section,)
    while isinstance(value, dict | list) and value and (len(path) < 3 or chance.random() < 0.85):
        step = _step(value, chance)
        value, path = value[step], (*path, step)
    return path


def _step(value: Any, chance: random.Random) -> str | int:
    if isinstance(value, dict):
        return chance.choice(sorted(value))
    # A rule that is broken is what an edit is about.
    found = [index for index, one in enumerate(value) if isinstance(one, dict) and one.get("findings")]
    return chance.choice(found) if found and chance.random() < 0.5 else chance.randrange(len(value))


def _edit(parent: Any, key: str | int, chance: random.Random) -> None:
    value = parent[key]
    if chance.random() < 0.12:
        del parent[key]
    elif isinstance(parent, list) and chance.random() < 0.3:
        parent.insert(chance.randrange(len(parent) + 1), parent.pop(int(key)))
    else:
        parent[key] = chance.choice(list(_others(str(key), value, chance)))


def _others(key: str, value: Any, chance: random.Random) -> Iterator[Any]:
    """What may be put in the place of a value."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int | float):
        yield from (value + 1, max(0, value - 1), 0, 200, 404)
    elif isinstance(value, str):
        at = chance.randrange(len(value) + 1)
        yield from (value[:at] + "x" + value[at:], value[:at] + value[at + 1 :], value.replace("true", "false"))
        yield from _WORDS.get(key, ())
    elif isinstance(value, list):
        yield from ([], [*value, *value[:1]], value[1:])
    elif isinstance(value, dict):
        yield {}
    else:
        yield from ("x", 200, 0)
