"""Get Cancellation Status: whether an order can be canceled and was canceled; reading it changes nothing."""

import pytest

from orderproof.conformance.checks.stateful.together import Reading, Wrong, expect_own_answers
from orderproof.conformance.checks.support.cancellations import (
    INVALID_ID_TYPES,
    Status,
    expect_accepted,
    expect_agreement,
    near_misses,
    status_of,
    steady_status,
)
from orderproof.conformance.checks.support.facts import unknown_id
from orderproof.conformance.checks.support.line_cancellations import order_with_canceled_item
from orderproof.conformance.checks.support.nobody import expect_unknown, require_found
from orderproof.conformance.checks.support.same_facts import number_items
from orderproof.conformance.kit import (
    ITEM_CANCELED,
    Finding,
    Inconclusive,
    NotApplicable,
    expect,
    require,
    rule,
    uses_up,
)

ID_TYPES = ("internal", "external")


@rule("CST-5")
def test_both_ids_find_the_same_status(orders, order_cancelable):
    by_uuid = steady_status(orders, order_cancelable)

    by_readable_id = orders.cancellation_status(order_cancelable, id_type="external")

    expect_accepted(by_readable_id, "the order exists")
    for key, value in by_uuid._asdict().items():
        expect(by_readable_id, "the status by the UUID shows this value").shows([key], value)


@rule("CST-6")
@pytest.mark.parametrize("id_type", ID_TYPES)
def test_an_unknown_order_is_not_found(orders, order_or_nobody, id_type):
    order = order_or_nobody
    require_found(lambda: orders.cancellation_status(order, id_type=id_type), order)

    answer = orders.cancellation_status(order, id=unknown_id(order, id_type), id_type=id_type)

    expect_unknown(orders, answer, order, 404)


@rule("CST-7")
def test_an_id_is_not_found_under_the_other_type(orders, order):
    for id_type in ID_TYPES:
        require(orders.cancellation_status(order, id_type=id_type))

    as_external = orders.cancellation_status(order, id=order.order_uuid, id_type="external")
    as_internal = orders.cancellation_status(order, id=order.order_id, id_type="internal")

    expect(as_external, "the id is a UUID, not a readable id").is_refused()
    expect(as_internal, "the id is a readable id, not a UUID").is_refused()


@rule("CST-8")
def test_an_id_that_is_almost_an_orders_finds_nothing(orders, order):
    for id_type in ID_TYPES:
        require(orders.cancellation_status(order, id_type=id_type))

    for near in near_misses(orders, order):
        answer = orders.cancellation_status(order, id=near.id, id_type=near.id_type)
        expect(answer, f"no order has this id ({near.what})").is_refused()


@rule("CST-9")
@pytest.mark.parametrize("key", ["order_uuid", "order_id"])
def test_an_id_type_that_is_none_is_refused(orders, order, key):
    for id_type in ID_TYPES:
        require(orders.cancellation_status(order, id_type=id_type))

    for invalid in orders.sample(INVALID_ID_TYPES):
        answer = orders.cancellation_status(order, id=order.values[key], id_type=invalid)
        expect(answer, f"id_type is {'missing' if invalid is None else repr(invalid)}").is_refused()


@rule("CST-10")
def test_an_order_that_can_be_canceled_says_so(orders, order_cancelable):
    status = steady_status(orders, order_cancelable)
    if status != (True, False):
        # Only where the order can be canceled, as its state promises, is the status to blame.
        require(orders.cancel(order_cancelable))

    assert status == (True, False), f"the order showed {status}, but its cancellation was accepted"


@rule("CST-10")
def test_an_order_that_can_be_canceled_says_so_while_others_are_read(session, orders, order_cancelable, order_canceled):
    asked = [(order, id_type) for id_type in ID_TYPES for order in (order_cancelable, order_canceled)]

    expect_own_answers(session, orders, [_own_status(*one, was_canceled=one[0] is order_canceled) for one in asked])


def _own_status(order, id_type, *, was_canceled):
    def wrong(answer):
        shown = Status(answer.at("cancelable"), answer.at("canceled"))
        # Another machine may not know yet that an order was canceled, but none can know what never was.
        if was_canceled or shown == (True, False):
            return None
        return Wrong(str(Status(cancelable=True, canceled=False)), str(shown))

    text = f"read the cancellation status of the order {order.order_id} with id_type={id_type}"
    return Reading(text, lambda orders: orders.cancellation_status(order, id_type=id_type), wrong)


