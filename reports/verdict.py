"""The one verdict function: from evidence to each rule's verdict, the run's verdict, its exit code and its headline.

Everything that tells a verdict (record, console, exit code, every view) takes it from here, so that no two can differ.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from orderproof.reports.evidence import PASSIVE, CheckEntry, Evidence, FindingEntry
from orderproof.spec.catalogue import Rule

RuleVerdict = Literal["pass", "fail", "warn", "inconclusive", "not-run", "not-applicable", "waived"]
RunVerdict = Literal["conforming", "non-conforming", "partial", "void"]

RULE_VERDICTS: tuple[RuleVerdict, ...] = (
    "fail",
    "warn",
    "waived",
    "inconclusive",
    "not-run",
    "pass",
    "not-applicable",
)

EXIT_CODES: Mapping[RunVerdict, int] = {"conforming": 0, "non-conforming": 1, "void": 3, "partial": 4}
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130

# The worst outcome of a rule's checks decides: a rule is a pass only where every check of it passed.
_WORST_FIRST = ("fail", "inconclusive", "not-run", "pass", "not-applicable")


@dataclass(frozen=True, slots=True)
class Strength:
    """What a rule's verdict rests on: how many checks ran for it, with how many requests, in how many states."""

    checks: int
    requests: int
    states: int


