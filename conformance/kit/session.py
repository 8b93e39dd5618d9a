"""What a process needs to run checks: client, tokens, states, and the trace of the running check."""

import os
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import pytest

from orderproof.conformance.config.secret_values import altered, secrets_of
from orderproof.conformance.config.state_kinds import STATES
from orderproof.conformance.errors import StateUnavailable
from orderproof.conformance.kit.api import Orders, prepared_exchange
from orderproof.conformance.kit.breaker import Breaker, line_of
from orderproof.conformance.kit.findings import Inconclusive, NotApplicable, NotRun
from orderproof.conformance.kit.habits import Habits
from orderproof.conformance.kit.known_answers import KnownAnswers
from orderproof.conformance.kit.lending import Lending
from orderproof.conformance.kit.polling import Poller
from orderproof.conformance.kit.read_only import guard, lacking
from orderproof.conformance.kit.settings import QUICK, Settings
from orderproof.conformance.kit.terms import Terms
from orderproof.conformance.kit.trace import Trace
from orderproof.conformance.states.callback import callback_source
from orderproof.conformance.states.injection import injection_source
from orderproof.conformance.states.journal import Journal
from orderproof.conformance.states.platform import ORDERS_PER_SECOND, Access
from orderproof.conformance.states.pool import Pool
from orderproof.conformance.states.shared_pool import connected
from orderproof.conformance.states.sources import State, States
from orderproof.conformance.states.target_sources import sources_of
from orderproof.conformance.transport.activity import note_request
from orderproof.conformance.transport.client import Client
from orderproof.conformance.transport.exchange import Exchange, Headers
from orderproof.conformance.transport.retry_after import is_deferred
from orderproof.conformance.transport.token_expiry import DENIED, TokenProbe
from orderproof.conformance.transport.tokens import Tokens
from orderproof.conformance.transport.waiting import RateLimit, SharedRate, Waiting

Case = TypeVar("Case")


