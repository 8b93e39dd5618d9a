"""`orderproof selftest`: test the suite itself."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from orderproof.conformance.commands.options import writing
from orderproof.conformance.errors import UsageError

# Servers that combine several open choices; each seed combines others.
_COMBINATIONS = 8


@click.command("selftest")
@click.option("--fault", "faults", multiple=True, metavar="NAME", help="Only this fault (repeatable).")
@click.option(
    "--variant",
    "variants",
    multiple=True,
    metavar="NAME",
    help="Only this correct server, or a combination as a+b (repeatable).",
)
@click.option("--sample", "count", type=click.IntRange(1), metavar="N", help="Only N servers, chosen by the seed.")
@click.option(
    "--minutes",
    type=click.FloatRange(0, min_open=True),
    metavar="N",
    help="Start no run after N minutes; each day starts with other servers.",
)
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=1, show_default=True, help="Seed of every run.")
@click.option(
    "--jobs", type=click.IntRange(1), metavar="N", help="Number of parallel runs. Default: two for each processor."
)
@click.option(
    "--json",
    "json_file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the matrix as JSON.",
)
@click.option(
    "--html",
    "page",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the matrix as a page.",
)
@click.option(
    "--whole", "is_whole", is_flag=True, help="Judge faults by all rules, to see which other rules find them (slow)."
)
@click.option("-v", "--verbose", is_flag=True, help="List every server.")
def command(
    faults: tuple[str, ...],
    variants: tuple[str, ...],
    count: int | None,
    minutes: float | None,
    seed: int,
    jobs: int | None,
    json_file: Path | None,
    page: Path | None,
    is_whole: bool,
    verbose: bool,
) -> int:
    """Run the suite against every seeded fault, which it must find, and every correct server, which must conform.

    Exit 1 if a fault escaped or a correct server was not found conforming.
    """
    import json

    from orderproof.conformance.config.fields import did_you_mean
    from orderproof.conformance.runner.progress import Progress
    from orderproof.conformance.selftest.judging import (
        SubjectResult,
        combinations,
        combined,
        judge_all,
        sample,
        subjects,
    )
    from orderproof.conformance.selftest.matrix import as_text, matrix
    from orderproof.reports.page.kills import render_kills
    from orderproof.reports.record import write_text

    every = [*subjects(), *combinations(_COMBINATIONS, seed)]
    chosen = every
    if faults or variants:
        wanted = {("fault", name) for name in faults} | {("variant", name) for name in variants}
        known = {(subject.kind, subject.name) for subject in every}
        joined = [name for name in variants if "+" in name and ("variant", name) not in known]
        every += [combined(name.split("+")) for name in joined if _are_variants(name, every)]
        known |= {(subject.kind, subject.name) for subject in every}
        for kind, name in sorted(wanted - known):
            near = did_you_mean(name, [subject.name for subject in every if subject.kind == kind])
            raise UsageError(f"--{kind}: unknown {kind} {name!r}{near}")
        chosen = [subject for subject in every if (subject.kind, subject.name) in wanted]
    if count:
        chosen = sample(chosen, count, seed)
    written = [(option, path) for option, path in (("--json", json_file), ("--html", page)) if path]
    for option, path in written:
        # Check this before ten minutes of work.
        with writing(option, path):
            path.parent.mkdir(parents=True, exist_ok=True)
    progress = Progress()
    finished = 0

    def done(one: SubjectResult) -> None:
        nonlocal finished
        finished += 1
        progress.say(f"{finished}/{len(chosen)} {'✗' if one.is_wrong else '✓'} {one.subject.kind} {one.subject.name}")
        # Without a live line, print a sign of life now and then: a whole self-test takes minutes.
        if not progress.is_live and (finished % 50 == 0 or one.is_wrong):
            wrong = f": {one.subject.kind} {one.subject.name}" if one.is_wrong else ""
            click.echo(f"{finished}/{len(chosen)}{wrong}", err=True)

    judgements = judge_all(chosen, seed, jobs, done, is_whole=is_whole, minutes=minutes)
    progress.end()
    left_out = len(chosen) - len(judgements)
    found = matrix(judgements, seed, is_whole=is_whole, not_run=left_out)
    for line in as_text(judgements, verbose):
        click.echo(line)
    for option, path in written:
        with writing(option, path):
            write_text(path, render_kills(found) if option == "--html" else json.dumps(found, indent=1) + "\n")
    if len(judgements) == len(every) and found["idle_rules"]:
        click.echo(f"rules that caught no fault: {', '.join(found['idle_rules'])}")
    ran = {kind: sum(one.subject.kind == kind for one in judgements) for kind in ("fault", "variant")}
    click.echo(
        f"{ran['fault']} faults, {len(found['escapes'])} escaped; "
        f"{ran['variant']} correct servers, {len(found['false_alarms'])} false alarms"
        f"{f'; {left_out} of {len(chosen)} servers were not run: the time limit was reached' if left_out else ''}"
    )
    return 1 if found["escapes"] or found["false_alarms"] or not judgements else 0


def _are_variants(names: str, every: Sequence[Any]) -> bool:
    known = {subject.name for subject in every if subject.kind == "variant"}
    return known.issuperset(names.split("+"))
