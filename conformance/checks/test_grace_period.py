"""Grace period: extended by exactly 15 minutes, and only before it has expired."""

from functools import partial
from itertools import pairwise

import pytest

from orderproof.conformance.checks.support.cancellations import (
    assert_status_unchanged,
    status_of,
    steady_status,
)
from orderproof.conformance.checks.support.facts import (
    QUARTER_HOUR,
    poll_until,
    unknown_id,
)
from orderproof.conformance.checks.support.kept import expect_items_kept, numbered
from orderproof.conformance.checks.support.neighbors import later_order, left_alone, pairs_of_orders
from orderproof.conformance.checks.support.nobody import expect_unknown, require_found
from orderproof.conformance.checks.support.refusals import refused_in_turn
from orderproof.conformance.checks.support.timers import (
    TimedOrder,
    Timer,
    assert_moved,
    due_at,
    require_stated,
    running_timer,
)
from orderproof.conformance.checks.support.wrong_ids import by_near_misses, by_no_type, by_the_other_id
from orderproof.conformance.kit import expect, new, require, rule, unchanged

# Members of every order that an extension must not change. The status is left out, since it may change on its own.
UNTOUCHED = ("id", "origin", "origin_id", "placed_at", "currency", "totals")


def read_status(orders, order):
    return require(orders.cancellation_status(order))


@rule("GRA-1")
def test_each_extension_moves_the_timer_by_15_minutes(orders, order_in_grace_period):
    extensions = [orders.extend_grace_period(order_in_grace_period) for _ in range(3)]

    for answer in extensions:
        expect(answer, "the grace period has not expired").has_status(200)
    for earlier, later in pairwise(extensions):
        assert_moved(Timer(due_at(earlier), QUARTER_HOUR), later, "compared with the due_at of the extension before")
    require_stated(order_in_grace_period, extensions[0], QUARTER_HOUR)


@rule("GRA-2")
def test_both_ids_extend_the_same_timer(orders, order_in_grace_period):
    timer = running_timer(orders, order_in_grace_period)

    for id_type in ("external", "internal"):
        answer = orders.extend_grace_period(order_in_grace_period, id_type=id_type)
        expect(answer, "the same order was extended by its UUID before").has_status(200)
        timer = assert_moved(timer, answer, f"extended with id_type={id_type}, before with the other id")


@rule("GRA-3")
@new
def test_an_extension_leaves_earlier_orders_alone(session, orders, order_in_grace_period):
    earlier, extended = order_in_grace_period, later_order(session, order_in_grace_period)
    timer = running_timer(orders, earlier)

    with left_alone(orders, earlier, "extending an order that was created later"):
        require(orders.extend_grace_period(extended))

    assert_moved(timer, orders.extend_grace_period(earlier), "an order created later was extended in between")


@rule("GRA-3")
@new
def test_an_extension_leaves_the_later_orders_of_its_customer_alone(session, orders, order_in_grace_period):
    def can_be_extended(order):
        return orders.extend_grace_period(order).is_success

    for extended, other in pairs_of_orders(session, orders, order_in_grace_period, can_be_extended):
        timer = running_timer(orders, other)
        require(orders.extend_grace_period(extended))
        whose = "of the same customer" if other.customer_id == extended.customer_id else "of another customer"
        assert_moved(
            timer, orders.extend_grace_period(other), f"an order {whose}, created earlier, was extended in between"
        )


@rule("GRA-4")
def test_an_expired_grace_period_is_not_extended(orders, order_past_grace_period):
    before = steady_status(orders, order_past_grace_period)

    for id_type in orders.sample(("internal", "external")):
        answer = orders.extend_grace_period(order_past_grace_period, id_type=id_type)
        expect(answer, "the grace period has expired").is_problem(412)
        assert_status_unchanged(orders, order_past_grace_period, before, answer, may_lapse=True)


@rule("GRA-5")
@pytest.mark.parametrize("id_type", ["internal", "external"])
def test_an_unknown_order_is_not_found(orders, order_in_grace_period_or_nobody, id_type):
    order = order_in_grace_period_or_nobody

    answer = orders.extend_grace_period(order, id=unknown_id(order, id_type), id_type=id_type)

    expect_unknown(orders, answer, order, 404)
    require_found(lambda: orders.extend_grace_period(order, id_type=id_type), order)


@rule("GRA-6", "GRA-8", "GRA-13")
def test_an_id_that_is_not_the_orders_extends_nothing(session, orders, states):
    refused_in_turn(
        session,
        orders,
        [("GRA-6", by_the_other_id), ("GRA-8", by_no_type), ("GRA-13", by_near_misses)],
        lambda: TimedOrder.taken(orders, states),
    )


@rule("GRA-12")
def test_a_canceled_order_is_not_extended(orders, order_canceled):
    for id_type in orders.sample(("internal", "external")):
        answer = orders.extend_grace_period(order_canceled, id_type=id_type)
        expect(answer, "the order was canceled").is_refused()

    # Polled, since another machine may answer than before.
    status = poll_until(orders, partial(read_status, orders, order_canceled), lambda seen: seen.at("canceled") is True)
    expect(status, "the order was canceled, and its extension was refused").shows(["canceled"], True)


@rule("GRA-14")
@unchanged
def test_an_extension_moves_nothing_but_the_timer(orders, order_in_grace_period):
    # First, since an order with serial numbers may not be cancelable any more.
    shown = numbered(orders, order_in_grace_period)
    status = steady_status(orders, order_in_grace_period)
    before = shown.json

    for id_type in ("internal", "external"):
        require(orders.extend_grace_period(order_in_grace_period, id_type=id_type))

    now = status_of(orders, order_in_grace_period)
    assert now == status, f"the extension changed the order's cancellation status from {status} to {now}"
    seen = require(orders.show(order_in_grace_period))
    expect_items_kept(orders, shown, seen, lambda: orders.show(order_in_grace_period), "the extension")
    after = seen.json
    for key in UNTOUCHED:
        assert after.get(key) == before.get(key), (
            f"the extension changed the order's {key} from {before.get(key)!r} to {after.get(key)!r}"
        )
    # The order of the items is not documented.
    items_before, items_after = (
        sorted(str(item.get("id")) for item in shown.get("items", ())) for shown in (before, after)
    )
    assert items_after == items_before, f"the extension changed the order's items from {items_before} to {items_after}"


@rule("GRA-15")
def test_a_closed_order_is_not_extended(orders, order_closed):
    for id_type in orders.sample(("internal", "external")):
        answer = orders.extend_grace_period(order_closed, id_type=id_type)
        expect(answer, "the order is closed").is_refused()
