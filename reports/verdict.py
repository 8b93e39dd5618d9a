"""The one verdict function: from evidence to each rule's verdict, the run's verdict, its exit code and its headline.

Everything that shows a verdict (record, console, exit code, every view) takes it from here, so that no two can differ.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, Literal

from orderproof.reports.evidence import PASSIVE, CheckEntry, Evidence, FindingEntry
from orderproof.reports.headline import RuleResult, headline
from orderproof.reports.parts import part_by_reading, without_spare_cases
from orderproof.reports.traffic import Traffic, judged_in_traffic
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

# The worst outcome among a rule's checks decides: a rule passes only if every check passed.
_WORST_FIRST = ("fail", "inconclusive", "not-run", "pass", "not-applicable")

# The state without which an area's operation has no successful answer to judge.
STATE_OF_AREA: Mapping[str, str] = {
    "ORD": "order",
    "HIS": "customer-with-orders",
    "PRI": "order",
    "CAN": "order-cancelable",
    "CST": "order",
    "GRA": "order-in-grace-period",
    "SER": "order",
    "LIN": "order-with-preordered-item",
    "INT": "order-with-preordered-item",
    "OMS": "oms-order",
}


@dataclass(frozen=True, slots=True)
class Strength:
    """What a rule's verdict rests on: how many checks ran for it, with how many requests, in how many states."""

    checks: int
    requests: int
    states: int


QUICK = "quick"
"""The profile that tries a sample of the cases: it has no floors, and judges no advice but what is selected."""

_NO_ADVICE = "the quick profile judges advice where it is selected with --rules; --profile default judges all of it"


@dataclass(frozen=True, slots=True)
class Row:
    """The result of one rule: a row of the record's `rules`."""

    rule: Rule
    verdict: RuleVerdict
    reason: str
    strength: Strength
    checks: list[CheckEntry]
    findings: list[FindingEntry]

    def to_dict(self) -> dict[str, Any]:
        """The row as the record has it. Its source are the words that the first finding breaks, which is its reason."""
        cited = {"source": self.findings[0]["source"]} if self.findings and "source" in self.findings[0] else {}
        return {
            **self.rule.to_dict(),
            **cited,
            "verdict": self.verdict,
            "reason": self.reason,
            "strength": asdict(self.strength),
            "checks": self.checks,
            "findings": self.findings,
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """A run's verdict. `summary` counts its rules by verdict; `rows` are the rules' results, if they were judged."""

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
    selection: Sequence[str] = (),
    read_only: bool = False,
    is_quick: bool = False,
    missing_states: Collection[str] = (),
    traffic: Traffic | None = None,
) -> Verdict:
    """Judge a run.

    `out_of_scope` maps operations and rules that the target leaves out to the reason; `void` says why nothing could be
    judged, `cut_short` why the run stopped early. `selection` are the patterns of ids that the run was limited to,
    `missing_states` the states that checks asked for in vain. `read_only`: the run sent GET alone, so that a rule may
    have been judged by a part of its checks. `is_quick`: it tried a sample of the cases. `traffic`: recorded exchanges
    were judged in place of a run.
    """
    left_out, stopped = out_of_scope or {}, void or cut_short
    rows = tuple(
        _row(
            rule,
            evidence.get(rule.id, Evidence()),
            left_out,
            stopped,
            missing_states,
            read_only=read_only,
            is_quick=is_quick,
            traffic=traffic,
        )
        for rule in rules
    )
    results = [RuleResult(row.rule.level, row.verdict, row.reason) for row in rows]
    return replace(
        conclude(
            results,
            void=void,
            cut_short=cut_short,
            selection=selection,
            read_only=read_only,
            is_quick=is_quick,
            traffic=traffic,
        ),
        rows=rows,
    )


def conclude(
    results: Iterable[RuleResult],
    *,
    void: str | None = None,
    cut_short: str | None = None,
    selection: Sequence[str] = (),
    read_only: bool = False,
    is_quick: bool = False,
    traffic: Traffic | None = None,
    waived_until: date | None = None,
    waiver_problems: Sequence[str] = (),
) -> Verdict:
    """The run's verdict from the results of its rules; of recorded `traffic` it is never conforming.

    `waived_until` is the day on which the first waiver expires; `waiver_problems` close a gate: the headline has them.
    """
    known = list(results)
    gating = Counter(one.verdict for one in known if one.level != "advisory")
    unjudged = gating["inconclusive"] + gating["not-run"]
    judged = gating["pass"] + gating["fail"] + gating["waived"]
    verdict: RunVerdict
    if void or not (judged or gating["not-run"]):
        verdict = "void"
    elif gating["fail"]:
        verdict = "non-conforming"
    elif unjudged or cut_short or traffic is not None:
        verdict = "partial"
    else:
        verdict = "conforming"
    sentence = headline(
        verdict,
        known,
        void=void,
        cut_short=cut_short,
        selection=selection,
        read_only=read_only,
        is_quick=is_quick,
        traffic=traffic.exchanges if traffic else None,
        waived_until=waived_until,
        waiver_problems=waiver_problems,
    )
    counts = Counter(one.verdict for one in known)
    summary: dict[str, int] = {name: counts[name] for name in RULE_VERDICTS}
    return Verdict(verdict, EXIT_CODES[verdict], sentence, summary)


