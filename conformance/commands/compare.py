"""`orderproof compare`: compare two records, or show several side by side."""

from pathlib import Path

import click

from orderproof.conformance.commands.options import read_record, writing
from orderproof.conformance.errors import UsageError


@click.command("compare")
@click.argument("records", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--html",
    "page",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="PATH",
    help="Also write a page that shows the records side by side, with differences marked.",
)
def command(records: tuple[Path, ...], page: Path | None) -> int:
    """Compare two RECORDS, the older first. Exit 1 if a rule regressed or is no longer judged.

    Advice that is no longer followed is listed, and cannot make it exit 1.

    More than two records are shown side by side, a column for each.
    """
    from orderproof.reports.compare import KINDS, compare, matrix

    if len(records) < 2:
        raise UsageError("compare: give at least two records, such as old/report.json new/report.json")
    loaded = [read_record(path) for path in records]
    if page:
        from orderproof.reports.page.matrix import render_matrix
        from orderproof.reports.record import write_text

        with writing("--html", page):
            write_text(page, render_matrix(loaded))
    if len(loaded) > 2:
        for number, (path, record) in enumerate(zip(records, loaded, strict=True), 1):
            click.echo(f"{number}: {path} ({record['target']['name']}, {record['verdict']})")
        for rule_id, title, verdicts in matrix(loaded):
            agreed = " " if len(set(verdicts)) == 1 else "≠"
            click.echo(f"{agreed} {rule_id:<7} {' '.join(f'{verdict:<14}' for verdict in verdicts)} {title}")
        return 0
    changes = compare(*loaded)
    for kind in KINDS:
        of_kind = [change for change in changes if change.kind == kind]
        if of_kind:
            click.echo(f"{kind} ({len(of_kind)})")
        for change in of_kind:
            click.echo(f"  {change.id:<7} {change.before} -> {change.after}  {change.title}")
    worse = sum(change.is_worse for change in changes)
    click.echo(f"{loaded[0]['verdict']} -> {loaded[1]['verdict']}: rules that differ: {len(changes)}, worse: {worse}")
    return 1 if worse else 0