@dataclass(frozen=True, slots=True)
class Row:
    """What came of one rule: a row of the record's `rules`."""

    rule: Rule
    verdict: RuleVerdict
    reason: str
    strength: Strength
    checks: list[CheckEntry]
    findings: list[FindingEntry]

    def to_dict(self) -> dict[str, Any]:
        """The row as the record has it."""
        return {
            **self.rule.to_dict(),
            "verdict": self.verdict,
            "reason": self.reason,
            "strength": asdict(self.strength),
            "checks": self.checks,
            "findings": self.findings,
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """A run's verdict. `summary` counts its rules by verdict; `rows` are what it follows from, where it was judged."""

    verdict: RunVerdict
    exit_code: int
    headline: str
    summary: dict[str, int]
    rows: tuple[Row, ...] = ()


def judge(
    rules: Sequence[Rule],
    evidence: Mapping[str, Evidence],
    *,
    out_of_scope: Mapping[str, str] | None = None,
    void: str | None = None,
    cut_short: str | None = None,
) -> Verdict:
    """Judge a run.

    `out_of_scope` gives operations and rules that the target leaves out, with the reason; `void` why nothing could be
    judged; `cut_short` why the run did not come to its end.
    """
    left_out = out_of_scope or {}
    rows = tuple(_row(rule, evidence.get(rule.id, Evidence()), left_out, void or cut_short) for rule in rules)
    verdicts = [(row.rule.level, row.verdict) for row in rows]
    return replace(conclude(verdicts, void=void, cut_short=cut_short), rows=rows)


def conclude(verdicts: Iterable[tuple[str, str]], *, void: str | None = None, cut_short: str | None = None) -> Verdict:
    """The run's verdict from its rules: the level and the verdict of each."""
    known = list(verdicts)
    counts = Counter(verdict for _, verdict in known)
    gating = Counter(verdict for level, verdict in known if level != "advisory")
    unjudged = gating["inconclusive"] + gating["not-run"]
    judged = gating["pass"] + gating["fail"] + gating["waived"]
    verdict: RunVerdict
    if void or not (judged or gating["not-run"]):
        verdict = "void"
        advised = counts["pass"] + counts["warn"] + counts["waived"] - judged
        nothing = "only advisory rules were judged, and they decide nothing" if advised else "no rule could be judged"
        headline = f"void: {void or nothing}"
    elif gating["fail"]:
        verdict = "non-conforming"
        headline = f"non-conforming: {_rules(gating['fail'])} broken"
        headline += f", {_rules(unjudged)} not judged" if unjudged else ""
    elif unjudged or cut_short:
        verdict = "partial"
        nothing = "nothing broken, but" if judged else "nothing could be judged:"
        headline = f"partial: {nothing} {_rules(unjudged)} not judged"
    else:
        verdict = "conforming"
        headline = f"conforming: {_rules(gating['pass'])} kept"
    if verdict != "void":
        headline += f", {counts['waived']} waived" if counts["waived"] else ""
        headline += f", {counts['warn']} warning{'' if counts['warn'] == 1 else 's'}" if counts["warn"] else ""
        headline += f" ({cut_short})" if cut_short else ""
    summary: dict[str, int] = {name: counts[name] for name in RULE_VERDICTS}
    return Verdict(verdict, EXIT_CODES[verdict], headline, summary)


def _rules(count: int) -> str:
    return f"{count} rule" if count == 1 else f"{count} rules"


def _row(
    rule: Rule,
    evidence: Evidence,
    out_of_scope: Mapping[str, str],
    stopped: str | None,
) -> Row:
    verdict, reason = _verdict_of(
        rule, evidence, out_of_scope.get(rule.id) or out_of_scope.get(rule.operation or ""), stopped
    )
    return Row(rule, verdict, reason, _strength(evidence), evidence.checks, evidence.findings)


def _strength(evidence: Evidence) -> Strength:
    ran = [entry for entry in evidence.checks if entry["outcome"] in ("pass", "fail", "inconclusive")]
    return Strength(
        checks=len(ran),
        requests=sum(entry["requests"] for entry in ran),
        states=len({state for entry in ran for state in entry["states"]}),
    )


def _verdict_of(rule: Rule, evidence: Evidence, left_out: str | None, stopped: str | None) -> tuple[RuleVerdict, str]:
    if evidence.findings:
        return ("fail" if rule.gates else "warn"), evidence.findings[0]["message"]
    if left_out:
        return "not-applicable", left_out
    active = [entry for entry in evidence.checks if entry["check"] != PASSIVE]
    seen = sum(entry["requests"] for entry in evidence.checks if entry["check"] == PASSIVE)
    if rule.passive:
        if not seen:
            return "inconclusive", stopped or "no answer that the rule speaks of was seen"
        if not active:
            return _above_floor(rule, seen)
    if not active:
        return "not-run", stopped or "no check of this rule was run"
    worst = min(active, key=lambda entry: _WORST_FIRST.index(entry["outcome"]))
    if worst["outcome"] == "pass":
        return _above_floor(rule, seen + sum(entry["requests"] for entry in active if entry["outcome"] == "pass"))
    verdict: RuleVerdict = worst["outcome"]  # type: ignore[assignment]
    if verdict == "fail" and not rule.gates:
        verdict = "warn"
    return verdict, worst["reason"]


def _above_floor(rule: Rule, requests: int) -> tuple[RuleVerdict, str]:
    if requests < rule.floor:
        return "inconclusive", f"rests on {requests} requests; at least {rule.floor} are needed"
    return "pass", ""


def joined_checks(entries: list[CheckEntry]) -> list[CheckEntry]:
    """Join the entries of several shards: one for passive validation, and every check as it is."""
    passive = [entry for entry in entries if entry["check"] == PASSIVE]
    joined: list[CheckEntry] = [entry for entry in entries if entry["check"] != PASSIVE]
    if passive:
        count = sum(entry["requests"] for entry in passive)
        joined.append(CheckEntry(check=PASSIVE, outcome="pass", reason="", requests=count, states=[]))
    return joined


def exit_code_of(record: Mapping[str, Any], *, accept_partial: bool = False) -> int:
    """The exit code for a record. A partial run is accepted on demand.

    Not accepted is one that judged no rule that gates, or that did not come to its end: that is no part of a result.
    """
    verdict: RunVerdict = record["verdict"]
    judged = any(row["level"] != "advisory" and row["verdict"] in ("pass", "waived") for row in record["rules"])
    is_part = verdict == "partial" and judged and not record["cut_short"]
    return 0 if is_part and accept_partial else EXIT_CODES[verdict]


def verdicts_in(rows: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Level and verdict of each row of a record, as `conclude` takes them."""
    return [(row["level"], row["verdict"]) for row in rows]
