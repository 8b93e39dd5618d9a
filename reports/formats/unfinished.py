"""The record of an unfinished run: it replaces the earlier record before anything in the run can fail.

A run that is killed, or that ends before it judged anything, must not leave the record of another run behind: a gate on
the folder would use the wrong verdict.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from orderproof import __version__
from orderproof.reports.digest import sealed
from orderproof.reports.formats import FORMATS, STDOUT
from orderproof.reports.record import RECORD_NAME, SCHEMA, Run, build, moment_text, write


def begin(folder: Path, seed: int, profile: str, *, files: Iterable[Path] = ()) -> None:
    """Write the record of an unfinished run into the folder; remove what an earlier run left there, and `files`.

    Raises `OSError`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    now = _now()
    why = f"unfinished: it began at {now}, and is still running or was killed"
    earlier = _views(folder) if _is_record(folder / RECORD_NAME) else []
    try:
        # First: killed in between, an earlier JUnit file must not stand beside the record of this run.
        for path in (*earlier, *files):
            path.unlink(missing_ok=True)
    finally:
        _write(folder, seed, profile, now, why)


def stop(folder: Path, why: str, seed: int = 0, profile: str = "default") -> None:
    """Write into the folder's record why its run ended before it judged anything. Raises `OSError`."""
    _write(folder, seed, profile, _now(), f"unfinished: it stopped before anything was judged: {why}")


def withdraw(folder: Path, why: str) -> None:
    """Replace the record of an earlier run, if there is one, for a run that could not even begin. Raises `OSError`."""
    if _is_record(folder / RECORD_NAME):
        begin(folder, 0, "default")
        stop(folder, why)


def _now() -> str:
    return moment_text(datetime.now(UTC))


def _write(folder: Path, seed: int, profile: str, started_at: str, why: str) -> None:
    target = {"name": "", "base_url": "", "internal_base_url": None, "file": None}
    run = Run(__version__, target, started_at, 0.0, seed, profile, void=f"the run is {why}", cut_short=why)
    write(sealed(build(run, [], [])), folder / RECORD_NAME)


def _is_record(path: Path) -> bool:
    """Whether a file is a record; other files in the folder must not be removed."""
    try:
        return bool(json.loads(path.read_bytes())["schema"] == SCHEMA)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return False


def _views(folder: Path) -> list[Path]:
    names = [kind.file_name for kind in FORMATS.values()]
    return [folder / name for name in names if name not in (STDOUT, RECORD_NAME)]
