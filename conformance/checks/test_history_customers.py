"""Order history: whose orders it lists, and the answer for an unknown customer."""

import pytest
from hypothesis import example

from orderproof.conformance.checks.stateful.together import Reading, Wrong, expect_own_answers
from orderproof.conformance.checks.support.facts import UNKNOWN_UUID
from orderproof.conformance.checks.support.nobody import require_found
from orderproof.conformance.checks.support.reading import (
    expect_not_for_json,
    expect_refused_page,
    ids_on,
    page,
    require_orders,
)
from orderproof.conformance.checks.support.suitable import take_if_offered
from orderproof.conformance.kit import JSON, Finding, expect, property_of, require, rule
from orderproof.strategies.ids import ALWAYS_TRUE, PATTERNS, QUOTED, UNEQUAL, near_misses
from orderproof.strategies.malformed import ANY_IDS


@pytest.fixture
def found_customer(orders, customer_with_orders):
    """A customer whose history lists orders; read once for all other ids."""
    require_orders(page(orders, customer_with_orders))
    return customer_with_orders


@rule("HIS-3")
def test_other_customers_orders_are_not_listed(session, orders, states):
    other = states("customer-with-orders")
    # Any second customer will do; one with several orders shows more.
    several = None if orders.is_brief else take_if_offered(session, "customer-with-orders", orders=3)[0]
    customer = several or states("customer-with-orders", orders=1)

    for one in (customer, other):
        answer = page(orders, one)
        require_orders(answer)
        wrong = _foreign(answer, one)
        if wrong:
            raise Finding(
                f"{answer.request} lists orders that do not belong to the customer",
                wrong.expected,
                wrong.observed,
                answer.exchange,
            )
    expect_own_answers(session, orders, [_own_history(one) for one in (customer, other) * 2])


def _foreign(answer, customer):
    """The orders on a page that are not the customer's."""
    foreign = set(ids_on(answer)) - set(customer.order_ids)
    return Wrong(", ".join(customer.order_ids), ", ".join(sorted(foreign))) if foreign else None


def _own_history(customer):
    return Reading(
        f"read the history of {customer.customer_id}",
        lambda orders: page(orders, customer),
        lambda answer: _foreign(answer, customer),
    )


@rule("HIS-20")
def test_a_customer_without_orders_has_an_empty_history(orders, customer_without_orders):
    answer = page(orders, customer_without_orders)

    expect(answer, "the customer has no orders").has_status(200)
    assert ids_on(answer) == [], f"the history of a customer without orders lists {ids_on(answer)}"
    paged = page(orders, customer_without_orders, count=5, offset=0)
    expect(paged, "the customer has no orders").has_status(200)


@rule("HIS-21")
def test_an_unknown_customer_is_no_404_in_version_2(orders, customer_with_orders_or_nobody):
    customer = customer_with_orders_or_nobody
    require_found(lambda: page(orders, customer), customer, require_orders)

    # With an offset and without: a page of nothing is no error of its own.
    for unknown, offset in orders.sample(((UNKNOWN_UUID, None), ("no-such-customer", 5), ("", None))):
        answer = page(orders, customer, customer_id=unknown, offset=offset)
        expect_no_orders(answer)
        expect_not_for_json(answer, "no customer has this id")
    # A gateway may have a status of its own for these.
    for query in orders.sample((*ANY_IDS, ALWAYS_TRUE.text, UNEQUAL.text)):
        expect_no_orders(page(orders, customer, customer_id=query))


def expect_no_orders(answer):
    if answer.status == 200:
        assert ids_on(answer) == [], f"{answer.request} lists orders, although no customer has this id"
    else:
        expect(answer, "no customer has this id").is_denied()


@rule("HIS-22")
def test_an_unknown_customer_is_404_as_json(orders, oms_order):
    require(orders.history(oms_order, accept=JSON))

    answer = orders.history(oms_order, customer_id=UNKNOWN_UUID, accept=JSON)

    # A tenant whose customer ids are tokens may refuse a UUID as a wrong format.
    is_uuid = len(oms_order.customer_id) == 36
    expect(answer, "no customer has this id").is_problem(*((404,) if is_uuid else (400, 404)))
    queried = orders.history(oms_order, customer_id=ALWAYS_TRUE.text, accept=JSON)
    expect(queried, "no customer has this id").is_refused()


@rule("HIS-23")
def test_a_missing_customer_id_is_refused(orders, found_customer):
    for query in orders.sample(({}, {"customer_id[$ne]": "no-such-customer"})):
        answer = page(orders, found_customer, query={"customer_id": None, **query})
        expect_refused_page(answer, "customer_id is required and was not sent")


@rule("HIS-24")
@property_of("costly", near_miss=near_misses)
@example(near_miss=PATTERNS[0])
@example(near_miss=PATTERNS[1])
@example(near_miss=QUOTED[0])
@example(near_miss=QUOTED[1])
@example(near_miss=QUOTED[2])
def test_nearly_their_id_does_not_find_a_customer(session, orders, found_customer, near_miss):
    asked = near_miss.of(found_customer.customer_id)

    answer = page(orders, found_customer, customer_id=asked)

    if answer.status == 200:
        found = set(ids_on(answer)) & set(found_customer.order_ids)
        assert not found, f"customer_id {asked} returned orders of the customer {found_customer.customer_id}"
    else:
        expect(answer, "no customer has this id").is_denied()


@rule("HIS-33")
def test_orders_name_their_customer(orders, customer_with_orders):
    answer = page(orders, customer_with_orders)

    for index in range(len(require_orders(answer))):
        wanted = customer_with_orders.customer_id
        expect(answer, "this is the history of this customer").shows(("orders", index, "customer", "id"), wanted)
