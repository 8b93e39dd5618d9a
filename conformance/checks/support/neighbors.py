"""Pairs of orders on which an effect that reaches too far shows: of one customer, and made one after the other.

No state promises two orders of one customer. They are asked for with `customer_id`, which a source of states may
ignore, and are looked for among the orders of a customer who has several, where what they can be used for is not
promised either: only those are taken on which the operation is accepted.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from orderproof.conformance.checks.support.cancellations import expect_accepted
from orderproof.conformance.checks.support.kept import expect_items_kept, expect_kept, numbered
from orderproof.conformance.checks.support.suitable import take_if_offered
from orderproof.conformance.checks.support.timers import assert_moved, timer_if_it_runs
from orderproof.conformance.kit import NotApplicable, Orders, Session, State, require


def later_order(session: Session, first: State) -> State:
    """An order in the state of `first` that was made after it, of its customer if the source of states heeds that."""
    same, _ = take_if_offered(session, first.name, customer_id=first.customer_id)
    # A source that keeps a customer's order instead of making one may give the same order again.
    is_another = same is not None and same.order_uuid != first.order_uuid
    return same if same is not None and is_another else session.state(first.name)


@contextmanager
def left_alone(orders: Orders, order: State, what: str, *, has_timer: bool = False) -> Iterator[None]:
    """Expect that an order shows the same as before once something was done to another one; `what`, as a subject.

    Its items get serial numbers and epcs before. `has_timer`: if its grace period runs, it is held against its timer.
    """
    before = numbered(orders, order)
    timer = timer_if_it_runs(orders, order) if has_timer else None
    yield
    after = require(orders.show(order))
    expect_kept(before, after, what, amounts=True)
    expect_items_kept(orders, before, after, lambda: orders.show(order), what)
    if timer is not None:
        extended = orders.extend_grace_period(order)
        expect_accepted(extended, f"its grace period ran before {what}")
        assert_moved(timer, extended, f"all that came in between is {what}")


def pairs_of_orders(
    session: Session, orders: Orders, first: State, accepts: Callable[[State], bool] | None = None
) -> Iterator[tuple[State, State]]:
    """`first` with a later order in its state; then, if they have different customers, two orders of one customer.

    `accepts` says whether the operation can be tried on an order of a customer with several; without it, these are not
    looked for. Raises `NotApplicable` behind the last pair if none was of one customer, so that a pass never stands for
    what was not tried: another check of the rule judges orders of different customers.
    """
    later = later_order(session, first)
    yield first, later
    if later.customer_id == first.customer_id:
        return
    found = []
    for order in _orders_of_a_customer(session, orders) if accepts else ():
        if accepts and accepts(order):
            found.append(order)
        if len(found) == 2:
            newer, older = found
            yield older, newer
            return
    raise NotApplicable(
        "the states give no two orders of one customer that this can be done to; orders of different customers were "
        "judged"
    )


def _orders_of_a_customer(session: Session, orders: Orders) -> Iterator[State]:
    """The orders of a customer who has several, the newest first, with the ids that they show.

    A customer of a list in the target file is only read: what they have may not be changed.
    """
    customer, _ = take_if_offered(session, "customer-with-orders")
    if customer is None or customer.source == "fixed":
        return
    for order_id in customer.order_ids:
        answer = orders.show(customer, id=order_id, id_type="external")
        shown = answer.json if answer.status == 200 else None
        if not isinstance(shown, dict) or not isinstance(shown.get("origin_id"), str):
            continue
        items = shown.get("items")
        ids = [str(item.get("id")) for item in items if isinstance(item, dict)] if isinstance(items, list) else []
        values = {**customer.values, "order_id": order_id, "order_uuid": shown["origin_id"], "item_uuids": ids}
        yield State("order", {}, values, customer.source)
