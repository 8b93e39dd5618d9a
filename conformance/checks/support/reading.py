"""Reading orders and histories: which order an answer shows, which orders a list contains, and in what order.

A value that cannot be read makes a rule inconclusive here; other rules judge on every answer that it must be there.
"""

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from orderproof.conformance.kit import (
    ORDERS_V2,
    Answer,
    Finding,
    Inconclusive,
    Instant,
    Orders,
    State,
    expect,
    parse_time,
    require,
    require_time,
    shortened,
)
from orderproof.strategies.paging import MAX_COUNT

ONLY_FOR_JSON = (404, 409, 412)
"""Statuses that are documented for the history as `application/json` only."""


def item_ids(answer: Answer, *path: str | int) -> list[str]:
    """Ids of the items of the order at a path of an answer, sorted, in lower case."""
    items = answer.at(*path, "items")
    return sorted(str(answer.at(*path, "items", index, "id")).casefold() for index in range(len(items)))


def expect_every_item(order: State, answer: Answer, *path: str | int) -> None:
    """Expect that the order at a path of an answer shows all items that its state names."""
    shown = item_ids(answer, *path)
    missing = sorted({item.casefold() for item in order.item_uuids} - set(shown))
    if missing:
        others = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        raise Finding(
            f"{answer.request} does not show every item of the order {order.order_id}",
            f"all {len(order.item_uuids)} items, among them {', '.join(missing[:3])}{others}",
            f"only {len(shown)} items" + (f": {', '.join(shown)}" if len(shown) < 4 else ""),
            answer.exchange,
        )


def items_by_id(items: Iterable[Any]) -> dict[str, Mapping[str, Any]]:
    """The items of an order by their ids in lower case; items that are not objects are left out."""
    return {str(item.get("id")).casefold(): item for item in items if isinstance(item, dict)}


def is_order(answer: Answer, order: State) -> bool:
    """Whether an answer shows this order: `id` or `origin_id` is one of its two ids."""
    shown = {str(answer.at(name)).casefold() for name in ("id", "origin_id")}
    return bool(shown & {order.order_uuid.casefold(), order.order_id.casefold()})


def expect_order(answer: Answer, order: State, because: str) -> Answer:
    """The answer is a 200 that shows this order."""
    expect(answer, because).has_status(200)
    if not is_order(answer, order):
        raise Finding(
            f"{answer.request} returned another order: {because}",
            f"the order {order.order_id}",
            f"id {answer.at('id')}, origin_id {answer.at('origin_id')}",
            answer.exchange,
        )
    return answer


def expect_not_found(answer: Answer, order: State, asked: str) -> Answer:
    """A near-miss id does not find this order.

    Another order may have that id; then the answer must show that id. Any refusal is accepted, since the format
    of the id may be invalid.
    """
    if answer.status != 200:
        return expect(answer, f"this is a near-miss id of the order {order.order_id}").is_refused()
    shown = {str(answer.at(name)).casefold() for name in ("id", "origin_id")}
    if is_order(answer, order) or asked.casefold() not in shown:
        raise Finding(
            f"{answer.request} returned an order with another id than the requested id",
            f"a 4xx, or an order with the id {asked}",
            str(answer),
            answer.exchange,
        )
    return answer


def expect_same_media_type(answer: Answer, as_documented: Answer, accept: str) -> Answer:
    """Another spelling of Accept gets the same media type as the documented spelling."""
    expect(answer, f"Accept: {accept}").has_status(200)
    if answer.media_type != as_documented.media_type:
        raise Finding(
            f"{answer.request} did not return the media type that was requested with Accept: {accept}",
            as_documented.exchange.response_header("Content-Type") or "no Content-Type",
            answer.exchange.response_header("Content-Type") or "no Content-Type",
            answer.exchange,
        )
    return answer


def expect_no_payment_history(answer: Answer) -> Answer:
    """`payment_history` is absent, null or empty."""
    shown = answer.json.get("payment_history") if isinstance(answer.json, dict) else None
    if shown not in (None, [], {}, ""):
        raise Finding(
            f"{answer.request} shows a payment_history, although id_type is internal",
            "payment_history absent, null or empty",
            f"payment_history: {shortened(str(shown))}",
            answer.exchange,
        )
    return answer


def page(orders: Orders, customer: State, **parts: Any) -> Answer:
    """A page of a customer's history in version 2, the media type with pages."""
    return orders.history(customer, **{"accept": ORDERS_V2, **parts})


