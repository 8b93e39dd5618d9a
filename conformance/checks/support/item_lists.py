"""Shared by the checks of prices and of serial numbers: both take a list of at most 500 items in a JSON body."""

import contextlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from orderproof.conformance.kit import Answer, Inconclusive, NotRun, Orders, State, expect, require

LIMIT = 500

# Values of every other JSON type, including falsy values, which a server may take for absent.
NON_STRINGS: tuple[Any, ...] = (None, True, False, 0, -1.5, [], {})
NON_OBJECTS: tuple[Any, ...] = (None, True, False, 0, -1.5, "text", [])
NON_ARRAYS: tuple[Any, ...] = (None, False, 1, -1.5, "", "text", {})

OTHER_CONTENT_TYPES = ("text/plain", "application/xml", "application/x-www-form-urlencoded")


def order_with_items(states: Callable[..., State], count: int) -> tuple[State, list[str], bool]:
    """An order, `count` ids of its items, and whether ids are repeated.

    One order serves both sides of the limit, where there is one that is large enough. Not every target offers an order
    with hundreds of items. Then the ids of a small order are repeated.
    """
    for items in dict.fromkeys((LIMIT + 1, count)):
        with contextlib.suppress(NotRun):
            order = states("order", items=items)
            return order, order.item_uuids[:count], False
    order = states("order")
    return order, repeated(order, count), True


def repeated(order: State, count: int) -> list[str]:
    """`count` ids of an order's items, repeated as often as needed."""
    ids = order.item_uuids
    return [ids[index % len(ids)] for index in range(count)]


def expect_accepted(answer: Answer, because: str, success: int) -> Answer:
    """Expect that a request was accepted. Another rule judges that its status is the documented one (`success`)."""
    return answer if answer.is_success else expect(answer, because).has_status(success)


def require_repetition_accepted(answer: Answer, is_repeated: bool) -> None:
    """Raise `Inconclusive` if a list with repeated ids was refused: whether items may be repeated is open."""
    if is_repeated and answer.is_refusal:
        raise Inconclusive(
            f"no order with {LIMIT} items is offered, and a list that repeats items was refused, which is open; "
            f"offer the state order with items: {LIMIT + 1}",
            answer.exchange,
        )


def accepts_the_limit(answer: Answer, is_repeated: bool, success: int) -> None:
    """Expect that a list of 500 items is accepted."""
    require_repetition_accepted(answer, is_repeated)
    expect_accepted(answer, f"up to {LIMIT} items are allowed", success)


def refuses_beyond_the_limit(
    send: Callable[[list[Any]], Answer], entries: list[Any], is_repeated: bool, success: int
) -> None:
    """Expect that `entries`, one more than the limit, are refused with 400 because of their number.

    The same list without its last entry must be accepted; otherwise the rule is inconclusive. If the longer list
    is accepted, that is a finding in any case.
    """
    answer = send(entries)
    if not answer.is_success:
        twin = send(entries[:LIMIT])
        require_repetition_accepted(twin, is_repeated)
        require(twin, success)
    expect(answer, f"{len(entries)} items exceed the limit of {LIMIT}").is_problem(400)


def refused_alone(orders: Orders, send: Callable[[list[Any]], Answer], wrong: Mapping[str, Any]) -> dict[str, Any]:
    """The invalid entries that are refused when they are sent alone; other rules judge the rest."""
    refused = {because: entry for because, entry in orders.sample(wrong.items()) if send([entry]).is_refusal}
    if not refused:
        raise Inconclusive("no invalid entry was refused even alone, so a list with an invalid entry cannot be judged")
    return refused


def cut_off(body: Any, missing: int) -> bytes:
    """A JSON body without its last bytes, which is never valid JSON if the body is an object."""
    return json.dumps(body).encode()[:-missing]