class Session:
    """Everything that checks need, built once in each process."""

    def __init__(self, settings: Settings, pool: Pool | None = None, tokens: Tokens | None = None) -> None:
        self.settings = settings
        target = settings.target
        limits = target.limits
        shared_at = settings.shared_at
        # The processes of a run keep the target's rate together.
        self.has_shared_rate = bool(shared_at and limits.rate)
        rate = SharedRate(connected(shared_at, "rate")) if shared_at and limits.rate else limits.rate
        may_send = guard(is_read_only=settings.read_only)
        has_own_host = any(name.lower() == "host" for name in target.headers)
        self.client = Client(limits.timeout, rate, self._record, target.tls, guard=may_send, has_own_host=has_own_host)
        self.client.waiting = Waiting(settings.learned.asks_in_vain)
        # For all that is no request of a check: tokens, states, and what is asked before a run.
        self.side_client = Client(
            limits.setup,
            tls=target.tls,
            reachability=self.client.reachability,
            # Orders are injected at the target itself.
            has_own_host=has_own_host and target.states.injection is not None,
        )
        # One token for the whole run: some token endpoints end the last one as they issue the next.
        of_all = connected(shared_at, "tokens") if shared_at and target.auth.oauth2 else None
        self.tokens = tokens or Tokens(target.auth, self.side_client, of_all)
        self._of_target = secrets_of(target)
        self.breaker = Breaker()
        self.trace = Trace()
        self.patience = Poller(settings.patience_seconds, lambda: self.trace.writes(), self._ask_anew)
        self.judges = False
        self.judged: Callable[[Exchange], Any] = lambda exchange: ()
        """What passive validation says of an answer, for one that is too large to be kept until its check has ended."""
        self._habits = Habits()
        self.token_probe = TokenProbe(settings.learned.accepted)
        # Beside the checks, and within the same rate.
        injections = (
            SharedRate(connected(shared_at, "injections"))
            if shared_at and target.states.injection
            else RateLimit(ORDERS_PER_SECOND)
        )
        access = Access(self.side_client, target, self.tokens.current, self.client.wait_for_rate, injections.wait)
        self.states = States(
            list(
                sources_of(
                    target.states,
                    partial(callback_source, self.side_client),
                    partial(injection_source, access, run=settings.run),
                    Path(settings.folder),
                )
            ),
            Journal(Path(settings.journal)).note if settings.journal else None,
        )
        self._owns_pool = pool is None and shared_at is None
        self.pool = pool or (connected(shared_at) if shared_at else Pool(target.states.fixed))
        self.lending = Lending(self, settings, self.states, self.pool, f"process {os.getpid()}")

    @property
    def secrets(self) -> frozenset[str]:
        """What no report may show: the target's secrets, every token so far, and what checks make of a token."""
        tokens = frozenset(self.tokens.secrets)
        return self._of_target | tokens | altered(tokens, self.settings.target)

    @property
    def gone(self) -> str | None:
        """Why the target cannot be reached any more; None where it can."""
        return self.breaker.lost(self.settings.target.base_url)

    def _record(self, exchange: Exchange) -> None:
        note_request()
        self.trace.add(exchange, self.judged)
        line = self.breaker.note(exchange)
        if line is not None:
            self.trace.unanswered.add(line)

    def _send(self, method: str, url: str, headers: Headers, body: bytes | None, **how: Any) -> Exchange:
        why = self._why_not_sent(method, url, how["operation"])
        if why:
            return Exchange(method, url, headers, body, 0.0, how["operation"], error=why)
        known = self.trace.known if self.judges else None
        exchange = known.recall(method, url, headers, body) if known else None
        if exchange is not None:
            return exchange
        exchange = self.client.send(method, url, headers, body, **how)
        token = self._new_token(exchange)
        if token:
            others = [one for one in headers if one[0].lower() != "authorization"]
            exchange = self.client.send(method, url, [*others, ("Authorization", f"Bearer {token}")], body, **how)
        self.raise_if_inconclusive(exchange)
        return exchange

    def _ask_anew(self) -> None:
        if self.trace.known is not None:
            self.trace.known.forget()

    def sample(self, cases: Iterable[Case], count: int = 1) -> list[Case]:
        """The cases of a table that the running check tries: in the quick profile a few, others for another seed."""
        found = list(cases)
        if self.settings.profile != QUICK or len(found) <= count:
            return found
        chosen = Random(f"{self.settings.seed} {self.trace.check}").sample(range(len(found)), count)
        return [found[index] for index in sorted(chosen)]

    def _prepare(self, method: str, url: str, headers: Headers, body: bytes | None, **how: Any) -> Exchange:
        self._why_not_sent(method, url, how["operation"])
        return prepared_exchange(method, url, headers, body, **how)

    def _why_not_sent(self, method: str, url: str, operation: str | None) -> str | None:
        """Why a request is not sent, since it would get no answer. Raises it as `Inconclusive` while a check judges."""
        line = line_of(method, url, operation)
        why = self.breaker.why(method, url, operation)
        if why and line:
            self.trace.unanswered.add(line)
        if why and self.judges:
            raise Inconclusive(why)
        return why

    def _new_token(self, exchange: Exchange) -> str | None:
        """Another access token where that of a denied request has ended before its time; None where it has not.

        What is refused with a token that was made on purpose, or that another request is granted with, is the server's
        answer.
        """
        token, is_of_state = self._token_of(exchange)
        if exchange.status not in DENIED or token != self.tokens.newest or is_of_state:
            return None
        if self.settings.target.auth.oauth2 is None or self.token_probe.replay(self.client, exchange, "") is None:
            return None
        return self.tokens.renewed(token)

    def _token_of(self, exchange: Exchange) -> tuple[str, bool]:
        """The token of a request, and whether it is that of a state of the check."""
        token = (exchange.request_header("Authorization") or "").removeprefix("Bearer ")
        return token, any(state.token == token for state in self.trace.states)

    def raise_if_inconclusive(self, exchange: Exchange) -> None:
        """Raise `Inconclusive` if the result is about the connection, the rate limit or an expired token."""
        if self.judges and exchange.is_unreachable:
            raise Inconclusive(self.breaker.lose(exchange), exchange)
        if self.judges and exchange.dropped:
            self.trace.unanswered.update(filter(None, [line_of(exchange.method, exchange.url, exchange.operation)]))
            raise Inconclusive(f"{exchange.method} {exchange.url}: {exchange.error}; run the check again", exchange)
        if self.judges and is_deferred(exchange):
            asked = exchange.response_header("Retry-After")
            raise Inconclusive(
                f"{exchange.method} {exchange.url} returned {exchange.status} and asks to wait"
                f"{f' (Retry-After: {asked})' if asked else ''} longer or more often than this run waits; "
                "set a lower limits.rate in the target file",
                exchange,
            )
        token, is_of_state = self._token_of(exchange)
        if token not in self.tokens.secrets:
            return
        self.token_probe.note(exchange, token if is_of_state else "")
        if not self.judges or exchange.status not in DENIED:
            return
        ended = self.token_probe.replay(self.client, exchange, token if is_of_state else "")
        if ended is not None:
            raise Inconclusive(self._told_end(ended, is_of_state=is_of_state), exchange, ended)

    def _told_end(self, ended: Exchange, *, is_of_state: bool) -> str:
        """Why a token says nothing about the rule: a request that was granted before is denied now."""
        told = f"({ended.method} {ended.url} returned {ended.status} too)"
        if self.settings.target.auth.oauth2 and not is_of_state:
            return (
                f"auth.oauth2: tokens of the token endpoint were accepted before, and are refused now {told}. "
                "Can the client still do what it could when the run began?"
            )
        own = "the token of the state" if is_of_state else "auth.bearer"
        return (
            f"{own}: the token was accepted before and is refused now {told}. It may have expired: use a token that is "
            "valid for the whole run, or auth.oauth2, which fetches new tokens"
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
            self.lending.was_accepted,
            self._prepare,
            self.sample,
            self.trace.known,
        )

    def take(self, name: str, *, is_new: bool = False, **params: Any) -> State:
        """A state of the test data for the running check, until `end`.

        `is_new`: set up now, and not one that another check had before. Raises `StateUnavailable`, and `NotApplicable`
        for a state of a feature that the target file turns off.
        """
        absent = self.settings.target.why_absent(STATES[name].feature if name in STATES else None)
        if absent:
            raise NotApplicable(absent)
        try:
            return self.lending.take(name, params, is_new=is_new)
        except StateUnavailable as error:
            # The embedded server makes its own.
            given = self.settings.target.states
            if not self.settings.read_only or given.callback:
                raise
            reason = lacking(name, {**STATES[name].params, **params}, given.fixed, str(error))
            self.states.missing[name] = reason.removeprefix(f"state {name}: ")
            raise StateUnavailable(reason) from None

    def state(self, name: str, **params: Any) -> State:
        """Set a state up for the running check. Raises `NotRun` with the reason if it is not available."""
        try:
            return self.take(name, **params)
        except StateUnavailable as error:
            raise NotRun(str(error)) from None

    def used_up(self, name: str, after: str) -> State | None:
        """A state to which an earlier check did just this (see `state_kinds`), or None where there is none to lend."""
        return self.lending.used_up(name, after)

    def begin(self, check: str = "", terms: Terms = Terms(), earlier: Sequence[Exchange] = ()) -> None:  # noqa: B008
        """Start the trace of a check, which is lent states on these terms; `earlier` attempts sent these exchanges."""
        self.trace = Trace.following(earlier)
        self.trace.check = check
        if self.settings.profile == QUICK and not terms.is_fresh and self.settings.target.states.reuse:
            self.trace.known = KnownAnswers(is_reading=not terms.writes)
        self.judges = True
        self.lending.terms = terms

    def end(self, check: str = "", *, is_well: bool = True) -> Trace:
        """End the check: give its states back and return its trace.

        `is_well`: nothing was found, so that what the check did to its states is known.
        """
        self.lending.end(check, is_well=is_well)
        return self.trace

    def close(self) -> None:
        """Tear down what is left in a pool of its own, and close all connections."""
        if self._owns_pool:
            for state in self.pool.drain():
                self.states.teardown(state)
        self.client.close()
        self.side_client.close()


SESSION = pytest.StashKey[Session]()
"""Where pytest's configuration keeps the session of a process that runs checks."""
