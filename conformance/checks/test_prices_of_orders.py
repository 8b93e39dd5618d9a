"""Prices and their order: the order is found only by its exact id, and the prices show its changes."""

import pytest

from orderproof.conformance.checks.stateful.together import Reading, Wrong, expect_own_answers
from orderproof.conformance.checks.support.cancellations import near_misses_of
from orderproof.conformance.checks.support.facts import cancel_and_wait, poll_until, unknown_id
from orderproof.conformance.checks.support.item_lists import expect_accepted
from orderproof.conformance.checks.support.line_cancellations import require_canceled, status_shown
from orderproof.conformance.checks.support.pricing import Pricing, lines_of, product, product_lines, the_line
from orderproof.conformance.kit import Finding, Inconclusive, NotApplicable, expect, require, rule


@pytest.fixture
def pricing(orders, order):
    return Pricing(orders, order)


@rule("PRI-36")
def test_the_status_in_prices_is_not_a_constant(orders, order_with_preordered_item):
    order, item_uuid = order_with_preordered_item, order_with_preordered_item.item_uuid

    def ask_again():
        answer = orders.prices(order, [product(item_uuid)])
        if answer.is_refusal or (answer.is_success and not product_lines(answer, item_uuid)):
            raise NotApplicable("the canceled product no longer has a price, and no document requires one")
        return require(answer)

    before = the_line(require(orders.prices(order, [product(item_uuid)])), item_uuid).get("status")
    if before is None:
        raise Inconclusive(f"the prices show no status for the product {item_uuid}")
    shown = require_canceled(orders, order, orders.cancel_line_item)

    answer = poll_until(orders, ask_again, lambda seen: the_line(seen, item_uuid).get("status") != before)

    if the_line(answer, item_uuid).get("status") == before:
        raise Finding(
            f"{answer.request} still shows the status {before} for a canceled product",
            f"another status, as in the order: {status_shown(shown, item_uuid)}",
            f"the status {before}",
            shown.exchange,
            answer.exchange,
        )


@rule("PRI-3")
def test_simultaneous_requests_get_the_lines_of_their_own_products(session, orders, states):
    one, other = (states("order") for _ in range(2))
    asked = ((one, 1), (other, 2), (one, 2), (other, 1))

    expect_own_answers(session, orders, [_own_prices(order, order.item_uuids[:number]) for order, number in asked])


def _own_prices(order, items):
    def wrong(answer):
        found = [str(line.get("id")) for line in lines_of(answer)]
        is_own = sorted(map(str.casefold, found)) == sorted(map(str.casefold, items))
        return None if is_own else Wrong(f"one line for each of {items}", f"lines for {found}")

    text = f"read the prices of {len(items)} product{'s' if len(items) > 1 else ''} of the order {order.order_id}"
    return Reading(text, lambda orders: orders.prices(order, [product(item) for item in items]), wrong)


@rule("PRI-29")
def test_a_product_of_another_order_is_refused(pricing, orders, states):
    other = Pricing(orders, states("order"))

    for items in ([other.line], [pricing.line, other.line], [other.line, pricing.line]):
        pricing.refuses(items, "the item belongs to another order")


@rule("PRI-30")
def test_the_prices_of_an_unknown_order_are_not_found(session, pricing):
    unknown = unknown_id(pricing.order, "external" if session.settings.learned.price_id == "order_id" else "internal")

    expect(pricing.ask([pricing.line], id=unknown), "no order has this id").is_problem(404)


@rule("PRI-30")
def test_the_prices_of_what_can_be_no_order_are_refused(pricing):
    answer = pricing.ask([pricing.line], id="no identifier of an order")

    expect(answer, "no order can have this id").is_refused()


@rule("PRI-37")
def test_nearly_its_id_finds_no_prices_of_an_order(pricing):
    own = pricing.orders.price_id_of(pricing.order)

    # If another order has this id, it does not have this product.
    for near in near_misses_of(own, "internal"):
        expect(
            pricing.ask([pricing.line], id=near.id), f"the path contains {near.what}; the order's id is {own}"
        ).is_refused()


@rule("PRI-31")
def test_a_canceled_order_still_has_prices(orders, order_cancelable):
    line = Pricing(orders, order_cancelable).line
    cancel_and_wait(orders, order_cancelable)

    expect_accepted(orders.prices(order_cancelable, [line]), "the order was canceled", 200)


@rule("PRI-31")
def test_a_closed_order_still_has_prices(orders, order_closed):
    line = product(order_closed.item_uuids[0])

    expect_accepted(orders.prices(order_closed, [line]), "the order is closed", 200)
