"""Judging a record anew: what the installed version says of the answers that an earlier run recorded."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, cast

from orderproof import __version__
from orderproof.conformance.runner.in_passing import FINDINGS_PER_RULE, broken_answer
from orderproof.conformance.runner.proving import answers
from orderproof.conformance.runner.recorded import Proof, prove
from orderproof.conformance.runner.scope import out_of_scope_of
from orderproof.reports.curl import recorded_line
from orderproof.reports.digest import MEMBER, sealed
from orderproof.reports.evidence import PASSIVE, CheckEntry, Evidence, FindingEntry, joined
from orderproof.reports.record import spec_versions
from orderproof.reports.verdict import QUICK, Verdict, judge
from orderproof.spec.catalogue import Rule, catalogue, is_selected


def rejudged(record: Mapping[str, Any]) -> dict[str, Any]:
    """The record with its passive rules judged anew by the installed catalogue, marked as `rejudged`.

    Checks cannot be run again: what they came to stays, under the titles and levels of today. A rule that is new and
    needs a check is not run.
    """
    rules = [rule for rule in catalogue().values() if is_selected(rule.id, record["selection"])]
    rows = {row["id"]: row for row in record["rules"]}
    proofs = [prove(told, is_marked=MEMBER in record) for told in record["exchanges"]]
    evidence = {rule.id: _evidence(rule, rows.get(rule.id), record, proofs) for rule in rules}
    verdict = judged_in(record, rules, evidence)
    dropped = (MEMBER, "accepted")
    return sealed(
        {
            **{name: value for name, value in record.items() if name not in dropped},
            "spec": spec_versions(),
            "verdict": verdict.verdict,
            "headline": verdict.headline,
            "summary": verdict.summary,
            "rules": [row.to_dict() for row in verdict.rows],
            "rejudged": {"by": __version__, "of": record.get(MEMBER)},
        }
    )


def judged_in(record: Mapping[str, Any], rules: Sequence[Rule], evidence: Mapping[str, Evidence]) -> Verdict:
    """What evidence comes to in the circumstances of a record's run: its target, profile, selection and end."""
    target = record["target"]
    read_only = "read_only" in record
    return judge(
        rules,
        evidence,
        out_of_scope=out_of_scope_of(target["internal_base_url"], target.get("absent", ()), read_only=read_only),
        void=record["void"],
        cut_short=record["cut_short"],
        selection=record["selection"],
        read_only=read_only,
        is_quick=record["profile"] == QUICK,
        missing_states=record["missing_states"],
    )


def _evidence(
    rule: Rule, row: Mapping[str, Any] | None, record: Mapping[str, Any], proofs: Sequence[Proof]
) -> Evidence:
    checks = [entry for entry in row["checks"] if entry["check"] != PASSIVE] if row else []
    failed = {entry["check"] for entry in checks if entry["outcome"] == "fail"}
    evidence = Evidence(checks, [one for one in row["findings"] if one["check"] in failed] if row else [])
    if rule.passive:
        others = [one for one in row["findings"] if one["check"] not in failed] if row else []
        evidence.findings += _findings(rule, others, record["exchanges"], proofs)
        count = judged_on(rule.id, row, proofs)
        evidence.checks.append(CheckEntry(check=PASSIVE, outcome="pass", reason="", requests=count, states=[]))
    return evidence


def judged_on(rule: str, row: Mapping[str, Any] | None, proofs: Sequence[Proof]) -> int:
    """On how many answers a rule is judged: those that are seen, and of the others as many as the record says."""
    least, most = answers(rule, proofs)
    told = sum(entry["requests"] for entry in row["checks"] if entry["check"] == PASSIVE) if row else 0
    return min(max(told, least), most)


def _findings(
    rule: Rule, told: Sequence[FindingEntry], exchanges: Sequence[Mapping[str, Any]], proofs: Sequence[Proof]
) -> list[FindingEntry]:
    """What breaks a passive rule: what is seen again, and what the record says of answers that are not kept whole."""
    by_exchange = {one["decisive"]: one for one in told}
    found: list[FindingEntry] = []
    counts: Counter[str] = Counter()
    for proof in proofs:
        if counts[proof.check] == FINDINGS_PER_RULE:
            continue
        earlier = by_exchange.get(proof.number)
        if rule.id in proof.broken:
            found.append(_finding(rule, proof, exchanges[proof.number]))
        elif rule.id in proof.unknown and earlier is not None:
            found.append(earlier)
        else:
            continue
        counts[proof.check] += 1
    # A record shows how each request is sent again.
    return [
        cast(FindingEntry, {**one, "curl": [recorded_line(exchanges[number]) for number in one["exchanges"]]})
        for one in joined(found)
    ]


def _finding(rule: Rule, proof: Proof, exchange: Mapping[str, Any]) -> FindingEntry:
    judgement = proof.broken[rule.id]
    entry = cast(
        FindingEntry, {**broken_answer(proof.number, judgement, judgement.message or ""), "check": proof.check}
    )
    if rule.sources_by_operation:
        entry["source"] = asdict(rule.source_for(exchange["operation"]))
    return entry
