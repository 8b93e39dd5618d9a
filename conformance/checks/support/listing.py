"""An order in a history: whether it is listed, and whether its status and totals agree with the order itself."""

from typing import Any

from orderproof.conformance.checks.support.pricing import CENT_FRACTION, is_number
from orderproof.conformance.checks.support.reading import ids_on, page
from orderproof.conformance.kit import ORDERS_V2, Answer, Finding, Inconclusive, Orders, State, require
from orderproof.strategies.paging import MAX_COUNT

_MOST_PAGES = 10


def expect_listed(orders: Orders, order: State, because: str) -> None:
    """The history of an order's customer lists the order, at once or after a moment."""
    for is_last in orders.patience.attempts("an order in a history"):
        answer, is_listed = _search(orders, order)
        if is_listed:
            return
        if is_last:
            raise Finding(
                f"the history of the customer does not list the order {order.order_id}: {because}",
                f"the order {order.order_id} in the list",
                ", ".join(ids_on(answer)) or "no orders",
                answer.exchange,
            )


def _search(orders: Orders, order: State) -> tuple[Answer, bool]:
    """The page that lists an order, or else the last page, and whether it lists it."""
    known = {order.order_id.casefold(), order.order_uuid.casefold()}
    for number in range(_MOST_PAGES):
        answer = require(page(orders, order, count=MAX_COUNT, offset=number * MAX_COUNT))
        shown = ids_on(answer)
        if known & {one.casefold() for one in shown}:
            return answer, True
        if len(shown) < MAX_COUNT:
            return answer, False
    raise Inconclusive(
        f"the order is not among the {_MOST_PAGES * MAX_COUNT} newest orders of its customer", answer.exchange
    )


def expect_same_progress(orders: Orders, customer: State, order_id: str, entry: Any, shown: Answer) -> None:
    """A history shows the status and the totals of an order as the order itself does, at once or after a moment."""
    for is_last in orders.patience.attempts("the progress of an order in a history"):
        differing = _differing(entry, shown.json)
        if differing is None:
            return
        # An order may progress between two reads; only a persistent difference is a finding.
        before = entry, shown.json
        history = require(page(orders, customer))
        if order_id not in ids_on(history):
            raise Inconclusive(f"the history no longer lists the order {order_id}", history.exchange)
        entry = history.at("orders", ids_on(history).index(order_id))
        shown = require(orders.show(customer, id=order_id, id_type="external", accept=ORDERS_V2))
        if is_last and _differing(*before) == differing == _differing(entry, shown.json):
            name, listed, own = differing
            raise Finding(
                f"the history shows {name} {listed} for the order {order_id}, but the order itself shows {own}",
                f"{name}: {own}",
                f"{name}: {listed}",
                history.exchange,
                shown.exchange,
            )


def _differing(entry: Any, order: Any) -> tuple[str, Any, Any] | None:
    """The first difference in the status and totals that both show: its name and both values."""
    if not isinstance(entry, dict) or not isinstance(order, dict):
        return None
    listed, own = entry.get("status"), order.get("status")
    if isinstance(listed, str) and isinstance(own, str) and listed.casefold() != own.casefold():
        return "status", listed, own
    listed, own = entry.get("totals"), order.get("totals")
    if isinstance(listed, dict) and isinstance(own, dict):
        for name in sorted(listed.keys() & own.keys()):
            if is_number(listed[name]) and is_number(own[name]) and abs(listed[name] - own[name]) > CENT_FRACTION:
                return f"totals.{name}", listed[name], own[name]
    return None
