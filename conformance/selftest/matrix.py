"""The kill matrix: the results of the self-test, as data and as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from orderproof.conformance.selftest.judging import Conditions, SubjectResult


def matrix(
    judgements: Sequence[SubjectResult], seed: int = 1, *, how: Conditions | None = None, not_run: int = 0
) -> dict[str, Any]:
    """The kill matrix as JSON-ready data, from which `orderproof.reports.page.kills` makes a page.

    `judgements` in their order; `escapes` and `false_alarms` by name; `caught`: for each rule, the faults that it must
    find and found; `elsewhere`: other faults that it found, for rules with any; `idle_rules`: rules that caught
    nothing. `how` they were judged; `not_run` says how many servers the time limit cut off. A spoiler that fails an
    innocent rule is a false alarm.
    """
    from orderproof import __version__
    from orderproof.spec.catalogue import catalogue

    caught: dict[str, list[str]] = {rule: [] for rule in catalogue()}
    elsewhere: dict[str, list[str]] = {}
    for one in judgements:
        if one.subject.kind == "fault":
            for rule in one.broken:
                found = caught[rule] if rule in one.subject.breaks else elsewhere.setdefault(rule, [])
                found.append(one.subject.name)
    return {
        "orderproof": __version__,
        "seed": seed,
        "is_whole": how is not None and how.is_whole,
        "reuse": how is None or how.reuse,
        "fixed": how and how.fixed,
        "profile": how.profile if how else "default",
        "not_run": not_run,
        "judgements": [_row(one) for one in judgements],
        "escapes": [one.subject.name for one in judgements if one.subject.kind == "fault" and one.is_wrong],
        "false_alarms": [one.subject.name for one in judgements if one.subject.kind != "fault" and one.is_wrong],
        "caught": caught,
        "elsewhere": {rule: elsewhere[rule] for rule in caught if rule in elsewhere},
        "idle_rules": [rule for rule, faults in caught.items() if not faults],
    }


def _row(one: SubjectResult) -> dict[str, Any]:
    return {
        "kind": one.subject.kind,
        "name": one.subject.name,
        "about": one.subject.about,
        "breaks": list(one.subject.breaks),
        "verdict": one.verdict,
        "broken": list(one.broken),
        "unjudged": list(one.unjudged),
        "escaped": list(one.escaped),
        "stray": list(one.stray),
        "is_wrong": one.is_wrong,
        "why": what_went_wrong(one) if one.is_wrong else "",
        "requests": one.requests,
        "tries": one.tries,
        "duration_s": one.duration_s,
    }


def as_text(judgements: Sequence[SubjectResult], verbose: bool = False) -> Iterator[str]:
    """The matrix as text: every subject with a wrong result; all subjects if `verbose`."""
    for one in judgements:
        name = f"{one.subject.kind} {one.subject.name or '(the reference server itself)'}"
        if one.is_wrong:
            yield f"✗ {name}: {what_went_wrong(one)}"
        elif verbose or one.tries > 1:
            late = f" (by try {one.tries})" if one.tries > 1 else ""
            yield f"✓ {name}: {', '.join(one.broken) or one.verdict}{late}"
        if one.subject.kind == "fault" and one.stray and verbose:
            yield f"    also broken: {', '.join(one.stray)}"


def what_went_wrong(one: SubjectResult) -> str:
    """What is wrong with a result, for the developers of the suite."""
    if one.note:
        return one.note
    if one.unverified:
        return f"its record contradicts itself: {one.unverified}"
    if one.subject.kind == "spoiler":
        return f"rules failed that do not fail on fresh orders: {', '.join(one.stray)}"
    if one.subject.kind == "variant":
        return f"a correct server was judged {one.verdict}: {', '.join(one.stray or one.unjudged)}"
    if not one.subject.breaks:
        return "the fault names no rule that must find it"
    return f"not found by {', '.join(one.escaped)} (found by: {', '.join(one.broken) or 'no rule'})"
