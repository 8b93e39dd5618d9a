"""Cancel line items: a pre-ordered item is canceled once, and neither another item nor an order with it."""

from functools import partial

import pytest

from orderproof.conformance.checks.support import canceled_alone
from orderproof.conformance.checks.support import line_cancellations as scenario
from orderproof.conformance.checks.support.cancellations import (
    near_misses,
    near_misses_of,
    require_refusal,
)
from orderproof.conformance.checks.support.controls import still_cancels_item
from orderproof.conformance.checks.support.facts import UNKNOWN_UUID, unknown_id
from orderproof.conformance.checks.support.refusals import Attempt, refused_in_turn
from orderproof.conformance.checks.support.wrong_ids import by_no_type
from orderproof.conformance.kit import ITEM_CANCELED, expect, new, rule, uses_up


@pytest.fixture
def cancel(orders):
    return orders.cancel_line_item


@pytest.fixture
def order_with_canceled_item(session, orders, cancel):
    return scenario.order_with_canceled_item(session, orders, cancel, ITEM_CANCELED)


@rule("LIN-2", "LIN-4", "LIN-8")
@uses_up(1, first=True)
def test_a_preordered_item_is_canceled_alone(session, orders, order_with_preordered_item, cancel):
    rules = canceled_alone.Rules(accepted="LIN-2", shown="LIN-4", alone="LIN-8")

    canceled_alone.item_alone_is_canceled(session, orders, order_with_preordered_item, cancel, rules)


@rule("LIN-3", "LIN-4")
@uses_up(1, first=True)
def test_a_preordered_item_is_canceled_by_the_readable_id_of_its_order(session, orders, order_with_preordered_item):
    rules = canceled_alone.Rules(accepted="LIN-3", shown="LIN-4")
    cancel = partial(orders.cancel_line_item, id_type="external")

    canceled_alone.item_alone_is_canceled(session, orders, order_with_preordered_item, cancel, rules)


@rule("LIN-16")
def test_a_canceled_item_shows_cancelled(orders, order_with_canceled_item):
    scenario.canceled_item_shows_cancelled(orders, order_with_canceled_item)


@rule("LIN-5")
def test_an_item_that_is_not_preordered_is_refused(orders, order_with_preordered_item, cancel):
    scenario.ordinary_item_is_refused(orders, order_with_preordered_item, cancel, still_cancels_item)


@rule("LIN-6")
def test_an_item_in_a_terminal_status_is_refused(
    orders, orders_with_terminal_preordered_item, order_with_preordered_item, cancel
):
    scenario.terminal_items_are_refused(orders, orders_with_terminal_preordered_item, cancel)
    still_cancels_item(orders, order_with_preordered_item)


@rule("LIN-7")
def test_an_item_is_not_canceled_twice(order_with_canceled_item, cancel):
    scenario.item_is_not_canceled_twice(order_with_canceled_item, cancel)


@rule("LIN-20")
@uses_up(2)
@new
def test_the_items_of_earlier_orders_are_not_canceled(session, orders, order_with_preordered_item, cancel):
    scenario.earlier_orders_stay(session, orders, order_with_preordered_item, cancel)


@rule("LIN-20")
@uses_up(2)
@new
def test_the_items_of_later_orders_of_the_customer_are_not_canceled(
    session, orders, order_with_preordered_item, cancel
):
    scenario.later_orders_of_the_customer_stay(session, orders, order_with_preordered_item, cancel)


@rule("LIN-9")
@pytest.mark.parametrize("id_type", ["internal", "external"])
def test_an_unknown_item_is_not_found(orders, order_with_preordered_item, id_type):
    # First, because it shows which id of the order the path takes with external: with the other, nothing is found.
    still_cancels_item(orders, order_with_preordered_item, id_type=id_type)

    answer = orders.cancel_line_item(order_with_preordered_item, UNKNOWN_UUID, id_type=id_type)

    expect(answer, "no item has this id").is_problem(404)


@rule("LIN-11")
@pytest.mark.parametrize("id_type", ["internal", "external"])
def test_an_item_of_another_order_is_refused(orders, states, id_type):
    order, other = states("order-with-preordered-item"), states("order-with-preordered-item")
    before = scenario.item_status(orders, other, other.item_uuid)

    answer = orders.cancel_line_item(order, other.item_uuid, id_type=id_type)

    expect(answer, "the item belongs to another order").is_refused()
    scenario.assert_item_unchanged(orders, other, other.item_uuid, before, answer)
    for one in (order, other):
        still_cancels_item(orders, one, id_type=id_type)


@rule("LIN-10", "LIN-12", "LIN-14", "LIN-15")
def test_an_id_that_is_not_the_orders_cancels_nothing(session, orders, states):
    refused_in_turn(
        session,
        orders,
        [
            ("LIN-10", of_an_unknown_order),
            ("LIN-12", by_the_readable_id),
            ("LIN-14", by_near_misses),
            ("LIN-15", partial(by_no_type, name="order_uuid")),
        ],
        lambda: scenario.UncanceledItem.taken(orders, states),
        lambda one: still_cancels_by_both_ids(orders, one.order, states),
    )


def still_cancels_by_both_ids(orders, order, states):
    still_cancels_item(orders, order)
    # The first may have been canceled just now.
    other = order if orders.may_spare("createLineItemCancellation", order) else states("order-with-preordered-item")
    still_cancels_item(orders, other, id_type="external")


def of_an_unknown_order(one):
    for id_type in ("internal", "external"):
        yield Attempt("no order has this id", {"order_uuid": unknown_id(one.order, id_type), "id_type": id_type})


def by_the_readable_id(one):
    yield Attempt("the id is a readable id, not a UUID", {"order_uuid": one.order.order_id, "id_type": "internal"})


def by_near_misses(one):
    for near in near_misses(one.orders, one.order):
        yield Attempt(f"the path contains {near.what}", {"order_uuid": near.id, "id_type": near.id_type})
    for near in near_misses_of(one.order.item_uuid, "internal"):
        yield Attempt(f"the path contains {near.what}", {"item_uuid": near.id})


@rule("LIN-13")
def test_a_uuid_is_no_readable_id(orders, order_with_preordered_item):
    order, item = order_with_preordered_item, order_with_preordered_item.item_uuid

    answer = orders.cancel_line_item(order, item, order_uuid=order.order_uuid, id_type="external")

    expect(answer, "the id is a UUID, not a readable id").is_refused()
    still_cancels_item(orders, order, id_type="external")


@rule("LIN-17")
def test_an_item_that_cannot_be_canceled_is_refused_with_400(
    order_with_preordered_item, order_with_terminal_preordered_item, cancel
):
    ordinary = require_refusal(cancel(order_with_preordered_item, order_with_preordered_item.other_item_uuid))
    terminal = require_refusal(
        cancel(order_with_terminal_preordered_item, order_with_terminal_preordered_item.item_uuid)
    )

    expect(ordinary, "the item is not pre-ordered").is_problem(400)
    expect(terminal, "the item is in a terminal status").is_problem(400)
