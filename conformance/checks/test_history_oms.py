"""Order history with an external OMS in both media types, and open and canceled orders in a history."""

import pytest

from orderproof.conformance.checks.stateful.together import Reading, Wrong, expect_own_answers
from orderproof.conformance.checks.support.facts import cancel_and_wait
from orderproof.conformance.checks.support.listing import expect_listed, expect_same_in_history, places_of
from orderproof.conformance.checks.support.reading import (
    expect_every_item,
    expect_newest_first,
    expect_refused_page,
    holds,
    ids_on,
    listed,
    page,
    page_times,
    require_orders,
)
from orderproof.conformance.checks.support.same_facts import Place, expect_same_facts
from orderproof.conformance.checks.support.suitable import (
    kept_by_the_platform,
    several_orders,
    suitable,
)
from orderproof.conformance.kit import (
    JSON,
    ORDERS_V2,
    Finding,
    Inconclusive,
    NotApplicable,
    expect,
    require,
    rule,
    steps,
    uses_up,
)
from orderproof.strategies.ids import QUOTED, NearMiss
from orderproof.strategies.paging import DEFAULT_COUNT, MAX_COUNT

_MOST_PAGES = 20
_ATTEMPTS = 3
"""How often a list is read that may have changed between two requests."""


@rule("HIS-28")
def test_version_2_lists_the_orders_of_the_external_oms(orders, oms_order):
    require(orders.history(oms_order, accept=JSON))

    found = []
    # The customer may have other orders, and a state does not say how many.
    for offset in range(0, 100, DEFAULT_COUNT):
        answer = page(orders, oms_order, offset=offset)
        expect(answer, "the tenant has an external OMS").has_status(200)
        found += ids_on(answer)
        if len(ids_on(answer)) < DEFAULT_COUNT:
            break
    assert oms_order.order_id in found, f"the customer's history does not list the order {oms_order.order_id}"


def with_several(session, orders, oms_order):
    """An order of the external OMS whose customer has several orders in version 2."""
    return several_orders(session, oms_order, lambda one: len(require_orders(page(orders, one, count=MAX_COUNT))))


@rule("HIS-39")
def test_version_2_lists_each_order_of_the_external_oms_once(session, orders, oms_order):
    answer = page(orders, with_several(session, orders, oms_order), count=MAX_COUNT)
    require_orders(answer)

    # The platform and the OMS may each have an order with the same readable id.
    known = [tuple(str(one.get(name)) for name in ("id", "origin", "origin_id")) for one in answer.at("orders")]
    twice = sorted({one for one in known if known.count(one) > 1})
    if twice:
        raise Finding(
            f"{answer.request} lists the order {twice[0][0]} {known.count(twice[0])} times",
            "every order once",
            ", ".join(ids_on(answer)),
            answer.exchange,
        )
    expect_newest_first(answer, page_times(answer))


@rule("HIS-40")
def test_version_2_pages_the_orders_of_the_external_oms(session, orders, oms_order):
    oms_order = with_several(session, orders, oms_order)
    whole = page(orders, oms_order, count=MAX_COUNT)
    require_orders(whole)

    for _ in range(_ATTEMPTS):
        found, times = ids_on(whole), page_times(whole)
        answer = page(orders, oms_order, count=1, offset=1)
        expect(answer, "the tenant has an external OMS").has_status(200)
        # Orders that were placed at the same time may be in any order.
        if len(ids_on(answer)) == 1 and (ids_on(answer)[0], times[1]) in zip(found, times, strict=True):
            return
        # A new order between two pages shifts all other orders by one.
        again = page(orders, oms_order, count=MAX_COUNT)
        if require_orders(again) == found:
            raise Finding(
                f"{answer.request} does not contain exactly the second order of the list",
                found[1],
                ", ".join(ids_on(answer)) or "no orders",
                whole.exchange,
                answer.exchange,
            )
        whole = again
    raise Inconclusive("the customer's orders changed while their history was read")


@rule("HIS-41")
def test_version_2_refuses_a_count_above_50_beside_an_external_oms(orders, oms_order):
    require(page(orders, oms_order, count=MAX_COUNT))

    answer = page(orders, oms_order, count=MAX_COUNT + 1)

    expect_refused_page(answer, "count is above 50")


@rule("HIS-42")
def test_total_counts_the_orders_of_the_external_oms(orders, oms_order):
    for _ in range(_ATTEMPTS):
        found = 0
        for number in range(_MOST_PAGES):
            answer = page(orders, oms_order, count=MAX_COUNT, offset=number * MAX_COUNT)
            shown = require_orders(answer) if number == 0 else ids_on(require(answer))
            found += len(shown)
            if len(shown) < MAX_COUNT:
                break
        else:
            raise Inconclusive(f"the customer has {found} orders or more, too many to count them", answer.exchange)
        # The server may read the number and the list one after the other, with a new order in between.
        # On the smallest page as well: there the number of orders on the page is another.
        smallest = require(page(orders, oms_order, count=1))
        if all(one.at("pagination_info", "total") == found for one in (answer, smallest)):
            return
    for one in (answer, smallest):
        expect(one, "this is the number of orders in the customer's list").shows(("pagination_info", "total"), found)


