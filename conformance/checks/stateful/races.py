"""Races: requests for one order that arrive together, and whether one life of the order explains all their answers.

A race ends with readings of what became of the order. They are repeated for a bounded time, since a cancellation may
take effect a little later; an extension, which is how a timer is read, is sent once.
"""

import time
from collections.abc import Callable, Sequence
from math import inf
from typing import NamedTuple

from orderproof.conformance.checks.stateful.observed_order import ObservedOrder, set_up_steps, told
from orderproof.conformance.kit import (
    MAX_WAIT_SECONDS,
    READS,
    Answer,
    Event,
    Finding,
    Inconclusive,
    Operation,
    Orders,
    Request,
    Session,
    Span,
    asked_to_wait,
    explained,
    impossible_core,
    send_together,
)

_ATTEMPTS = 5
"""Races that are run at most until two of the requests meet, where a server limits its rate."""

Entrant = tuple[Request, str]
"""A request of a race, and by which id of the order it is made."""


class Run(NamedTuple):
    """One request of a race as it went."""

    entrant: Entrant
    answer: Answer
    operation: Operation


def race(
    session: Session,
    orders: Orders,
    begin: Callable[[], ObservedOrder],
    entrants: Sequence[Entrant],
    ending: Sequence[Entrant],
) -> list[Answer]:
    """Send the entrants together, to an order that `begin` gives, and then `ending`, one after the other.

    Returns the entrants' answers, without those that were asked to come again. Raises a `Finding` when no life of the
    order explains the answers, and `Inconclusive` when the server asks so many of the requests to come again (429, 503)
    that no two were carried out.
    """
    for _ in range(_ATTEMPTS):
        session.trace.begin_example()
        life = begin()
        life.set_up = set_up_steps([life], session.trace.exchanges[session.trace.example_from :])
        answers = _together(session, orders, life, entrants)
        waits = [pause for _, answer, _ in answers if (pause := asked_to_wait(answer.exchange)) is not None]
        if len(entrants) - len(waits) >= 2:
            return _judged(life, answers, ending)
        time.sleep(min(max(waits), MAX_WAIT_SECONDS))
    raise Inconclusive(
        f"in {_ATTEMPTS} races the server asked so many of the {len(entrants)} requests to come again that no two met"
    )


def _together(
    session: Session, orders: Orders, life: ObservedOrder, entrants: Sequence[Entrant]
) -> list[tuple[Entrant, Answer, Span]]:
    prepared = orders.prepared()
    answers = [life.ask(request, by, prepared) for request, by in entrants]
    spans = send_together(session.client, [answer.exchange for answer in answers])
    for answer in answers:
        session.raise_if_inconclusive(answer.exchange)
    return list(zip(entrants, answers, spans, strict=True))


def _judged(
    life: ObservedOrder, sent: Sequence[tuple[Entrant, Answer, Span]], ending: Sequence[Entrant]
) -> list[Answer]:
    # What was asked to come again was not carried out, and has no part in the history.
    raced = runs = [_run(life, *one) for one in sent if asked_to_wait(one[1].exchange) is None]
    _judge(life, runs)
    for entrant in ending:
        runs = _then(life, runs, entrant)
    return [run.answer for run in raced]


def _run(life: ObservedOrder, entrant: Entrant, answer: Answer, span: Span) -> Run:
    reply = life.reply(entrant[0], answer)
    return Run(entrant, answer, Operation(entrant[0], reply, span.invoked, span.returned if reply else inf))


def _then(life: ObservedOrder, runs: list[Run], entrant: Entrant) -> list[Run]:
    looks = life.orders.patience.attempts("the end of a race") if isinstance(entrant[0], READS) else [True]
    for is_last in looks:
        invoked = time.monotonic()
        answer = life.ask(*entrant)
        now = [*runs, _run(life, entrant, answer, Span(invoked, time.monotonic()))]
        if is_last or explained(life.known, [run.operation for run in now]) is not None:
            break
    _judge(life, now)
    return now


def _judge(life: ObservedOrder, runs: Sequence[Run]) -> None:
    """Raise a `Finding` unless some sequence of the requests explains their answers."""
    history = [run.operation for run in runs]
    if explained(life.known, history) is not None:
        return
    core = impossible_core(life.known, history)
    start = min(operation.invoked for operation in history)
    timeline = [
        Event(
            life.says(*run.entrant),
            round(run.operation.invoked - start, 6),
            None if run.operation.returned == inf else round(run.operation.returned - start, 6),
            told(run.entrant[0], run.operation.reply, run.answer),
            run.answer.exchange,
            index in core,
        )
        for index, run in enumerate(runs)
    ]
    came = "; ".join(f"{timeline[index].text}: {timeline[index].answer}" for index in core)
    some = "One answer cannot be true" if len(core) == 1 else f"{len(core)} answers cannot be true together"
    raise Finding(
        f"{some}, in whatever order the {len(runs)} requests were carried out: {came}",
        "answers that follow from carrying out the requests one after the other, in some order",
        came,
        *(run.answer.exchange for run in runs),
        story=life.set_up,
        timeline=timeline,
    )
