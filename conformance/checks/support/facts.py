"""What several checks need: ids that nothing has, and waiting for what must become true."""

import re
from collections.abc import Callable
from datetime import timedelta

from orderproof.conformance.kit import Answer, Inconclusive, Orders, State, require

QUARTER_HOUR = timedelta(minutes=15)

UNKNOWN_UUID = "00000000-0000-4000-8000-000000000000"
_UNKNOWN_ORDER_ID = "NO-SUCH-ORDER-0000000000"
_ENOUGH_DIGITS = 6

# How a body may be declared that is application/json: as every client does, and as the standards allow besides.
JSON_WITH_CHARSET = "application/json; charset=utf-8"
JSON_IN_CAPITALS = ("application/json;charset=UTF-8", "Application/JSON")


def unknown_id(order: State, id_type: str) -> str:
    """An id of either type that no order has, of the form that this order's has: a server may look at that first.

    A readable id becomes one of nines, unless it has so few digits that there may be an order of that name.
    """
    if id_type == "internal":
        return UNKNOWN_UUID
    if len(re.findall("[0-9]", order.order_id)) < _ENOUGH_DIGITS:
        return _UNKNOWN_ORDER_ID
    nines, eights = (re.sub("[0-9]", digit, order.order_id) for digit in "98")
    return eights if nines == order.order_id else nines


def settled(orders: Orders, observe: Callable[[], Answer], is_settled: Callable[[Answer], bool]) -> Answer:
    """Observe until `is_settled`, for a bounded time; the last answer, settled or not."""
    for _ in orders.patience.attempts("a cancellation"):
        answer = observe()
        if is_settled(answer):
            break
    return answer


def cancel_settled(orders: Orders, order: State) -> Answer:
    """Cancel an order and wait until its cancellation shows. Raises `Inconclusive` when it does not."""
    require(orders.cancel(order))
    answer = settled(
        orders, lambda: require(orders.cancellation_status(order)), lambda seen: seen.at("canceled") is True
    )
    if answer.at("canceled") is not True:
        raise Inconclusive("the order was not seen canceled, so what follows from it cannot be judged", answer.exchange)
    return answer
