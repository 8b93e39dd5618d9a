"""How many entries of each state a run needs, from what its checks ask for and use up.

What each check asks for is data, recorded on the reference server with the default profile: `needs.json`.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from orderproof.reports.completeness import state_lacking

DATA = Path(__file__).with_name("needs.json")
# What a source gives where a check asks for no number.
_USUAL_ITEMS = 2


@dataclass(frozen=True, slots=True)
class Need:
    """What a check asks for of one state: so many at the same time, of which it uses so many up.

    `items` and `orders` are the most that it wants one of them to have; 0 where it does not mind.
    """

    at_once: int
    used_up: int = 0
    items: int = 0
    orders: int = 0


Needs = dict[str, dict[str, Need]]
"""By the name of a check, and of a state."""


@dataclass(frozen=True, slots=True)
class Supply:
    """How many entries of a state a run needs: with fewer than `least` some check in scope cannot run at all.

    With `comfortable`, no check takes what another one needs. `checks` is how many ask for it; `items` and `orders` as
    in `Need`, over all of them.
    """

    least: int
    comfortable: int
    checks: int
    items: int = 0
    orders: int = 0

    @property
    def larger(self) -> str:
        """What one of the entries must have more of than usual, in words; empty where all may be alike."""
        if self.orders:
            return f"one with {self.orders} orders or more"
        return f"one with {self.items} items or more" if self.items > _USUAL_ITEMS else ""


def supplies(needs: Iterable[Mapping[str, Need]]) -> dict[str, Supply]:
    """How many entries of each state serve checks with these needs, by the name of the state.

    An entry that was only read serves the next check; one that was used up serves no other. So as many are needed as
    one check wants at the same time, and for comfort those besides that all checks use up.
    """
    by_state: dict[str, list[Need]] = {}
    for need in needs:
        for name, one in need.items():
            by_state.setdefault(name, []).append(one)
    return {name: _supply(asked) for name, asked in by_state.items()}


def _supply(asked: list[Need]) -> Supply:
    least = max(need.at_once for need in asked)
    used_up = sum(need.used_up for need in asked)
    # The last check to come still finds what it only reads.
    left_whole = max(need.at_once - need.used_up for need in asked)
    return Supply(
        least,
        max(least, used_up + left_whole),
        len(asked),
        max(need.items for need in asked),
        max(need.orders for need in asked),
    )


def to_add(record: Mapping[str, Any]) -> dict[str, Supply]:
    """The entries of each missing state that would judge the rest, `comfortable` as many, by the name of the state.

    Nothing for a run that judged nothing, and for a read-only one: there the reasons say which id to add.
    """
    if record["void"] or record.get("read_only"):
        return {}
    waiting = {
        (entry["check"], state_lacking(entry["reason"]))
        for row in record["rules"]
        for entry in row["checks"]
        if entry["outcome"] == "not-run"
    }
    # A check of another version is taken to use up what it asks for.
    found = supplies(
        {name: recorded_needs().get(check, {}).get(name, Need(1, 1))}
        for check, name in sorted(waiting, key=str)
        if name
    )
    return {name: found[name] for name in record["missing_states"] if name in found}


def as_keys(more: Mapping[str, Supply]) -> list[str]:
    """What to add as the keys of a target file's `states:`, a line each."""
    return [f"{name}:  # {_entries(supply)}" for name, supply in more.items()]


def _entries(supply: Supply) -> str:
    larger = f", {supply.larger}" if supply.larger else ""
    return f"{supply.comfortable} more {'entry' if supply.comfortable == 1 else 'entries'}{larger}"


@cache
def recorded_needs() -> Mapping[str, Mapping[str, Need]]:
    """What each check was recorded to ask for, by its name; a check that asks for nothing is not among them."""
    data = json.loads(DATA.read_text(encoding="utf-8"))
    return {check: {name: Need(**need) for name, need in states.items()} for check, states in data["checks"].items()}


def as_text(needs: Mapping[str, Mapping[str, Need]]) -> str:
    """The text of `needs.json`: a line for each check, without what is 0."""
    lines = [
        f"    {json.dumps(check)}: {json.dumps({name: _short(need) for name, need in sorted(states.items())})}"
        for check, states in sorted(needs.items())
        if states
    ]
    return '{\n  "checks": {\n' + ",\n".join(lines) + "\n  }\n}\n"


def _short(need: Need) -> dict[str, int]:
    return {key: value for key in need.__slots__ if (value := getattr(need, key))}