@rule("HIS-43")
def test_other_customers_orders_are_not_listed_in_json(session, orders, states, oms_order):
    def is_another_customers(order):
        return all(
            order.values[name].casefold() != oms_order.values[name].casefold() for name in ("customer_id", "order_id")
        )

    first = oms_order
    second = suitable(
        session,
        states("oms-order"),
        is_another_customers,
        needs="two orders in the external OMS of different customers, with different readable ids",
        others="beside the first, with its customer or its readable id",
    )

    pairs = ((first, second), (second, first))
    for one, other in pairs:
        answer = require(orders.history(one, accept=JSON))
        if not _id_members(answer, one):
            raise Inconclusive(f"the history does not list the customer's own order {one.order_id}", answer.exchange)
        wrong = _others_order(answer, one, other)
        if wrong:
            require_different_emails(orders, one, other)
            raise Finding(
                f"{answer.request} lists the order {other.order_id} of another customer, {other.customer_id}",
                wrong.expected,
                wrong.observed,
                answer.exchange,
            )
    asked = [(*pair, accept) for accept in (JSON, ORDERS_V2) for pair in pairs]
    expect_own_answers(session, orders, [_own_history(*one) for one in asked])


def _entries(answer):
    return [entry for entry in listed(answer) if isinstance(entry, dict)]


def _id_members(answer, order):
    """The members of a history's orders that show the id of this order: no document says which it is."""
    return {name for entry in _entries(answer) for name, value in entry.items() if value == order.order_id}


def _others_order(answer, one, other):
    """What is wrong about a history of one customer that lists an order of the other."""
    names = _id_members(answer, one) or {"id"}
    if any(entry.get(name) == other.order_id for entry in _entries(answer) for name in names):
        return Wrong("no orders of another customer", str(answer))
    return None


def _own_history(one, other, accept):
    return Reading(
        f"read the history of {one.customer_id} as {accept}",
        lambda orders: orders.history(one, accept=accept),
        lambda answer: _others_order(answer, one, other),
    )


def require_different_emails(orders, one, other):
    """Require different e-mail addresses, by which an external OMS may identify the customers of two orders."""
    addresses = [require(orders.show(order, id_type="external")).at("customer", "email") for order in (one, other)]
    if not all(isinstance(address, str) and address for address in addresses):
        raise Inconclusive("the orders do not show their customers' e-mail addresses")
    if addresses[0].casefold() == addresses[1].casefold():
        # Asked for only where it returned the orders of both: then it is the address that it knows them by.
        raise NotApplicable("the external OMS knows the customers of different orders by one e-mail address")


@pytest.fixture
def oms_customer(orders, oms_order):
    """The customer of an order in the external OMS, whose history as application/json lists that order."""
    answer = require(orders.history(oms_order, accept=JSON))
    if not holds(listed(answer), oms_order.order_id):
        raise Inconclusive(f"the history does not list the customer's order {oms_order.order_id}", answer.exchange)
    return oms_order


@rule("HIS-44")
def test_a_missing_customer_id_is_refused_in_json(orders, oms_customer):
    answer = orders.history(oms_customer, accept=JSON, query={"customer_id": None})

    expect(answer, "customer_id is required and was not sent").is_refused()


@rule("HIS-45")
def test_nearly_their_id_does_not_find_a_customer_in_json(orders, oms_customer):
    for near_miss in orders.sample((NearMiss("half"), NearMiss("after", "%"), NearMiss("other-last", "_"), *QUOTED)):
        asked = near_miss.of(oms_customer.customer_id)
        answer = orders.history(oms_customer, customer_id=asked, accept=JSON)
        if answer.status == 200:
            found = holds(listed(answer), oms_customer.order_id)
            assert not found, f"customer_id {asked} returned an order of the customer {oms_customer.customer_id}"
        else:
            expect(answer, "no customer has this id").is_denied()


@rule("HIS-48")
def test_an_order_of_the_oms_is_the_same_by_its_id(orders, oms_order):
    def read():
        history = require(orders.history(oms_order, accept=JSON))
        entry = next((one for one in listed(history) if holds([one], oms_order.order_id)), None)
        if entry is None:
            raise Inconclusive(f"the history does not list the order {oms_order.order_id}", history.exchange)
        own = require(orders.show(oms_order, id_type="external", accept=JSON))
        return Place(own, own.json, "the order itself"), Place(history, entry, "the history")

    expect_same_facts(orders, read(), read, f"the order {oms_order.order_id}")


@rule("HIS-46", "HIS-32")
@uses_up(1)
def test_open_and_canceled_orders_are_listed(session, orders, order_cancelable):
    order = kept_by_the_platform(session, orders, order_cancelable)

    with steps(session) as step:
        with step("HIS-46"):
            listing = expect_listed(orders, order, "the order was placed and is open")

            cancel_and_wait(orders, order)
            history = expect_listed(orders, order, "a canceled order is still the customer's order")
        with step("HIS-32"):
            expect_every_item(order, listing, "orders", places_of(order, listing)[0])
            # The history was read before the order changed: it must not be what was shown then.
            expect_same_in_history(orders, order, order.order_id, history, require(orders.show(order)))
