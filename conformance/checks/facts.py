"""What several checks need: ids that nothing has, and waiting for what must become true."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta

from conformance.answer import Answer
from conformance.api import Orders
from conformance.expectation import given
from conformance.findings import Unjudgeable
from conformance.states import State

QUARTER_HOUR = timedelta(minutes=15)

UNKNOWN_UUID = "00000000-0000-4000-8000-000000000000"
UNKNOWN_ORDER_ID = "NO-SUCH-ORDER-0000000000"

# How a body may be declared that is application/json: as every client does, and as the standards allow besides.
JSON_WITH_CHARSET = "application/json; charset=utf-8"
JSON_IN_CAPITALS = ("application/json;charset=UTF-8", "Application/JSON")

# "Initiates the cancellation": it may be done a little later than its 200 (an open choice of the documents).
SETTLES_WITHIN_SECONDS = 10.0
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.05, 1.0


def moments(seconds: float) -> Iterator[bool]:
    """Moments at which to look whether something has become true: ever rarer, and the last says that it is (True)."""
    deadline = time.monotonic() + seconds
    pause = _FIRST_PAUSE_SECONDS
    while (left := deadline - time.monotonic()) > 0:
        yield False
        time.sleep(min(pause, left))
        pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
    yield True


def settled(observe: Callable[[], Answer], is_settled: Callable[[Answer], bool]) -> Answer:
    """Observe until `is_settled`, for a bounded time; the last answer, settled or not."""
    for _ in moments(SETTLES_WITHIN_SECONDS):
        answer = observe()
        if is_settled(answer):
            break
    return answer


def cancel_settled(orders: Orders, order: State) -> Answer:
    """Cancel an order and wait until its cancellation shows. Raises `Unjudgeable` when it does not."""
    given(orders.cancel(order))
    answer = settled(lambda: given(orders.cancellation_status(order)), lambda seen: seen.at("canceled") is True)
    if answer.at("canceled") is not True:
        raise Unjudgeable("the order was not seen canceled, so what follows from it cannot be judged", answer.exchange)
    return answer
