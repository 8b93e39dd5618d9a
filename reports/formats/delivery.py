"""Putting a record's formats where they were asked for."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from orderproof.reports.formats import FORMATS, STDOUT, render
from orderproof.reports.redaction.harmless import escape_unencodable

Wanted = Sequence[tuple[str, Path | None]]
"""Formats by name, each with its path or None for its own name in the folder of the report."""


class DeliveryError(ValueError):
    """A place that cannot be written to; the message says which and why."""


def places(wanted: Wanted, folder: Path, record: Path) -> list[tuple[str, Path | None]]:
    """Each format with the path that it goes to, None for standard output.

    Raises `DeliveryError` for a place that cannot be written to, as far as that can be known beforehand: a run may take
    an hour. `record` is where the record itself is, or will be.
    """
    taken: dict[Path, str] = {record.absolute(): "json"}
    found: list[tuple[str, Path | None]] = []
    for name, given in wanted:
        path = given or _own_place(name, folder)
        if str(path) == STDOUT:
            found.append((name, None))
            continue
        where = path.absolute()
        if taken.get(where, name) != name:
            raise DeliveryError(f"{path}: {name} would take the place of {taken[where]}; give another path")
        taken[where] = name
        _check_place(path)
        found.append((name, path))
    return found


def _own_place(name: str, folder: Path) -> Path:
    file_name = FORMATS[name].file_name
    return Path(STDOUT) if file_name == STDOUT else folder / file_name


def _check_place(path: Path) -> None:
    if path.is_dir():
        raise DeliveryError(f"{path}: is a folder; name a file in it")
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    if not folder.is_dir():
        raise DeliveryError(f"{path}: cannot be written ({folder} is no folder)")
    if not os.access(folder, os.W_OK):
        raise DeliveryError(f"{path}: cannot be written ({folder} may not be written to)")


def deliver(record: Mapping[str, Any], found: Sequence[tuple[str, Path | None]]) -> list[str]:
    """Write each format to its place; returns a sentence for each that could not be written.

    One that cannot be written keeps none of the others from being so.
    """
    from orderproof.reports.record import write_text

    failed = []
    for name, path in found:
        text = render(name, record)
        try:
            if path is None:
                escape_unencodable(sys.stdout)
                sys.stdout.write(text)
                sys.stdout.flush()
            else:
                write_text(path, text)
        except OSError as error:
            failed.append(f"{path or 'standard output'}: {name} cannot be written ({error.strerror})")
    return failed


def append_step_summary(record: Mapping[str, Any]) -> str | None:
    """In a step of GitHub Actions, add the summary to the step's own; returns a sentence where that failed.

    The runner names the file in `GITHUB_STEP_SUMMARY`; what other commands of the step wrote stays.
    """
    place = os.environ.get("GITHUB_STEP_SUMMARY")
    if not place:
        return None
    try:
        with Path(place).open("a", encoding="utf-8") as file:
            file.write(render("summary", record) + "\n")
    except OSError as error:
        return f"GITHUB_STEP_SUMMARY: {place} cannot be written ({error.strerror})"
    return None
