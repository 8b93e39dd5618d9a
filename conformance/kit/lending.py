"""Lends states to checks: those of the pool, or else new ones, each held against what the server says of it.

A state that a check gives back serves the next one, as long as what was done to it leaves it as it was promised. So it
may acquit a rule; what fails on it is tried again on one that nobody had before.
"""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from orderproof.conformance.config.state_kinds import STATES
from orderproof.conformance.errors import StateUnavailable
from orderproof.conformance.kit.effects import accepted_for, effects_on
from orderproof.conformance.kit.proof import Proof, prove, without_judging
from orderproof.conformance.kit.settings import LAVISH, Settings
from orderproof.conformance.kit.tenants import tenant_problem
from orderproof.conformance.kit.terms import Borrower, Terms
from orderproof.conformance.kit.trace import Trace
from orderproof.conformance.states.pool import SMALL, Demand, Kept, Pool, subject_of
from orderproof.conformance.states.sources import FIXED, State, States, checked
from orderproof.conformance.transport.exchange import Exchange

# Another process that has a state is waited for as long as a new one costs, and at least as a check has it.
_SHORTEST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS = 0.3, 2.0


class Lending:
    """The states of one process' checks. `pool` is shared by the whole run; `holder` names this process there."""

    def __init__(self, borrower: Borrower, settings: Settings, states: States, pool: Pool, holder: str) -> None:
        self._borrower = borrower
        self._target = settings.target
        self._learned = settings.learned
        self._reads_only = settings.read_only
        self._is_thrifty = settings.profile != LAVISH
        self.states = states
        self.pool = pool
        self._holder = holder
        self.terms = Terms()
        self._kept: dict[int, Kept] = {}
        self._proofs: dict[str, str | None] = {}
        self._given: set[str] = set()
        self._tenants: dict[tuple[str | None, str | None], str | None] = {}
        self._refuted: dict[str, str] = {}
        self._accepted: frozenset[str] = frozenset()

    @property
    def used_before(self) -> list[Kept]:
        """Those of the running check's states that another check had before."""
        return [kept for kept in self._kept.values() if kept.checks]

    def was_accepted(self, request: str, state: State) -> bool:
        """Whether the run has seen a request accepted for an order in this state: such an order need not be used up."""
        if (
            self.terms.is_fresh
            or not self._target.states.reuse
            or not self._is_thrifty
            or state.base_url
            or state.token
        ):
            return False
        key = f"{request} {state.name}"
        if key not in self._accepted:
            self._accepted = self.pool.accepted()
        return key in self._accepted

    def used_up(self, name: str, after: str) -> State | None:
        """A state that an earlier check used up in this way, for who wants just that; None where there is none."""
        if self.terms.is_fresh or not self._is_thrifty or not self._target.states.reuse:
            return None
        kept = self.pool.lend(self._demand(name, {}, after), self._holder)
        if kept is None:
            return None
        state = replace(kept.state, name=name, params={})
        self._hand_over(state, kept)
        return state

    def _demand(self, name: str, params: Mapping[str, Any], after: str | None = None) -> Demand:
        busy = tuple(subject_of(one) for one in self._borrower.trace.states)
        # A customer is only read, so an entry serves every check.
        is_used_up = not self._target.states.reuse and "order_uuid" in STATES[name].values
        costs = 2 * self.states.longest_seconds
        waits = min(max(costs, _SHORTEST_WAIT_SECONDS), _LONGEST_WAIT_SECONDS) if self._is_thrifty else 0.0
        return Demand(name, params, self.terms.is_fresh or is_used_up, self.terms.is_unchanged, busy, after, waits)

    def take(self, name: str, params: Mapping[str, Any], *, is_new: bool = False) -> State:
        """A state for the running check. Raises `StateUnavailable`, and `Contended` where each process waits."""
        wrong: dict[str, str] = {}
        params = {key: value for key, value in {**STATES[name].params, **params}.items() if value is not None}
        while True:
            state = self._lent(name, params, wrong, is_new=is_new) or self._new(name, self._generous(params))
            if self._is_proven(state, wrong):
                return state

    def _lent(self, name: str, params: Mapping[str, Any], wrong: Mapping[str, str], *, is_new: bool) -> State | None:
        """A state of the pool, or None where it is to be set up. Raises `StateUnavailable` where a list is used up."""
        if (is_new or self.terms.is_new or not self._target.states.reuse) and name not in self._target.states.fixed:
            return None
        try:
            kept = self.pool.lend(self._demand(name, params), self._holder)
            if kept is not None and kept.state.source == FIXED:
                checked(name, params, kept.state.values)
        except StateUnavailable as error:
            self.states.missing.setdefault(name, str(error))
            told = "; ".join(f"{entry}: {why}" for entry, why in wrong.items())
            raise StateUnavailable(f"state {name}: {told or error}") from None
        if kept is None:
            return None
        # Under the name that was asked for: what it promises besides is nothing to the check.
        state = replace(kept.state, name=name, params=params)
        self._hand_over(state, kept)
        return state

    def _generous(self, params: dict[str, Any]) -> dict[str, Any]:
        """A customer that the quick profile sets up serves every later check that wants no more than a few pages."""
        borrower = self._borrower
        has_one = any("order_ids" in one.values for one in borrower.trace.states)
        if borrower.trace.known is None or has_one or not 0 < params.get("orders", 0) < SMALL:
            return params
        return {**params, "orders": SMALL}

    def _new(self, name: str, params: Mapping[str, Any]) -> State:
        """A state that is set up now, and can be read by now."""
        if name in self._refuted:
            # Another one would be made in vain.
            raise StateUnavailable(f"state {name}: {self._refuted[name]}")
        state = self.states.setup(name, **params)
        if twin := self._borrower.trace.twin_of(state):
            self.states.teardown(state)
            raise StateUnavailable(f"state {name}: states.{state.source} gave {twin}")
        self._hand_over(state, Kept(state, time.time()))
        # Somebody's source may make every order for the same customer, whose history has one more now.
        self._tear_down(self.pool.drop_customer(str(state.values["customer_id"])))
        return state

    def _hand_over(self, state: State, kept: Kept) -> None:
        """Before any request about it: whose token is refused is told by the states of the check."""
        self._kept[id(state)] = kept
        self._borrower.trace.states.append(state)
        if self._borrower.trace.known is not None:
            self._borrower.trace.known.add(kept.readings)
        if state.token:
            self._borrower.tokens.secrets.add(state.token)

    def _is_proven(self, state: State, wrong: dict[str, str]) -> bool:
        """Whether a state of the check is what it promises. Raises `StateUnavailable` where no other is to be had.

        Of what a callback or a provider makes, one for each state is proven, and an order that comes a second time. An
        entry of a list is proven each time: it is old, and there are others.
        """
        borrower, kept = self._borrower, self._kept[id(state)]
        if kept.checks and state.source != FIXED:
            return True
        why = self._tenant_problem(state)
        if why:
            one = self.place_of(state, False) + " is" if state.source == FIXED else f"states.{state.source} gave one"
            # It stays among the states of the check: the token that was refused is its own.
            self._discard(state)
            raise StateUnavailable(f"state {state.name}: {one} on a tenant of its own, and {why}")
        # An entry of a fixed list was not created for the check, so it is not a new order.
        if self._learned.reads_late and state.source != FIXED:
            self._wait_until_readable(state)
        if not borrower.judges:
            return True
        is_again = self._is_again(state)
        entry = self.place_of(state, is_again)
        proof = self._proof(entry, state, is_again or (state.source == FIXED and bool(kept.checks)))
        if proof.why is None and not proof.is_used:
            return True
        self._discard(state)
        borrower.trace.states.remove(state)
        if proof.why is None:
            return False
        wrong[entry] = proof.why
        if state.source != FIXED:
            told = f"{entry}: {proof.why}"
            self.states.missing.setdefault(state.name, told)
            if not is_again:
                self._refuted[state.name] = told
            raise StateUnavailable(f"state {state.name}: {told}")
        return False

    def _tenant_problem(self, state: State) -> str | None:
        """Why the tenant that a state names cannot be used: asked once for each address and token."""
        tenant = (state.base_url, state.token)
        borrower = self._borrower
        if tenant != (None, None) and tenant not in self._tenants:
            first = len(borrower.trace.exchanges)
            with without_judging(self._borrower):
                self._tenants[tenant] = tenant_problem(borrower.orders(), state, self._target.base_url)
            sent = range(first, len(borrower.trace.exchanges))
            borrower.trace.proofs.update(sent)
            if self._tenants[tenant]:
                borrower.trace.misdirected.update(sent)
        return self._tenants.get(tenant)

    def _proof(self, entry: str, state: State, is_again: bool) -> Proof:
        """What the server says against a state: asked once, and kept; asked anew of an order that is given again."""
        if is_again or entry not in self._proofs:
            trace = self._borrower.trace
            first = len(trace.exchanges)
            # Of an order that was given before, a check may have canceled or extended it: that is no one else's doing.
            reads_only = self._reads_only
            may_act = state.source != FIXED and not is_again and not reads_only
            with without_judging(self._borrower):
                orders = self._borrower.orders()
                proof = prove(orders, state, self._learned, may_act=may_act, reads_only=reads_only)
            trace.proofs.update(range(first, len(trace.exchanges)))
            self._proofs[entry] = proof.why
            return proof
        return Proof(self._proofs[entry])

    def _is_again(self, state: State) -> bool:
        """Whether a callback or a provider has given the order of a state before; it is remembered from now on."""
        order = state.values.get("order_uuid")
        if order is None or state.source == FIXED:
            return False
        was_given = order in self._given
        self._given.add(order)
        return was_given

    def place_of(self, state: State, is_again: bool = False) -> str:
        """A state as people find it: `entry 2 of order-closed`, `states.callback gave order-closed`."""
        if state.source == FIXED:
            name, subject = self._kept[id(state)].state.name, subject_of(state)
            subjects = [subject_of(State(name, {}, values)) for values in self._target.states.fixed[name]]
            return f"entry {subjects.index(subject) + 1} of {name}"
        if is_again:
            return f"states.{state.source} gave the order {state.order_uuid} a second time"
        tenant = f" at {state.base_url}" if state.base_url else ""
        article = "an" if state.name[0] == "o" else "a"
        return f"states.{state.source} gave {article} {state.name}{tenant} that is none"

    def _wait_until_readable(self, state: State) -> None:
        """Poll until the orders of a new state can be read; if they never can, the check reports it."""
        ids = [(state.values["order_uuid"], "internal")] if "order_uuid" in state.values else []
        if not ids:
            # The orders were created one after the other, so with the first and the last all of them can be read.
            listed = state.values.get("order_ids") or ()
            ids = [(one, "external") for one in dict.fromkeys((*listed[:1], *listed[-1:]))]
        borrower = self._borrower
        for id_, id_type in ids:
            for _ in borrower.patience.attempts(f"a new {state.name} to be readable"):
                if borrower.orders().show(state, id=id_, id_type=id_type).status != 404:
                    break

    def end(self, check: str, *, is_well: bool) -> None:
        """Take the states of a check back: into the pool where they are as promised, else they are torn down.

        `is_well`: the check ended without a finding, so that what it did to them is known.
        """
        trace = self._borrower.trace
        for state in reversed(trace.states):
            kept = self._kept.get(id(state))
            if kept is None:
                continue
            updated = self._as_left(state, kept, trace, is_well=is_well)
            if updated is None:
                self._discard(state)
            else:
                self.pool.give_back(replace(updated, checks=(*kept.checks, check)))
        self._kept.clear()
        accepted = accepted_for(trace.states, trace.exchanges[trace.earlier :])
        if not accepted <= self._accepted:
            self.pool.note_accepted(accepted)

    def _as_left(self, state: State, kept: Kept, trace: Trace, *, is_well: bool) -> Kept | None:
        """A state as a check leaves it; None where it is not what it was promised to be any more."""
        stays_after, reuse = STATES[kept.state.name].stays_after, self._target.states.reuse
        # There is no other in place of an entry of a list, and it is read again before it is lent again.
        is_listed = kept.state.source == FIXED
        if not is_listed and (stays_after is None or not is_well or not reuse):
            return None
        effects = effects_on(state, trace.states, trace.exchanges[trace.earlier :])
        if effects is None:
            return None
        done = kept.done | effects.done
        more = done - (stays_after or frozenset())
        changed_at = time.time() if effects.done else kept.changed_at
        updated = replace(kept.state, values=effects.state.values)
        left = replace(kept, state=updated, done=done, changed_at=changed_at, readings=_readings(trace, updated))
        # One that was used up serves whoever wants a canceled one, as long as there is no other.
        is_wanted = len(more) == 1 and is_well and not self.pool.has_enough(left)
        return left if not more or is_wanted else None

    def _discard(self, state: State) -> None:
        kept = self._kept.pop(id(state))
        self._tear_down([kept.state, *self.pool.drop(kept)])

    def _tear_down(self, states: list[State]) -> None:
        for state in states:
            self.states.teardown(state)


def _readings(trace: Trace, state: State) -> tuple[Exchange, ...]:
    """What the check that had a state knows of it, for the next one."""
    ids = (state.values.get(key) for key in ("order_uuid", "order_id", "customer_id"))
    return trace.known.about([quote(one, safe="") for one in ids if one]) if trace.known else ()
