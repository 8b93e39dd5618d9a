"""Races: requests that arrive together, and whether one life of each order explains all its answers.

Most are about one order; where several orders race, what is asked of one must neither be done to another nor be
answered with what another shows. A race ends with readings of what became of the order. They are repeated for a bounded
time, since a cancellation may take effect a little later; an extension, which is how a timer is read, is sent once.
"""

import time
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import contextmanager
from math import inf
from typing import NamedTuple

from orderproof.conformance.checks.stateful.observed_order import ObservedOrder
from orderproof.conformance.checks.stateful.story import how_often, set_up_steps, side_steps, told
from orderproof.conformance.kit import (
    MAX_WAIT_SECONDS,
    READS,
    Answer,
    Event,
    Extend,
    Finding,
    Inconclusive,
    Operation,
    Orders,
    Request,
    Session,
    Span,
    Step,
    asked_to_wait,
    explained,
    impossible_core,
    send_together,
)

_ATTEMPTS = 5
"""Races that are run at most until two of the requests meet, where a server limits its rate."""

_GAVE_WAY = (409, 423)
"""Refusals that ask nothing of the request itself: something else was under way."""


class Entrant(NamedTuple):
    """A request of a race: by which id it is made, and of which of the race's orders (counted from 0)."""

    request: Request
    by: str = "internal"
    order: int = 0


class Run(NamedTuple):
    """One request of a race as it went. `text` says what was asked, and how often."""

    text: str
    entrant: Entrant
    answer: Answer
    operation: Operation

    @property
    def was_carried_out(self) -> bool:
        """Whether it has a part in the history: what is asked to come again (429, 503) has none."""
        return asked_to_wait(self.answer.exchange) is None


Begin = Callable[[], Sequence[ObservedOrder]]
"""Prepares the orders of a race."""


class Race:
    """A race: what prepared its orders, the requests that met, and those that were sent after them."""

    def __init__(self, session: Session, begin: Begin) -> None:
        session.trace.begin_example()
        self._session = session
        self.lives = begin()
        self.story: list[Step] = set_up_steps(self.lives, session.trace.since(session.trace.example_from))
        self.runs: list[Run] = []
        self.entrants = 0

    @property
    def answers(self) -> list[Answer]:
        """What the requests that met were answered, without those that were asked to come again."""
        return [run.answer for run in self.runs[: self.entrants] if run.was_carried_out]

    @contextmanager
    def telling(self) -> Iterator[None]:
        """A `Finding` about one of the answers tells the race: alone the request shows nothing."""
        try:
            yield
        except Finding as found:
            found.story, found.timeline = self.story, self._timeline()
            raise

    def send_together(self, orders: Orders, entrants: Sequence[Entrant]) -> None:
        """Send the requests that are to meet."""
        prepared = orders.prepared()
        answers = [self.lives[one.order].ask(one.request, one.by, prepared) for one in entrants]
        spans = send_together(self._session.client, [answer.exchange for answer in answers])
        self.runs = [self._run(*one) for one in zip(entrants, answers, spans, strict=True)]
        self.entrants = len(self.runs)
        sent = self._session.trace.exchanges
        for answer in answers:
            before = len(sent)
            self._session.raise_if_inconclusive(answer.exchange)
            self.story += side_steps(sent[before:], answer.exchange)

    def send(self, entrant: Entrant) -> Answer:
        """Send one more, after all others; a reading is repeated until what all were answered is possible."""
        life = self.lives[entrant.order]
        looks = (
            life.orders.patience.attempts("the effect of simultaneous requests to show")
            if isinstance(entrant.request, READS)
            else [True]
        )
        sent, raced = self._session.trace.exchanges, self.runs
        before = len(sent)
        for is_last in looks:
            invoked = time.monotonic()
            answer = life.ask(entrant.request, entrant.by)
            run = self._run(entrant, answer, Span(invoked, time.monotonic()))
            self.runs = [*raced, run._replace(text=run.text + how_often(sent[before:], answer.exchange))]
            if is_last or explained(life.known, self._history(entrant.order)) is not None:
                break
        self.story += side_steps(sent[before:], answer.exchange)
        return answer

    def judge(self) -> None:
        """Raise a `Finding` unless, for each order, some sequence of its requests explains their answers."""
        for index in range(len(self.lives)):
            self._judge_order(index)

    def _judge_order(self, index: int) -> None:
        known, history = self.lives[index].known, self._history(index)
        if explained(known, history) is not None:
            return
        core = impossible_core(known, history)
        timeline = self._timeline({id(history[one]) for one in core})
        came = "; ".join(f"{event.text}: {event.answer}" for event in timeline if event.is_impossible)
        some = "One answer cannot be true" if len(core) == 1 else f"{len(core)} answers cannot be true together"
        which = " for this order" if len(self.lives) > 1 else ""
        sequence = f"in whatever order the {len(history)} requests{which} were carried out"
        raise Finding(
            f"{some}, {sequence if len(history) > 1 else 'and no other request was for this order'}: {came}",
            "answers that follow from carrying out the requests one after the other, in some order",
            came,
            *(run.answer.exchange for run in self.runs),
            story=self.story,
            timeline=timeline,
        )

    def _run(self, entrant: Entrant, answer: Answer, span: Span) -> Run:
        life = self.lives[entrant.order]
        reply = life.reply(entrant.request, answer)
        operation = Operation(entrant.request, reply, span.invoked, span.returned if reply else inf)
        return Run(life.says(entrant.request, entrant.by), entrant, answer, operation)

    def _history(self, order: int) -> list[Operation]:
        runs = [run for run in self.runs if run.entrant.order == order and run.was_carried_out]
        writes = [run for run in runs if not isinstance(run.entrant.request, READS)]
        if len(self.lives) > 1 and len(writes) == 1 and _gave_way(writes[0]):
            # To requests for other orders, which no document forbids: it must have changed nothing.
            runs.remove(writes[0])
        return [run.operation for run in runs]

    def _timeline(self, impossible: Container[int] = ()) -> list[Event]:
        start = min(run.operation.invoked for run in self.runs)
        return [
            Event(
                run.text,
                round(run.operation.invoked - start, 6),
                None if run.operation.returned == inf else round(run.operation.returned - start, 6),
                told(run.entrant.request, run.operation.reply, run.answer),
                run.answer.exchange,
                id(run.operation) in impossible,
            )
            for run in self.runs
        ]


def _gave_way(run: Run) -> bool:
    """Whether a request was refused for others. An extension may be for one of the same order alone (409)."""
    return run.answer.status in _GAVE_WAY and not isinstance(run.entrant.request, Extend)


def race(
    session: Session,
    orders: Orders,
    begin: Begin,
    entrants: Sequence[Entrant],
    ending: Sequence[Entrant],
) -> Race:
    """Send the entrants together, to the orders that `begin` gives, and then `ending`, one after the other.

    Returns the race. Raises a `Finding` when no life of an order explains its answers, and `Inconclusive` when the
    server asks so many of the requests to come again (429, 503) that no two were carried out.
    """
    for _ in range(_ATTEMPTS):
        raced = Race(session, begin)
        raced.send_together(orders, entrants)
        if len(raced.answers) >= 2:
            raced.judge()
            for entrant in ending:
                raced.send(entrant)
                raced.judge()
            return raced
        time.sleep(min(max(asked_to_wait(run.answer.exchange) or 0.0 for run in raced.runs), MAX_WAIT_SECONDS))
    raise Inconclusive(
        f"in {_ATTEMPTS} races the server asked so many of the {len(entrants)} requests to come again that no two met"
    )
