"""What `orderproof run` tells when it has ended: the record, the reports, the console, and the exit code."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from orderproof.conformance.commands.options import writing
from orderproof.conformance.commands.run_arguments import Arguments

if TYPE_CHECKING:
    from orderproof.conformance.runner.judging import RunResult
    from orderproof.reports.waivers import Waiver

Places = list[tuple[str, Path | None]]


def console_of(color: str, places: Places) -> Any:
    """The console of a run: on stderr if a report was asked for on stdout."""
    from orderproof.reports.console import make_console

    return make_console(color, sys.stderr if takes_stdout(places) else None)


def takes_stdout(places: Places) -> bool:
    """Only one report may use stdout: the console report moves to stderr if a format was asked for there.

    Annotations may stand among other lines.
    """
    return any(place is None and name != "annotations" for name, place in places)


def tell(ended: RunResult, waivers: list[Waiver], listing: Any, arguments: Arguments, places: Places) -> int:
    """Write the record of a run and its reports, and print what came of it; returns the exit code."""
    from orderproof.reports.acceptance import with_acceptance
    from orderproof.reports.console import render
    from orderproof.reports.digest import sealed
    from orderproof.reports.formats import FORMATS
    from orderproof.reports.formats.delivery import append_step_summary, deliver
    from orderproof.reports.record import RECORD_NAME, write
    from orderproof.reports.redaction.harmless import harmless
    from orderproof.reports.waivers import apply

    record, problems = apply(ended.record, waivers)
    record, accepted = with_acceptance(record, arguments.acceptance)
    record = sealed(record)
    path = arguments.record_folder / RECORD_NAME
    # Files first, and of these the record last: they are complete whatever happens to the console.
    failed = deliver(record, [(name, place) for name, place in places if place])
    with writing("--out", path):
        write(record, path)
    console = console_of(arguments.color, places)
    render(record, console, verbose=arguments.verbose, quiet=arguments.quiet, listing=listing)
    if accepted:
        click.echo(accepted, err=takes_stdout(places))
    failed += deliver(record, [(name, place) for name, place in places if not place])
    # A single shard has no result of its own to summarize.
    notes = [*problems, *failed, *filter(None, [None if record["shard"] else append_step_summary(record)])]
    for note in notes:
        click.echo(harmless(note), err=True)
    if not arguments.quiet:
        click.echo(
            f"record: {path}; page: {arguments.record_folder / FORMATS['html'].file_name}", err=takes_stdout(places)
        )
    return _exit_code(ended, record, arguments, is_undelivered=bool(failed), is_waiver_wrong=bool(problems))


def _exit_code(
    ended: RunResult, record: dict[str, Any], arguments: Arguments, *, is_undelivered: bool, is_waiver_wrong: bool
) -> int:
    from orderproof.reports.verdict import EXIT_INTERRUPTED, EXIT_USAGE, exit_code_of

    if is_undelivered:
        return EXIT_USAGE
    if ended.interrupted:
        return EXIT_INTERRUPTED
    code = 0 if "accepted" in record else exit_code_of(record)
    if is_waiver_wrong and code == 0:
        code = 1
    return 0 if arguments.exit_zero else code
