"""Walks through an order's life: operations in any sequence, each answer held against the model.

Every answer must be one that the model allows in at least one of the states that the order may be in. What must become
true is read again for a bounded time, since a cancellation may take effect a little later and what was written may be
read from elsewhere.
"""

import unittest
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from hypothesis import Phase
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from orderproof.conformance.checks.stateful.observed_order import ObservedOrder
from orderproof.conformance.checks.stateful.story import how_often, set_up_steps, side_steps, told
from orderproof.conformance.kit import (
    PROFILES,
    READS,
    Answer,
    Finding,
    Orders,
    Reply,
    Request,
    Session,
    Step,
    expected,
    follow,
    generation,
)

STEPS = 10
_SAMPLED_STEPS = 6


class Stride(NamedTuple):
    """One step of a walk, to be taken again: which of its orders, what is asked, and by which id."""

    order: int
    request: Request
    by: str


class Walk(RuleBasedStateMachine):
    """A walk over orders; subclasses say which steps it may take. A finding tells them, set-up included, as a story."""

    def __init__(self, session: Session, orders: Orders, begin: Callable[[], list[ObservedOrder]]) -> None:
        super().__init__()
        session.trace.begin_example()
        self._trace = session.trace
        self._begun_at = session.trace.example_from
        self.orders = orders
        self.lives = begin()
        self.strides: list[Stride] = []
        self.story: list[Step] = set_up_steps(self.lives, self._trace.since(self._begun_at))
        self.finding: Finding | None = None

    def step(self, order: int, request: Request, by: str) -> None:
        """Send a request and hold the answer against the model; a reading is repeated until it may be so."""
        life = self.lives[order]
        self.strides.append(Stride(order, request, by))
        before = len(self._trace.exchanges)
        answer, reply, after = self._attempt(life, request, by)
        if not after and isinstance(request, READS):
            answer, reply, after = self._patiently(life, request, by)
        sent = self._trace.exchanges[before:]
        text = life.says(request, by) + how_often(sent, answer.exchange)
        self.story += side_steps(sent, answer.exchange)
        self.story.append(Step(text, told(request, reply, answer), answer.exchange))
        if not after:
            self.finding = self._finding(life, request, by, answer, reply)
            raise self.finding
        life.known = after

    def _attempt(self, life: ObservedOrder, request: Request, by: str) -> tuple[Answer, Reply | None, frozenset[Any]]:
        answer = life.ask(request, by)
        reply = life.reply(request, answer)
        return answer, reply, follow(life.known, request, reply)

    def _patiently(self, life: ObservedOrder, request: Request, by: str) -> tuple[Answer, Reply | None, frozenset[Any]]:
        for _ in self.orders.patience.attempts("the effect of a request to show"):
            attempt = self._attempt(life, request, by)
            if attempt[2]:
                break
        return attempt

    def _finding(self, life: ObservedOrder, request: Request, by: str, answer: Answer, reply: Reply | None) -> Finding:
        allowed, came = expected(life.known, request), told(request, reply, answer)
        steps = len(self.strides) - 1
        before = {0: "the set-up", 1: "the step before"}.get(steps, f"the {steps} steps before")
        return Finding(
            f"step {len(self.story)} of a walk, “{life.says(request, by)}”, got {came}; "
            f"after {before} only {allowed} is allowed",
            allowed,
            came,
            # With those that prepared the orders: a timer is judged from where it stood. The last one shows it.
            *self._trace.since(self._begun_at),
            answer.exchange,
            story=self.story,
        )

    def teardown(self) -> None:
        """At the walk's end each order shows what became of it."""
        for order, life in enumerate(self.lives):
            for request in self.ending(life):
                if self.finding is None:
                    self.step(order, request, "internal")

    def ending(self, life: ObservedOrder) -> Sequence[Request]:
        """What each order is asked at the end."""
        raise NotImplementedError

    def route(self) -> Iterator[Stride]:
        """The walk that is always taken."""
        raise NotImplementedError


def walk(session: Session, orders: Orders, kind: type[Walk], begin: Callable[[], list[ObservedOrder]]) -> None:
    """Take the fixed route, then as many walks as the run's profile says, each over fresh orders that `begin` gives.

    Raises the `Finding` of the shortest walk found that shows what is wrong.
    """
    failed: list[Walk] = []
    ended: list[unittest.SkipTest] = []

    def set_up(self: Walk) -> None:
        try:
            Walk.__init__(self, session, orders, begin)
        except unittest.SkipTest as error:
            ended.append(error)
            raise

    def tear_down(self: Walk) -> None:
        try:
            kind.teardown(self)
        finally:
            if self.finding is not None:
                failed.append(self)

    taken = type(kind.__name__, (kind,), {"__init__": set_up, "teardown": tear_down})
    try:
        _take_route(taken(), session)
        walks = PROFILES[session.settings.profile] // 4
        if walks:
            run_state_machine_as_test(taken, settings=generation(walks, Phase.generate, steps=STEPS))
    except Exception:
        # Whatever Hypothesis makes of a walk that goes wrong once and not the next time: what was found stands.
        if ended and not failed:
            # Nor is it the check's doing where a list of orders ends before the walks do.
            raise ended[0] from None
        if not failed:
            raise
        raise _shortest(taken, min(failed, key=lambda one: len(one.strides))) from None


def _take_route(walk: Walk, session: Session) -> None:
    try:
        # A part of a route is a route.
        for stride in session.sample(walk.route(), _SAMPLED_STEPS):
            walk.step(*stride)
    finally:
        walk.teardown()


def _shortest(kind: Callable[[], Walk], failed: Walk) -> Finding:
    """The finding of a shorter walk: without the steps that it can do without, first half of them at once, then fewer.

    Hypothesis' own shrinking took a thousand requests and more for what this does in some dozens.
    """
    assert failed.finding is not None
    finding, strides = failed.finding, failed.strides
    size = len(strides) // 2
    while size:
        # The last step shows what is wrong, and stays.
        end = len(strides) - 1
        while end > 0:
            start = max(0, end - size)
            again = kind()
            try:
                for stride in strides[:start] + strides[end:]:
                    again.step(*stride)
            except Finding as found:
                finding, strides = found, again.strides
            except unittest.SkipTest:
                # A state is used up, or a reading failed: the walk that was found is short enough.
                return finding
            end = min(start, len(strides) - 1)
        size //= 2
    return finding
