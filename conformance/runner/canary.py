"""A canary in every run: one planted violation that must be found on the way from a check to a verdict.

A suite that has lost its voice, by an upgrade of pytest or by a mistake of ours, finds everything in order. So each run
takes one broken answer along, through the same check, plugin, passive validation, evidence and verdict as every other.
"""

from orderproof.reports.evidence import collect
from orderproof.reports.outcome import Outcome
from orderproof.reports.verdict import judge
from orderproof.spec.catalogue import catalogue

RULES = ("ORD-1", "ROB-1")
"""What the planted violation breaks: by what its check expects, and by passive validation."""


def missed(outcome: Outcome | None) -> str | None:
    """Why a run cannot be relied on, given what came of its canary; None where the violation was found."""
    if outcome is None:
        return "the canary of this run was not judged: nothing that the run says can be relied on"
    rules = [catalogue()[rule_id] for rule_id in RULES]
    evidence, _ = collect(rules, [outcome])
    verdict = judge(rules, evidence)
    unseen = [row.rule.id for row in verdict.rows if row.verdict != "fail"]
    if unseen or verdict.verdict != "non-conforming":
        return (
            f"a violation of {', '.join(unseen) or 'rules'} that this run planted itself was not found: "
            "nothing that the run says can be relied on"
        )
    return None
