"""One hostile operation on an otherwise correct server: how a run ends, how long it takes and what memory it needs.

    python -m benchmarks.hostile [--behaviour NAME] [--operation ID] [--rules GLOB] [--profile NAME]

Each of some twenty behaviours on each of the nine operations in turn; the options choose some, and repeat. A run is
right if it ends with 1 or 4, without a traceback, within 60 s at a time-out of 2 s and 300 MB, and if the rules of
other operations keep the verdicts of a run without a hostile operation: what needed that operation may be inconclusive,
with a reason that names it, and nothing else may change. Ends with 1 where a run is not right.

A writing operation that claims a success and does nothing contradicts what others show: which of the two is wrong no
judge can say, so for these the verdicts are shown and not compared; nor for answers that show what is not the order's.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from benchmarks.hostile_proxy import BEHAVIOURS, CLAIM_SUCCESS, SHOW_OTHERS, HostileProxy
from orderproof.conformance.config.target import Target
from orderproof.conformance.runner.embedded import embedded_target
from orderproof.spec.description import operations

# A process's peak counts from its fork, so it is not started by the one that holds the records.
_MEASURE = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
_RUN = (sys.executable, "-m", "orderproof", "run", "--target", "target.yaml", "--out", "out")
TIMEOUT_SECONDS = 2
MOST_SECONDS, MOST_MEGABYTES = 60.0, 300.0


@dataclass(frozen=True, slots=True)
class HostileRun:
    """How a run ended: its exit code, record, standard error, seconds and peak of memory in megabytes."""

    code: int
    record: Mapping[str, Any]
    errors: str
    seconds: float
    megabytes: float

    @property
    def rules(self) -> dict[str, Mapping[str, Any]]:
        """The rows of the record, by rule."""
        return {row["id"]: row for row in self.record["rules"]}


def run_through(proxy: HostileProxy, target: Target, arguments: Sequence[str]) -> HostileRun:
    """Judge the reference server through a proxy."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        told = {
            "name": "hostile",
            "base_url": proxy.base_url,
            "internal_base_url": proxy.base_url,
            "auth": {"bearer": target.auth.bearer},
            "limits": {"timeout": f"{TIMEOUT_SECONDS}s"},
            # Not through the proxy: test data is not what is hostile.
            "states": {"callback": target.states.callback.url if target.states.callback else None},
        }
        (folder / "target.yaml").write_text(json.dumps(told), encoding="utf-8")
        start = time.monotonic()
        with (folder / "errors").open("wb") as errors:
            measured = subprocess.run(
                [sys.executable, "-c", _MEASURE, *_RUN, *arguments],
                cwd=folder,
                stdout=subprocess.PIPE,
                stderr=errors,
                check=True,
            )
        code, kilobytes = map(int, measured.stdout.split())
        seconds = time.monotonic() - start
        record = json.loads((folder / "out" / "report.json").read_text(encoding="utf-8"))
        text = (folder / "errors").read_text(encoding="utf-8", errors="replace")
    kept = {key: record[key] for key in ("verdict", "requests", "summary", "rules")}
    return HostileRun(code, kept, text, seconds, kilobytes / 1024)


def wrong_verdicts(clean: HostileRun, run: HostileRun, operation_id: str) -> Iterator[str]:
    """The rules of other operations whose verdict changed, but for those that name the hostile operation as the reason.

    Rules about all operations are about the hostile one too.
    """
    hostile = operations()[operation_id]
    for rule_id, row in run.rules.items():
        before = clean.rules[rule_id]["verdict"]
        if row["operation"] in (None, operation_id) or row["verdict"] == before:
            continue
        is_named = f"{hostile.method} " in row["reason"] and hostile.path_pattern.search(row["reason"])
        if row["verdict"] != "inconclusive" or not (is_named or f"{hostile.method} {hostile.path} " in row["reason"]):
            yield f"{rule_id} {before} -> {row['verdict']}: {row['reason'][:160]}"


def problems(clean: HostileRun, run: HostileRun, operation_id: str, behaviour: str) -> list[str]:
    """What is not right about a run, in words."""
    is_a_lie = behaviour in SHOW_OTHERS or (behaviour in CLAIM_SUCCESS and operations()[operation_id].method != "GET")
    found = [] if is_a_lie else [*wrong_verdicts(clean, run, operation_id)]
    if run.code not in (1, 4):
        found.append(f"exit code {run.code}")
    if "Traceback" in run.errors:
        found.append(f"traceback: {run.errors.strip().splitlines()[-1]}")
    if run.seconds > MOST_SECONDS:
        found.append(f"{run.seconds:.0f} s")
    if run.megabytes > MOST_MEGABYTES:
        found.append(f"{run.megabytes:.0f} MB")
    return found


@click.command(help=__doc__)
@click.option("--behaviour", "behaviours", multiple=True, type=click.Choice(list(BEHAVIOURS)))
@click.option("--operation", "chosen", multiple=True, type=click.Choice(list(operations())))
@click.option("--rules", "patterns", multiple=True, metavar="GLOB")
@click.option("--profile", default="default", show_default=True)
def main(behaviours: Sequence[str], chosen: Sequence[str], patterns: Sequence[str], profile: str) -> None:
    """Run them all and print a table."""
    arguments = ["--profile", profile, *(word for pattern in patterns for word in ("--rules", pattern))]
    with embedded_target() as target:
        with HostileProxy(target.base_url) as proxy:
            clean = run_through(proxy, target, arguments)
        click.echo(f"without a hostile operation: exit {clean.code}, {clean.seconds:.0f} s, {clean.megabytes:.0f} MB")
        click.echo("| behaviour | operation | exit | seconds | MB | requests | broken | not judged |")
        click.echo("|---|---|---|---|---|---|---|---|")
        wrong = 0
        for behaviour in behaviours or BEHAVIOURS:
            for operation_id in chosen or operations():
                with HostileProxy(target.base_url, operation_id, behaviour) as proxy:
                    run = run_through(proxy, target, arguments)
                summary = run.record["summary"]
                cells = (
                    *(behaviour, operation_id, run.code, f"{run.seconds:.0f}", f"{run.megabytes:.0f}"),
                    *(run.record["requests"], summary["fail"], summary["inconclusive"] + summary["not-run"]),
                )
                click.echo(f"| {' | '.join(map(str, cells))} |")
                found = problems(clean, run, operation_id, behaviour)
                wrong += bool(found)
                for problem in found:
                    click.echo(f"    {problem}", err=True)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
