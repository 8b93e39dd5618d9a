"""Rules as they are finished: told one by one while a run goes on, in the catalogue's order.

A rule is finished when all of its checks are. Passive rules are judged on every answer, so they come at the end.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from orderproof.conformance.runner.controller import Listener
from orderproof.conformance.runner.selection import CollectedCheck
from orderproof.reports.evidence import collect
from orderproof.reports.outcome import Outcome
from orderproof.reports.verdict import judge
from orderproof.spec.catalogue import Rule

Tell = Callable[[Mapping[str, Any]], None]


class LiveRules(Listener):
    """Tells the row of each rule, as a record has it, as soon as that and every rule before it is finished.

    The rows hold what checks said, unmasked: only what the catalogue and the verdict say may be shown.
    """

    wants_checks = True

    def __init__(
        self,
        rules: Sequence[Rule],
        tell: Tell,
        out_of_scope: Mapping[str, str],
        *,
        read_only: bool = False,
        is_quick: bool = False,
    ) -> None:
        self._judge = partial(judge, out_of_scope=out_of_scope, read_only=read_only, is_quick=is_quick)
        self._waiting = [rule for rule in rules if not rule.passive]
        self._tell = tell
        self._checks: dict[str, set[str]] = {rule.id: set() for rule in self._waiting}
        self._outcomes: dict[str, list[Outcome]] = {rule.id: [] for rule in self._waiting}

    def collected(self, checks: Sequence[CollectedCheck]) -> None:
        """Learn which checks there are, before the first outcome: their names, and the rules that each judges."""
        for check in checks:
            for rule_id in self._checks.keys() & set(check.rules):
                self._checks[rule_id].add(check.name)

    def finished(self, outcome: Outcome, total: int = 0) -> None:
        """Take what a check came to."""
        for rule_id in self._outcomes.keys() & set(outcome.rules):
            self._outcomes[rule_id].append(outcome)
            self._checks[rule_id].discard(outcome.check)
        while self._waiting and not self._checks[self._waiting[0].id]:
            rule = self._waiting.pop(0)
            evidence, _ = collect([rule], self._outcomes.pop(rule.id))
            self._tell(self._judge([rule], evidence).rows[0].to_dict())