def ids_on(answer: Answer) -> list[str]:
    """Ids of the orders on a page, in their order."""
    return [str(answer.at("orders", index, "id")) for index in range(len(answer.at("orders")))]


def require_orders(answer: Answer) -> list[str]:
    """Ids of the orders on a page, which must contain orders before the rule can be judged."""
    found = ids_on(require(answer))
    if not found:
        raise Inconclusive(f"the answer to {answer.request} contains no orders", answer.exchange)
    return found


def whole_pages(orders: Orders, customer: State) -> list[Answer]:
    """A customer's complete history, in pages."""
    # One more than the customer's number of orders, so that an additional order is seen.
    size = min(MAX_COUNT, len(customer.order_ids) + 1)
    found: list[Answer] = []
    for offset in range(0, len(customer.order_ids) + MAX_COUNT, size):
        found.append(require(page(orders, customer, count=size, offset=offset)))
        if len(ids_on(found[-1])) < size:
            break
    return found


def all_ids(pages: Iterable[Answer]) -> list[str]:
    """Ids of the orders on several pages."""
    return [order_id for answer in pages for order_id in ids_on(answer)]


def ties(answers: Iterable[Answer]) -> frozenset[Instant]:
    """Times at which several orders were placed: their order is not documented and may change."""
    placements = {pair for answer in answers for pair in zip(ids_on(answer), page_times(answer), strict=True)}
    return frozenset(time for time, count in Counter(time for _, time in placements).items() if count > 1)


def ids_of_ties(answer: Answer, tied: Container[Instant]) -> list[str]:
    """Ids of the orders on a page that were placed at one of these times."""
    return [order_id for order_id, time in zip(ids_on(answer), page_times(answer), strict=True) if time in tied]


def placed(answer: Answer, tied: Container[Instant]) -> list[str]:
    """The orders on a page, each by its id, or by its time if several orders were placed at that time."""
    shown = zip(ids_on(answer), page_times(answer), strict=True)
    return [f"an order of {time}" if time in tied else order_id for order_id, time in shown]


def expect_not_for_json(answer: Answer, because: str) -> Answer:
    """The status is not documented for the history as `application/json` only."""
    if answer.status in ONLY_FOR_JSON:
        raise Finding(
            f"{answer.request} {answer.result}, which is documented for application/json only: {because}",
            f"a status other than {', '.join(map(str, ONLY_FOR_JSON))}",
            str(answer),
            answer.exchange,
        )
    return answer


def expect_refused_page(answer: Answer, because: str) -> Answer:
    """The request for a page is refused, and not with a status for `application/json` only."""
    expect(answer, because).is_refused()
    return expect_not_for_json(answer, because)


def listed(answer: Answer) -> list[Any]:
    """The orders in a history as `application/json`: a list, or the member `orders`; no document shows which."""
    body = answer.json
    found = body.get("orders") if isinstance(body, dict) else body
    if not isinstance(found, list):
        raise Inconclusive(f"the answer to {answer.request} is not a list of orders", answer.exchange)
    return found


def holds(entries: Iterable[Any], order_id: str) -> bool:
    """Whether an order is in a list, by any member: the members of its entries are not documented."""
    return any(isinstance(entry, dict) and order_id in entry.values() for entry in entries)


def listed_times(answer: Answer) -> list[Instant]:
    """When the orders in a history as `application/json` were placed."""
    texts = [entry.get("placed_at") if isinstance(entry, dict) else None for entry in listed(answer)]
    times = [parse_time(text, zoneless=True) if isinstance(text, str) else None for text in texts]
    if None in times:
        raise Inconclusive(f"not every order in the answer to {answer.request} has a valid placed_at", answer.exchange)
    return [time for time in times if time is not None]


def page_times(answer: Answer) -> list[Instant]:
    """When the orders on a page were placed."""
    return [require_time(answer, "orders", index, "placed_at") for index in range(len(answer.at("orders")))]


def expect_newest_first(answer: Answer, times: Sequence[Instant]) -> None:
    """No order in the answer is newer than the one before it."""
    if len(times) < 2:
        raise Inconclusive("the list has fewer than 2 orders, so their order cannot be judged", answer.exchange)
    if len(set(times)) < 2:
        raise Inconclusive(
            "all orders in the list were placed at the same time, so their order cannot be judged", answer.exchange
        )
    for index, (earlier, later) in enumerate(pairwise(times), 1):
        if later > earlier:
            raise Finding(
                f"{answer.request}: order {index + 1} of the list was placed later than order {index}",
                "orders sorted by placed_at, the newest first",
                f"placed_at {earlier} before {later}",
                answer.exchange,
            )
