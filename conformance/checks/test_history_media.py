"""Order history: its two media types, and the differences between them."""

import pytest

from orderproof.conformance.checks.support.reading import (
    expect_newest_first,
    expect_same_media_type,
    holds,
    listed,
    listed_times,
    page,
    page_times,
    require_orders,
)
from orderproof.conformance.checks.support.suitable import several_orders
from orderproof.conformance.kit import JSON, NotApplicable, expect, require, rule


@rule("HIS-25")
def test_json_lists_the_orders_of_the_external_oms(orders, oms_order):
    answer = orders.history(oms_order, accept=JSON)

    expect(answer, "the tenant has an external OMS").has_status(200)
    assert holds(listed(answer), oms_order.order_id), f"{answer.request} does not list the order {oms_order.order_id}"


@rule("HIS-26")
def test_the_newest_order_comes_first_in_json(session, orders, oms_order):
    oms_order = several_orders(session, oms_order, lambda one: len(listed(require(orders.history(one, accept=JSON)))))
    answer = require(orders.history(oms_order, accept=JSON))

    expect_newest_first(answer, listed_times(answer))


@rule("HIS-27")
def test_without_accept_a_history_is_json(orders, oms_order):
    require(orders.history(oms_order, accept=JSON))

    answer = orders.history(oms_order, accept=None)

    expect(answer, "no Accept header was sent").has_status(200)
    expect(answer, "no Accept header was sent").has_media_type(JSON)

    # count exists in version 2 only, but does not request version 2.
    answer = orders.history(oms_order, accept=None, count=1)
    if answer.status == 200:
        expect(answer, "count was sent without an Accept header").has_media_type(JSON)
    else:
        expect(answer, "count was sent without an Accept header").is_denied()


@rule("HIS-34")
def test_json_is_an_object_with_orders(orders, oms_order):
    answer = require(orders.history(oms_order, accept=JSON))

    shown = answer.json.get("orders") if isinstance(answer.json, dict) else None
    assert isinstance(shown, list), f"the answer to {answer.request} is not an object with a list of orders"


@rule("HIS-35")
@pytest.mark.parametrize(
    "accept",
    [
        "application/x.newstore.orders+json; version=2",
        'application/x.newstore.orders+json;version="2"',
        "Application/X.NewStore.Orders+JSON;Version=2",
    ],
)
def test_the_media_type_is_known_in_every_spelling(orders, customer_with_orders, accept):
    as_documented = require(page(orders, customer_with_orders))

    answer = page(orders, customer_with_orders, accept=accept)

    expect_same_media_type(answer, as_documented, accept)


@rule("HIS-36")
def test_json_is_refused_or_lists_the_orders(orders, customer_with_orders):
    require(page(orders, customer_with_orders))

    answer = orders.history(customer_with_orders, accept=JSON)

    if answer.status == 200:
        newest = customer_with_orders.order_ids[0]
        assert holds(listed(answer), newest), f"{answer.request} does not list the customer's newest order {newest}"
    else:
        expect(answer, "the tenant may have no external OMS").is_denied()


@rule("HIS-49")
def test_json_is_refused_without_an_external_oms(session, orders, states):
    customer = states("customer-with-orders", orders=1)
    target = session.settings.target

    def tenant(state):
        return orders.token_for(state), state.base_url or target.base_url

    # The documents tie the history to the tenant, and a run only sees where the states of the external OMS are.
    if target.why_absent("external_oms") is None and tenant(customer) == tenant(states("oms-order")):
        raise NotApplicable("the tenant has an external OMS")
    require(page(orders, customer))

    answer = orders.history(customer, accept=JSON)

    expect(answer, "the tenant has no external OMS").is_denied()


@rule("HIS-38")
def test_placed_at_in_version_2_is_utc(orders, customer_with_orders):
    answer = page(orders, customer_with_orders)
    require_orders(answer)
    page_times(answer)

    for index, order in enumerate(answer.at("orders")):
        placed_at = order["placed_at"]
        assert placed_at.endswith("Z"), (
            f"placed_at of order {index + 1} in the list is {placed_at}, not in UTC with a Z"
        )
