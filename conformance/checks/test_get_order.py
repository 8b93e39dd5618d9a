"""Get order: an order is shown completely, the same for both its ids, and without data of other orders."""

from itertools import product

import pytest

from orderproof.conformance.checks.stateful.together import Reading, Wrong, expect_own_answers
from orderproof.conformance.checks.support.item_lists import LIMIT, order_with_items
from orderproof.conformance.checks.support.reading import expect_every_item, expect_no_payment_history, item_ids, page
from orderproof.conformance.checks.support.same_facts import Place, expect_same_facts, number_items
from orderproof.conformance.checks.support.suitable import take_if_offered
from orderproof.conformance.checks.support.timers import assert_moved, running_timer
from orderproof.conformance.kit import JSON, ORDERS_V2, Finding, expect, require, rule

ID_TYPES = ("internal", "external")
COMMON = ("id", "origin_id", "currency")


def expect_same_order(one, other, because):
    # If another system answers for id_type=external, it may have its own ids and items.
    is_elsewhere = one.at("origin") != other.at("origin")
    for name in ("id",) if is_elsewhere else COMMON:
        if one.at(name) != other.at(name):
            raise Finding(
                f"{other.request} shows another {name} than before: {because}",
                repr(one.at(name)),
                repr(other.at(name)),
                other.exchange,
            )
    if not is_elsewhere and item_ids(one) != item_ids(other):
        raise Finding(
            f"{other.request} shows other items than before: {because}",
            str(item_ids(one)),
            str(item_ids(other)),
            one.exchange,
            other.exchange,
        )


@rule("ORD-3")
@pytest.mark.parametrize("accept", [JSON, ORDERS_V2])
def test_both_ids_show_the_same_order(orders, order, accept):
    number_items(orders, order)
    by_uuid = require(orders.show(order, accept=accept))
    by_readable_id = require(orders.show(order, id_type="external", accept=accept))

    expect_same_order(by_uuid, by_readable_id, "the order was read by its UUID, then by its readable id")
    expect_same_by_both_ids(orders, order, by_uuid, by_readable_id)


@rule("ORD-3")
def test_both_ids_show_what_became_of_an_order(orders, order_canceled):
    answers = [require(orders.show(order_canceled, id_type=id_type)) for id_type in ID_TYPES]

    expect_same_by_both_ids(orders, order_canceled, *answers)


def expect_same_by_both_ids(orders, order, by_uuid, by_readable_id):
    accept = by_uuid.exchange.request_header("Accept")

    def places(one, other):
        # If another system answers for id_type=external, it may know the order otherwise.
        is_elsewhere = one.at("origin") != other.at("origin")
        return Place(one, None if is_elsewhere else one.json, "its UUID"), Place(other, other.json, "its readable id")

    def read_again():
        return places(*(require(orders.show(order, id_type=id_type, accept=accept)) for id_type in ID_TYPES))

    expect_same_facts(orders, places(by_uuid, by_readable_id), read_again, "the order")


@rule("ORD-12")
@pytest.mark.parametrize("accept", [JSON, ORDERS_V2])
def test_payment_history_is_empty_for_internal(orders, order, accept):
    expect_no_payment_history(require(orders.show(order, accept=accept)))


@rule("ORD-12")
def test_payment_history_is_empty_for_internal_whatever_became_of_an_order(session, orders, order_canceled):
    # Paid, or paid back: what was not shown of an open order may be shown now.
    closed, _ = take_if_offered(session, "order-closed")
    ended = [(order_canceled, ORDERS_V2), *([(closed, JSON)] if closed else [])]
    for order, accept in orders.sample(ended):
        expect_no_payment_history(require(orders.show(order, accept=accept)))


@rule("ORD-18")
@pytest.mark.parametrize("id_type", ID_TYPES)
@pytest.mark.parametrize("accept", [JSON, ORDERS_V2])
def test_the_id_is_the_readable_one(orders, order, id_type, accept):
    answer = require(orders.show(order, id_type=id_type, accept=accept))

    expect(answer, "id is the readable id").shows(("id",), order.order_id)


@rule("ORD-19")
@pytest.mark.parametrize("accept", [JSON, ORDERS_V2])
def test_every_item_is_shown(orders, order, accept):
    expect_every_item(order, require(orders.show(order, accept=accept)))


@rule("ORD-19")
def test_every_item_of_a_large_order_is_shown(orders, states):
    order, _, _ = order_with_items(states, LIMIT)

    for accept in orders.sample((JSON, ORDERS_V2)):
        expect_every_item(order, require(orders.show(order, accept=accept)))


@rule("ORD-29")
def test_no_item_is_shown_twice(orders, order):
    answer = require(orders.show(order))

    shown = item_ids(answer)
    twice = sorted({item for item in shown if shown.count(item) > 1})
    if twice:
        raise Finding(
            f"{answer.request} shows an item more than once",
            f"{', '.join(twice)} once",
            f"items {', '.join(shown)}",
            answer.exchange,
        )


