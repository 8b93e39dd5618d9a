"""GitHub annotations: workflow commands that a step prints, the gravest first.

GitHub shows about ten of a kind for a step, so no more are printed; the last line says how many are left.
"""

from collections.abc import Mapping
from typing import Any

from orderproof.reports.completeness import shortfall
from orderproof.reports.redaction.harmless import harmless, one_line, shortened

_SHOWN = 10
_LEVELS = ("documented", "implied", "advisory")


def render(record: Mapping[str, Any]) -> str:
    """The record as workflow commands, one a line; empty where there is nothing to report."""
    errors = [("order API", record["headline"])] if record["verdict"] != "conforming" else []
    reason = shortfall(record)
    if reason and reason != one_line(record["headline"], 1_000):
        errors.append(("not judged", reason))
    errors += [_note(row) for row in _of(record, "fail")]
    commands = [
        *_commands("error", errors, record),
        *_commands("warning", [_note(row) for row in _of(record, "warn")], record),
        *_commands("notice", [_note(row) for row in _of(record, "waived")], record),
    ]
    return "".join(f"{command}\n" for command in commands)


def _of(record: Mapping[str, Any], verdict: str) -> list[Mapping[str, Any]]:
    rows = [row for row in record["rules"] if row["verdict"] == verdict]
    return sorted(rows, key=lambda row: _LEVELS.index(row["level"]))


def _note(row: Mapping[str, Any]) -> tuple[str, str]:
    words = shortened(row["source"]["words"], 500)
    return f"{row['id']} {row['verdict']}", f"{row['title']}\n“{words}”\n{shortened(row['reason'], 1_000)}"


def _commands(kind: str, notes: list[tuple[str, str]], record: Mapping[str, Any]) -> list[str]:
    shown = notes if len(notes) <= _SHOWN else notes[: _SHOWN - 1]
    if len(shown) < len(notes):
        shown = [*shown, ("more", f"and {len(notes) - len(shown)} more; report.json holds all of them")]
    place = record["target"].get("file")
    where = f",file={_property(place)},line=1" if place else ""
    return [f"::{kind} title={_property(title)}{where}::{_data(text)}" for title, text in shown]


def _data(text: str) -> str:
    """The text of a command, made harmless and then escaped in the way of GitHub's toolkit."""
    return harmless(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(one_line(text)).replace(":", "%3A").replace(",", "%2C")
