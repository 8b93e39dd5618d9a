"""Testing the suite itself: runs against every seeded fault and every open-choice variant.

Each run is a process of its own, forked from a process that has loaded everything, and judges in the way of `orderproof
run --fault NAME --rules …`.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from orderproof.conformance.runner.selection import Selection

Kind = Literal["fault", "variant"]

# A run of the whole suite takes a few seconds; after a hundred times that, a fault has made it hang.
_RUN_SECONDS = 600
# With many faults a run mostly waits, which takes no processor time.
_JOBS_PER_PROCESSOR = 2
_COMBINED = 6
# In the reference server's variants, late effects take at most a third of a second.
_PATIENCE_SECONDS = 3.0


def _context() -> Any:
    """Processes are forked from a process that has loaded the suite; where the system cannot fork, each loads it."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["orderproof.conformance.selftest.preloaded"])
    return context


_CONTEXT = _context()


@dataclass(frozen=True, slots=True)
class Subject:
    """One server to run against: its kind and name, and the rules that the suite must find broken.

    For a variant these can only be advisory rules. `about` says in a sentence how it differs from the reference server.
    """

    kind: Kind
    name: str
    breaks: tuple[str, ...] = ()
    about: str = ""


@dataclass(frozen=True, slots=True)
class SubjectResult:
    """The result of a run against a subject. `broken` are the rules that failed or warned, `unjudged` the undecided."""

    subject: Subject
    verdict: str
    broken: tuple[str, ...]
    unjudged: tuple[str, ...]
    requests: int
    duration_s: float
    note: str = ""

    @property
    def escaped(self) -> tuple[str, ...]:
        """Rules that the fault breaks and the run did not find broken."""
        return tuple(rule for rule in self.subject.breaks if rule not in self.broken)

    @property
    def stray(self) -> tuple[str, ...]:
        """Rules that the run found broken and the subject does not break."""
        return tuple(rule for rule in self.broken if rule not in self.subject.breaks)

    @property
    def is_wrong(self) -> bool:
        """Whether a fault escaped, or a correct server was not found conforming or got an unexpected warning."""
        if self.subject.kind == "variant":
            return self.verdict != "conforming" or bool(self.stray)
        return not self.subject.breaks or bool(self.escaped)


def subjects() -> list[Subject]:
    """Every fault and every variant; the reference server itself is a variant without a name."""
    from orderproof.conformance.reference.faults import all_faults
    from orderproof.conformance.reference.variants import all_variants

    faults = [
        Subject("fault", name, tuple(fault.breaks), _about(fault)) for name, fault in sorted(all_faults().items())
    ]
    return [*faults, *(combined([name]) for name in ("", *sorted(all_variants())))]


def _about(seed: type[Any]) -> str:
    return " ".join((seed.__doc__ or "").partition("\n\n")[0].split())


def combinations(count: int, seed: int) -> list[Subject]:
    """Servers that combine several open choices, the same for the same seed.

    Variants that decide the same choice are not combined.
    """
    from orderproof.conformance.reference.behaviours import decided
    from orderproof.conformance.reference.variants import all_variants

    variants = all_variants()
    dice = random.Random(seed)
    found = []
    for _ in range(count):
        names: list[str] = []
        taken: frozenset[str] = frozenset()
        for name in dice.sample(sorted(variants), len(variants)):
            if len(names) < _COMBINED and not decided(variants[name]) & taken:
                names.append(name)
                taken |= decided(variants[name])
        found.append(combined(names))
    return found


def combined(names: Sequence[str]) -> Subject:
    """The server that combines these variants; no name is the reference server itself.

    Raises `KeyError` for an unknown variant.
    """
    from orderproof.conformance.reference.variants import all_variants

    variants = [all_variants()[name] for name in names if name]
    warned_by = dict.fromkeys(rule for variant in variants for rule in variant.warned_by)
    about = " ".join(map(_about, variants)) or "The reference server itself."
    return Subject("variant", "+".join(names), tuple(warned_by), about)


def sample(among: Sequence[Subject], count: int, seed: int) -> list[Subject]:
    """A random part of the subjects, the same for the same seed, in their order."""
    chosen = set(random.Random(seed).sample(among, min(count, len(among))))
    return [subject for subject in among if subject in chosen]


