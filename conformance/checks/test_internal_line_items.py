"""Cancel line item, the internal API: like the public API, but by the UUID of the item alone."""

import pytest

from orderproof.conformance.checks.support import canceled_alone
from orderproof.conformance.checks.support import line_cancellations as scenario
from orderproof.conformance.checks.support.cancellations import near_misses_of, require_refusal
from orderproof.conformance.checks.support.controls import still_cancels_item, still_cancels_item_internally
from orderproof.conformance.checks.support.facts import UNKNOWN_UUID
from orderproof.conformance.checks.support.nobody import expect_unknown, is_made_up
from orderproof.conformance.checks.support.refusals import Attempt, refused_in_turn
from orderproof.conformance.kit import (
    ITEM_CANCELED,
    ITEM_CANCELED_INTERNALLY,
    NotApplicable,
    expect,
    new,
    rule,
    uses_up,
)


@pytest.fixture(autouse=True)
def _in_scope(session):
    """If the target has no internal API, no states are set up."""
    if session.settings.target.internal_base_url is None:
        raise NotApplicable("the target file has no internal_base_url")


@pytest.fixture
def cancel(orders):
    return orders.cancel_line_item_internally


@pytest.fixture
def order_with_canceled_item(session, orders, cancel):
    return scenario.order_with_canceled_item(session, orders, cancel, ITEM_CANCELED_INTERNALLY)


@rule("INT-2", "INT-3", "INT-7")
@uses_up(1, first=True)
def test_a_preordered_item_is_canceled_alone(session, orders, order_with_preordered_item, cancel):
    rules = canceled_alone.Rules(accepted="INT-2", shown="INT-3", alone="INT-7")

    canceled_alone.item_alone_is_canceled(session, orders, order_with_preordered_item, cancel, rules)


@rule("INT-12")
def test_a_canceled_item_shows_cancelled(orders, order_with_canceled_item):
    scenario.canceled_item_shows_cancelled(orders, order_with_canceled_item)


@rule("INT-4")
def test_an_item_that_is_not_preordered_is_refused(orders, order_with_preordered_item, cancel):
    scenario.ordinary_item_is_refused(orders, order_with_preordered_item, cancel, still_cancels_item_internally)


@rule("INT-5")
def test_an_item_in_a_terminal_status_is_refused(
    orders, orders_with_terminal_preordered_item, order_with_preordered_item, cancel
):
    scenario.terminal_items_are_refused(orders, orders_with_terminal_preordered_item, cancel)
    still_cancels_item_internally(orders, order_with_preordered_item)


@rule("INT-6")
def test_an_item_is_not_canceled_twice(order_with_canceled_item, cancel):
    scenario.item_is_not_canceled_twice(order_with_canceled_item, cancel)


@rule("INT-14")
@uses_up(2)
@new
def test_the_items_of_earlier_orders_are_not_canceled(session, orders, order_with_preordered_item, cancel):
    scenario.earlier_orders_stay(session, orders, order_with_preordered_item, cancel)


@rule("INT-14")
@uses_up(2)
@new
def test_the_items_of_later_orders_of_the_customer_are_not_canceled(
    session, orders, order_with_preordered_item, cancel
):
    scenario.later_orders_of_the_customer_stay(session, orders, order_with_preordered_item, cancel)


@rule("INT-8")
def test_an_unknown_item_is_not_found(orders, order_with_preordered_item_or_nobody, cancel):
    order = order_with_preordered_item_or_nobody

    answer = cancel(order, UNKNOWN_UUID)

    expect_unknown(orders, answer, order, 404, "no item has this id")
    if not is_made_up(order):
        still_cancels_item_internally(orders, order)


@rule("INT-9", "INT-10")
def test_an_id_that_is_not_the_items_cancels_nothing(session, orders, states):
    refused_in_turn(
        session,
        orders,
        [("INT-9", by_ids_of_the_order), ("INT-10", by_near_misses)],
        lambda: scenario.UncanceledItem.taken(orders, states, orders.cancel_line_item_internally),
        lambda one: still_cancels_item_internally(orders, one.order),
    )


def by_ids_of_the_order(one):
    for id_ in (one.order.order_uuid, one.order.order_id):
        yield Attempt("this is the id of an order", {"item_uuid": id_})


def by_near_misses(one):
    for near in near_misses_of(one.order.item_uuid, "internal"):
        yield Attempt(f"no item has this id ({near.what})", {"item_uuid": near.id})


@rule("INT-11")
@pytest.mark.parametrize("first", ["internal", "public"])
def test_what_one_api_canceled_the_other_refuses(session, orders, states, cancel, first):
    apis = {"internal": cancel, "public": orders.cancel_line_item}
    effects = {"internal": ITEM_CANCELED_INTERNALLY, "public": ITEM_CANCELED}
    controls = {"internal": still_cancels_item_internally, "public": still_cancels_item}
    second = "public" if first == "internal" else "internal"
    # The second API can cancel the item of a similar order, so only the first cancellation can be the cause.
    controls[second](orders, states("order-with-preordered-item"))

    order = scenario.order_with_canceled_item(session, orders, apis[first], effects[first])
    scenario.item_is_not_canceled_twice(order, apis[second])


@rule("INT-13")
def test_an_item_that_cannot_be_canceled_is_refused_with_400(
    order_with_preordered_item, order_with_terminal_preordered_item, cancel
):
    ordinary = require_refusal(cancel(order_with_preordered_item, order_with_preordered_item.other_item_uuid))
    terminal = require_refusal(
        cancel(order_with_terminal_preordered_item, order_with_terminal_preordered_item.item_uuid)
    )

    expect(ordinary, "the item is not pre-ordered").is_problem(400)
    expect(terminal, "the item is in a terminal status").is_problem(400)
