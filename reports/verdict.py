"""The one verdict function: from evidence to each rule's verdict, the run's verdict, its exit code and its headline.

Everything that tells a verdict (record, console, exit code, every view) takes it from here, so that no two can differ.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from orderproof.reports.evidence import PASSIVE, CheckEntry, Evidence
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
class Verdict:
    """A run's verdict. `rows` are the record's `rules`; `summary` counts them by verdict."""

    verdict: RunVerdict
    exit_code: int
    headline: str
    rows: list[dict[str, Any]]
    summary: dict[str, int]


def judge(
    rules: Sequence[Rule],
    evidence: Mapping[str, Evidence],
    *,
    out_of_scope: Mapping[str, str] | None = None,
    void: str | None = None,
    cut_short: str | None = None,
) -> Verdict:
    """Judge a run.

    `out_of_scope` gives operations that the target leaves out, with the reason; `void` why nothing could be judged;
    `cut_short` why the run did not come to its end.
    """
    rows = [_row(rule, evidence.get(rule.id, Evidence()), out_of_scope or {}, void or cut_short) for rule in rules]
    return conclude(rows, void=void, cut_short=cut_short)


def conclude(rows: list[dict[str, Any]], *, void: str | None = None, cut_short: str | None = None) -> Verdict:
    """The run's verdict from the rows of its rules."""
    counts = Counter(row["verdict"] for row in rows)
    gating = Counter(row["verdict"] for row in rows if row["level"] != "advisory")
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
    return Verdict(verdict, EXIT_CODES[verdict], headline, rows, summary)


def _rules(count: int) -> str:
    return f"{count} rule" if count == 1 else f"{count} rules"


def _row(
    rule: Rule,
    evidence: Evidence,
    out_of_scope: Mapping[str, str],
    stopped: str | None,
) -> dict[str, Any]:
    verdict, reason = _verdict_of(rule, evidence, out_of_scope.get(rule.operation or ""), stopped)
    return {
        **rule.to_dict(),
        "verdict": verdict,
        "reason": reason,
        "strength": _strength(evidence),
        "checks": evidence.checks,
        "findings": evidence.findings,
    }


def _strength(evidence: Evidence) -> dict[str, int]:
    ran = [entry for entry in evidence.checks if entry["outcome"] in ("pass", "fail", "inconclusive")]
    return {
        "checks": len(ran),
        "requests": sum(entry["requests"] for entry in ran),
        "states": len({state for entry in ran for state in entry["states"]}),
    }


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