def judge_all(
    chosen: Sequence[Subject],
    seed: int,
    jobs: int | None = None,
    done: Callable[[SubjectResult], None] = lambda one: None,
    *,
    is_whole: bool = False,
    minutes: float | None = None,
) -> list[SubjectResult]:
    """Run against every chosen subject, several at once; the results are in the order of the subjects.

    `is_whole` judges faults by all rules as well, which takes several times as long and shows which other rules find
    them. After `minutes` no further run starts, and the rest is left out; the order of the runs changes every day.
    """
    # Long runs (of all rules) come first, so that no processor idles while the last run finishes.
    order = sorted(range(len(chosen)), key=lambda index: (chosen[index].kind != "variant", index))
    if minutes is not None:
        random.Random(datetime.now(UTC).toordinal()).shuffle(order)
    end = math.inf if minutes is None else time.monotonic() + 60 * minutes
    judged: dict[int, SubjectResult] = {}
    with ThreadPoolExecutor(jobs or _JOBS_PER_PROCESSOR * (os.cpu_count() or 1)) as pool:
        running = {pool.submit(_judge, chosen[index], seed, is_whole, end): index for index in order}
        for future in as_completed(running):
            judgement = future.result()
            if judgement is not None:
                judged[running[future]] = judgement
                done(judgement)
    return [judged[index] for index in sorted(judged)]


def _judge(subject: Subject, seed: int, is_whole: bool, end: float) -> SubjectResult | None:
    """Judge one subject in a process of its own. None if the `end`, in seconds of the monotonic clock, has passed."""
    if time.monotonic() > end:
        return None
    receiving, sending = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=_run, args=(subject, seed, is_whole, sending))
    process.start()
    sending.close()
    try:
        if not receiving.poll(_RUN_SECONDS):
            return _nothing(subject, f"the run did not finish within {_RUN_SECONDS} s")
        judgement: SubjectResult = receiving.recv()
        return judgement
    except EOFError:
        return _nothing(subject, "the run ended without a result")
    finally:
        process.kill()
        process.join()


def _run(subject: Subject, seed: int, is_whole: bool, sending: Connection) -> None:
    try:
        sending.send(_judged(subject, seed, is_whole))
    except Exception as error:
        sending.send(_nothing(subject, f"the run ended with {type(error).__name__}: {error}"))


def _judged(subject: Subject, seed: int, is_whole: bool) -> SubjectResult:
    from orderproof.conformance.runner.embedded import forked_target
    from orderproof.conformance.runner.judging import RunOptions, judge_target

    faults = [subject.name] if subject.kind == "fault" else []
    variants = [subject.name] if subject.kind == "variant" and subject.name else []
    with tempfile.TemporaryDirectory() as folder, forked_target(faults, variants) as target:
        how = RunOptions(Path(folder), Path(folder), seed, quiet=True, patience_seconds=_PATIENCE_SECONDS)
        # The rules that a fault names must find it; a correct server must pass all rules.
        for selection in selections(subject, is_whole):
            judgement = _judgement(subject, judge_target(target, selection, how).record)
            if not judgement.escaped:
                break
    return judgement


def selections(subject: Subject, is_whole: bool) -> Iterator[Selection]:
    """What to run until nothing escapes: first the checks of a fault's rules, then all checks, for passive rules."""
    from orderproof.conformance.runner.selection import Selection
    from orderproof.spec.catalogue import catalogue

    if subject.kind == "variant" or is_whole:
        yield Selection()
        return
    if not all(catalogue()[rule_id].passive for rule_id in subject.breaks):
        yield Selection(subject.breaks, is_narrow=True)
    if any(catalogue()[rule_id].passive for rule_id in subject.breaks):
        yield Selection(subject.breaks)


def _judgement(subject: Subject, record: Mapping[str, Any]) -> SubjectResult:
    by_verdict: dict[str, list[str]] = {}
    for row in record["rules"]:
        by_verdict.setdefault(row["verdict"], []).append(row["id"])
    return SubjectResult(
        subject,
        record["verdict"],
        tuple(by_verdict.get("fail", []) + by_verdict.get("warn", [])),
        tuple(by_verdict.get("inconclusive", []) + by_verdict.get("not-run", [])),
        record["requests"],
        record["duration_s"],
        record["void"] or "",
    )


def _nothing(subject: Subject, note: str) -> SubjectResult:
    return SubjectResult(subject, "void", (), (), 0, 0.0, note)
