"""Get order, and what else reads one: an order is found and shown alike in every state, also where it was read before.

A server forgets an order when its grace period is over, hides it when an item is canceled, or shows by one id what it
remembers of an earlier request. So an order is read in each way before it changes, and again in each way afterwards.
"""

from typing import NamedTuple

import pytest

from orderproof.conformance.checks.support.cancellations import expect_same_status
from orderproof.conformance.checks.support.facts import cancel_and_wait
from orderproof.conformance.checks.support.instants import PlacedAt, expect_same_placed_at
from orderproof.conformance.checks.support.item_lists import expect_accepted
from orderproof.conformance.checks.support.line_cancellations import require_canceled
from orderproof.conformance.checks.support.listing import expect_listed
from orderproof.conformance.checks.support.pricing import product
from orderproof.conformance.checks.support.reading import expect_every_item, item_ids, page
from orderproof.conformance.checks.support.same_facts import Place, expect_same_facts, number_items
from orderproof.conformance.checks.support.suitable import take_if_offered
from orderproof.conformance.kit import JSON, ORDERS_V2, NotApplicable, State, require, rule, steps, uses_up

ID_TYPES = ("internal", "external")
MEDIA_TYPES = (JSON, ORDERS_V2)


class InState(NamedTuple):
    """An order, what became of it in words, and an item that has a price in it; None where it need not have one."""

    order: State
    because: str
    priced: str | None = None


def given(session, name):
    """An order in a state. Raises `NotApplicable` where there is none: other checks judge orders in other states."""
    order, _ = take_if_offered(session, name)
    if order is None:
        raise NotApplicable("the states give no order that is like this, so its readings were not tried")
    return order


def past_its_grace_period(session, _orders):
    order = given(session, "order-past-grace-period")
    return InState(order, "the grace period of the order is over", order.item_uuids[0])


def closed(session, _orders):
    return InState(given(session, "order-closed"), "the order is closed")


def extended_and_numbered(session, orders):
    order = read_in_every_way(orders, given(session, "order-in-grace-period"))
    require(orders.extend_grace_period(order))
    number_items(orders, order)
    return InState(order, "its grace period was extended, and its items have serial numbers since", order.item_uuids[0])


def without_an_item(session, orders):
    order = read_in_every_way(orders, given(session, "order-with-preordered-item"))
    require_canceled(orders, order, orders.cancel_line_item)
    return InState(order, "an item of the order was canceled", order.other_item_uuid)


def canceled(session, orders):
    order = read_in_every_way(orders, given(session, "order-cancelable"))
    cancel_and_wait(orders, order)
    return InState(order, "the order was canceled")


def read_in_every_way(orders, order):
    """Read an order, its status and its place in a history before it changes."""
    for id_type, accept in zip(ID_TYPES, MEDIA_TYPES, strict=True):
        orders.show(order, id_type=id_type, accept=accept)
        orders.cancellation_status(order, id_type=id_type)
    page(orders, order)
    return order


def shown_in_every_way(orders, order):
    return {
        (id_type, accept): orders.show(order, id_type=id_type, accept=accept)
        for id_type in ID_TYPES
        for accept in MEDIA_TYPES
    }


@rule("ORD-1", "ORD-2", "ORD-3", "ORD-11", "ORD-13", "ORD-19", "CST-5", "HIS-46", "PRI-1")
@pytest.mark.parametrize(
    "prepared",
    [
        past_its_grace_period,
        closed,
        extended_and_numbered,
        pytest.param(without_an_item, marks=uses_up(1)),
        pytest.param(canceled, marks=uses_up(1)),
    ],
)
def test_every_reading_finds_an_order_in_every_state(session, orders, prepared):
    order, because, priced = prepared(session, orders)
    shown = shown_in_every_way(orders, order)
    first, by_readable_id = shown["internal", JSON], shown["external", JSON]
    in_version_2 = shown["internal", ORDERS_V2]

    with steps(session) as step:
        for rule_id, id_type in (("ORD-1", "internal"), ("ORD-2", "external")):
            with step(rule_id, goes_on=True):
                for accept in MEDIA_TYPES:
                    expect_accepted(shown[id_type, accept], f"{because}, and it is still found", 200)
        with step("ORD-11", goes_on=True):
            expect_same_placed_at(
                PlacedAt(require(first), "application/json"), PlacedAt(require(in_version_2), "version 2")
            )
        with step("ORD-13", goes_on=True):
            _expect_same(orders, order, require(first), require(in_version_2), {"accept": ORDERS_V2})
        with step("ORD-3", goes_on=True):
            _expect_same(orders, order, require(first), require(by_readable_id), {"id_type": "external"})
        with step("ORD-19", goes_on=True):
            # Whether an item that was canceled is still shown is open.
            if {item.casefold() for item in order.item_uuids} <= set(item_ids(require(first))):
                expect_every_item(order, require(in_version_2))
        with step("CST-5", goes_on=True):
            expect_same_status(orders, order, because)
        with step("PRI-1", goes_on=True):
            if priced is not None:
                expect_accepted(orders.prices(order, [product(priced)]), f"{because}, and it has this product", 200)
        # Last, since it may put the rule out of scope.
        if require(by_readable_id).at("origin") == "external":
            raise NotApplicable("the order is in the external OMS, which decides what of a customer's it returns")
        with step("HIS-46", goes_on=True):
            expect_listed(orders, order, because)


def _expect_same(orders, order, one, other, asked):
    def places(first, second):
        # Another rule is about placed_at.
        shown = ({**answer.json, "placed_at": None} for answer in (first, second))
        return Place(first, next(shown), str(first.request)), Place(second, next(shown), str(second.request))

    def again():
        return places(require(orders.show(order)), require(orders.show(order, **asked)))

    expect_same_facts(orders, places(one, other), again, "the order")
