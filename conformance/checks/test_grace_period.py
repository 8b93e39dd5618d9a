"""Grace period: extended by exactly 15 minutes, only while it runs, and never lost."""

from collections import Counter
from datetime import timedelta
from functools import partial

import pytest

from conformance.checks.facts import UNKNOWN_ORDER_ID, UNKNOWN_UUID, cancel_settled, together
from conformance.expectation import expect, given, given_time
from conformance.findings import Finding
from conformance.rule_mark import rule
from conformance.times import parse_time

QUARTER = timedelta(minutes=15)
# A state may give its due_at in whole seconds where the server keeps fractions.
ROUNDING = timedelta(seconds=1)


def due_at(answer):
    return given_time(answer, "due_at")


def assert_15_minutes(earlier, answer, because):
    later = due_at(given(answer))
    if abs(later - earlier - QUARTER) >= ROUNDING:
        raise Finding(
            f"the extension moved due_at by {later - earlier}, not by 15 minutes ({because})",
            (earlier + QUARTER).isoformat(),
            later.isoformat(),
            answer.exchange,
        )
    return later


@rule("GRA-1")
def test_each_extension_moves_the_timer_by_15_minutes(orders, order_in_grace_period):
    before = parse_time(order_in_grace_period.due_at)

    first = orders.extend_grace_period(order_in_grace_period)
    first_due = due_at(expect(first, "its grace period has not expired").has_status(200))
    if before is not None:
        assert_15_minutes(before, first, "from the due_at that the state gave")
    second = orders.extend_grace_period(order_in_grace_period)
    expect(second, "its grace period has not expired").has_status(200)
    assert_15_minutes(first_due, second, "the second time")


@rule("GRA-2")
def test_both_ids_extend_the_same_timer(orders, order_in_grace_period):
    by_uuid = due_at(given(orders.extend_grace_period(order_in_grace_period)))

    by_readable_id = orders.extend_grace_period(order_in_grace_period, id_type="external")

    expect(by_readable_id, "the UUID had extended it").has_status(200)
    assert_15_minutes(by_uuid, by_readable_id, "by the readable id, after one by the UUID")


@rule("GRA-3")
def test_an_extension_leaves_other_orders_alone(orders, order_in_grace_period, states):
    other = states("order-in-grace-period")
    before = due_at(given(orders.extend_grace_period(other)))

    given(orders.extend_grace_period(order_in_grace_period))

    assert_15_minutes(before, orders.extend_grace_period(other), "another order was extended in between")


@rule("GRA-4")
def test_an_expired_grace_period_is_not_extended(orders, order_past_grace_period):
    before = given(orders.cancellation_status(order_past_grace_period))

    for id_type in ("internal", "external"):
        answer = orders.extend_grace_period(order_past_grace_period, id_type=id_type)
        expect(answer, "its grace period is over").is_problem(412)

    after = given(orders.cancellation_status(order_past_grace_period))
    assert after.json == before.json, "the refused extension changed the order's cancellation status"


@rule("GRA-5")
@pytest.mark.parametrize(("id_type", "unknown"), [("internal", UNKNOWN_UUID), ("external", UNKNOWN_ORDER_ID)])
def test_an_unknown_order_is_not_found(orders, order_in_grace_period, id_type, unknown):
    answer = orders.extend_grace_period(order_in_grace_period, id=unknown, id_type=id_type)

    expect(answer, "there is no such order").is_problem(404)
    given(orders.extend_grace_period(order_in_grace_period, id_type=id_type))


@rule("GRA-6")
def test_an_id_is_not_found_under_the_other_type(orders, order_in_grace_period):
    before = due_at(given(orders.extend_grace_period(order_in_grace_period)))
    uuid, readable = order_in_grace_period.order_uuid, order_in_grace_period.order_id

    as_external = orders.extend_grace_period(order_in_grace_period, id=uuid, id_type="external")
    as_internal = orders.extend_grace_period(order_in_grace_period, id=readable, id_type="internal")

    expect(as_external, "a UUID is no readable id").is_problem(404)
    expect(as_internal, "a readable id is no UUID").is_problem(400, 404)
    assert_15_minutes(before, orders.extend_grace_period(order_in_grace_period), "after two that were refused")


@rule("GRA-7")
@pytest.mark.parametrize("number", [2, 4])
def test_simultaneous_extensions_are_done_or_refused_and_never_lost(orders, order_in_grace_period, number):
    start = due_at(given(orders.extend_grace_period(order_in_grace_period)))
    id_types = ["internal", "external"] * (number // 2)

    answers = together(
        [partial(orders.extend_grace_period, order_in_grace_period, id_type=id_type) for id_type in id_types]
    )

    for answer in answers:
        expect(answer, f"{number} extensions of one order were sent at once").has_status(200, 409)
    done = [answer for answer in answers if answer.status == 200]
    assert done, f"all {number} simultaneous extensions were refused with 409, though none had extended the timer"
    steps = sorted(round((due_at(answer) - start) / QUARTER, 3) for answer in done)
    wanted = [float(step) for step in range(1, len(done) + 1)]
    if Counter(steps) != Counter(wanted):
        raise Finding(
            f"{len(done)} simultaneous extensions were answered 200, but their timers stand {steps} times 15 minutes later",
            f"{wanted} times 15 minutes later",
            f"{steps} times 15 minutes later",
            *(answer.exchange for answer in done),
        )
    last = max(due_at(answer) for answer in done)
    assert_15_minutes(last, orders.extend_grace_period(order_in_grace_period), "after the simultaneous ones")


@rule("GRA-8")
@pytest.mark.parametrize("id_type", [None, "", "Internal", "uuid", "internal,external"])
def test_an_id_type_that_is_none_is_refused(orders, order_in_grace_period, id_type):
    before = due_at(given(orders.extend_grace_period(order_in_grace_period)))

    answer = orders.extend_grace_period(order_in_grace_period, id=order_in_grace_period.order_uuid, id_type=id_type)

    expect(answer, f"id_type is {id_type!r}").is_refused()
    assert_15_minutes(before, orders.extend_grace_period(order_in_grace_period), "after one that was refused")


@rule("GRA-12")
def test_a_canceled_order_is_not_extended(orders, order_cancelable):
    cancel_settled(orders, order_cancelable)

    answer = orders.extend_grace_period(order_cancelable)

    expect(answer, "the order was canceled").is_refused()
