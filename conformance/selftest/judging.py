"""Testing the suite itself: runs against every seeded fault and every open-choice variant.

Each run is a process of its own, forked from a process that has loaded everything, and judges in the way of `orderproof
run --fault NAME --rules …`.
"""

from __future__ import annotations

import json
import math
import multiprocessing
import os
import random
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from orderproof.conformance.selftest.entries import given
from orderproof.conformance.selftest.subjects import Subject, selections
from orderproof.reports.redaction.jsontext import json_text

# A run of the whole suite takes a few seconds; after a hundred times that, a fault has made it hang.
_RUN_SECONDS = 600
# With many faults a run mostly waits, which takes no processor time.
_JOBS_PER_PROCESSOR = 2
# In the reference server's variants, late effects take at most a third of a second.
_PATIENCE_SECONDS = 3.0
# Whether simultaneous requests meet in a window of one turn is chance. An escape counts when it comes every time, and
# what was found at a later try is told.
_TRIES = 3


def _context() -> Any:
    """Processes are forked from a process that has loaded the suite; where the system cannot fork, each loads it."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["orderproof.conformance.selftest.preloaded"])
    return context


_CONTEXT = _context()


@dataclass(frozen=True, slots=True)
class Conditions:
    """How servers are judged.

    `is_whole` judges faults by all rules as well, which takes several times as long and shows which other rules find
    them. `fixed` is a number of entries for each state, in place of the callback; `reuse` and `profile` are those of a
    run. `verify` holds every record against its own evidence, as `orderproof verify` does.
    """

    is_whole: bool = False
    reuse: bool = True
    fixed: int | None = None
    profile: str = "default"
    verify: bool = False


@dataclass(frozen=True, slots=True)
class SubjectResult:
    """The result of a run against a subject. `broken` are the rules that failed or warned, `unjudged` the undecided.

    `tries` is how many runs with different seeds it took to find a fault; a correct server has one. `unverified` says
    what in the record contradicts the rest, where something does. `has_lists`: the entries of lists may be too few to
    judge every rule, and what they do not judge is nobody's mistake.
    """

    subject: Subject
    verdict: str
    broken: tuple[str, ...]
    unjudged: tuple[str, ...]
    requests: int
    duration_s: float
    note: str = ""
    tries: int = 1
    unverified: str = ""
    has_lists: bool = False

    @property
    def escaped(self) -> tuple[str, ...]:
        """Rules that the fault breaks and the run did not find broken, though it judged them."""
        spared = self.unjudged if self.has_lists else ()
        return tuple(rule for rule in self.subject.breaks if rule not in (*self.broken, *spared))

    @property
    def is_unjudged(self) -> bool:
        """Whether no rule that the fault breaks was judged: the lists were too short for all of them."""
        return bool(self.subject.breaks) and self.has_lists and set(self.subject.breaks) <= set(self.unjudged)

    @property
    def stray(self) -> tuple[str, ...]:
        """Rules that the run found broken and the subject does not break."""
        return tuple(rule for rule in self.broken if rule not in self.subject.breaks)

    @property
    def is_wrong(self) -> bool:
        """Whether a fault escaped, a correct server was not spared, or a spoiler failed an innocent rule."""
        if self.unverified:
            return True
        if self.subject.kind == "variant":
            spared = ("conforming", "partial") if self.has_lists else ("conforming",)
            return self.verdict not in spared or bool(self.stray)
        if self.subject.kind == "spoiler":
            return bool(self.stray) or self.verdict == "void"
        return not self.subject.breaks or bool(self.escaped)


def judge_all(
    chosen: Sequence[Subject],
    seed: int,
    jobs: int | None = None,
    done: Callable[[SubjectResult], None] = lambda one: None,
    *,
    how: Conditions = Conditions(),
    minutes: float | None = None,
) -> list[SubjectResult]:
    """Run against every chosen subject, several at once; the results are in the order of the subjects.

    After `minutes` no further run starts, and the rest is left out; the order of the runs changes every day.
    """
    # Long runs (of all rules) come first, so that no processor idles while the last run finishes.
    order = sorted(range(len(chosen)), key=lambda index: (chosen[index].kind == "fault", index))
    if minutes is not None:
        random.Random(datetime.now(UTC).toordinal()).shuffle(order)
    end = math.inf if minutes is None else time.monotonic() + 60 * minutes
    judged: dict[int, SubjectResult] = {}
    with ThreadPoolExecutor(jobs or _JOBS_PER_PROCESSOR * (os.cpu_count() or 1)) as pool:
        running = {pool.submit(_judge_again, chosen[index], seed, how, end): index for index in order}
        for future in as_completed(running):
            judgement = future.result()
            if judgement is not None:
                judged[running[future]] = judgement
                done(judgement)
    return [judged[index] for index in sorted(judged)]


def _judge_again(subject: Subject, seed: int, how: Conditions, end: float) -> SubjectResult | None:
    """Judge one subject, a fault that escaped with other seeds too."""
    judgement = _judge(subject, seed, how, end)
    for tries in range(2, _TRIES + 1):
        if judgement is None or subject.kind != "fault" or not judgement.escaped:
            break
        again = _judge(subject, seed + tries - 1, how, end)
        judgement = replace(again, tries=tries) if again else judgement
    return judgement


def _judge(subject: Subject, seed: int, how: Conditions, end: float) -> SubjectResult | None:
    """Judge one subject in a process of its own. None if the `end`, in seconds of the monotonic clock, has passed."""
    if time.monotonic() > end:
        return None
    receiving, sending = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=_run, args=(subject, seed, how, sending))
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


def _run(subject: Subject, seed: int, how: Conditions, sending: Connection) -> None:
    try:
        sending.send(_judged(subject, seed, how))
    except Exception as error:
        sending.send(_nothing(subject, f"the run ended with {type(error).__name__}: {error}"))


def _judged(subject: Subject, seed: int, how: Conditions) -> SubjectResult:
    if subject.kind == "spoiler":
        # What fails on fresh orders is to blame; with reuse nothing more may fail.
        fresh = _judged_once(subject, seed, replace(how, reuse=False, fixed=None))
        subject = replace(subject, breaks=fresh.broken)
    return _judged_once(subject, seed, how)


def _judged_once(subject: Subject, seed: int, how: Conditions) -> SubjectResult:
    from orderproof.conformance.kit.settings import Settings
    from orderproof.conformance.runner.embedded import forked_target
    from orderproof.conformance.runner.judging import RunOptions, judge_target

    faults = [subject.name] if subject.kind != "variant" else []
    variants = [subject.name] if subject.kind == "variant" and subject.name else []
    with tempfile.TemporaryDirectory() as folder, forked_target(faults, variants) as target:
        target = replace(target, states=given(target.states, how.fixed, reuse=how.reuse))
        settings = Settings(target, seed, how.profile, folder=folder, patience_seconds=_PATIENCE_SECONDS)
        # The rules that a fault names must find it; a correct server must pass all rules.
        for selection in selections(subject, how.is_whole):
            record = judge_target(RunOptions(settings, Path(folder), selection)).record
            judgement = replace(
                _judgement(subject, record),
                unverified=_unverified(record) if how.verify else "",
                has_lists=how.fixed is not None,
            )
            if judgement.unverified:
                break
            if subject.kind != "fault" or not judgement.escaped:
                break
    return judgement


def _unverified(record: Mapping[str, Any]) -> str:
    """The first of what in a record contradicts the rest, as it is when it was written and read again."""
    from orderproof.conformance.traffic.verifying import verify
    from orderproof.reports.digest import sealed

    read = json.loads(json_text(sealed(record)))
    return next(map(str, verify(read).disagreements), "")


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
