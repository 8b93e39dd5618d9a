"""Shared by several checks: unknown ids, polling for an effect, and what a canceled item shows."""

import re
from collections.abc import Callable
from datetime import timedelta

from orderproof.conformance.kit import Answer, Inconclusive, Orders, State, require

QUARTER_HOUR = timedelta(minutes=15)

UNKNOWN_UUID = "00000000-0000-4000-8000-000000000000"
_UNKNOWN_ORDER_ID = "NO-SUCH-ORDER-0000000000"
_ENOUGH_DIGITS = 6

# Equivalent spellings of the Content-Type application/json, in wide use and as the standards allow.
JSON_WITH_CHARSET = "application/json; charset=utf-8"
JSON_IN_CAPITALS = ("application/json;charset=UTF-8", "Application/JSON")


def unknown_id(order: State, id_type: str) -> str:
    """An id of either type that no order has, in the format of this order's id, which a server may check first.

    The digits of a readable id become nines, unless it has so few digits that there may be an order with that id.
    """
    if id_type == "internal":
        return UNKNOWN_UUID
    if len(re.findall("[0-9]", order.order_id)) < _ENOUGH_DIGITS:
        return _UNKNOWN_ORDER_ID
    nines, eights = (re.sub("[0-9]", digit, order.order_id) for digit in "98")
    return eights if nines == order.order_id else nines


def poll_until(orders: Orders, observe: Callable[[], Answer], is_settled: Callable[[Answer], bool]) -> Answer:
    """Poll until `is_settled`, for a limited time; returns the last answer, settled or not."""
    for _ in orders.patience.attempts("a cancellation to show"):
        answer = observe()
        if is_settled(answer):
            break
    return answer


def cancel_and_wait(orders: Orders, order: State) -> Answer:
    """Cancel an order and wait until its status shows it. Raises `Inconclusive` if it never does."""
    require(orders.cancel(order))
    answer = poll_until(
        orders, lambda: require(orders.cancellation_status(order)), lambda seen: seen.at("canceled") is True
    )
    if answer.at("canceled") is not True:
        raise Inconclusive(
            "the cancellation status never showed canceled true, so the next steps cannot be judged", answer.exchange
        )
    return answer


def is_canceled(status: object) -> bool:
    """Whether an item's status says in so many words that it was canceled; no document names the word."""
    return isinstance(status, str) and status.lower().startswith("cancel")
