"""The pool of states: test data that checks gave back as good as its contract promises, and lists from target files.

On a real tenant an order costs a second and somebody's patience, so a state serves one check after the other. What a
state promises, and what leaves it as promised, stands in the table of states; what was done to it is for the caller to
say. One pool serves every process of a run.
"""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from orderproof.conformance.config.state_kinds import EXTENDED, STATES, UNREAD
from orderproof.conformance.errors import StateUnavailable
from orderproof.conformance.states.sources import COUNTED, FIXED, State, fits, noun, words
from orderproof.conformance.transport.exchange import Exchange

# An entry of a list that another process has may come back; longer than this a check does not wait for it.
_WAIT_SECONDS = 60.0
# The promise of `order-in-grace-period`, and how long an order of which no due_at is known is taken to keep it.
_LEFT = timedelta(minutes=10)
_KEEPS_SECONDS = 300.0
_USED_UP = 2
SMALL = 12
"""A customer with so many orders, or an order with so many items, serves whoever asks for less: it is quick to read."""


class Contended(Exception):  # noqa: N818 - nothing is wrong
    """Each process waits for states that another one has: give back what you have, and start again."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What a check asks for.

    `is_fresh`: no check had it before. `is_unchanged`: nothing was done to it. `busy` are the orders and customers that
    the check has already. `after` is what must have been done to it: one that a check used up serves who wants that.
    `waits`: for so many seconds one that another process has is waited for, before one is set up.
    """

    name: str
    params: Mapping[str, Any]
    is_fresh: bool = False
    is_unchanged: bool = False
    busy: tuple[str, ...] = ()
    after: str | None = None
    waits: float = 0.0


@dataclass(frozen=True, slots=True)
class Kept:
    """A state that was lent or can be: what was done to it (see `state_kinds`), and by which checks it was used.

    `since` is when it was set up, and `changed_at` when something was done to it last, in seconds since the epoch.
    `readings` is what the server said of it since.
    """

    state: State
    since: float
    done: frozenset[str] = frozenset()
    checks: tuple[str, ...] = ()
    number: int = -1
    changed_at: float = 0.0
    readings: tuple[Exchange, ...] = ()

    @property
    def subject(self) -> str:
        """The order or customer that the state is about."""
        return subject_of(self.state)


def subject_of(state: State) -> str:
    """The order or customer that a state is about: two states may be about the same one."""
    values = state.values
    return str(values.get("order_uuid") or values.get("order_id") or values.get("customer_id"))


class Pool:
    """States to lend. `entries` are the lists of a target file."""

    def __init__(self, entries: Mapping[str, Sequence[Mapping[str, Any]]] | None = None) -> None:
        self._listed = {name: list(listed) for name, listed in (entries or {}).items()}
        self._free: list[Kept] = []
        self._lent: dict[int, tuple[Kept, str]] = {}
        self._waiting: set[str] = set()
        self._making: dict[str, Demand] = {}
        self._number = 0
        self._changed = threading.Condition()
        self._accepted: set[str] = set()
        for name, listed in self._listed.items():
            for values in listed:
                if UNREAD in values:
                    continue
                self.give_back(Kept(State(name, {}, values, FIXED), 0.0))

    def lend(self, demand: Demand, holder: str) -> Kept | None:
        """A state that serves the demand, until it is given back; None where it must be set up.

        Raises `StateUnavailable` where a list of the target file has no such state left, and `Contended` where each
        holder waits for another.
        """
        is_listed = demand.name in self._listed
        deadline = time.monotonic() + (_WAIT_SECONDS if is_listed else demand.waits)
        with self._changed:
            self._making.pop(holder, None)
            while True:
                found = self._first(demand)
                if found is not None:
                    self._free.remove(found)
                    self._lent[found.number] = (found, holder)
                    return found
                if demand.after:
                    return None
                is_late = time.monotonic() >= deadline
                if is_listed and (is_late or not self._may_come_back(demand, holder)):
                    raise StateUnavailable(self._used_up(demand))
                if not is_listed and (is_late or not self._is_awaited(demand, holder)):
                    self._making[holder] = demand
                    return None
                self._waiting.add(holder)
                try:
                    self._changed.wait(deadline - time.monotonic())
                finally:
                    self._waiting.discard(holder)

    def give_back(self, kept: Kept) -> None:
        """Keep a state for other checks: one that was lent, with what was done to it since, or a new one."""
        with self._changed:
            self._lent.pop(kept.number, None)
            self._add(kept)

    def has_enough(self, kept: Kept) -> bool:
        """Whether there are as many that were used up in the same way as checks that may want one at the same time."""
        with self._changed:
            return sum((one.state.name, one.done) == (kept.state.name, kept.done) for one in self._free) >= _USED_UP

    def drop(self, kept: Kept) -> list[State]:
        """Do not lend a state again, nor another that is about the same order. Returns the others, to be torn down."""
        with self._changed:
            self._lent.pop(kept.number, None)
            return self._remove(lambda one: one.subject == kept.subject)

    def drop_customer(self, customer_id: str) -> list[State]:
        """Do not lend a customer again whose orders have become more. Returns the states, to be torn down."""
        with self._changed:
            return self._remove(lambda one: "order_ids" in one.state.values and one.subject == customer_id)

    def drain(self) -> list[State]:
        """Every state that was set up for the run and is not lent, to be torn down: nothing of it is lent again."""
        with self._changed:
            return self._remove(lambda one: one.state.source != FIXED)

    def note_accepted(self, keys: frozenset[str]) -> None:
        """Keep which requests were accepted for an order in which state."""
        self._accepted |= keys

    def accepted(self) -> frozenset[str]:
        """The requests that were accepted."""
        return frozenset(self._accepted)

    def _add(self, kept: Kept) -> None:
        number = kept.number
        if number < 0:
            number, self._number = self._number, self._number + 1
        self._free.append(replace(kept, number=number))
        # The order in which states come back depends on the processes; which of them is lent must not.
        self._free.sort(key=lambda one: one.number)
        self._changed.notify_all()

    def _remove(self, is_gone: Any) -> list[State]:
        gone = [one for one in self._free if is_gone(one)]
        self._free = [one for one in self._free if not is_gone(one)]
        self._changed.notify_all()
        return [one.state for one in gone]

    def _first(self, demand: Demand) -> Kept | None:
        """What serves a demand and is least worth to others: of its own kind, used before, and the smallest."""
        lent = {kept.subject for kept, _ in self._lent.values()}
        fitting = [one for one in self._free if serves(one, demand) and one.subject not in lent]
        return min(fitting, key=lambda one: _worth(one, demand), default=None)

    def _others_with(self, demand: Demand, holder: str) -> set[str]:
        """The other holders who have what would serve."""
        return {by for kept, by in self._lent.values() if by != holder and serves(kept, demand)}

    def _is_awaited(self, demand: Demand, holder: str) -> bool:
        """Whether another holder, who waits for nothing, has or makes what would serve: it is back soon."""
        makers = {by for by, made in self._making.items() if by != holder and _would_serve(made, demand)}
        return bool((self._others_with(demand, holder) | makers) - self._waiting)

    def _may_come_back(self, demand: Demand, holder: str) -> bool:
        """Whether waiting helps: another holder has what would serve. Raises `Contended` where that one waits too."""
        others = self._others_with(demand, holder)
        if others and others <= self._waiting:
            raise Contended
        return bool(others)

    def _used_up(self, demand: Demand) -> str:
        """Why a list has no state for a demand."""
        listed = self._listed[demand.name]
        unread = [f"; entry {index + 1}: {one[UNREAD]}" for index, one in enumerate(listed) if UNREAD in one]
        return self._why_none(demand) + "".join(unread)

    def _why_none(self, demand: Demand) -> str:
        name, params = demand.name, demand.params
        listed = [one for one in self._listed[name] if UNREAD not in one]
        asked = f" with {words(params)}" if params else ""
        fitting = [values for values in listed if fits(values, params)]
        if not listed:
            is_empty = "has no entry that can be read" if self._listed[name] else "is empty"
            return f"the list under states.{name} {is_empty}; add entries"
        if not fitting:
            return f"states.{name} lists no {noun(name)}{asked}; add one"
        used = f"all {len(fitting)} {noun(name)}s" if len(fitting) > 1 else f"the only {noun(name)}"
        return f"{used}{asked} under states.{name} {'are' if len(fitting) > 1 else 'is'} used; add more"


