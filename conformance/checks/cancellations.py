"""What checks about cancellations share: how they see that nothing happened, and which ids are almost an order's."""

from collections.abc import Iterator
from dataclasses import dataclass

from conformance.answer import Answer
from conformance.api import Orders
from conformance.expectation import given
from conformance.findings import Finding, Unjudgeable
from conformance.states import State

CROSSED = {"internal": "external", "external": "internal"}

# None is left out of the request. None of them is a spelling of a documented type that a lenient server may understand.
NO_ID_TYPES = (None, "", "no-such-type", "internal,external")


def status_of(orders: Orders, order: State, id_type: str = "internal") -> tuple[bool, bool]:
    """What the cancellation status documents: cancelable and canceled. The rest of it is the server's own."""
    answer = given(orders.cancellation_status(order, id_type=id_type))
    return answer.at("cancelable"), answer.at("canceled")


def given_cancelable(orders: Orders, order: State) -> tuple[bool, bool]:
    """The status of an order that can be canceled. Raises `Unjudgeable` when it says otherwise."""
    status = status_of(orders, order)
    if status != (True, False):
        raise Unjudgeable(f"the order that can be canceled shows cancelable {status[0]} and canceled {status[1]}")
    return status


def assert_status_unchanged(orders: Orders, order: State, before: tuple[bool, bool], refused: Answer) -> None:
    """Raise a `Finding` when a refused request changed what the cancellation status says."""
    after = status_of(orders, order)
    if after != before:
        raise Finding(
            f"{refused.request} was refused, and yet the order's cancellation status changed",
            f"cancelable {before[0]}, canceled {before[1]}",
            f"cancelable {after[0]}, canceled {after[1]}",
            refused.exchange,
        )


def given_refused(answer: Answer) -> Answer:
    """An answer that must have been a refusal for the rule to be judged. Raises `Unjudgeable` when it was none."""
    if not answer.is_refusal:
        raise Unjudgeable(f"{answer.request} was not refused but answered {answer}", answer.exchange)
    return answer


@dataclass(frozen=True, slots=True)
class NearMiss:
    """An id that is merely like another: what is different about it, and the statuses that say it was not found."""

    id_type: str
    id: str
    what: str

    @property
    def not_found(self) -> tuple[int, ...]:
        """The statuses that say so: which 4xx an internal id gets that is no UUID is open."""
        return (404,) if self.id_type == "external" else (400, 404)


def near_misses_of(text: str, id_type: str) -> Iterator[NearMiss]:
    """Ids that a look-up finds which takes a beginning, a pattern or a part for the whole."""
    if len(text) > 1:
        yield NearMiss(id_type, text[:-1], "the beginning of an id")
        yield NearMiss(id_type, text[:-1] + "%", "the beginning of an id, as a pattern")
    yield NearMiss(id_type, text + "0", "an id with a character more")


def near_misses(orders: Orders, order: State) -> list[NearMiss]:
    """Ids that are merely like both ids of an order, and that no other order has.

    A beginning of a readable id may be another order's id. So each is looked for first, and where there is something,
    this raises `Unjudgeable`.
    """
    found = [
        near
        for id_type, text in (("internal", order.order_uuid), ("external", order.order_id))
        for near in near_misses_of(text, id_type)
    ]
    for near in found:
        given(orders.show(order, id=near.id, id_type=near.id_type), 400, 404)
    return found
