"""`orderproof merge`: join the records of a run's shards."""

from pathlib import Path

import click

from orderproof.conformance.commands.options import folder_option, place_reports, read_record
from orderproof.conformance.errors import UsageError


@click.command("merge")
@click.argument("records", nargs=-1, required=True, type=click.Path(path_type=Path))
@folder_option("--out", default=Path("orderproof-report"), help="Folder for the merged report.")
def command(records: tuple[Path, ...], out: Path) -> int:
    """Join the RECORDS of all shards of one run into DIR/report.json and DIR/report.html.

    A shard that is missing or given twice is an error.
    """
    from orderproof.reports.digest import sealed
    from orderproof.reports.formats.delivery import append_step_summary, deliver
    from orderproof.reports.merge import MergeError, merge
    from orderproof.reports.record import RECORD_NAME, write
    from orderproof.reports.redaction.harmless import harmless
    from orderproof.reports.verdict import EXIT_USAGE, exit_code_of

    page = place_reports([("html", None)], out, out / RECORD_NAME)
    try:
        merged = sealed(merge([(str(path), read_record(path, allow_shard=True)) for path in records]))
    except MergeError as error:
        raise UsageError(str(error)) from None
    write(merged, out / RECORD_NAME)
    click.echo(harmless(merged["headline"]))
    click.echo(f"record: {out / RECORD_NAME}")
    failed = deliver(merged, page)
    for problem in [*failed, *filter(None, [append_step_summary(merged)])]:
        click.echo(problem, err=True)
    return EXIT_USAGE if failed else exit_code_of(merged)
