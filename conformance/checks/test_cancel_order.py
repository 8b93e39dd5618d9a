"""Cancel order: an order is canceled once, by either of its ids, and no other order is canceled."""

from functools import partial
from itertools import product

import pytest

from orderproof.conformance.checks.support.cancellations import (
    Uncanceled,
    assert_status_unchanged,
    expect_accepted,
    expect_effect,
    require_cancelable,
    require_refusal,
    status_of,
    steady_status,
)
from orderproof.conformance.checks.support.controls import still_cancels
from orderproof.conformance.checks.support.facts import cancel_and_wait, poll_until, unknown_id
from orderproof.conformance.checks.support.kept import expect_kept
from orderproof.conformance.checks.support.neighbors import later_order, left_alone, pairs_of_orders
from orderproof.conformance.checks.support.nobody import expect_unknown, is_made_up
from orderproof.conformance.checks.support.refusals import refused_in_turn
from orderproof.conformance.checks.support.same_facts import number_items
from orderproof.conformance.checks.support.suitable import with_letters
from orderproof.conformance.checks.support.wrong_ids import by_near_misses, by_no_type, by_the_other_id
from orderproof.conformance.kit import JSON, ORDERS_V2, expect, new, require, rule, steps, uses_up

ID_TYPES = ("internal", "external")


def read_status(orders, order, id_type="internal"):
    return require(orders.cancellation_status(order, id_type=id_type))


@rule("CAN-2", "CAN-3", "CAN-4", "CAN-33")
@uses_up(1, first=True)
def test_an_order_that_can_be_canceled_is(session, orders, order_cancelable):
    require_cancelable(orders, order_cancelable)
    before = orders.show(order_cancelable)

    with steps(session) as step:
        with step("CAN-2"):
            body = {"reason": "Item was damaged during shipping", "note": "Example note"}
            answer = orders.cancel(order_cancelable, body=body)
            expect_accepted(answer, "the order can be canceled, and the request has a reason")
        with step("CAN-3", goes_on=True):
            for id_type in ID_TYPES:
                ask = partial(read_status, orders, order_cancelable, id_type)
                status = poll_until(orders, ask, lambda seen: seen.at("canceled") is True)
                expect(status, f"the order was canceled, and its status is read with id_type={id_type}").shows(
                    ["canceled"], True
                )
        with step("CAN-4"):
            ask = partial(read_status, orders, order_cancelable)
            status = poll_until(orders, ask, lambda seen: seen.at("cancelable") is False)
            expect(status, "the order was canceled").shows(["cancelable"], False)
        with step("CAN-33"):
            expect_kept(require(before), require(orders.show(order_cancelable)), "the cancellation")


@rule("CAN-5")
@uses_up(1, first=True)
def test_an_order_is_canceled_by_its_readable_id(orders, order_cancelable):
    require_cancelable(orders, order_cancelable)

    answer = orders.cancel(order_cancelable, id_type="external")

    expect_accepted(answer, "the order can be canceled")
    expect_effect(orders, order_cancelable, "the order was canceled by its readable id")


@rule("CAN-17")
@pytest.mark.parametrize("id_type", ID_TYPES)
def test_an_unknown_order_is_not_found(orders, order_cancelable_or_nobody, id_type):
    order = order_cancelable_or_nobody

    answer = orders.cancel(order, id=unknown_id(order, id_type), id_type=id_type)

    expect_unknown(orders, answer, order, 404)
    if not is_made_up(order):
        still_cancels(orders, order, id_type=id_type)


@rule("CAN-18", "CAN-19", "CAN-20")
def test_an_id_that_is_not_the_orders_cancels_nothing(session, orders, states):
    refused_in_turn(
        session,
        orders,
        [("CAN-18", by_the_other_id), ("CAN-19", by_near_misses), ("CAN-20", by_no_type)],
        lambda: Uncanceled.taken(orders, states),
        lambda one: still_cancels(orders, one.order),
    )


@rule("CAN-29")
def test_the_case_of_a_readable_id_counts(session, orders, order_cancelable):
    order = with_letters(session, order_cancelable)
    swapped = order.order_id.swapcase()
    require(orders.show(order, id=swapped, id_type="external"), 404)

    answer = orders.cancel(order, id=swapped, id_type="external")

    expect(answer, "the order's readable id has its letters in the other case").is_refused()
    still_cancels(orders, order, id_type="external")


