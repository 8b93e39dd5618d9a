"""Ids that nothing has, where the target offers no state: made-up ids are not found either.

A state shows more: that the operation finds what it should. Without one, an operation that does not exist would keep
the rule by answering 404 to everything, so the answer has to differ from the answer to a path that nobody documented.
"""

import re
from collections.abc import Callable

from orderproof.conformance.checks.support.facts import UNKNOWN_UUID
from orderproof.conformance.kit import Answer, Inconclusive, NotRun, Orders, State, expect, require

_MADE_UP = "made up"
_UNKNOWN = {
    "order_uuid": UNKNOWN_UUID,
    "order_id": "NO-SUCH-ORDER-0000000000",
    "customer_id": UNKNOWN_UUID,
    "item_uuid": UNKNOWN_UUID,
    "item_uuids": [UNKNOWN_UUID],
}


def or_nobody(states: Callable[[str], State], name: str) -> State:
    """A state, or where it is not offered one that is made up: nothing on the target has its ids."""
    try:
        return states(name)
    except NotRun:
        return State(name, {}, _UNKNOWN, _MADE_UP)


def is_made_up(state: State) -> bool:
    """Whether nothing on the target has the ids of a state."""
    return state.source == _MADE_UP


def require_found(
    send: Callable[[], Answer], state: State, require_success: Callable[[Answer], object] = require
) -> None:
    """The sanity step: what the state promises is found. There is none for a state that is made up."""
    if not is_made_up(state):
        require_success(send())


def expect_unknown(
    orders: Orders, answer: Answer, state: State, status: int, because: str = "no order has this id"
) -> None:
    """The answer has the documented status.

    Raises `Inconclusive` where only a real state could tell: a made-up readable id may have the wrong format, and an
    operation that answers as an unknown path does may not exist at all.
    """
    made_up = is_made_up(state)
    if made_up and answer.status in (400, 422) and UNKNOWN_UUID not in answer.exchange.url:
        raise Inconclusive(f"without the state {state.name}, an id may be refused for its format", answer.exchange)
    expect(answer, because).is_problem(status)
    if made_up and _told(orders.unknown_path(answer, state)) == _told(answer):
        raise Inconclusive(
            f"without the state {state.name}, the answer looks like that to an unknown path", answer.exchange
        )


def _told(answer: Answer) -> tuple[object, ...]:
    """What an answer says, without the words that differ from request to request: ids, paths and times."""
    exchange = answer.exchange
    words = re.sub(r"[^\s\"',:;<>{}]*\d[^\s\"',:;<>{}]*", "", exchange.response_body.decode("utf-8", "replace"))
    return exchange.status, exchange.response_header("Content-Type"), words
