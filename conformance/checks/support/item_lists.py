"""What the checks of prices and of serial numbers share: both take a list of at most 500 items in a JSON body."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from orderproof.conformance.kit import Answer, Inconclusive, NotRun, State, expect, require

LIMIT = 500

# Values of every JSON type, the falsy ones too, which a careless check takes for absent.
NO_STRINGS: tuple[Any, ...] = (None, True, False, 0, 1, 4711, -1.5, [], {})
NO_OBJECTS: tuple[Any, ...] = (None, True, False, 0, 1, -1.5, "", "text", [])
NO_ARRAYS: tuple[Any, ...] = (None, True, False, 0, 1, -1.5, "", "text", {})

OTHER_CONTENT_TYPES = ("text/plain", "application/xml", "application/x-www-form-urlencoded")


def order_of(states: Callable[..., State], count: int) -> tuple[State, list[str], bool]:
    """An order, `count` ids of its items, and whether some of them are repeated.

    Not every target can be given an order of hundreds of items. Then a small one must do, each item named many times.
    """
    try:
        order = states("order", items=count)
    except NotRun:
        order = states("order")
        ids = order.item_uuids
        return order, [ids[index % len(ids)] for index in range(count)], True
    return order, order.item_uuids[:count], False


def expect_accepted(answer: Answer, because: str, success: int) -> Answer:
    """Expect that a request was accepted; that it is by the documented status (`success`) is a rule of its own."""
    return answer if answer.is_success else expect(answer, because).has_status(success)


def judgeable_repetition(answer: Answer, is_repeated: bool) -> None:
    """Where items had to be named repeatedly, a refusal of 500 of them is open. Raises `Inconclusive` for it."""
    if is_repeated and answer.is_refusal:
        raise Inconclusive(
            f"the states give no order of {LIMIT} items, and a list of {LIMIT} that names items more than once was "
            "refused, which is open",
            answer.exchange,
        )


def accepts_the_limit(answer: Answer, is_repeated: bool, success: int) -> None:
    """Expect that a list of 500 is accepted."""
    judgeable_repetition(answer, is_repeated)
    expect_accepted(answer, f"{LIMIT} items are not too many", success)


def refuses_beyond_the_limit(
    send: Callable[[list[Any]], Answer], entries: list[Any], is_repeated: bool, success: int
) -> None:
    """Expect that `entries`, one more than the limit, are refused with 400, and that it is their number which decides.

    The same list without its last entry must be accepted. Where it is not, nothing is judged, unless the longer one is
    accepted.
    """
    answer = send(entries)
    if not answer.is_success:
        twin = send(entries[:LIMIT])
        judgeable_repetition(twin, is_repeated)
        require(twin, success)
    expect(answer, f"{len(entries)} items are more than {LIMIT}").is_problem(400)


def refused_alone(send: Callable[[list[Any]], Answer], wrong: Mapping[str, Any]) -> dict[str, Any]:
    """Those of some entries that are refused when they are sent alone: that the others are not is a rule of its own."""
    refused = {because: entry for because, entry in wrong.items() if send([entry]).is_refusal}
    if not refused:
        raise Inconclusive(
            "no entry was refused even alone, so it cannot be judged whether each of a list is looked at"
        )
    return refused


def cut_off(body: Any, missing: int) -> bytes:
    """A body as JSON of which the last bytes are missing: no beginning of an object's text is JSON."""
    return json.dumps(body).encode()[:-missing]
