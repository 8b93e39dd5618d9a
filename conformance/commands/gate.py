"""`orderproof gate`: decide from a record whether a release may go."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from orderproof.conformance.commands.options import (
    AcceptingPartial,
    accept_partial_option,
    read_record,
    waivers_option,
)
from orderproof.conformance.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from orderproof.reports.acceptance import Acceptance


@click.command("gate", cls=AcceptingPartial)
@click.argument("record_path", type=click.Path(path_type=Path), metavar="RECORD")
@waivers_option
@accept_partial_option
@click.option(
    "--allow-selection",
    is_flag=True,
    help="Accept the record of a run that --rules or --read-only limited, or of recorded traffic.",
)
@click.option(
    "--verify",
    is_flag=True,
    help="First hold the record against its own evidence, as `verify` does, and refuse one that it contradicts or that "
    "cannot be judged again. Waivers in the record do not count: give yours.",
)
def command(
    record_path: Path, waivers: Path | None, acceptance: Acceptance | None, allow_selection: bool, verify: bool
) -> int:
    """Decide from RECORD (a report.json, or its folder) whether a release may go.

    The exit codes are those of `run`; 2 for a record that is refused. A waiver that has expired, is not needed or meets
    nothing gives exit 1.
    """
    from orderproof.reports.acceptance import with_acceptance
    from orderproof.reports.redaction.harmless import harmless
    from orderproof.reports.verdict import exit_code_of
    from orderproof.reports.waivers import WaiverError, apply, read_waivers

    record = read_record(record_path)
    if record["selection"] and not allow_selection:
        raise UsageError(
            f"{record_path}: the run was limited to {', '.join(record['selection'])}; run it without --rules, "
            "or give --allow-selection"
        )
    if "read_only" in record and not allow_selection:
        raise UsageError(
            f"{record_path}: the run was read-only and sent GET alone; run it without --read-only, "
            "or give --allow-selection"
        )
    if "traffic" in record and not allow_selection:
        raise UsageError(
            f"{record_path}: only recorded traffic was judged, which exercises a part of the rules; use the record of "
            "`orderproof run`, or give --allow-selection"
        )
    try:
        known = read_waivers(waivers) if waivers else []
    except WaiverError as error:
        raise UsageError(str(error)) from None
    notes = [*_notes(record), *(_verified(record, record_path) if verify else ())]
    for note in notes:
        click.echo(harmless(f"{record_path}: {note}"), err=True)
    record, problems = apply(record, known, drops_others=verify)
    click.echo(harmless(record["headline"]))
    for row in record["rules"]:
        if row["verdict"] in ("fail", "waived"):
            click.echo(f"  {row['verdict']:<7} {row['id']:<7} {row['title']}")
    for problem in problems:
        click.echo(f"  {problem}")
    record, told = with_acceptance(record, acceptance)
    if told:
        click.echo(told)
    code = 0 if "accepted" in record else exit_code_of(record)
    return 1 if problems and code == 0 else code


def _verified(record: Mapping[str, Any], path: Path) -> Iterator[str]:
    """What came of verifying a record. Raises `UsageError` where it is not verified, or not in full."""
    from orderproof.conformance.traffic.verifying import verify
    from orderproof.reports.headline import counted
    from orderproof.reports.verification import refusal, told

    found = verify(record)
    if why := refusal(record, found):
        raise UsageError(f"{path}: {why}; `orderproof verify {path}` says more")
    yield told(record, found)
    if found.figures.waived:
        yield f"{counted(found.figures.waived, 'rule')} waived in it; here only the waivers of --waivers count"


def _notes(record: Mapping[str, Any]) -> Iterator[str]:
    """What else a release manager should know of a record."""
    if "digest" not in record:
        yield f"orderproof {record['orderproof']} wrote no digest, so nothing shows whether the record was edited"
    if "rejudged" in record:
        yield f"judged anew by orderproof {record['rejudged']['by']}; its checks are those of {record['orderproof']}"
