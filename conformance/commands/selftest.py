"""`orderproof selftest`: test the suite itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import click

from orderproof.conformance.commands.options import writing

if TYPE_CHECKING:
    from orderproof.conformance.selftest.judging import Conditions, SubjectResult

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
@click.option(
    "--reuse/--no-reuse", default=True, show_default=True, help="Whether a state serves several checks, as in a run."
)
@click.option(
    "--fixed", type=click.IntRange(1), metavar="N", help="Judge with lists of N entries for each state (nothing else)."
)
@click.option(
    "--profile",
    type=click.Choice(["quick", "default", "deep"]),
    default="default",
    show_default=True,
    help="As in a run.",
)
@click.option("--verify", is_flag=True, help="Also hold every record against its own evidence, as `verify` does.")
@click.option("-v", "--verbose", is_flag=True, help="List every server.")
def command(**options: Any) -> int:
    """Run the suite against every seeded fault, which it must find, and every correct server, which must conform.

    Exit 1 if a fault escaped or a correct server was not found conforming.
    """
    from orderproof.conformance.selftest.judging import judge_all
    from orderproof.conformance.selftest.matrix import as_text, matrix
    from orderproof.conformance.selftest.subjects import combinations, named, sample, subjects

    arguments = _Arguments(**options)
    every = [*subjects(), *combinations(_COMBINATIONS, arguments.seed)]
    chosen = every
    if arguments.faults or arguments.variants:
        chosen = named(arguments.faults, arguments.variants, every)
    if arguments.count:
        chosen = sample(chosen, arguments.count, arguments.seed)
    for option, path in arguments.files:
        # Check this before ten minutes of work.
        with writing(option, path):
            path.parent.mkdir(parents=True, exist_ok=True)
    with _SelftestProgress(len(chosen)) as progress:
        results = judge_all(
            chosen,
            arguments.seed,
            arguments.jobs,
            progress.done,
            how=arguments.how,
            minutes=arguments.minutes,
        )
    left_out = len(chosen) - len(results)
    found = matrix(results, arguments.seed, how=arguments.how, not_run=left_out)
    for line in as_text(results, arguments.verbose):
        click.echo(line)
    for option, path in arguments.files:
        with writing(option, path):
            _write(path, found, as_page=option == "--html")
    if len(results) == len(every) and found["idle_rules"]:
        click.echo(f"rules that caught no fault: {', '.join(found['idle_rules'])}")
    click.echo(_summary(results, found, left_out, len(chosen)))
    return 1 if found["escapes"] or found["false_alarms"] or not results else 0


@dataclass(frozen=True, slots=True)
class _Arguments:
    faults: tuple[str, ...]
    variants: tuple[str, ...]
    count: int | None
    minutes: float | None
    seed: int
    jobs: int | None
    json_file: Path | None
    page: Path | None
    is_whole: bool
    reuse: bool
    fixed: int | None
    profile: str
    verify: bool
    verbose: bool

    @property
    def how(self) -> Conditions:
        """How servers are judged."""
        from orderproof.conformance.selftest.judging import Conditions

        return Conditions(self.is_whole, self.reuse, self.fixed, self.profile, self.verify)

    @property
    def files(self) -> list[tuple[str, Path]]:
        """The files to write, by the option that asked for them."""
        return [(option, path) for option, path in (("--json", self.json_file), ("--html", self.page)) if path]


class _SelftestProgress:
    """A live line on a terminal; elsewhere a sign of life now and then, because a whole self-test takes minutes."""

    def __init__(self, total: int) -> None:
        from orderproof.conformance.runner.progress import StatusLine

        self._total = total
        self._done = 0
        self._last = ""
        # Elsewhere than on a terminal there are lines of its own.
        self._line = StatusLine(lambda: [f"{self._done}/{self._total}{self._last}"], every=None)

    def __enter__(self) -> Self:
        """Begin to show it."""
        self._line.__enter__()
        return self

    def done(self, one: SubjectResult) -> None:
        """Count a judged server."""
        self._done += 1
        name = f"{one.subject.kind} {one.subject.name}"
        self._last = f" {'✗' if one.is_wrong else '✓'} {name}"
        if not self._line.is_live and (self._done % 50 == 0 or one.is_wrong):
            click.echo(f"{self._done}/{self._total}{f': {name}' if one.is_wrong else ''}", err=True)

    def __exit__(self, *_: object) -> None:
        """Remove the live line."""
        self._line.__exit__()


def _write(path: Path, found: dict[str, Any], *, as_page: bool) -> None:
    import json

    from orderproof.reports.page.kills import render_kills
    from orderproof.reports.record import write_text

    write_text(path, render_kills(found) if as_page else json.dumps(found, indent=1) + "\n")


def _summary(results: Sequence[SubjectResult], found: dict[str, Any], left_out: int, total: int) -> str:
    ran = {kind: sum(one.subject.kind == kind for one in results) for kind in ("fault", "spoiler", "variant")}
    unjudged = sum(one.is_unjudged for one in results if one.subject.kind == "fault")
    spoilers = f" and {_counted(ran['spoiler'], 'spoiler')}" if ran["spoiler"] else ""
    return (
        f"{_counted(ran['fault'], 'fault')}, {len(found['escapes'])} escaped"
        f"{f', {unjudged} not judged since the lists are too short' if unjudged else ''}; "
        f"{_counted(ran['variant'], 'correct server')}{spoilers}, {_counted(len(found['false_alarms']), 'false alarm')}"
        f"{f'; {left_out} of {total} servers were not run: the time limit was reached' if left_out else ''}"
    )


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
