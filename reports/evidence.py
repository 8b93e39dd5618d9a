"""From the outcomes of checks to evidence by rule.

An outcome is the result of one check, as plain data (see `runner/outcome.py`). Here exchanges get their number in
the run, and each rule collects what every check, and every passively judged answer, says about it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NotRequired, TypedDict

from orderproof.spec.catalogue import Rule

PASSIVE = "every answer"
"""The name of passive validation among a rule's checks."""


class CheckEntry(TypedDict):
    """What one check said about a rule. `requests`: how many it sent, or how many answers passive validation judged."""

    check: str
    outcome: str
    reason: str
    requests: int
    states: list[str]


class FindingEntry(TypedDict):
    """One way in which a rule is broken. `exchanges` are numbers of the run's exchanges; `decisive` shows the fault.

    A walk through an order's life has a `story`, a race a `timeline`; their steps name exchanges by number too.
    """

    message: str
    expected: str
    observed: str
    check: str
    exchanges: list[int]
    decisive: int | None
    story: NotRequired[list[dict[str, Any]]]
    timeline: NotRequired[list[dict[str, Any]]]


@dataclass(slots=True)
class Evidence:
    """All that is known about one rule."""

    checks: list[CheckEntry] = field(default_factory=list)
    findings: list[FindingEntry] = field(default_factory=list)


def collect(
    rules: Sequence[Rule], outcomes: Iterable[Mapping[str, Any]]
) -> tuple[dict[str, Evidence], list[dict[str, Any]]]:
    """Evidence for each of `rules`, by id, and the run's exchanges in order; an exchange's number is its index."""
    evidence = {rule.id: Evidence() for rule in rules}
    judged = {rule.id: 0 for rule in rules if rule.passive}
    exchanges: list[dict[str, Any]] = []
    for outcome in outcomes:
        first = len(exchanges)
        exchanges.extend({**exchange, "check": outcome["check"]} for exchange in outcome["exchanges"])
        for rule_id in outcome["rules"]:
            if rule_id in evidence:
                _add_check(evidence[rule_id], outcome, first)
        for rule_id, passive in outcome["passive"].items():
            if rule_id in judged:
                judged[rule_id] += passive["judged"]
                evidence[rule_id].findings += [_numbered(one, outcome["check"], first) for one in passive["findings"]]
    for rule_id, count in judged.items():
        entry = CheckEntry(check=PASSIVE, outcome="pass", reason="", requests=count, states=[])
        evidence[rule_id].checks.append(entry)
    return evidence, exchanges


def _add_check(evidence: Evidence, outcome: Mapping[str, Any], first: int) -> None:
    evidence.checks.append(
        CheckEntry(
            check=outcome["check"],
            outcome=outcome["outcome"],
            reason=outcome["reason"],
            requests=len(outcome["exchanges"]),
            states=outcome["states"],
        )
    )
    evidence.findings += [_numbered(one, outcome["check"], first) for one in outcome["findings"]]


def _numbered(finding: Mapping[str, Any], check: str, first: int) -> FindingEntry:
    decisive = finding["decisive"]
    entry = FindingEntry(
        message=finding["message"],
        expected=finding["expected"],
        observed=finding["observed"],
        check=check,
        exchanges=[first + index for index in finding["exchanges"]],
        decisive=_shifted(decisive, first),
    )
    if "story" in finding:
        entry["story"] = [{**step, "exchange": _shifted(step["exchange"], first)} for step in finding["story"]]
    if "timeline" in finding:
        entry["timeline"] = [{**event, "exchange": _shifted(event["exchange"], first)} for event in finding["timeline"]]
    return entry


def _shifted(index: int | None, first: int) -> int | None:
    return None if index is None else first + index
