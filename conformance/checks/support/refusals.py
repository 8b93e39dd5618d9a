"""Requests that must be refused and change nothing, for one rule after the other, on one and the same state.

Each request of a rule that is refused leaves the state as it was, so that it serves the next rule too.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, Protocol, TypeVar

from orderproof.conformance.kit import Answer, Inconclusive, Orders, Session, expect, steps


class Attempt(NamedTuple):
    """A request that must be refused: why, to end the sentence "…, so the request must be refused", and its parts.

    `statuses` are the documented ones, where the document shows some.
    """

    because: str
    parts: Mapping[str, Any]
    statuses: tuple[int, ...] = ()


class Subject(Protocol):
    """What the requests are about: an order, and what is known of it before they are sent."""

    def send(self, **parts: Any) -> Answer:
        """Send one of the requests."""

    def expect_unchanged(self, refused: Answer) -> None:
        """Raise a `Finding` if the order is not as it was before the requests, of which this is the last."""


Tried = TypeVar("Tried", bound=Subject)


def refused_in_turn(
    session: Session,
    orders: Orders,
    table: Iterable[tuple[str, Callable[[Tried], Iterable[Attempt]]]],
    begin: Callable[[], Tried],
    control: Callable[[Tried], None] = lambda _: None,
) -> None:
    """Each attempt of each rule is refused and changes nothing; a rule may come several times.

    What a rule's requests did to the subject is not the next one's to answer for: after a finding it gets another from
    `begin`. `control` sends what is accepted, so that only what was wrong can have been the cause; it may be left out
    where the subject sends that to see whether it has changed.
    """
    with steps(session, together=True) as step:
        subject, last = begin(), None
        for rule, attempts in table:
            is_kept = False
            with step(rule, goes_on=True):
                last = _refused(orders, subject, attempts(subject)) or last
                is_kept = True
            if not is_kept:
                subject, last = begin(), None
        if last is not None and orders.is_brief:
            _still_unchanged(subject, last)
        control(subject)


def _refused(orders: Orders, subject: Subject, attempts: Iterable[Attempt]) -> Answer | None:
    """Expect that a rule's attempts are refused and change nothing; the last answer."""
    answer = None
    for because, parts, statuses in orders.sample(attempts):
        answer = subject.send(**parts)
        if statuses:
            expect(answer, because).is_problem(*statuses)
        else:
            expect(answer, because).is_refused()
    if answer is not None and not orders.may_read_once():
        subject.expect_unchanged(answer)
    return answer


def _still_unchanged(subject: Subject, refused: Answer) -> None:
    """Which of the requests changed the subject is not known: all are sent again, and it is read after each rule's."""
    try:
        subject.expect_unchanged(refused)
    except AssertionError as found:
        raise Inconclusive(f"one of several refused requests: {found}", refused.exchange) from None
