"""Shared by the checks of both APIs that cancel line items: the same scenarios through either API.

`cancel(order, item_uuid)` is the operation under test; the order is read through the public API.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from orderproof.conformance.checks.support.cancellations import expect_accepted
from orderproof.conformance.checks.support.facts import is_canceled, poll_until
from orderproof.conformance.checks.support.neighbors import later_order, left_alone, pairs_of_orders
from orderproof.conformance.kit import (
    ITEM_CANCELED,
    JSON,
    Answer,
    Finding,
    Inconclusive,
    Orders,
    Session,
    State,
    expect,
    require,
)

Cancel = Callable[[State, str], Answer]

# No document names a terminal status: these are the final item statuses on the vendor's pages. A target that offers an
# item "in a terminal status" with one of these names declares the status terminal itself.
TERMINAL = ("complete", "cancelled", "returned")


def item_status(orders: Orders, order: State, item_uuid: str) -> object:
    """The status that an order shows for an item. Raises `Inconclusive` if it shows no status."""
    return statuses_in(require(orders.show(order)), [item_uuid])[item_uuid]


def statuses_in(answer: Answer, item_uuids: Sequence[str]) -> Mapping[str, object]:
    """The statuses that an answer shows for items, by their ids. Raises `Inconclusive` if it shows none for one."""
    statuses = {item_uuid: status_shown(answer, item_uuid) for item_uuid in item_uuids}
    for item_uuid, status in statuses.items():
        if status is None:
            raise Inconclusive(f"the order shows no status for its item {item_uuid}", answer.exchange)
    return statuses


def status_shown(answer: Answer, item_uuid: str) -> object:
    """The status of an item in the answer; None if the order no longer shows the item."""
    return next((item.get("status") for item in answer.at("items") if item.get("id") == item_uuid), None)


def shown_after(orders: Orders, order: State, item_uuid: str, before: object, accept: str = JSON) -> Answer:
    """Poll the order until it shows another status for an item than before, for a limited time; the last answer."""
    return poll_until(
        orders,
        lambda: require(orders.show(order, accept=accept)),
        lambda seen: status_shown(seen, item_uuid) != before,
    )


def assert_item_unchanged(orders: Orders, order: State, item_uuid: str, before: object, refused: Answer) -> None:
    """Raise a `Finding` if a refused request changed the status of a pre-ordered item."""
    after = item_status(orders, order, item_uuid)
    if after != before:
        raise Finding(
            f"{refused.request} {refused.result}, but the item's status changed",
            f"the status {before}",
            f"the status {after}",
            refused.exchange,
        )


@dataclass(frozen=True, slots=True)
class UncanceledItem:
    """An order with a pre-ordered item that is not canceled, and that requests which must be refused are about."""

    orders: Orders
    order: State
    cancel: Callable[..., Answer]
    before: object

    @classmethod
    def taken(cls, orders: Orders, states: Callable[[str], State], cancel: Callable[..., Answer] | None = None) -> Self:
        """Take one; `cancel` is the operation under test, without it that of the public API."""
        order = states("order-with-preordered-item")
        return cls(orders, order, cancel or orders.cancel_line_item, item_status(orders, order, order.item_uuid))

    def send(self, **parts: Any) -> Answer:
        """Ask for the cancellation of its item, with parts of the request replaced."""
        return self.cancel(self.order, parts.pop("item_uuid", self.order.item_uuid), **parts)

    def expect_unchanged(self, refused: Answer) -> None:
        """Raise a `Finding` if the status of its item has changed."""
        assert_item_unchanged(self.orders, self.order, self.order.item_uuid, self.before, refused)


def require_canceled(orders: Orders, order: State, cancel: Cancel) -> Answer:
    """Cancel the pre-ordered item; returns the order that shows it. Raises `Inconclusive` if the order never does."""
    before = item_status(orders, order, order.item_uuid)
    require(cancel(order, order.item_uuid))
    shown = shown_after(orders, order, order.item_uuid, before)
    if status_shown(shown, order.item_uuid) == before:
        raise Inconclusive("the order never showed that its item was canceled", shown.exchange)
    return shown


def canceled_item_shows_cancelled(orders: Orders, order: State) -> None:
    """A canceled item shows the status that a sample and the vendor's pages name."""
    after = item_status(orders, order, order.item_uuid)

    assert after == "cancelled", f"the canceled item shows the status {after}, not cancelled"


