"""Different requests that read and arrive together: each gets the answer that it gets alone.

Where a server keeps the order, the customer or another part of a request in a place that all requests share, who asks
at the same time gets the answer of another.
"""

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from orderproof.conformance.checks.stateful.story import set_up_steps, side_steps
from orderproof.conformance.kit import (
    MAX_WAIT_SECONDS,
    Answer,
    Event,
    Exchange,
    Finding,
    Inconclusive,
    Orders,
    Session,
    Span,
    Step,
    Trace,
    asked_to_wait,
    require,
    send_together,
)

_ATTEMPTS = 5
"""How often the requests are sent together at most, until each was answered beside others."""


class Wrong(NamedTuple):
    """What an answer shows that is not its own, beside what it must show."""

    expected: str
    observed: str


class Reading(NamedTuple):
    """A request that reads: what it asks for in words, how it is sent, and what is wrong about a success.

    `is_denied`: the caller may not read it, so any success is wrong.
    """

    text: str
    send: Callable[[Orders], Answer]
    wrong: Callable[[Answer], Wrong | None]
    is_denied: bool = False

    def judge(self, answer: Answer) -> Wrong | None:
        """What is wrong about an answer. Raises `Inconclusive` for a server error."""
        if self.is_denied:
            return Wrong("a refusal (4xx)", str(answer)) if answer.is_success else None
        if answer.is_refusal:
            return Wrong("a success, as alone", str(answer))
        return self.wrong(require(answer))


class _Meeting(NamedTuple):
    """Readings that were sent together: those that were not asked to come again, with their answers and times."""

    readings: Sequence[Reading]
    answers: Sequence[Answer]
    spans: Sequence[Span]
    story: Sequence[Step]


def expect_own_answers(session: Session, orders: Orders, readings: Sequence[Reading]) -> None:
    """Raise a `Finding` if one of several simultaneous requests is not answered as it is alone.

    What shows another's data is a finding at once. A refusal must come again, since another machine may not know a new
    order yet. Raises `Inconclusive` if a request is answered alike alone, which other checks judge.
    """
    if orders.is_brief:
        readings = readings[:2]
    unmet, was_refused = set(readings), False
    for _ in range(_ATTEMPTS):
        session.trace.begin_example()
        meeting = _meet(session, orders, readings)
        judged = zip(meeting.readings, meeting.answers, strict=True)
        wrongs = [(one, answer, wrong) for one, answer in judged if (wrong := one.judge(answer))]
        if wrongs:
            # What shows another's data needs no second time.
            found = next((one for one in wrongs if one[1].is_success), wrongs[0])
            alone = _require_own(orders, found[0])
            if found[1].is_success or was_refused:
                raise _finding(meeting, found, alone)
            was_refused = True
        unmet -= set(meeting.readings) if len(meeting.readings) > 1 else set()
        if not unmet and not was_refused:
            return
    if unmet:
        raise Inconclusive(
            f"{_ATTEMPTS} times {len(readings)} requests were sent at once, and the server asked some of them to come "
            "again each time"
        )


def _meet(session: Session, orders: Orders, readings: Sequence[Reading]) -> _Meeting:
    prepared = orders.prepared()
    answers = [one.send(prepared) for one in readings]
    spans = send_together(session.client, [answer.exchange for answer in answers])
    pauses = [asked_to_wait(answer.exchange) for answer in answers]
    sent, story = session.trace.exchanges, set_up_steps([], _prepared(session.trace))
    for answer in answers:
        before = len(sent)
        session.raise_if_inconclusive(answer.exchange)
        story += side_steps(sent[before:], answer.exchange)
    if any(pause is not None for pause in pauses):
        time.sleep(min(max(pause or 0.0 for pause in pauses), MAX_WAIT_SECONDS))
    kept = [index for index, pause in enumerate(pauses) if pause is None]
    return _Meeting([readings[i] for i in kept], [answers[i] for i in kept], [spans[i] for i in kept], story)


def _prepared(trace: Trace) -> list[Exchange]:
    """What the check had sent before the first meeting."""
    everything = trace.since(0)
    return everything[: len(everything) - len(trace.since(trace.prepared or 0))]


def _require_own(orders: Orders, reading: Reading) -> tuple[Reading, Answer, Span]:
    """The same request alone, which must be answered rightly before its answer among others can be judged."""
    invoked = time.monotonic()
    answer = reading.send(orders)
    wrong = reading.judge(answer)
    if wrong:
        raise Inconclusive(
            f"{answer.request} returns {wrong.observed} alone too, so simultaneous requests show nothing",
            answer.exchange,
        )
    return reading, answer, Span(invoked, time.monotonic())


def _finding(
    meeting: _Meeting,
    found: tuple[Reading, Answer, Wrong],
    alone: tuple[Reading, Answer, Span],
) -> Finding:
    _, answer, wrong = found
    start = min(span.invoked for span in meeting.spans)
    runs = [*zip(meeting.readings, meeting.answers, meeting.spans, strict=True), alone]
    timeline = [
        Event(
            f"{one.text}, alone" if each is alone[1] else one.text,
            round(span.invoked - start, 6),
            round(span.returned - start, 6),
            f"{each.status}, {wrong.observed}" if each is answer and not one.is_denied else str(each.status),
            each.exchange,
            each is answer,
        )
        for one, each, span in runs
    ]
    others = len(meeting.answers) - 1
    return Finding(
        f"{answer.request} {answer.result} beside {others} simultaneous requests, which is not what it returns alone",
        wrong.expected,
        wrong.observed,
        *(each.exchange for _, each, _ in runs),
        story=meeting.story,
        timeline=timeline,
    )
