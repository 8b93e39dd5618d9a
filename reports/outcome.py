"""The outcome of a check: how a run's checks pass their results to the verdict and the reports."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NotRequired, Self, TypedDict

# Characters kept of a body. The exchange that shows a finding is kept whole, up to the longest documented answer; most
# of the exchanges that led there; and of the thousands of others enough to see what went on.
BODY_LIMIT = 2_000
CITED_LIMIT = 20_000
EVIDENCE_LIMIT = 200_000
SPARE = 4
"""So many times as much is kept until a body is masked, which shortens it: see `reports/record.py`."""
SENTENCE_LIMIT = 2_000
"""A sentence that quotes a server is shown no longer than this, whatever was sent."""
LONGEST_SENTENCE = 2 * SENTENCE_LIMIT
"""Before it is masked it may be longer."""

CheckResult = Literal["pass", "fail", "inconclusive", "not-run", "not-applicable"]


class OwnFinding(TypedDict):
    """One way in which a check found a rule broken. `exchanges` and `decisive` are indices into the check's exchanges.

    A walk through an order's life has a `story`, a race a `timeline`; their steps name exchanges by index too.
    Findings of one rule with the same `joins` are one finding, whichever checks they come from. `rule` is the one that
    it is about, where a check judges several, step by step.
    """

    message: str
    expected: str
    observed: str
    exchanges: list[int]
    decisive: int | None
    story: NotRequired[list[dict[str, Any]]]
    timeline: NotRequired[list[dict[str, Any]]]
    joins: NotRequired[str]
    rule: NotRequired[str]


class UsedState(TypedDict):
    """A state that other checks had before: its ids, and the checks."""

    ids: list[str]
    checks: list[str]


class PassiveResult(TypedDict):
    """The passive validation of one rule: on how many of a check's answers it was judged, and the findings."""

    judged: int
    findings: list[OwnFinding]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a check.

    `exchanges` are plain data from `Exchange.to_dict`; `passive` is by rule; `states` are the names of the
    states used; `secrets` what may not reach a report; `missing_states` the states that could not be had, with the
    reason; `proofs` how many of the exchanges only proved a state, and show nothing of the rules; `kept` the rules of a
    check in steps that it judged before it ended, `set_aside` why it could not judge others; `recalled` how many
    answers were known from another check, and not asked for again; `used` the states of a check that fails on them
    because of what other checks did; `rates` the rate of requests that its process came to, since the server asked to
    wait, or None where it did not. `is_open`: it is inconclusive since something did not answer, and may run once more
    at the end. `gone` says why the target could not be reached any more, so that no further check was run.
    """

    check: str
    rules: tuple[str, ...]
    result: CheckResult = "pass"
    reason: str = ""
    findings: tuple[OwnFinding, ...] = ()
    exchanges: tuple[Mapping[str, Any], ...] = ()
    passive: Mapping[str, PassiveResult] = field(default_factory=dict)
    states: tuple[str, ...] = ()
    secrets: frozenset[str] = frozenset()
    missing_states: Mapping[str, str] = field(default_factory=dict)
    is_canary: bool = False
    proofs: int = 0
    kept: tuple[str, ...] = ()
    set_aside: Mapping[str, str] = field(default_factory=dict)
    recalled: int = 0
    used: tuple[UsedState, ...] = ()
    rates: Mapping[str, float | None] = field(default_factory=dict)
    is_open: bool = False
    gone: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain data, to pass from a worker to the process that reports."""
        return {name: getattr(self, name) for name in self.__slots__}

    def about(self, rule_id: str) -> tuple[CheckResult, str, tuple[OwnFinding, ...]]:
        """What it came to for one of its rules: the result, the reason, and the findings about that rule."""
        findings = tuple(one for one in self.findings if one.get("rule", rule_id) == rule_id)
        own = next((one for one in findings if "rule" in one), None)
        if own:
            return "fail", own["message"], findings
        if rule_id in self.set_aside:
            return "inconclusive", self.set_aside[rule_id], ()
        if rule_id in self.kept:
            return "pass", "", ()
        if findings or not self.findings:
            return self.result, self.reason, findings
        broken = self.findings[0]["rule"]
        return "inconclusive", f"a step before it broke {broken}: {self.findings[0]['message']}", ()

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The outcome that `to_dict` gave."""
        return cls(**data)
