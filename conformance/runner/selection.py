"""Which checks a run needs, and in which order they run."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from orderproof.conformance.kit.rule_mark import CANARY_MARK, RULE_MARK, USES_UP_MARK
from orderproof.conformance.runner.quick_checks import quick_checks
from orderproof.conformance.runner.writing_checks import writing_checks
from orderproof.spec.catalogue import catalogue, is_selected


@dataclass(frozen=True, slots=True)
class Selection:
    """Which part of the catalogue a run judges: patterns such as `GRA-*` or `!GRA-4`, and a shard (i of n).

    A passive rule is judged on the answers of every check that has to do with it; with `is_narrow` only on those of the
    checks of other rules that are selected, and of those named in `checks`. `is_scarce`: the orders are listed, so that
    checks which use them up come last. `is_quick`: the quick profile runs a part of the checks.
    """

    patterns: tuple[str, ...] = ()
    shard: tuple[int, int] | None = None
    is_narrow: bool = False
    checks: tuple[str, ...] = ()
    is_scarce: bool = False
    is_quick: bool = False

    def has(self, rule_id: str) -> bool:
        """Whether a rule is selected."""
        return is_selected(rule_id, self.patterns)

    def needs(self, check: str, rules: Sequence[str]) -> bool:
        """Whether a check that names `rules` must run.

        It must where one of them is selected, and where its requests are what a selected passive rule is judged on.
        """
        is_named = any(self.has(rule_id) for rule_id in rules)
        if is_named or self.is_narrow:
            return is_named or check in self.checks
        passive = _passive_operations(self)
        return None in passive or any(catalogue()[rule_id].operation in passive for rule_id in rules)

    def rules(self) -> list[str]:
        """The selected rules, in the catalogue's order."""
        return [rule_id for rule_id in catalogue() if self.has(rule_id)]


@cache
def _passive_operations(selection: Selection) -> frozenset[str | None]:
    """The operations that the selected passive rules are about; None for one that is about all of them."""
    return frozenset(rule.operation for rule in catalogue().values() if rule.passive and selection.has(rule.id))


@dataclass(frozen=True, slots=True)
class CollectedCheck:
    """A check that is to run: its name, the rules that it judges, and the fixtures that it asks for."""

    name: str
    rules: tuple[str, ...]
    fixtures: tuple[str, ...]


def rules_of(item: pytest.Item) -> tuple[str, ...]:
    """The rules that a check names; empty for a test that is no check of ours."""
    return tuple(rule_id for mark in item.iter_markers(RULE_MARK) for rule_id in mark.args)


def leave_out(collector: pytest.Collector, name: str, function: Any, selection: Selection) -> list[pytest.Item] | None:
    """No items for a check that a run does not need, before pytest makes them: half the time of a run of a few rules.

    None where it is needed, or is no check: then pytest makes what there is to make.
    """
    marks = list(getattr(function, "pytestmark", ()))
    # The rules of a check that is run for several operations may be those of its parameters.
    cases = [case for mark in marks if mark.name == "parametrize" for case in mark.args[1]]
    marks += [mark for case in cases for mark in getattr(case, "marks", ())]
    rules = [rule_id for mark in marks if mark.name == RULE_MARK for rule_id in mark.args]
    if not rules or any(mark.name == CANARY_MARK for mark in marks) or selection.needs("", rules):
        return None
    check = check_name(f"{collector.nodeid}::{name}")
    return None if any(asked.partition("[")[0] == check for asked in selection.checks) else []


def is_canary(item: pytest.Item) -> bool:
    """Whether a check is the run's canary, which runs whatever is selected."""
    return item.get_closest_marker(CANARY_MARK) is not None


def check_name(nodeid: str) -> str:
    """A check's name wherever it is installed: module and function, with its parameters."""
    path, _, rest = nodeid.partition("::")
    return f"{Path(path).name}::{rest}"


def checks_among(items: Sequence[pytest.Item]) -> list[CollectedCheck]:
    """The checks among what pytest collected, without the canary."""
    return [
        CollectedCheck(check_name(item.nodeid), rules_of(item), tuple(getattr(item, "fixturenames", ())))
        for item in items
        if rules_of(item) and not is_canary(item)
    ]


def _frugally(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Checks in the order in which a list of orders judges most rules.

    First those from which the run learns what is accepted, then all that leave their orders as they were, then the
    rules that use up the fewest. Of a check's cases one is enough to judge a rule, so the others come last.
    """
    marks = [item.get_closest_marker(USES_UP_MARK) for item in items]
    cases = [(item.nodeid.partition("[")[0], rules_of(item)) for item in items]
    first_of = {case: index for index, case in reversed(list(enumerate(cases)))}
    is_other_case = [first_of[case] != index for index, case in enumerate(cases)]
    costs = dict.fromkeys((rule_id for item in items for rule_id in rules_of(item)), 0)
    for item, mark, is_other in zip(items, marks, is_other_case, strict=True):
        for rule_id in rules_of(item):
            costs[rule_id] += mark.args[0] if mark and not is_other else 0

    def phase(index: int) -> tuple[int, int]:
        mark = marks[index]
        if mark is None:
            return 1, 0
        if is_other_case[index]:
            return 3, 0
        return (0, 0) if mark.kwargs["first"] else (2, min(costs[rule_id] for rule_id in rules_of(items[index])))

    return [items[index] for index in sorted(range(len(items)), key=phase)]


def _quick(items: Sequence[pytest.Item], selection: Selection) -> list[pytest.Item]:
    """The checks of the quick profile, and those of other rules that are selected one by one."""
    chosen = [item for item in items if check_name(item.nodeid) in quick_checks() or not rules_of(item)]
    judged = {rule_id for item in chosen for rule_id in rules_of(item)}

    def is_asked_for(item: pytest.Item) -> bool:
        others = [rule_id for rule_id in rules_of(item) if rule_id not in judged and selection.has(rule_id)]
        return check_name(item.nodeid) in selection.checks or bool(selection.patterns and others)

    kept = set(chosen)
    return [*chosen, *(item for item in items if item not in kept and is_asked_for(item))]


def select_items(config: pytest.Config, items: list[pytest.Item], selection: Selection) -> None:
    """Drop the checks that are not selected and sort the rest, in place. Tests that are no checks stay first."""
    order = {rule_id: index for index, rule_id in enumerate(catalogue())}

    def key(item: pytest.Item) -> tuple[int, str]:
        return min((order[rule_id] for rule_id in rules_of(item)), default=-1), check_name(item.nodeid)

    checks = [item for item in items if not is_canary(item)]
    chosen = [item for item in checks if not rules_of(item) or selection.needs(check_name(item.nodeid), rules_of(item))]
    chosen.sort(key=key)
    if selection.is_quick:
        chosen = sorted(_quick(chosen, selection), key=lambda item: check_name(item.nodeid) in writing_checks())
    if selection.is_scarce:
        chosen = _frugally(chosen)
    if selection.shard:
        index, count = selection.shard
        chosen = chosen[index - 1 :: count]
    # First, so that a run that is broken off has judged it.
    chosen = [*(item for item in items if is_canary(item)), *chosen]
    kept = set(chosen)
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = chosen