@rule("CAN-21")
def test_an_order_is_not_canceled_twice(orders, order_canceled):
    # The same request again, and one for another reason, which a server could take for a new one.
    again = {"internal": {}, "external": {"body": {"reason": "Another reason"}}}
    for id_type in orders.sample(ID_TYPES):
        answer = orders.cancel(order_canceled, id_type=id_type, **again[id_type])
        expect(answer, "the order was canceled before").is_refused()

    # Polled, since another machine may answer than before.
    status = poll_until(orders, partial(read_status, orders, order_canceled), lambda seen: seen.at("canceled") is True)
    expect(status, "the order was canceled, and a second cancellation was refused").shows(["canceled"], True)


@rule("CAN-27")
def test_canceling_twice_is_refused_with_400(orders, order_canceled):
    again = require_refusal(orders.cancel(order_canceled))

    expect(again, "the order was canceled before").is_problem(400)


@rule("CAN-22")
@pytest.mark.parametrize("id_type", ID_TYPES)
def test_a_closed_order_is_not_canceled(orders, order_closed, order_cancelable, id_type):
    before = steady_status(orders, order_closed)

    answer = orders.cancel(order_closed, id_type=id_type)

    expect(answer, "the order is closed").is_refused()
    assert_status_unchanged(orders, order_closed, before, answer)
    still_cancels(orders, order_cancelable, id_type=id_type)


@rule("CAN-30")
def test_a_closed_order_is_refused_with_400(orders, order_closed):
    answer = require_refusal(orders.cancel(order_closed))

    expect(answer, "the order is closed").is_problem(400)


@rule("CAN-23")
@uses_up(2)
@new
def test_a_cancellation_leaves_earlier_orders_alone(session, orders, order_cancelable):
    earlier, canceled = order_cancelable, later_order(session, order_cancelable)

    with left_alone(orders, earlier, "canceling an order that was created later"):
        before = steady_status(orders, earlier)
        cancel_and_wait(orders, canceled)

    after = status_of(orders, earlier)
    assert after == before, f"another order, created before the canceled order, changed from {before} to {after}"
    # Whether an order with serial numbers can still be canceled is open.
    if after.cancelable:
        require(orders.cancel(earlier))


@rule("CAN-23")
@uses_up(1)
@new
def test_a_cancellation_leaves_the_later_orders_of_its_customer_alone(session, orders, order_cancelable):
    for canceled, other in pairs_of_orders(session, orders, order_cancelable, partial(can_be_canceled, orders)):
        before = require_cancelable(orders, other)

        cancel_and_wait(orders, canceled)

        after = status_of(orders, other)
        whose = "of the same customer" if other.customer_id == canceled.customer_id else "of another customer"
        # Only the state order-cancelable promises that an order stays cancelable.
        has_lapsed = other.name == "order" and after == before._replace(cancelable=False)
        assert after == before or has_lapsed, (
            f"another order {whose}, created after the canceled order, changed from {before} to {after}"
        )


def can_be_canceled(orders, order):
    answer = orders.cancellation_status(order)
    shown = answer.json if answer.is_success else None
    return isinstance(shown, dict) and (shown.get("cancelable"), shown.get("canceled")) == (True, False)


@rule("CAN-3")
def test_serial_numbers_do_not_undo_a_cancellation(orders, order_canceled):
    number_items(orders, order_canceled)

    status = poll_until(orders, partial(read_status, orders, order_canceled), lambda seen: seen.at("canceled") is True)
    expect(status, "the order was canceled before serial numbers were sent").shows(("canceled",), True)


@rule("CAN-24")
def test_a_canceled_order_can_still_be_retrieved(orders, order_canceled, states):
    for id_type, accept in orders.sample(product(ID_TYPES, (JSON, ORDERS_V2))):
        answer = orders.show(order_canceled, id_type=id_type, accept=accept)
        if not answer.is_success:
            # Where no order can be read, the cancellation has nothing to do with it.
            require(orders.show(states("order"), id_type=id_type, accept=accept))
        expect_accepted(answer, "the order was canceled, not removed")
