"""The timer of a grace period: no operation reads it, so it is seen by extending it, and how far it moved."""

from datetime import datetime, timedelta
from typing import NamedTuple

from orderproof.conformance.kit import Answer, Finding, Inconclusive, Orders, State, require, require_time

# A state may give its due_at in whole seconds where the server keeps fractions.
ROUNDING = timedelta(seconds=1)


class Timer(NamedTuple):
    """When a grace period ends, and by how much this server extends it: that it is 15 minutes is a rule of its own."""

    due_at: datetime
    step: timedelta


def due_at(answer: Answer) -> datetime:
    """The due_at of an extension's answer. Raises `Inconclusive` when there is none: that is a rule of its own."""
    return require_time(answer, "due_at").moment


def running_timer(orders: Orders, order: State) -> Timer:
    """The timer of an order, seen by extending it twice. Raises `Inconclusive` when it does not move."""
    first, second = (due_at(require(orders.extend_grace_period(order))) for _ in range(2))
    if second - first < ROUNDING:
        raise Inconclusive(f"two extensions moved due_at by {second - first}, so no extension shows where it stood")
    return Timer(second, second - first)


def assert_moved(timer: Timer, answer: Answer, because: str, *, steps: int = 1) -> Timer:
    """Raise a `Finding` unless an extension moved the timer as far as `steps` of them do, from where it stood."""
    wanted = timer.due_at + steps * timer.step
    found = due_at(require(answer))
    if abs(found - wanted) >= ROUNDING:
        raise Finding(
            f"the extension moved due_at by {found - timer.due_at}, not by {steps * timer.step} ({because})",
            wanted.isoformat(),
            found.isoformat(),
            answer.exchange,
        )
    return Timer(found, timer.step)
