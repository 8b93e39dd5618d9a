"""Prices and their order: found only by its exact id, shown with the same prices and statuses, and its changes."""

import pytest

from orderproof.conformance.checks.stateful.together import Reading, Wrong, expect_own_answers
from orderproof.conformance.checks.support.cancellations import near_misses_of
from orderproof.conformance.checks.support.facts import poll_until, unknown_id
from orderproof.conformance.checks.support.item_lists import expect_accepted
from orderproof.conformance.checks.support.line_cancellations import (
    canceled_earlier,
    item_status,
    require_canceled,
    require_told,
    status_shown,
)
from orderproof.conformance.checks.support.pricing import (
    AMOUNTS,
    CENT_FRACTION,
    Pricing,
    amounts,
    extra_prices,
    lines_of,
    lines_of_type,
    price_of,
    product,
    product_lines,
    shown_prices,
    the_line,
)
from orderproof.conformance.checks.support.serials import Serials, with_known_numbers
from orderproof.conformance.checks.support.suitable import suitable_or_trait
from orderproof.conformance.checks.support.timers import assert_moved, running_timer
from orderproof.conformance.kit import Finding, Inconclusive, NotApplicable, expect, require, rule


@pytest.fixture
def pricing(orders, order):
    return Pricing(orders, order)


@rule("PRI-8")
def test_asking_for_prices_keeps_serial_numbers_and_the_timer(orders, order_in_grace_period):
    serials = with_known_numbers(Serials(orders, order_in_grace_period))
    timer = running_timer(orders, order_in_grace_period)

    require(orders.prices(order_in_grace_period, [product(item_id) for item_id in order_in_grace_period.item_uuids]))

    because = "only prices were requested in between"
    assert_moved(timer, orders.extend_grace_period(order_in_grace_period), because)
    serials.expect_eventually(serials.known, because)


@rule("PRI-9")
def test_a_price_is_the_one_that_the_order_shows(pricing):
    ids = [pricing.line["id"], pricing.other_line["id"]]
    in_order = shown_prices(require(pricing.orders.show(pricing.order)), ids)

    answer = require(pricing.ask([product(item_id) for item_id in ids]))

    for item_id, wanted in zip(ids, in_order, strict=True):
        expect_price(answer, item_id, price_of(answer, item_id), wanted)


@rule("PRI-9")
def test_the_price_of_what_is_no_product_is_the_one_that_the_order_shows(session, orders, order):
    order = suitable_or_trait(
        session,
        order,
        lambda one: bool(extra_prices(require(orders.show(one)).json)),
        needs="an order that shows a price for its shipping or its gift wrapping",
        others="that show neither",
        trait="the target's orders have no price for shipping and none for gift wrapping",
    )
    in_order = extra_prices(require(orders.show(order)).json)

    answer = require(orders.prices(order, [{"type": kind} for kind in in_order]))

    for kind, wanted in in_order.items():
        lines = lines_of_type(answer, kind)
        if len(lines) != 1:
            raise Inconclusive(f"the answer to {answer.request} has {len(lines)} lines for {kind}", answer.exchange)
        expect_price(answer, f"the {kind}", amounts(answer, lines[0]), wanted)


def expect_price(answer, of_what, found, wanted):
    if any(abs(found[name] - wanted[name]) > CENT_FRACTION for name in AMOUNTS):
        raise Finding(
            f"{answer.request} shows another price for {of_what} than the order does",
            f"{wanted}",
            f"{found}",
            answer.exchange,
        )


@rule("PRI-38")
def test_the_status_of_a_product_is_the_one_that_the_order_shows(pricing):
    item_id = pricing.line["id"]
    for is_last in pricing.orders.patience.attempts("prices to show the status of a product"):
        answer = require(pricing.ask([pricing.line]))
        found = the_line(answer, item_id).get("status")
        wanted = item_status(pricing.orders, pricing.order, item_id)
        # The product may progress between two reads; only a persistent difference is a finding.
        if str(found).casefold() == str(wanted).casefold():
            break
        assert not is_last, f"{answer.request} shows the status {found} for {item_id}, but the order shows {wanted}"


@rule("PRI-36")
def test_the_status_in_prices_is_not_a_constant(session, orders, states):
    order = canceled_earlier(session, orders)
    before = None
    if order is None:
        order = states("order-with-preordered-item")
        before = the_line(require(orders.prices(order, [product(order.item_uuid)])), order.item_uuid).get("status")
        if before is None:
            raise Inconclusive(f"the prices show no status for the product {order.item_uuid}")
        require_canceled(orders, order, orders.cancel_line_item)

    def ask_again():
        answer = orders.prices(order, [product(order.item_uuid), product(order.other_item_uuid)])
        if answer.is_refusal or (answer.is_success and not product_lines(answer, order.item_uuid)):
            raise NotApplicable("the canceled product no longer has a price, and no document requires one")
        return require(answer)

    def status_in(answer):
        return the_line(answer, order.item_uuid).get("status")

    answer = poll_until(orders, ask_again, lambda seen: status_in(seen) != before)

    if before is None:
        require_told(order, answer, status_in(answer))
    elif status_in(answer) == before:
        shown = require(orders.show(order))
        raise Finding(
            f"{answer.request} still shows the status {before} for a canceled product",
            f"another status, as in the order: {status_shown(shown, order.item_uuid)}",
            f"the status {before}",
            shown.exchange,
            answer.exchange,
        )
    expect_canceled_alone(orders, order, answer)


def expect_canceled_alone(orders, order, answer):
    """The prices show the status of the canceled product for no other one, unless the order does so too."""
    one, other = (the_line(answer, item_id).get("status") for item_id in (order.item_uuid, order.other_item_uuid))
    if other is None or str(one).casefold() != str(other).casefold():
        return
    shown = require(orders.show(order))
    own, others = (status_shown(shown, item_id) for item_id in (order.item_uuid, order.other_item_uuid))
    if own is not None and others is not None and str(own).casefold() != str(others).casefold():
        raise Finding(
            f"{answer.request} shows the status {other} for a product that was not canceled, as for the canceled one",
            f"another status than {one}: the order shows {others} and {own}",
            f"the status {other} for both",
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

    for items in orders.sample(([other.line], [pricing.line, other.line], [other.line, pricing.line])):
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
    for near in pricing.orders.sample(near_misses_of(own, "internal")):
        expect(
            pricing.ask([pricing.line], id=near.id), f"the path contains {near.what}; the order's id is {own}"
        ).is_refused()


@rule("PRI-31")
def test_a_canceled_order_still_has_prices(orders, order_canceled):
    line = product(order_canceled.item_uuids[0])

    expect_accepted(orders.prices(order_canceled, [line]), "the order was canceled", 200)


@rule("PRI-31")
def test_a_closed_order_still_has_prices(orders, order_closed):
    line = product(order_closed.item_uuids[0])

    answer = expect_accepted(orders.prices(order_closed, [line]), "the order is closed", 200)
    assert product_lines(answer, line["id"]), f"{answer.request} shows no price for a product of a closed order"
