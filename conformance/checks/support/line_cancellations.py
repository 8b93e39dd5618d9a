"""What the checks of both APIs that cancel line items share: the same story, told through either one.

`cancel(order, item_uuid)` is the operation under test; the order is looked at through the public API.
"""

from collections.abc import Callable, Sequence

from orderproof.conformance.checks.support.cancellations import expect_accepted, status_of, steady_status
from orderproof.conformance.checks.support.facts import settled
from orderproof.conformance.kit import JSON, Answer, Finding, Inconclusive, Orders, State, expect, require

Cancel = Callable[[State, str], Answer]

# No document names a terminal status: these are the item statuses of the vendor's pages that nothing comes after. A
# target that offers an item "in a terminal status" by one of these names says itself that the status is terminal.
TERMINAL = ("complete", "cancelled", "returned")


def item_status(orders: Orders, order: State, item_uuid: str) -> object:
    """The status that an order shows of an item. Raises `Inconclusive` when it shows none."""
    answer = require(orders.show(order))
    for item in answer.at("items"):
        if item.get("id") == item_uuid and item.get("status") is not None:
            return item["status"]
    raise Inconclusive(f"the order shows no status of its item {item_uuid}", answer.exchange)


def status_shown(answer: Answer, item_uuid: str) -> object:
    """The status of an item in an order that was shown; None where the order does not show the item any more."""
    return next((item.get("status") for item in answer.at("items") if item.get("id") == item_uuid), None)


def shown_after(orders: Orders, order: State, item_uuid: str, before: object, accept: str = JSON) -> Answer:
    """The order as soon as it shows another status of an item than before; after a bounded time as it is then."""
    return settled(
        orders,
        lambda: require(orders.show(order, accept=accept)),
        lambda seen: status_shown(seen, item_uuid) != before,
    )


def assert_item_unchanged(orders: Orders, order: State, item_uuid: str, before: object, refused: Answer) -> None:
    """Raise a `Finding` when a refused request changed the status of a pre-ordered item (which waits by nature)."""
    after = item_status(orders, order, item_uuid)
    if after != before:
        raise Finding(
            f"{refused.request} was refused, and yet the item's status changed",
            f"the status {before}",
            f"the status {after}",
            refused.exchange,
        )


def given_canceled(orders: Orders, order: State, cancel: Cancel) -> Answer:
    """Cancel the pre-ordered item; the order that shows it. Raises `Inconclusive` when none does."""
    before = item_status(orders, order, order.item_uuid)
    require(cancel(order, order.item_uuid))
    shown = shown_after(orders, order, order.item_uuid, before)
    if status_shown(shown, order.item_uuid) == before:
        raise Inconclusive("the order does not show that its item was canceled", shown.exchange)
    return shown


def item_is_canceled(orders: Orders, order: State, cancel: Cancel) -> None:
    """The pre-ordered item of an order is canceled, and the order shows it."""
    before = item_status(orders, order, order.item_uuid)
    require(cancel(order, order.item_uuid))

    shown = shown_after(orders, order, order.item_uuid, before)

    if status_shown(shown, order.item_uuid) == before:
        raise Finding(
            f"the order still shows the status {before} of the item that was canceled",
            "another status, or no such item",
            f"the status {before}",
            shown.exchange,
        )


def canceled_item_shows_cancelled(orders: Orders, order: State, cancel: Cancel) -> None:
    """The status of a canceled item is the word that samples and the vendor's pages have for it."""
    after = status_shown(given_canceled(orders, order, cancel), order.item_uuid)

    assert after == "cancelled", f"the canceled item shows the status {after}, not cancelled"


def ordinary_item_is_refused(orders: Orders, order: State, cancel: Cancel) -> None:
    """An item that is not pre-ordered is refused and stays; the pre-ordered one beside it is canceled."""
    before = item_status(orders, order, order.other_item_uuid)

    answer = cancel(order, order.other_item_uuid)

    expect(answer, "the item is not pre-ordered").is_refused()
    after = item_status(orders, order, order.other_item_uuid)
    if after == before:
        require(cancel(order, order.item_uuid))
    # The platform may move the item of its own accord, but not to where canceled items go.
    elif after == status_shown(given_canceled(orders, order, cancel), order.item_uuid):
        raise Finding(
            f"{answer.request} was refused, and yet the item shows the status of a canceled one",
            f"the status {before}",
            f"the status {after}",
            answer.exchange,
        )


def terminal_items_are_refused(terminal: Sequence[State], preordered: State, cancel: Cancel) -> None:
    """An item in any terminal status is refused; one in another status is canceled by the same request."""
    for order in terminal:
        answer = cancel(order, order.item_uuid)

        status = order.params.get("status")
        expect(answer, f"the item is {f'{status}, which is' if status else 'in'} a terminal status").is_refused()
    require(cancel(preordered, preordered.item_uuid))


def item_is_not_canceled_twice(orders: Orders, order: State, first: Cancel, second: Cancel) -> None:
    """Once an order shows that its item was canceled, a second attempt is refused."""
    given_canceled(orders, order, first)

    again = second(order, order.item_uuid)

    expect(again, "the item was canceled before").is_refused()


def neighbours_stay(orders: Orders, order: State, cancel: Cancel) -> None:
    """The other items and the order itself are not canceled with an item."""
    others = {uuid: item_status(orders, order, uuid) for uuid in order.item_uuids if uuid != order.item_uuid}
    if steady_status(orders, order).canceled:
        raise Inconclusive("the order is canceled already")

    shown = given_canceled(orders, order, cancel)

    canceled = status_shown(shown, order.item_uuid)
    for other, before in others.items():
        after = status_shown(shown, other)
        # The platform may move items of its own accord, so a status that is merely another one says nothing.
        if after != before and after == canceled:
            raise Finding(
                f"the item {other} was canceled too, though {order.item_uuid} alone was to be",
                f"another status than {canceled}",
                f"the status {after}",
                shown.exchange,
            )
    status = status_of(orders, order)
    assert status.canceled is False, f"one of the order's items was canceled, and the order shows {status}"


def other_orders_stay(orders: Orders, states: Callable[[str], State], cancel: Cancel) -> None:
    """The pre-ordered items of other orders can still be canceled when one was."""
    # The canceled one lies between the others, since neighbours are what a careless query takes along.
    earlier, order, later = (states("order-with-preordered-item") for _ in range(3))

    given_canceled(orders, order, cancel)

    for other in (earlier, later):
        because = f"the item canceled just before, {order.item_uuid}, is another order's"
        expect_accepted(cancel(other, other.item_uuid), because)
