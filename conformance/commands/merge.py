"""`orderproof merge`: join the records of a run's shards."""

from pathlib import Path

import click

from conformance.commands.options import read_record
from conformance.problems import UsageError


@click.command("merge")
@click.argument("records", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=Path("orderproof-report"), show_default=True
)
def command(records: tuple[Path, ...], out: Path) -> int:
    """Join the RECORDS of all shards of one run into OUT/report.json. A missing or doubled shard is refused."""
    from reports.delivery import append_step_summary
    from reports.harmless import harmless
    from reports.merge import MergeError, merge
    from reports.record import RECORD_NAME, write
    from reports.verdict import exit_code_of

    try:
        merged = merge([(str(path), read_record(path, allow_shard=True)) for path in records])
    except MergeError as error:
        raise UsageError(str(error)) from None
    write(merged, out / RECORD_NAME)
    click.echo(harmless(merged["headline"]))
    click.echo(f"record: {out / RECORD_NAME}")
    problem = append_step_summary(merged)
    if problem:
        click.echo(problem, err=True)
    return exit_code_of(merged)
