"""Who tests the tests: runs of the suite against every seeded fault and every open-choice variant.

Each run is a process of its own, `orderproof run --fault NAME`, so that what is judged here is what a user would see.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

Kind = Literal["fault", "variant"]

# A run of the whole suite takes a few seconds; one that takes a hundred times as long has met a fault that hangs it.
_RUN_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Subject:
    """One server to run against: its kind and name, and the rules that the suite must find broken."""

    kind: Kind
    name: str
    breaks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a run against a subject came to. `broken` are the rules that failed or warned, `unjudged` those in doubt."""

    kind: Kind
    name: str
    breaks: tuple[str, ...]
    verdict: str
    broken: tuple[str, ...]
    unjudged: tuple[str, ...]
    requests: int
    duration_s: float
    note: str = ""

    @property
    def escaped(self) -> tuple[str, ...]:
        """Rules that the fault breaks and the run did not find broken."""
        return tuple(rule for rule in self.breaks if rule not in self.broken)

    @property
    def stray(self) -> tuple[str, ...]:
        """Rules that the run found broken and the subject does not break."""
        return tuple(rule for rule in self.broken if rule not in self.breaks)

    @property
    def is_wrong(self) -> bool:
        """A fault that escaped, or a correct server that was not found conforming."""
        if self.kind == "variant":
            return self.verdict != "conforming" or bool(self.broken)
        return not self.breaks or bool(self.escaped)


def subjects() -> list[Subject]:
    """Every fault and every variant, and the reference server itself as a variant without a name."""
    from conformance.reference.faults import all_faults
    from conformance.reference.variants import all_variants

    faults = [Subject("fault", name, tuple(fault.breaks)) for name, fault in sorted(all_faults().items())]
    return [*faults, Subject("variant", ""), *(Subject("variant", name) for name in sorted(all_variants()))]


def sample(among: Sequence[Subject], count: int, seed: int) -> list[Subject]:
    """A part of the subjects, the same for the same seed, in their order."""
    chosen = set(random.Random(seed).sample(among, min(count, len(among))))
    return [subject for subject in among if subject in chosen]


def judge_all(
    chosen: Sequence[Subject], seed: int, jobs: int | None = None, done: Callable[[Judgement], None] = lambda one: None
) -> list[Judgement]:
    """Run against every chosen subject, several at once; judgements in the order of the subjects."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(jobs or os.cpu_count() or 1) as pool:
        running = {
            pool.submit(_run, subject, seed, Path(folder) / f"{subject.kind}-{subject.name}"): index
            for index, subject in enumerate(chosen)
        }
        judged: dict[int, Judgement] = {}
        for future in as_completed(running):
            judged[running[future]] = future.result()
            done(future.result())
    return [judged[index] for index in range(len(chosen))]


def _run(subject: Subject, seed: int, out: Path) -> Judgement:
    choice = [f"--{subject.kind}", subject.name] if subject.name else []
    command = [sys.executable, "-m", "conformance", "run", *choice, "--out", str(out), "--seed", str(seed), "--quiet"]
    # In GitHub Actions, servers that are broken on purpose have no place in the summary of a step.
    environment = {name: value for name, value in os.environ.items() if name != "GITHUB_STEP_SUMMARY"}
    try:
        ended = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=_RUN_SECONDS, check=False
        )
        record = json.loads((out / "report.json").read_text(encoding="utf-8"))
    except subprocess.TimeoutExpired:
        return _nothing(subject, f"the run did not end within {_RUN_SECONDS} s")
    except (OSError, ValueError):
        return _nothing(subject, f"the run left no record: {ended.stderr.strip()[-300:]}")
    by_verdict: dict[str, list[str]] = {}
    for row in record["rules"]:
        by_verdict.setdefault(row["verdict"], []).append(row["id"])
    return Judgement(
        subject.kind,
        subject.name,
        subject.breaks,
        record["verdict"],
        tuple(by_verdict.get("fail", []) + by_verdict.get("warn", [])),
        tuple(by_verdict.get("inconclusive", []) + by_verdict.get("not-run", [])),
        record["requests"],
        record["duration_s"],
    )


def _nothing(subject: Subject, note: str) -> Judgement:
    return Judgement(subject.kind, subject.name, subject.breaks, "void", (), (), 0, 0.0, note)


def matrix(judgements: Sequence[Judgement]) -> dict[str, Any]:
    """The kill matrix as JSON-ready data: every judgement, escapes, false alarms, and rules that caught nothing."""
    from spec.catalogue import catalogue

    caught: dict[str, list[str]] = {rule: [] for rule in catalogue()}
    for judgement in judgements:
        for rule in judgement.broken:
            if judgement.kind == "fault" and rule in judgement.breaks:
                caught[rule].append(judgement.name)
    return {
        "judgements": [
            {**asdict(one), "escaped": list(one.escaped), "stray": list(one.stray), "is_wrong": one.is_wrong}
            for one in judgements
        ],
        "escapes": [one.name for one in judgements if one.kind == "fault" and one.is_wrong],
        "false_alarms": [one.name for one in judgements if one.kind == "variant" and one.is_wrong],
        "caught": caught,
        "idle_rules": [rule for rule, faults in caught.items() if not faults],
    }


def lines(judgements: Sequence[Judgement], verbose: bool = False) -> Iterator[str]:
    """The matrix as text: every subject that was judged wrongly, and all of them when `verbose`."""
    for one in judgements:
        name = f"{one.kind} {one.name or 'none (the reference server itself)'}"
        if one.is_wrong:
            yield f"✗ {name}: {_what_went_wrong(one)}"
        elif verbose:
            yield f"✓ {name}: {', '.join(one.broken) or one.verdict}"
        if one.kind == "fault" and one.stray and verbose:
            yield f"    also broken: {', '.join(one.stray)}"


def _what_went_wrong(one: Judgement) -> str:
    if one.note:
        return one.note
    if one.kind == "variant":
        return f"a correct server was found {one.verdict}: {', '.join(one.broken or one.unjudged)}"
    if not one.breaks:
        return "it names no rule that must catch it"
    return f"escaped {', '.join(one.escaped)} (broken: {', '.join(one.broken) or 'none'})"