def ordinary_item_is_refused(
    orders: Orders, order: State, cancel: Cancel, still_cancels: Callable[[Orders, State], None]
) -> None:
    """An item that is not pre-ordered is refused and not canceled; the order's pre-ordered item can be canceled."""
    before = item_status(orders, order, order.other_item_uuid)

    answer = cancel(order, order.other_item_uuid)

    expect(answer, "the item is not pre-ordered").is_refused()
    after = item_status(orders, order, order.other_item_uuid)
    if after == before:
        still_cancels(orders, order)
    # The platform may change the item's status on its own, but not to that of a canceled item.
    elif after == status_shown(require_canceled(orders, order, cancel), order.item_uuid):
        raise Finding(
            f"{answer.request} {answer.result}, but the item now has the same status as a canceled item",
            f"the status {before}",
            f"the status {after}",
            answer.exchange,
        )


def terminal_items_are_refused(orders: Orders, terminal: Sequence[State], cancel: Cancel) -> None:
    """An item in any terminal status is refused, and keeps it: the last one is read before and after."""
    last = terminal[-1]
    before = require(orders.show(last))
    for order in terminal:
        answer = cancel(order, order.item_uuid)

        status = order.params.get("status")
        expect(
            answer, f"the item is in {f'the terminal status {status}' if status else 'a terminal status'}"
        ).is_refused()
    status = status_shown(before, last.item_uuid)
    if status is not None:
        assert_item_unchanged(orders, last, last.item_uuid, status, answer)


def order_with_canceled_item(session: Session, orders: Orders, cancel: Cancel, effect: str) -> State:
    """An order that shows that its pre-ordered item was canceled: by an earlier check, or else now.

    `cancel` is the operation that has this `effect`.
    """
    order = session.used_up("order-with-preordered-item", effect)
    if order is None or not is_canceled(item_status(orders, order, order.item_uuid)):
        order = session.state("order-with-preordered-item")
        require_canceled(orders, order, cancel)
    return order


def canceled_earlier(session: Session, orders: Orders) -> State | None:
    """An order that shows that an earlier check canceled its pre-ordered item, if there is one to lend."""
    order = session.used_up("order-with-preordered-item", ITEM_CANCELED)
    return order if order is not None and is_canceled(item_status(orders, order, order.item_uuid)) else None


def require_told(order: State, answer: Answer, status: object) -> None:
    """Of an item that was canceled earlier it is not known what an answer showed before: it must say so in words.

    Raises `Inconclusive` if it does not: then the check is run again, with an item that it cancels itself.
    """
    if not is_canceled(status):
        raise Inconclusive(
            f"{answer.request} shows the status {status} for the item {order.item_uuid}, which was canceled earlier",
            answer.exchange,
        )


def item_is_not_canceled_twice(order: State, cancel: Cancel) -> None:
    """Once an order shows that its item was canceled, a second cancellation is refused."""
    again = cancel(order, order.item_uuid)

    expect(again, "the item was canceled before").is_refused()


def earlier_orders_stay(session: Session, orders: Orders, earlier: State, cancel: Cancel) -> None:
    """The pre-ordered item of an earlier order can still be canceled after an item was canceled.

    Nor has anything else changed that the earlier order shows.
    """
    later = later_order(session, earlier)
    with left_alone(orders, earlier, "canceling an item of an order that was created later", has_timer=True):
        require_canceled(orders, later, cancel)
    because = f"only the item {later.item_uuid} of an order that was created later was canceled before"
    expect_accepted(cancel(earlier, earlier.item_uuid), because)


def later_orders_of_the_customer_stay(session: Session, orders: Orders, order: State, cancel: Cancel) -> None:
    """The same of a later order, of the same customer if such can be had."""
    for canceled, later in pairs_of_orders(session, orders, order):
        _expect_item_stays(orders, canceled, later, cancel)


def _expect_item_stays(orders: Orders, order: State, other: State, cancel: Cancel) -> None:
    require_canceled(orders, order, cancel)

    whose = "the same customer's" if other.customer_id == order.customer_id else "another customer's"
    because = f"only the item {order.item_uuid} of another order, {whose}, was canceled before"
    expect_accepted(cancel(other, other.item_uuid), because)
