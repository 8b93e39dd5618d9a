"""An order in a history: whether it is listed, and whether the history shows it as the order itself does."""

from typing import Any

from orderproof.conformance.checks.support.reading import ids_on, page
from orderproof.conformance.checks.support.same_facts import Place, expect_same_facts
from orderproof.conformance.kit import ORDERS_V2, Answer, Finding, Inconclusive, Orders, State, require
from orderproof.strategies.paging import MAX_COUNT

_MOST_PAGES = 10


def expect_listed(orders: Orders, order: State, because: str) -> Answer:
    """The history of an order's customer lists the order, at once or after a moment; the page that does."""
    answer, is_listed = _search_for_a_while(orders, order)
    if not is_listed:
        raise Finding(
            f"the history of the customer does not list the order {order.order_id}: {because}",
            f"the order {order.order_id} in the list",
            ", ".join(ids_on(answer)) or "no orders",
            answer.exchange,
        )
    return answer


def places_of(order: State, answer: Answer) -> list[int]:
    """The indexes at which a page lists an order, by either of its ids."""
    known = {order.order_id.casefold(), order.order_uuid.casefold()}
    return [index for index, shown in enumerate(ids_on(answer)) if shown.casefold() in known]


def find_in_history(orders: Orders, order: State) -> Answer:
    """The page of a history that lists an order, at once or after a moment. Raises `Inconclusive` if none does."""
    answer, is_listed = _search_for_a_while(orders, order)
    if not is_listed:
        raise Inconclusive(f"the history of the customer does not list the order {order.order_id}", answer.exchange)
    return answer


def _search_for_a_while(orders: Orders, order: State) -> tuple[Answer, bool]:
    for _ in orders.patience.attempts("an order to appear in a history"):
        answer, is_listed = _search(orders, order)
        if is_listed:
            break
    return answer, is_listed


def _search(orders: Orders, order: State) -> tuple[Answer, bool]:
    """The page that lists an order, or else the last page, and whether it lists it."""
    for number in range(_MOST_PAGES):
        answer = require(page(orders, order, count=MAX_COUNT, offset=number * MAX_COUNT))
        if places_of(order, answer):
            return answer, True
        if len(ids_on(answer)) < MAX_COUNT:
            return answer, False
    raise Inconclusive(
        f"the order is not among the {_MOST_PAGES * MAX_COUNT} newest orders of its customer", answer.exchange
    )


def expect_same_in_history(
    orders: Orders, customer: State, order_id: str, history: Answer, shown: Answer, **parts: Any
) -> None:
    """A history shows the facts of an order as the order itself does, at once or after a moment.

    `history` and `shown` are the first answers of both; they are read again where they differ, the history with
    `parts`, or else its largest page.
    """

    def again() -> tuple[Place, Place]:
        listing = require(page(orders, customer, **(parts or {"count": MAX_COUNT})))
        own = require(orders.show(customer, id=order_id, id_type="external", accept=ORDERS_V2))
        return _places(order_id, listing, own)

    expect_same_facts(orders, _places(order_id, history, shown), again, f"the order {order_id}")


def _places(order_id: str, history: Answer, shown: Answer) -> tuple[Place, Place]:
    if order_id not in ids_on(history):
        raise Inconclusive(f"the history no longer lists the order {order_id}", history.exchange)
    entry = history.at("orders", ids_on(history).index(order_id))
    return Place(shown, shown.json, "the order itself"), Place(history, entry, "the history")
