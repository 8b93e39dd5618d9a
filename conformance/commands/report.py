"""`orderproof report`: make other formats from a record."""

from pathlib import Path
from typing import Any

import click

from orderproof.conformance.commands.options import place_reports, read_record, record_place, report_option
from orderproof.conformance.errors import UsageError


@click.command("report", short_help="Make other formats from a record (report.json).")
@click.argument("record_path", type=click.Path(path_type=Path), metavar="RECORD")
@report_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder for formats without a path. Default: the folder of RECORD.",
)
def command(record_path: Path, reports: list[tuple[str, Path | None]], out: Path | None) -> int:
    """Make formats from RECORD (a report.json, or its folder), the same as `run --report` makes.

    Exit 0 once they are written, whatever the verdict: use `gate` to decide.
    """
    from orderproof.reports.formats import FORMATS, SAYING_VERIFIED
    from orderproof.reports.formats.delivery import deliver

    if not reports:
        raise UsageError(f"report: give at least one format, such as --report junit (formats: {', '.join(FORMATS)})")
    record = read_record(record_path)
    place = record_place(record_path)
    found = place_reports(reports, out or place.parent, place)
    verified = _verified(record, record_path) if {name for name, _ in found}.intersection(SAYING_VERIFIED) else None
    failed = deliver(record, found, verified)
    if failed:
        raise UsageError("; ".join(failed))
    _say(found)
    return 0


def _verified(record: dict[str, Any], path: Path) -> str:
    """Whether a record is verified, in a sentence; says so on stderr where it is not."""
    from orderproof.conformance.traffic.verifying import verify
    from orderproof.reports.redaction.harmless import harmless
    from orderproof.reports.verification import conclusion, told

    found = verify(record)
    if not found.is_verified:
        click.echo(harmless(f"{path}: {conclusion(found)}; `orderproof verify {path}` shows where"), err=True)
    return told(record, found)


def _say(found: list[tuple[str, Path | None]]) -> None:
    # To stderr, because standard output may be a format.
    for name, path in found:
        if path is not None:
            click.echo(f"{name}: {path}", err=True)