def serves(kept: Kept, demand: Demand) -> bool:
    """Whether a state is what a demand asks for: of that kind, or of one that promises all of it and more."""
    state = kept.state
    kind = STATES[state.name]
    if demand.name not in (kind.listed_as if state.source == FIXED else (state.name, *kind.serves)):
        return False
    more = kept.done - (kind.stays_after or frozenset())
    if more != ({demand.after} if demand.after else set()):
        return False
    if (demand.is_fresh and kept.checks) or (demand.is_unchanged and kept.done) or kept.subject in demand.busy:
        return False
    if state.name != demand.name and (state.base_url, state.token) != (None, None):
        # Which tenant a state is on is part of what its source means by its name.
        return False
    return (
        fits({**state.params, **state.values}, demand.params)
        and _suits(state, demand)
        and (state.source == FIXED or _keeps(kept))
    )


def _would_serve(made: Demand, demand: Demand) -> bool:
    """Whether the state that is set up for one demand may serve another afterwards."""
    is_kind = demand.name == made.name or demand.name in STATES[made.name].serves
    is_kept = STATES[made.name].stays_after is not None and not demand.is_fresh
    has = made.params
    is_enough = all(
        wanted is None or (has.get(key) or 0) >= wanted for key, wanted in demand.params.items() if key in COUNTED
    )
    return is_kind and is_kept and is_enough and not set(demand.params) - COUNTED.keys()


def _suits(state: State, demand: Demand) -> bool:
    """Whether a state that was set up for other parameters is not much larger: reading it would cost a page."""
    if state.source == FIXED:
        return True
    asked, has = demand.params.get("orders"), len(state.values.get("order_ids", ()))
    if asked is not None and (asked == 0) != (has == 0):
        return False
    if asked is not None and has > max(asked, SMALL):
        return False
    items, shown = demand.params.get("items"), len(state.values.get("item_uuids", ()))
    return items is None or shown <= max(items, SMALL)


def _keeps(kept: Kept) -> bool:
    """Whether a state that was set up for the run still is in its grace period, where it promises that."""
    if not STATES[kept.state.name].ages:
        return True
    due_at = kept.state.values.get("due_at")
    if due_at is not None:
        try:
            return datetime.fromisoformat(str(due_at)) - datetime.now(UTC) >= _LEFT
        except (ValueError, TypeError):
            return False
    return EXTENDED in kept.done or time.time() - kept.since < _KEEPS_SECONDS


def _worth(kept: Kept, demand: Demand) -> tuple[int, int, int, int, int]:
    values = kept.state.values
    return (
        kept.state.source != FIXED,
        kept.state.name != demand.name,
        not kept.done,
        len(values.get("order_ids", ())) + len(values.get("item_uuids", ())),
        kept.number,
    )
