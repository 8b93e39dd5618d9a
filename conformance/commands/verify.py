"""`orderproof verify`: hold a record against its own evidence, without the server that was judged."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from orderproof.conformance.commands.options import load_record, record_place, writing
from orderproof.conformance.errors import UsageError

if TYPE_CHECKING:
    from orderproof.reports.verification import Verification

_SHOWN = 50


@click.command("verify")
@click.argument("record_path", type=click.Path(path_type=Path), metavar="RECORD")
@click.option("--json", "is_json", is_flag=True, help="Print what came of it as JSON.")
@click.option(
    "--rejudge",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Also write a record in which this version judges the recorded answers anew (rules that need no check).",
)
def command(record_path: Path, is_json: bool, rejudge: Path | None) -> int:
    """Hold RECORD (a report.json, or its folder) against its own evidence: nothing is sent.

    Exit 0 if nothing in it contradicts the rest and its digest fits, else 1.
    """
    import json

    from orderproof.conformance.traffic.verifying import verify
    from orderproof.reports.redaction.harmless import harmless
    from orderproof.reports.verification import as_data, lines

    record = load_record(record_path)
    found = verify(record)
    if is_json:
        click.echo(json.dumps(as_data(found), indent=1))
    else:
        for line in lines(record, found, shown=_SHOWN):
            click.echo(harmless(line))
    if rejudge:
        _rejudge(record, found, record_path, rejudge)
    return 0 if found.is_verified else 1


def _rejudge(record: dict[str, Any], found: Verification, path: Path, place: Path) -> None:
    from orderproof.conformance.runner.rejudging import rejudged
    from orderproof.reports.record import write

    if not found.is_verified:
        raise UsageError(f"--rejudge: {path} contradicts itself (see above): take the original file")
    if "traffic" in record:
        raise UsageError(f"--rejudge: {path} judged recorded traffic; judge the files again with `orderproof traffic`")
    if place.absolute() == record_place(path).absolute():
        raise UsageError(f"--rejudge: {place} is the record itself; give another file")
    again = rejudged(record)
    with writing("--rejudge", place):
        write(again, place)
    click.echo(f"judged anew: {place}; `orderproof compare {path} {place}` shows what differs", err=True)
