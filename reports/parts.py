"""Which part of a rule's checks judged it, where not all of them could run and a part is enough."""

from typing import NamedTuple

from orderproof.reports.evidence import PASSIVE, CheckEntry, Evidence


class Part(NamedTuple):
    """How many of a rule's checks judged it."""

    judged: int
    checks: int


def part_by_reading(evidence: Evidence) -> Part | None:
    """The part of a rule's checks that a read-only run could run; None where it is all of them or none."""
    outcomes = [entry["outcome"] for entry in evidence.checks if entry["check"] != PASSIVE]
    left_out = outcomes.count("not-applicable")
    return Part(len(outcomes) - left_out, len(outcomes)) if 0 < left_out < len(outcomes) else None


def without_spare_cases(evidence: Evidence) -> tuple[Evidence, Part | None]:
    """The evidence without the cases of a check that lacked a state, where another case of the same check ran.

    A check's cases differ in what they send: one is enough to judge the rule, and each may use an order up.
    """
    judged = {_function(entry) for entry in evidence.checks if entry["outcome"] in ("pass", "fail")}
    spare = [
        entry
        for entry in evidence.checks
        if entry["outcome"] == "not-run" and entry["reason"].startswith("state ") and _function(entry) in judged
    ]
    if not spare:
        return evidence, None
    cases = [entry for entry in evidence.checks if _function(entry) in set(map(_function, spare))]
    kept = [entry for entry in evidence.checks if entry not in spare]
    return Evidence(kept, evidence.findings), Part(len(cases) - len(spare), len(cases))


def _function(entry: CheckEntry) -> str:
    return entry["check"].partition("[")[0]
