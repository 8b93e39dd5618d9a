"""What a process needs to run checks: client, tokens, states, and the trace of the running check."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from orderproof.conformance.config.secret_values import altered, secrets_of
from orderproof.conformance.config.state_kinds import STATES
from orderproof.conformance.errors import StateUnavailable
from orderproof.conformance.kit.api import Orders, prepared_exchange
from orderproof.conformance.kit.breaker import Breaker, line_of
from orderproof.conformance.kit.findings import Inconclusive, NotApplicable, NotRun
from orderproof.conformance.kit.habits import Habits
from orderproof.conformance.kit.polling import Poller
from orderproof.conformance.kit.proof import Proof, prove
from orderproof.conformance.kit.settings import Settings
from orderproof.conformance.kit.tenants import tenant_problem
from orderproof.conformance.kit.trace import Trace
from orderproof.conformance.states.callback import callback_source
from orderproof.conformance.states.journal import Journal
from orderproof.conformance.states.sources import State, States
from orderproof.conformance.states.target_sources import sources_of
from orderproof.conformance.transport.client import Client
from orderproof.conformance.transport.exchange import Exchange, Headers
from orderproof.conformance.transport.retry_after import is_deferred
from orderproof.conformance.transport.token_expiry import DENIED, TokenProbe
from orderproof.conformance.transport.tokens import Tokens


class Session:
    """Everything that checks need, built once in each process."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        target = settings.target
        limits = target.limits
        # The workers share the target's rate limit in equal parts.
        rate = limits.rate / (limits.workers or 1) if limits.rate else None
        self.client = Client(limits.timeout, rate, self._record, target.tls)
        self._side_client = Client(limits.setup, tls=target.tls, reachability=self.client.reachability)
        self.tokens = Tokens(target.auth, self._side_client)
        self._of_target = secrets_of(target)
        self.breaker = Breaker()
        self.trace = Trace()
        self.patience = Poller(settings.patience_seconds, lambda: self.trace.writes())
        self._judges = False
        self._proofs: dict[str, str | None] = {}
        self._given: set[str] = set()
        self._habits = Habits()
        self._tenants: dict[tuple[str | None, str | None], str | None] = {}
        self._refuted: dict[str, str] = {}
        self.token_probe = TokenProbe(settings.learned.accepted)
        self.states = States(
            list(sources_of(target.states, partial(callback_source, self._side_client), Path(settings.folder))),
            Journal(Path(settings.journal)).note if settings.journal else None,
        )

    @property
    def secrets(self) -> frozenset[str]:
        """What no report may show: the target's secrets, every token so far, and what checks make of a token."""
        tokens = frozenset(self.tokens.secrets)
        return self._of_target | tokens | altered(tokens, self.settings.target)

    def _record(self, exchange: Exchange) -> None:
        self.trace.exchanges.append(exchange)
        line = self.breaker.note(exchange)
        if line is not None:
            self.trace.unanswered.add(line)

    def _send(self, method: str, url: str, headers: Headers, body: bytes | None, **how: Any) -> Exchange:
        why = self._why_not_sent(method, url, how["operation"])
        if why:
            return Exchange(method, url, headers, body, 0.0, how["operation"], error=why)
        exchange = self.client.send(method, url, headers, body, **how)
        self.raise_if_inconclusive(exchange)
        return exchange

    def _prepare(self, method: str, url: str, headers: Headers, body: bytes | None, **how: Any) -> Exchange:
        self._why_not_sent(method, url, how["operation"])
        return prepared_exchange(method, url, headers, body, **how)

    def _why_not_sent(self, method: str, url: str, operation: str | None) -> str | None:
        """Why a request is not sent, since it would get no answer. Raises it as `Inconclusive` while a check judges."""
        line = line_of(method, url, operation)
        why = self.breaker.why(method, url, operation)
        if why and line:
            self.trace.unanswered.add(line)
        if why and self._judges:
            raise Inconclusive(why)
        return why

    def raise_if_inconclusive(self, exchange: Exchange) -> None:
        """Raise `Inconclusive` if the result is about the connection, the rate limit or an expired token."""
        if self._judges and exchange.is_unreachable:
            raise Inconclusive(self.breaker.lose(exchange), exchange)
        if self._judges and exchange.dropped:
            self.trace.unanswered.update(filter(None, [line_of(exchange.method, exchange.url, exchange.operation)]))
            raise Inconclusive(f"{exchange.method} {exchange.url}: {exchange.error}; run the check again", exchange)
        if self._judges and is_deferred(exchange):
            asked = exchange.response_header("Retry-After")
            raise Inconclusive(
                f"{exchange.method} {exchange.url} returned {exchange.status} and asks to wait"
                f"{f' (Retry-After: {asked})' if asked else ''} longer or more often than this run waits; "
                "set a lower limits.rate in the target file",
                exchange,
            )
        token = (exchange.request_header("Authorization") or "").removeprefix("Bearer ")
        if token not in self.tokens.secrets:
            return
        is_of_state = any(state.token == token for state in self.trace.states)
        self.token_probe.note(exchange, token if is_of_state else "")
        if not self._judges or exchange.status not in DENIED:
            return
        ended = self.token_probe.replay(self.client, exchange, token if is_of_state else "")
        if ended is not None:
            own = "auth.oauth2" if self.settings.target.auth.oauth2 else "auth.bearer"
            raise Inconclusive(
                f"{'the token of the state' if is_of_state else own}: the token was accepted before and is refused now "
                f"({ended.method} {ended.url} returned {ended.status} too). It may have expired: use a token that is "
                "valid for the whole run, or auth.oauth2, which fetches new tokens",
                exchange,
                ended,
            )

    def orders(self) -> Orders:
        """The documented API of the target."""
        target = self.settings.target
        return Orders(
            self._send,
            {"orders": target.base_url, "order-lines": target.internal_base_url},
            target.headers,
            self.tokens.current,
            self.settings.learned,
            self.patience,
            self._habits,
            self._prepare,
        )

    def take(self, name: str, **params: Any) -> State:
        """Set a state up; `end` tears it down.

        Raises `StateUnavailable`, and `NotApplicable` for a state of a feature that the target file turns off.
        """
        absent = self.settings.target.why_absent(STATES[name].feature if name in STATES else None)
        if absent:
            raise NotApplicable(absent)
        return self._proven(name, params)

    def _proven(self, name: str, params: Mapping[str, Any]) -> State:
        """A state of the check that is what it promises: entries of lists that the server contradicts are passed over.

        What a callback or a provider makes is proven once for each state, and where an order comes a second time.
        """
        wrong: dict[str, str] = {}
        if name in self._refuted:
            # Another one would be made in vain.
            raise StateUnavailable(f"state {name}: {self._refuted[name]}")
        while True:
            state = self._set_up(name, params, wrong)
            if not self._judges or not self._can_be_proven(state):
                return state
            is_again = self._is_again(state)
            entry = self._entry(state, is_again)
            if entry in wrong:
                # One that is only read is handed out again and again.
                raise StateUnavailable(f"state {name}: {entry}: {wrong[entry]}")
            proof = self._proof(entry, state, is_again)
            if proof.why is None and not proof.is_used:
                return state
            self.trace.states.remove(state)
            if state.source != "fixed":
                self.states.teardown(state)
            if proof.why is None:
                continue
            wrong[entry] = proof.why
            if state.source != "fixed":
                told = f"{entry}: {proof.why}"
                self.states.missing.setdefault(name, told)
                if not is_again:
                    self._refuted[name] = told
                raise StateUnavailable(f"state {name}: {told}")

    @contextmanager
    def _without_judging(self) -> Iterator[None]:
        """For requests that prove what a check needs: one without an answer proves nothing, and ends no check."""
        judges, self._judges = self._judges, False
        try:
            yield
        finally:
            self._judges = judges

    @property
    def gone(self) -> str | None:
        """Why the target cannot be reached any more; None where it can."""
        return self.breaker.lost(self.settings.target.base_url)

    def _tenant_problem(self, state: State) -> str | None:
        """Why the tenant that a state names cannot be used: asked once for each address and token."""
        tenant = (state.base_url, state.token)
        if tenant != (None, None) and tenant not in self._tenants:
            # An address where nothing answers makes the state unusable, not the check inconclusive.
            first = len(self.trace.exchanges)
            with self._without_judging():
                self._tenants[tenant] = tenant_problem(self.orders(), state, self.settings.target.base_url)
            sent = range(first, len(self.trace.exchanges))
            self.trace.proofs.update(sent)
            if self._tenants[tenant]:
                self.trace.misdirected.update(sent)
        return self._tenants.get(tenant)

    def _set_up(self, name: str, params: Mapping[str, Any], wrong: Mapping[str, str]) -> State:
        """A state of the check that can be asked about: on a tenant that can be used, and readable by now."""
        try:
            state = self.states.setup(name, **params)
        except StateUnavailable as error:
            told = "; ".join(f"{entry}: {why}" for entry, why in wrong.items())
            raise type(error)(f"state {name}: {told}" if told else str(error)) from None
        if state.token:
            self.tokens.secrets.add(state.token)
        if twin := self.trace.twin_of(state):
            self.states.teardown(state)
            raise StateUnavailable(f"state {name}: states.{state.source} gave {twin}")
        # Before any request about it: whose token is refused is told by the states of the check.
        self.trace.states.append(state)
        why = self._tenant_problem(state)
        if why:
            one = self._entry(state, False) + " is" if state.source == "fixed" else f"states.{state.source} gave one"
            raise StateUnavailable(f"state {name}: {one} on a tenant of its own, and {why}")
        # An entry of a fixed list was not created for the check, so it is not a new order.
        if self.settings.learned.reads_late and state.source != "fixed":
            self._wait_until_readable(state)
        return state

    def _proof(self, entry: str, state: State, is_again: bool) -> Proof:
        """What the server says against a state: asked once, and kept; asked anew of an order that is given again."""
        if is_again or entry not in self._proofs:
            first = len(self.trace.exchanges)
            # Of an order that was given before, a check may have canceled or extended it: that is no one else's doing.
            may_act = state.source != "fixed" and not is_again
            with self._without_judging():
                proof = prove(self.orders(), state, self.settings.learned, may_act=may_act)
            self.trace.proofs.update(range(first, len(self.trace.exchanges)))
            self._proofs[entry] = proof.why
            return proof
        return Proof(self._proofs[entry])

    def _can_be_proven(self, state: State) -> bool:
        listed = self.settings.target.states.fixed.get(state.name, ())
        return state.source != "fixed" or dict(state.values) in listed

    def _is_again(self, state: State) -> bool:
        """Whether a callback or a provider has given the order of a state before; it is remembered from now on."""
        order = state.values.get("order_uuid")
        if order is None or state.source == "fixed":
            return False
        was_given = order in self._given
        self._given.add(order)
        return was_given

    def _entry(self, state: State, is_again: bool) -> str:
        """A state as people find it: `entry 2 of order-closed`, `states.callback gave order-closed`."""
        if state.source == "fixed":
            entries = self.settings.target.states.fixed[state.name]
            return f"entry {entries.index(dict(state.values)) + 1} of {state.name}"
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
        for id_, id_type in ids:
            for _ in self.patience.attempts(f"that a state can be read: {state.name}"):
                if self.orders().show(state, id=id_, id_type=id_type).status != 404:
                    break

    def state(self, name: str, **params: Any) -> State:
        """Set a state up for the running check. Raises `NotRun` with the reason if it is not available."""
        try:
            return self.take(name, **params)
        except StateUnavailable as error:
            raise NotRun(str(error)) from None

    def begin(self) -> None:
        """Start the trace of a check."""
        self.trace = Trace()
        self._judges = True

    def end(self) -> Trace:
        """End the check: tear its states down and return its trace."""
        trace = self.trace
        for state in reversed(trace.states):
            self.states.teardown(state)
        return trace

    def close(self) -> None:
        """Close all connections."""
        self.client.close()
        self._side_client.close()


SESSION = pytest.StashKey[Session]()
"""Where pytest's configuration keeps the session of a process that runs checks."""