def _row(
    rule: Rule,
    evidence: Evidence,
    out_of_scope: Mapping[str, str],
    stopped: str | None,
    missing_states: Collection[str],
    *,
    read_only: bool,
    is_quick: bool,
    traffic: Traffic | None,
) -> Row:
    no_answer = stopped or _no_such_answer(rule, missing_states)
    if is_quick and not rule.gates:
        stopped = stopped or _NO_ADVICE
    left_out = out_of_scope.get(rule.id) or out_of_scope.get(rule.operation or "")
    entries = evidence.checks
    part = part_by_reading(evidence) if read_only else None
    evidence, cases = without_spare_cases(evidence)
    # A part of the checks sends a part of the requests.
    floor = math.ceil(rule.floor * part.judged / part.checks) if part else rule.floor
    floor = 1 if is_quick else floor
    verdict, reason = _verdict_of(replace(rule, floor=floor), evidence, left_out, stopped, no_answer, traffic)
    if part and verdict == "pass":
        reason = f"judged by reading alone: {part.judged} of its {part.checks} checks"
    elif cases and verdict == "pass":
        reason = f"judged by {cases.judged} of {cases.checks} cases, since the states were used up"
    return Row(rule, verdict, reason, _strength(evidence), entries, evidence.findings)


def _strength(evidence: Evidence) -> Strength:
    ran = [entry for entry in evidence.checks if entry["outcome"] in ("pass", "fail", "inconclusive")]
    return Strength(
        checks=len(ran),
        requests=sum(entry["requests"] for entry in ran),
        states=len({state for entry in ran for state in entry["states"]}),
    )


def _no_such_answer(rule: Rule, missing_states: Collection[str]) -> str:
    state = STATE_OF_AREA.get(rule.area)
    needed = f"; it needs the state {state}" if state in missing_states else ""
    return f"no such answer came back in this run{needed}"


def _verdict_of(
    rule: Rule, evidence: Evidence, left_out: str | None, stopped: str | None, no_answer: str, traffic: Traffic | None
) -> tuple[RuleVerdict, str]:
    if evidence.findings:
        return ("fail" if rule.gates else "warn"), evidence.findings[0]["message"]
    if left_out:
        return "not-applicable", left_out
    if traffic:
        return judged_in_traffic(rule, evidence, traffic, stopped)  # type: ignore[return-value]
    active = [entry for entry in evidence.checks if entry["check"] != PASSIVE]
    seen = sum(entry["requests"] for entry in evidence.checks if entry["check"] == PASSIVE)
    if rule.passive:
        if not seen:
            return "inconclusive", no_answer
        if not active:
            return _above_floor(rule, seen)
    if not active:
        return "not-run", stopped or "no check of this rule ran"
    worst = min(active, key=lambda entry: _WORST_FIRST.index(entry["outcome"]))
    if worst["outcome"] == "pass":
        return _above_floor(rule, seen + sum(entry["requests"] for entry in active if entry["outcome"] == "pass"))
    verdict: RuleVerdict = worst["outcome"]  # type: ignore[assignment]
    if verdict == "fail" and not rule.gates:
        verdict = "warn"
    return verdict, worst["reason"]


def _above_floor(rule: Rule, requests: int) -> tuple[RuleVerdict, str]:
    if requests < rule.floor:
        return "inconclusive", f"judged on {requests} requests only; at least {rule.floor} are needed"
    return "pass", ""


def joined_checks(entries: list[CheckEntry]) -> list[CheckEntry]:
    """Join the entries of several shards: passive validation becomes one entry, every check stays as it is."""
    passive = [entry for entry in entries if entry["check"] == PASSIVE]
    joined: list[CheckEntry] = [entry for entry in entries if entry["check"] != PASSIVE]
    if passive:
        count = sum(entry["requests"] for entry in passive)
        joined.append(CheckEntry(check=PASSIVE, outcome="pass", reason="", requests=count, states=[]))
    return joined


def exit_code_of(record: Mapping[str, Any]) -> int:
    """The exit code for a record, before `--accept-partial`."""
    verdict: RunVerdict = record["verdict"]
    return EXIT_CODES[verdict]


def results_in(rows: Iterable[Mapping[str, Any]]) -> list[RuleResult]:
    """The results in a record's rows, for `conclude`."""
    return [RuleResult(row["level"], row["verdict"], row["reason"]) for row in rows]
