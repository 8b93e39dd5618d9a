"""What checks about cancellations share: how they see that nothing happened, and which ids are almost an order's."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from orderproof.conformance.kit import Answer, Finding, Inconclusive, Orders, State, expect, require

OTHER_ID_TYPE = {"internal": "external", "external": "internal"}

# None is left out of the request. None of them is a spelling of a documented type that a lenient server may understand.
NO_ID_TYPES = (None, "", "no-such-type", "internal,external")


class Status(NamedTuple):
    """What the documents show of a cancellation status; the rest of it is the server's own."""

    cancelable: bool
    canceled: bool

    def __str__(self) -> str:
        return f"cancelable {str(self.cancelable).lower()}, canceled {str(self.canceled).lower()}"


def status_of(orders: Orders, order: State, id_type: str = "internal") -> Status:
    """An order's cancellation status. Raises `Inconclusive` when it has another form: that is a rule of its own."""
    answer = require(orders.cancellation_status(order, id_type=id_type))
    status = Status(answer.at("cancelable"), answer.at("canceled"))
    if not all(isinstance(value, bool) for value in status):
        raise Inconclusive(f"the cancellation status of the order shows no booleans: {answer}", answer.exchange)
    return status


def steady_status(orders: Orders, order: State) -> Status:
    """An order's cancellation status, asked for twice: where asking alone changes it, nothing can be told from it."""
    first, second = (status_of(orders, order) for _ in range(2))
    if first != second:
        raise Inconclusive(f"the cancellation status changed while it was only asked for: {first}, then {second}")
    return first


def given_cancelable(orders: Orders, order: State) -> Status:
    """The status of an order that can be canceled. Raises `Inconclusive` when it says otherwise."""
    status = steady_status(orders, order)
    if status != (True, False):
        raise Inconclusive(f"the order that can be canceled shows {status}")
    return status


def took_effect(seen: Answer) -> bool:
    """Whether a cancellation status tells of a cancellation, in either of its members."""
    return seen.at("canceled") is True or seen.at("cancelable") is False


def expect_accepted(answer: Answer, because: str) -> None:
    """Raise a `Finding` unless a valid request was accepted. With which status is a rule of its own."""
    if not answer.is_success:
        expect(answer, because).has_status(200)


def assert_status_unchanged(
    orders: Orders, order: State, before: Status, refused: Answer, *, may_lapse: bool = False
) -> None:
    """Raise a `Finding` when a refused request changed what the cancellation status says.

    `may_lapse`: nothing promises that the order stays cancelable, so fulfillment may take it at any time.
    """
    after = status_of(orders, order)
    lapsed = before._replace(cancelable=False)
    if after != before and not (may_lapse and after == lapsed):
        raise Finding(
            f"{refused.request} was refused, and yet the order's cancellation status changed",
            str(before),
            str(after),
            refused.exchange,
        )


def given_refused(answer: Answer) -> Answer:
    """An answer that must have been a refusal for the rule to be judged. Raises `Inconclusive` when it was none."""
    if not answer.is_refusal:
        raise Inconclusive(f"{answer.request} was not refused but answered {answer}", answer.exchange)
    return answer


@dataclass(frozen=True, slots=True)
class NearMiss:
    """An id that is merely like another, and what is different about it."""

    id_type: str
    id: str
    what: str


def near_misses_of(text: str, id_type: str) -> Iterator[NearMiss]:
    """Ids that a look-up finds which takes a beginning, a pattern or a part for the whole."""
    if len(text) > 1:
        yield NearMiss(id_type, text[:-1], "the beginning of an id")
        yield NearMiss(id_type, text[:-1] + "%", "the beginning of an id, as a pattern")
    yield NearMiss(id_type, text + "0", "an id with a character more")


def near_misses(orders: Orders, order: State) -> list[NearMiss]:
    """Ids that are merely like both ids of an order, and that no other order has.

    A beginning of a readable id may be another order's id. So each is looked for first, and where there is something,
    this raises `Inconclusive`.
    """
    found = [
        near
        for id_type, text in (("internal", order.order_uuid), ("external", order.order_id))
        for near in near_misses_of(text, id_type)
    ]
    for near in found:
        require(orders.show(order, id=near.id, id_type=near.id_type), 400, 404, 422)
    return found
