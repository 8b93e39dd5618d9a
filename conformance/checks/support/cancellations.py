"""Shared by checks of cancellations: the cancellation status of an order, and near-miss ids."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

from orderproof.conformance.checks.support.facts import poll_until
from orderproof.conformance.kit import Answer, Finding, Inconclusive, Orders, State, expect, require

OTHER_ID_TYPE = {"internal": "external", "external": "internal"}

# None: the request has no id_type. Other spellings of the documented types, which a lenient server may accept, are left
# out.
INVALID_ID_TYPES = (None, "", "no-such-type", "internal,external")


class Status(NamedTuple):
    """The documented members of a cancellation status."""

    cancelable: bool
    canceled: bool

    def __str__(self) -> str:
        return f"cancelable {str(self.cancelable).lower()}, canceled {str(self.canceled).lower()}"


def status_of(orders: Orders, order: State, id_type: str = "internal") -> Status:
    """An order's cancellation status. Raises `Inconclusive` if it shows no booleans, which another rule judges."""
    answer = require(orders.cancellation_status(order, id_type=id_type))
    status = Status(answer.at("cancelable"), answer.at("canceled"))
    if not all(isinstance(value, bool) for value in status):
        raise Inconclusive(
            f"cancelable and canceled in the cancellation status are not booleans: {answer}", answer.exchange
        )
    return status


def steady_status(orders: Orders, order: State) -> Status:
    """An order's cancellation status, read twice: if reading changes it, a check cannot rely on it."""
    first, second = (status_of(orders, order) for _ in range(2))
    if first != second:
        raise Inconclusive(f"the cancellation status changed between two reads: {first}, then {second}")
    return first


def require_cancelable(orders: Orders, order: State) -> Status:
    """The cancellation status of an order that can be canceled. Raises `Inconclusive` if it shows another status."""
    status = steady_status(orders, order)
    if status != (True, False):
        raise Inconclusive(
            f"the state order-cancelable promises that the order can be canceled, but the order shows {status}"
        )
    return status


def took_effect(seen: Answer) -> bool:
    """Whether a cancellation status shows a cancellation, in either of its members."""
    return seen.at("canceled") is True or seen.at("cancelable") is False


def was_canceled(orders: Orders, order: State) -> bool:
    """Whether an order shows that it was canceled."""
    answer = orders.cancellation_status(order)
    return answer.is_success and answer.at("canceled") is True


def expect_effect(orders: Orders, order: State, because: str) -> None:
    """Expect that an accepted cancellation takes effect, at once or after a moment."""
    status = poll_until(orders, lambda: require(orders.cancellation_status(order)), took_effect)
    if not took_effect(status):
        expect(status, because).shows(("canceled",), True)


def expect_accepted(answer: Answer, because: str) -> None:
    """Raise a `Finding` unless a valid request was accepted. Another rule judges the status."""
    if not answer.is_success:
        expect(answer, because).has_status(200)


def expect_same_status(orders: Orders, order: State, because: str) -> None:
    """Both ids of an order find its cancellation status, and it is the same, at once or after a moment."""

    def of(id_type: str) -> Answer:
        answer = orders.cancellation_status(order, id_type=id_type)
        expect_accepted(answer, f"{because}, and its status is still found")
        return answer

    def flags(answer: Answer) -> tuple[Any, Any]:
        return answer.at("cancelable"), answer.at("canceled")

    for is_last in orders.patience.attempts("both ids to find the same cancellation status"):
        by_uuid, by_readable_id = of("internal"), of("external")
        if flags(by_uuid) == flags(by_readable_id):
            return
        if is_last:
            for key, value in zip(("cancelable", "canceled"), flags(by_uuid), strict=True):
                expect(by_readable_id, f"{because}, and the status by the UUID shows this value").shows([key], value)


def assert_status_unchanged(
    orders: Orders, order: State, before: Status, refused: Answer, *, may_lapse: bool = False
) -> None:
    """Raise a `Finding` if a refused request changed the cancellation status.

    `may_lapse`: the order need not stay cancelable, since fulfillment may begin at any time.
    """
    after = status_of(orders, order)
    lapsed = before._replace(cancelable=False)
    if after != before and not (may_lapse and after == lapsed):
        raise Finding(
            f"{refused.request} {refused.result}, but the order's cancellation status changed",
            str(before),
            str(after),
            refused.exchange,
        )