@rule("ORD-30")
def test_nothing_of_another_order_is_shown(session, orders, order, states):
    other = states("order")
    pairs = ((order, other), (other, order))
    answers = [require(orders.show(one)) for one, _ in pairs]

    for answer, (own, foreign) in zip(answers, pairs, strict=True):
        wrong = _leaked(answer, own, foreign)
        if wrong:
            raise Finding(
                f"{answer.request} shows data of another order, {foreign.order_id}",
                wrong.expected,
                wrong.observed,
                answer.exchange,
            )
    asked = [(*pair, accept) for accept in (JSON, ORDERS_V2) for pair in pairs]
    expect_own_answers(session, orders, [_own_data(*one) for one in asked])


def _leaked(answer, own, foreign):
    """The items and the customer of another order that an answer shows."""
    known = {item.casefold() for item in own.item_uuids}
    leaked = ({item.casefold() for item in foreign.item_uuids} - known) & set(item_ids(answer))
    customer = answer.json.get("customer") if isinstance(answer.json, dict) else None
    # An order need not show its customer, and both orders may be of the same customer.
    if isinstance(customer, dict) and customer.get("id") == foreign.customer_id != own.customer_id:
        leaked.add(f"customer {foreign.customer_id}")
    wanted = f"items {', '.join(own.item_uuids)}, customer {own.customer_id}"
    return Wrong(wanted, ", ".join(sorted(leaked))) if leaked else None


def _own_data(own, foreign, accept):
    return Reading(
        f"read the order {own.order_id} as {accept}",
        lambda orders: orders.show(own, accept=accept),
        lambda answer: _leaked(answer, own, foreign),
    )


@rule("ORD-21")
def test_reading_changes_nothing(orders, order_in_grace_period):
    status = require(orders.cancellation_status(order_in_grace_period))
    first = require(orders.show(order_in_grace_period))

    for id_type, accept in orders.sample(product(ID_TYPES, (JSON, ORDERS_V2)), 2):
        require(orders.show(order_in_grace_period, id_type=id_type, accept=accept))

    expect_same_order(first, require(orders.show(order_in_grace_period)), "the order was only read in between")
    after = require(orders.cancellation_status(order_in_grace_period))
    for name in ("cancelable", "canceled"):
        because = "the order was only read in between"
        expect(after, because).shows((name,), status.at(name))


@rule("ORD-21")
def test_reading_does_not_move_the_timer(orders, order_in_grace_period):
    timer = running_timer(orders, order_in_grace_period)

    for id_type, accept in (("internal", JSON), ("external", ORDERS_V2)):
        require(orders.show(order_in_grace_period, id_type=id_type, accept=accept))
    require(page(orders, order_in_grace_period))

    assert_moved(timer, orders.extend_grace_period(order_in_grace_period), "the order was only read in between")


@rule("ORD-26")
def test_origin_and_origin_id_of_an_order_of_the_platform(orders, order):
    answer = require(orders.show(order))

    expect(answer, "the order is in the platform's database").shows(("origin",), "newstore")
    shown = str(answer.at("origin_id"))
    if shown.casefold() != order.order_uuid.casefold():
        raise Finding(
            f"{answer.request} shows an origin_id that is not the order's UUID",
            order.order_uuid,
            shown,
            answer.exchange,
        )


KNOWN_WORDS = {
    "status": {"on_hold", "open", "closed", "created_for_blind_return", "failed"},
    "origin": {"newstore", "external"},
    "channel_type": {"store", "web"},
    "fulfillment_type": {
        "traditional",
        "same_day_delivery",
        "in_store_pickup",
        "in_store_purchase",
        "multiple",
    },
}


@rule("ORD-27")
@pytest.mark.parametrize("name", sorted(KNOWN_WORDS))
def test_words_are_those_that_are_known(orders, order, name):
    answer = require(orders.show(order))

    word = answer.at(name)
    if word not in KNOWN_WORDS[name]:
        raise Finding(
            f"{answer.request} shows a {name} that the vendor's pages do not list",
            f"{name}: {' or '.join(sorted(KNOWN_WORDS[name]))}",
            f"{name}: {word!r}",
            answer.exchange,
        )


@rule("ORD-28")
def test_totals_add_up(orders, order):
    answer = require(orders.show(order))
    totals = {
        name: answer.at("totals", name) or 0 for name in ("net", "tax", "gross", "total", "shipping", "gift_wrapping")
    }

    sums = {
        "gross": totals["net"] + totals["tax"],
        "total": totals["gross"] + totals["shipping"] + totals["gift_wrapping"],
    }
    for name, wanted in sums.items():
        # Up to half a cent for each rounded amount.
        if abs(totals[name] - wanted) > 0.02:
            raise Finding(
                f"{answer.request} shows a totals.{name} that is not the sum of its parts",
                f"totals.{name}: {wanted:.2f}",
                f"totals.{name}: {totals[name]}",
                answer.exchange,
            )