@rule("CST-11")
def test_asking_for_the_status_changes_nothing(orders, order_cancelable, states):
    # The first order of a run was proven by asking for its status; this one was never asked for.
    order = states("order-cancelable")
    before = {id_type: status_of(orders, order, id_type) for id_type in ID_TYPES}

    for id_type in ID_TYPES * (1 if orders.is_brief else 2):
        after = status_of(orders, order, id_type)
        if after != before[id_type]:
            raise Finding(
                "the order's cancellation status changed, although it was only read",
                str(before[id_type]),
                str(after),
            )


@rule("CST-12")
def test_a_closed_order_cannot_be_canceled(orders, order_closed, states):
    by_uuid = orders.cancellation_status(order_closed)
    if by_uuid.status == 404:
        # Where no order has a status, that this one is closed has nothing to do with it.
        require(orders.cancellation_status(states("order")))
        expect_accepted(by_uuid, "the order exists")
    require(by_uuid)
    by_readable_id = orders.cancellation_status(order_closed, id_type="external")
    expect_accepted(by_readable_id, "the order has a status by its UUID")

    for answer in (by_uuid, by_readable_id):
        expect(answer, "the order is closed").shows(("cancelable",), False)


@rule("CST-17")
def test_a_closed_order_that_nobody_canceled_is_not_canceled(orders, order_closed):
    # A canceled order may be closed, too. It is not the items of such an order that are complete.
    items = require(orders.show(order_closed)).at("items")
    if not any(isinstance(item, dict) and item.get("status") == "complete" for item in items):
        raise NotApplicable("no item of the closed order shows the status complete, so it may have been canceled")

    for id_type in ID_TYPES:
        status = status_of(orders, order_closed, id_type)
        assert status.canceled is False, (
            f"the order was closed with complete items, not canceled, but shows {status} with id_type={id_type}"
        )


@rule("CST-13")
def test_what_the_status_says_past_the_grace_period_is_what_happens(orders, order_past_grace_period):
    shown = steady_status(orders, order_past_grace_period)
    if not expect_agreement(orders, order_past_grace_period, shown, "after the grace period"):
        raise Inconclusive("the order stopped being cancelable during the check")
    for is_last in orders.patience.attempts("both ids to show the same cancellation status"):
        by_uuid, by_readable_id = (status_of(orders, order_past_grace_period, id_type) for id_type in ID_TYPES)
        # What is no longer cancelable does not become so again; only a persistent difference is a finding.
        if by_uuid.cancelable or not by_readable_id.cancelable:
            break
        assert not is_last, f"by its UUID the order shows {by_uuid}, by its readable id {by_readable_id}"


@rule("CST-14")
def test_an_order_that_nobody_canceled_is_not_canceled(orders, order_past_grace_period):
    for id_type in ID_TYPES:
        status = status_of(orders, order_past_grace_period, id_type)
        assert status.canceled is False, f"the order was not canceled, but shows {status} with id_type={id_type}"


def order_with_serial_numbers(session, orders):
    order = session.state("order-cancelable")
    number_items(orders, order)
    require(orders.extend_grace_period(order))
    return order, "after serial numbers and an extension"


def order_without_an_item(session, orders):
    order = order_with_canceled_item(session, orders, orders.cancel_line_item, ITEM_CANCELED)
    return order, "after one of its items was canceled"


@rule("CST-16")
@pytest.mark.parametrize(
    "prepared",
    [
        pytest.param(order_without_an_item, marks=uses_up(1)),
        # Late, since one case is enough where orders are listed, and other rules need an order that can be canceled.
        pytest.param(order_with_serial_numbers, marks=uses_up(2)),
    ],
)
def test_an_order_is_canceled_if_its_status_says_so(session, orders, prepared):
    order, after_what = prepared(session, orders)

    # An order that is refused for now, such as while an item is being canceled, may be accepted in a moment.
    shown = steady_status(orders, order)
    if not shown.cancelable or not expect_agreement(orders, order, shown, after_what):
        raise NotApplicable("the cancellation status shows cancelable false")
