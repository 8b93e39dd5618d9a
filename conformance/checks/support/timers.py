"""The timer of a grace period: no operation reads it, so it is measured by extending the grace period."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Self

from orderproof.conformance.checks.support.facts import QUARTER_HOUR
from orderproof.conformance.kit import (
    Answer,
    Finding,
    Inconclusive,
    Orders,
    State,
    expect,
    parse_time,
    require,
    require_time,
)

# A state may give due_at in whole seconds, while the server stores fractions.
ROUNDING = timedelta(seconds=1)


class Timer(NamedTuple):
    """When a grace period ends, and how far this server extends it; another rule judges that it is 15 minutes."""

    due_at: datetime
    step: timedelta


def due_at(answer: Answer) -> datetime:
    """The due_at of an extension's answer. Raises `Inconclusive` if it is not a time, which another rule judges."""
    return require_time(answer, "due_at").moment


def running_timer(orders: Orders, order: State) -> Timer:
    """The timer of an order, measured by extending it twice. Raises `Inconclusive` if it does not move.

    Where the last extension stands, it is taken from there; where it is not moved by 15 minutes, the check fails and
    is run again on a fresh order, which is measured.
    """
    last = orders.last_extension(order)
    if last is not None:
        return Timer(due_at(last), QUARTER_HOUR)
    first, second = (due_at(require(orders.extend_grace_period(order))) for _ in range(2))
    if second - first < ROUNDING:
        raise Inconclusive(
            f"the second of two extensions moved due_at by {_minutes(second - first)}, so the timer cannot be measured"
        )
    return Timer(second, second - first)


def timer_if_it_runs(orders: Orders, order: State) -> Timer | None:
    """The state does not promise a timer that runs: where it does not, an extension is refused."""
    try:
        return running_timer(orders, order)
    except Inconclusive:
        return None


def require_stated(order: State, first_extension: Answer, step: timedelta) -> None:
    """Raise `Inconclusive` where the due_at that came with a new order does not fit the first extension.

    It is as likely a mistake of what made the order. That of a list is as old as the list: an earlier run may have
    extended the order since, so it is not looked at.
    """
    stated = None if order.source == "fixed" else parse_time(order.values.get("due_at") or "")
    if stated is not None and abs(due_at(first_extension) - stated.moment - step) >= ROUNDING:
        moved = _minutes(due_at(first_extension) - stated.moment)
        raise Inconclusive(
            f"states.{order.source} gave an order with due_at {stated.moment.isoformat()}, and its first extension "
            f"is {moved} later: is that its due_at?",
            first_extension.exchange,
        )


def _minutes(duration: timedelta) -> str:
    return f"{duration / timedelta(minutes=1):.6g} min"


def assert_moved(timer: Timer, answer: Answer, because: str, *, steps: int = 1) -> Timer:
    """Raise a `Finding` unless an extension moved the timer by `steps` extensions.

    A 412 says that the grace period is over, of which a quarter of an hour was left.
    """
    if answer.status == 412:
        expect(answer, f"{because}, and the grace period ran until {timer.due_at.isoformat()}").has_status(200)
    wanted = timer.due_at + steps * timer.step
    found = due_at(require(answer))
    if abs(found - wanted) >= ROUNDING:
        raise Finding(
            f"the extension moved due_at by {_minutes(found - timer.due_at)}, not by {_minutes(steps * timer.step)} "
            f"({because})",
            f"due_at {wanted.isoformat()}",
            f"due_at {found.isoformat()}",
            answer.exchange,
        )
    return Timer(found, timer.step)


@dataclass(slots=True)
class TimedOrder:
    """An order in its grace period, and the timer that requests which must be refused leave alone."""

    orders: Orders
    order: State
    timer: Timer

    @classmethod
    def taken(cls, orders: Orders, states: Callable[[str], State]) -> Self:
        """Take one. Raises `Inconclusive` if its timer does not move."""
        order = states("order-in-grace-period")
        return cls(orders, order, running_timer(orders, order))

    def send(self, **parts: Any) -> Answer:
        """Extend its grace period, with parts of the request replaced."""
        return self.orders.extend_grace_period(self.order, **parts)

    def expect_unchanged(self, refused: Answer) -> None:
        """Raise a `Finding` unless a valid extension finds the timer where it was, and moves it from there."""
        because = f"the extension before was refused: it {refused.result}"
        self.timer = assert_moved(self.timer, self.orders.extend_grace_period(self.order), because)
