"""From the outcomes of checks to evidence by rule.

Exchanges get their number in the run, and each rule collects what every check, and every passively judged answer, says
about it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, NotRequired, TypedDict
from urllib.parse import unquote

from orderproof.reports.outcome import CheckResult, Outcome, OwnFinding
from orderproof.spec.catalogue import Rule

MOST_TOLD = 30
"""So many exchanges are named at most where a check fails on a state that others had used: the last ones."""

PASSIVE = "every answer"
"""The name of passive validation among a rule's checks."""


class CheckEntry(TypedDict):
    """What one check said about a rule. `requests`: how many it sent, or how many answers passive validation judged.

    `exchanges` are there where it fails on a state that other checks had used: what they and it sent about that state.
    """

    check: str
    outcome: str
    reason: str
    requests: int
    states: list[str]
    exchanges: NotRequired[list[int]]


class FindingEntry(OwnFinding):
    """One way in which a rule is broken, and the check that found it; exchanges are numbers of the run's exchanges.

    `source` are the document's words for the operation that broke the rule, where not all operations share them.
    """

    check: str
    source: NotRequired[dict[str, str]]


@dataclass(slots=True)
class Evidence:
    """All that is known about one rule."""

    checks: list[CheckEntry] = field(default_factory=list)
    findings: list[FindingEntry] = field(default_factory=list)


def collect(rules: Sequence[Rule], outcomes: Iterable[Outcome]) -> tuple[dict[str, Evidence], list[dict[str, Any]]]:
    """Evidence for each of `rules`, by id, and the run's exchanges in order; an exchange's number is its index."""
    evidence = {rule.id: Evidence() for rule in rules}
    judged = {rule.id: 0 for rule in rules if rule.passive}
    exchanges: list[dict[str, Any]] = []
    of_used: list[tuple[CheckEntry, Outcome]] = []
    for outcome in outcomes:
        first = len(exchanges)
        exchanges.extend({**exchange, "check": outcome.check} for exchange in outcome.exchanges)
        for rule_id in evidence.keys() & set(outcome.rules):
            result, reason, findings = outcome.about(rule_id)
            entry = _entry(outcome, result, reason)
            evidence[rule_id].checks.append(entry)
            evidence[rule_id].findings += _numbered(findings, outcome.check, first)
            if outcome.used:
                of_used.append((entry, outcome))
        # Of recorded traffic, every rule is judged so.
        for rule_id in evidence.keys() & outcome.passive.keys():
            passive = outcome.passive[rule_id]
            judged[rule_id] = judged.get(rule_id, 0) + passive["judged"]
            evidence[rule_id].findings += _numbered(passive["findings"], outcome.check, first)
    for entry, outcome in of_used:
        entry["exchanges"] = _about_used(outcome, exchanges)
    for found in evidence.values():
        found.findings = joined(found.findings)
    for rule in rules:
        if rule.sources_by_operation:
            for finding in evidence[rule.id].findings:
                finding["source"] = asdict(rule.source_for(_operation(finding, exchanges)))
    for rule_id, count in judged.items():
        entry = CheckEntry(check=PASSIVE, outcome="pass", reason="", requests=count, states=[])
        evidence[rule_id].checks.append(entry)
    return evidence, exchanges


def joined(findings: Iterable[FindingEntry]) -> list[FindingEntry]:
    """Findings of a rule, where those that join each other are one with the exchanges of all; the last one shows it."""
    kept: list[FindingEntry] = []
    first_of: dict[str, FindingEntry] = {}
    for finding in findings:
        key = finding.pop("joins", "")
        first = first_of.get(key) if key else None
        if first is None:
            kept.append(finding)
            if key:
                first_of[key] = finding
            continue
        first["exchanges"] = [*first["exchanges"], *finding["exchanges"]]
        first["message"], first["decisive"] = finding["message"], finding["decisive"]
    for finding in first_of.values():
        others = len(finding["exchanges"]) - 1
        if others:
            requests = "1 more request" if others == 1 else f"{others} more requests"
            finding["message"] += f", and so for {requests} of this operation"
    return kept


def _operation(finding: FindingEntry, exchanges: Sequence[Mapping[str, Any]]) -> str | None:
    decisive = finding["decisive"]
    operation: str | None = None if decisive is None else exchanges[decisive]["operation"]
    return operation


def _about_used(outcome: Outcome, exchanges: Sequence[Mapping[str, Any]]) -> list[int]:
    """What a check and those before it sent about its states: any of these may have done more than it was asked."""
    names = {outcome.check, *(check for one in outcome.used for check in one["checks"])}
    ids = [id_ for one in outcome.used for id_ in one["ids"]]
    numbers = [
        number
        for number, exchange in enumerate(exchanges)
        if exchange["check"] in names and any(id_ in unquote(exchange["url"]) for id_ in ids)
    ]
    return numbers[-MOST_TOLD:]


def _entry(outcome: Outcome, result: CheckResult, reason: str) -> CheckEntry:
    return CheckEntry(
        check=outcome.check,
        outcome=result,
        reason=reason,
        requests=len(outcome.exchanges) - outcome.proofs + outcome.recalled,
        states=list(outcome.states),
    )


def _numbered(findings: Iterable[OwnFinding], check: str, first: int) -> list[FindingEntry]:
    entries: list[FindingEntry] = [shifted(finding, first) for finding in findings]
    for entry in entries:
        entry["check"] = check
        entry.pop("rule", None)
    return entries


def shifted(finding: Mapping[str, Any], first: int) -> Any:
    """A finding whose exchanges have other numbers: each is greater by `first`."""

    def moved(number: int | None) -> int | None:
        return None if number is None else first + number

    steps = {
        key: [{**step, "exchange": moved(step["exchange"])} for step in finding[key]]
        for key in ("story", "timeline")
        if key in finding
    }
    return {
        **finding,
        **steps,
        "exchanges": [first + index for index in finding["exchanges"]],
        "decisive": moved(finding["decisive"]),
    }
