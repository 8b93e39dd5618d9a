"""Writing a record's formats to the places that were asked for."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from orderproof.reports.formats import FORMATS, STDOUT, render
from orderproof.reports.redaction.harmless import escape_unencodable

Wanted = Sequence[tuple[str, Path | None]]
"""Formats by name, each with its path, or None for its default name in the report's folder."""


class DeliveryError(ValueError):
    """A file that cannot be written; the message says which and why."""


def places(wanted: Wanted, folder: Path, record: Path) -> list[tuple[str, Path | None]]:
    """Each format with its path, None for standard output.

    Raises `DeliveryError` for a path that cannot be written, as far as that can be known before a run, which may take
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
            raise DeliveryError(f"{path}: {name} would overwrite {taken[where]}; give another path")
        taken[where] = name
        _check_place(path)
        found.append((name, path))
    return found


def _own_place(name: str, folder: Path) -> Path:
    file_name = FORMATS[name].file_name
    return Path(STDOUT) if file_name == STDOUT else folder / file_name


def _check_place(path: Path) -> None:
    if path.is_dir():
        raise DeliveryError(f"{path}: is a folder; give the path of a file in it")
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    if not folder.is_dir():
        raise DeliveryError(f"{path}: cannot be written ({folder} is not a folder)")
    if not os.access(folder, os.W_OK):
        raise DeliveryError(f"{path}: cannot be written (no permission to write in {folder})")


def deliver(
    record: Mapping[str, Any], found: Sequence[tuple[str, Path | None]], verified: str | None = None
) -> list[str]:
    """Write each format to its place; returns a sentence for each that could not be written.

    `verified` says whether the record was verified; None where nobody did. A failure does not stop the others.
    """
    from orderproof.reports.record import write_text

    failed = []
    for name, path in found:
        text = render(name, record, verified)
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
    """In GitHub Actions, append the summary to the step's own; returns a sentence if that failed.

    The runner names the file in `GITHUB_STEP_SUMMARY`; what other commands of the step wrote there stays.
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
