"""Chooses the checks of the quick profile, by what each costs on the reference server.

`python -m tests.recorded_quick` writes `conformance/runner/quick_checks.json` anew: do so for a new rule or check.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from unittest import mock

from orderproof.conformance.kit.lending import Lending
from orderproof.conformance.kit.session import Session
from orderproof.conformance.kit.settings import QUICK, Settings
from orderproof.conformance.reference.choices import choose
from orderproof.conformance.reference.server import start
from orderproof.conformance.runner import selection
from orderproof.conformance.runner.embedded import target_of
from orderproof.conformance.runner.preflight import preflight
from orderproof.conformance.runner.quick_checks import DATA
from orderproof.conformance.runner.run_checks import run_checks
from orderproof.conformance.runner.selection import Selection
from orderproof.conformance.states.sources import State, States
from orderproof.spec.catalogue import catalogue

_ORDER_COSTS = 4
"""So many requests is an order worth: on a tenant it takes a second."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a check costs, in requests, and the gating rules that it judges."""

    requests: float
    rules: frozenset[str]


class _Everything:
    def __contains__(self, name: object) -> bool:
        return True


@contextmanager
def _counted(orders: Counter[str]) -> Iterator[None]:
    """Count by check the orders that are made for it."""
    made: Counter[str] = Counter()
    set_up, end = States.setup, Lending.end

    def noted(states: States, name: str, **params: Any) -> State:
        state = set_up(states, name, **params)
        made[""] += len(state.values.get("order_ids", ("",)))
        return state

    def ended(lending: Lending, check: str, *, is_well: bool) -> None:
        orders[check] += made.pop("", 0)
        end(lending, check, is_well=is_well)

    with mock.patch.object(States, "setup", noted), mock.patch.object(Lending, "end", ended):
        yield


def costs() -> dict[str, Cost]:
    """What each check costs in a quick run of all checks, by its name."""
    orders: Counter[str] = Counter()
    with start(choose([], [])) as running, mock.patch.object(selection, "quick_checks", _Everything):
        target = target_of(running.where)
        settings = Settings(replace(target, limits=replace(target.limits, workers=1)), profile=QUICK)
        session = Session(settings)
        try:
            settings = replace(settings, learned=preflight(session))
        finally:
            session.close()
        with _counted(orders):
            outcomes = run_checks(settings, Selection()).outcomes
    gating = {rule.id for rule in catalogue().values() if rule.gates}
    passed = [one for one in outcomes if one.result == "pass"]
    # Which of a check's cases gets an order that is there already is chance.
    least: dict[str, float] = {}
    for one in passed:
        cost, name = len(one.exchanges) + _ORDER_COSTS * orders[one.check], _function(one.check)
        least[name] = min(cost, least.get(name, cost))
    return {one.check: Cost(least[_function(one.check)], gating.intersection(one.rules)) for one in passed}


def _function(check: str) -> str:
    return check.partition("[")[0]


def cheapest(known: Mapping[str, Cost]) -> list[str]:
    """Checks that judge every rule: first those that judge most for what they cost, then without what others judge."""
    chosen: list[str] = []
    left = set().union(*(cost.rules for cost in known.values()))
    while left:
        # Of several cases of a check that cost the same the last: names put foreign scripts behind plain letters.
        best = max(known, key=lambda name: (len(known[name].rules & left) / (known[name].requests + 1), name))
        chosen.append(best)
        left -= known[best].rules
    for name in sorted(chosen, key=lambda name: -known[name].requests):
        others = set().union(*(known[one].rules for one in chosen if one != name))
        if known[name].rules <= others:
            chosen.remove(name)
    return sorted(chosen)


def as_text(names: list[str]) -> str:
    """The file's text: the checks by module."""
    modules: dict[str, list[str]] = {}
    for name in names:
        module, _, check = name.partition("::")
        modules.setdefault(module, []).append(check)
    return json.dumps(modules, indent=2) + "\n"


if __name__ == "__main__":
    DATA.write_text(as_text(cheapest(costs())), encoding="utf-8")