def expect_agreement(orders: Orders, order: State, shown: Status, after_what: str) -> bool:
    """Cancel an order. Raise a `Finding` unless it is accepted exactly if its status, as `shown`, is cancelable.

    `after_what` says in words what was done before the status was read.
    False if it was refused and the status then showed so, too: it was behind, or fulfillment began in between.
    """
    answer = orders.cancel(order)

    if not answer.is_success and not answer.is_refusal:
        raise Inconclusive(f"{answer.request} was neither accepted nor refused: {answer}", answer.exchange)
    if answer.is_success:
        if not shown.cancelable:
            raise _disagreement(after_what, "false", "a refused cancellation", answer)
        return True
    for _ in orders.patience.attempts("a refusal to show in the status"):
        after = status_of(orders, order)
        if after.canceled or not after.cancelable:
            break
    if after.canceled:
        raise Finding(
            f"{answer.request} {answer.result}, but the order is now canceled",
            "a refused cancellation cancels nothing",
            str(after),
            answer.exchange,
        )
    if after.cancelable:
        raise _disagreement(after_what, "true", "an accepted cancellation", answer)
    return not shown.cancelable


def _disagreement(after_what: str, cancelable: str, wanted: str, answer: Answer) -> Finding:
    came = "accepted" if answer.is_success else "refused"
    told = f"{after_what}, the cancellation status showed cancelable {cancelable}, but the cancellation was {came}"
    return Finding(told, wanted, str(answer), answer.exchange)


@dataclass(frozen=True, slots=True)
class Uncanceled:
    """An order that can be canceled, and that requests which must be refused are about."""

    orders: Orders
    order: State
    before: Status

    @classmethod
    def taken(cls, orders: Orders, states: Callable[[str], State]) -> Self:
        """Take one. Raises `Inconclusive` if it shows that it cannot be canceled."""
        order = states("order-cancelable")
        return cls(orders, order, require_cancelable(orders, order))

    def send(self, **parts: Any) -> Answer:
        """Ask for its cancellation, with parts of the request replaced."""
        return self.orders.cancel(self.order, **parts)

    def expect_unchanged(self, refused: Answer) -> None:
        """Raise a `Finding` if its cancellation status has changed."""
        assert_status_unchanged(self.orders, self.order, self.before, refused)


def require_refusal(answer: Answer) -> Answer:
    """An answer that must be a refusal before the rule can be judged. Raises `Inconclusive` if it is not."""
    if not answer.is_refusal:
        raise Inconclusive(
            f"{answer.request} must be refused before this rule can be judged, but {answer.result}", answer.exchange
        )
    return answer


_SHORTENED, _LENGTHENED = "an id without its last character", "an id with a 0 appended"


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A near-miss id: similar to an id that exists, and the difference in words."""

    id_type: str
    id: str
    what: str


def near_misses_of(text: str, id_type: str) -> Iterator[NearMiss]:
    """Near-miss ids that a lookup by prefix, by pattern or in a query would find."""
    if len(text) > 1:
        yield NearMiss(id_type, text[:-1], _SHORTENED)
        yield NearMiss(id_type, text[:-1] + "%", "an id with the wildcard % in place of its last character")
        yield NearMiss(id_type, text[:-1] + "*", "an id with the wildcard * in place of its last character")
    yield NearMiss(id_type, text + "0", _LENGTHENED)
    yield NearMiss(id_type, f'"{text}"', "an id in quotes")
    yield NearMiss(id_type, f"{text}' --", "an id with a quote and a comment sign appended")


def near_misses(orders: Orders, order: State) -> list[NearMiss]:
    """Near-miss ids of both ids of an order, which no other order has.

    A readable id that is shortened or lengthened may be another order's id, where ids are counted without leading
    zeros. So it is looked up first, and left out if an order is shown with just this id. Raises `Inconclusive` if
    anything else is found.
    """
    found = [
        near
        for id_type, text in (("internal", order.order_uuid), ("external", order.order_id))
        for near in near_misses_of(text, id_type)
    ]
    return [near for near in orders.sample(found) if not _is_anothers(orders, order, near)] or found[-1:]


def _is_anothers(orders: Orders, order: State, near: NearMiss) -> bool:
    if near.id_type == "internal" or near.what not in (_SHORTENED, _LENGTHENED):
        return False
    answer = orders.show(order, id=near.id, id_type=near.id_type)
    if answer.is_success and answer.at("id") == near.id:
        return True
    require(answer, 400, 404, 422)
    return False
