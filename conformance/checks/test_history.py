"""Order history: whose orders it holds, in which order, and in which media type."""

from itertools import pairwise

import pytest
from hypothesis import example

from orderproof.conformance.checks.support.facts import UNKNOWN_UUID
from orderproof.conformance.checks.support.listing import expect_same_progress
from orderproof.conformance.checks.support.reading import (
    SAME_TIME,
    all_ids,
    expect_newest_first,
    expect_not_for_json,
    expect_refused_page,
    expect_same_media_type,
    given_orders,
    holds,
    ids_of_ties,
    ids_on,
    item_ids,
    listed,
    listed_times,
    page,
    page_times,
    placed,
    ties,
    whole_pages,
)
from orderproof.conformance.kit import (
    JSON,
    ORDERS_V2,
    Answer,
    Finding,
    Inconclusive,
    NotRun,
    expect,
    property_of,
    require,
    require_time,
    rule,
)
from orderproof.strategies.ids import PATTERNS, near_misses
from orderproof.strategies.paging import DEFAULT_COUNT, MAX_COUNT


@rule("HIS-1")
def test_the_newest_order_comes_first(orders, states):
    customer = states("customer-with-orders", orders=5)
    newest_first = list(customer.order_ids)

    answer = require(page(orders, customer, count=min(50, len(newest_first))))

    times = page_times(answer)
    expect_newest_first(answer, times)
    # What placed_at says and what the state says of it must agree, whichever of equal times comes first.
    known = [
        (newest_first.index(own), at) for own, at in zip(ids_on(answer), times, strict=True) if own in newest_first
    ]
    for (place, time), (next_place, next_time) in pairwise(known):
        if time != next_time and place > next_place:
            raise Finding(
                f"{answer.request} lists {newest_first[place]} before {newest_first[next_place]}, which is newer",
                ", ".join(newest_first),
                ", ".join(ids_on(answer)),
                answer.exchange,
            )


@rule("HIS-2")
def test_every_order_is_listed_once(orders, states):
    # More than the largest page holds: what lies beyond it is the customer's as well.
    try:
        customer = states("customer-with-orders", orders=MAX_COUNT + 1)
    except NotRun:
        customer = states("customer-with-orders", orders=12)

    seen: list[Answer] = []
    found: list[str] = []
    for _ in range(4):
        pages, before = whole_pages(orders, customer), found
        seen, found = [*seen, *pages], all_ids(pages)
        times_of_several = ties(seen)
        tied = {order_id for answer in seen for order_id in ids_of_ties(answer, times_of_several)}
        doubled = {order_id for order_id in found if found.count(order_id) > 1}
        # Of orders placed at the same time, any may stand behind the edge of a page, also the one before it.
        if all(order_id in {*found, *tied} for order_id in customer.order_ids) and doubled <= tied:
            break
        # An order that comes in between two pages moves all others on by one: only what stays is a finding.
        if found == before:
            break
    else:
        raise Inconclusive("the customer's orders changed whenever their history was read")

    for order_id in customer.order_ids:
        times = found.count(order_id)
        assert times == 1 or order_id in tied, f"the customer's order {order_id} is in their history {times} times"


@rule("HIS-3")
def test_other_customers_orders_are_not_listed(orders, states):
    other = states("customer-with-orders")
    customer = states("customer-with-orders")

    for one in (customer, other):
        answer = page(orders, one)
        foreign = set(given_orders(answer)) - set(one.order_ids)
        if foreign:
            raise Finding(
                f"{answer.request} lists orders that are not the customer's",
                ", ".join(one.order_ids),
                ", ".join(sorted(foreign)),
                answer.exchange,
            )


@rule("HIS-20")
def test_a_customer_without_orders_has_an_empty_history(orders, customer_without_orders):
    answer = page(orders, customer_without_orders)

    expect(answer, "the customer has no orders").has_status(200)
    assert ids_on(answer) == [], f"a customer without orders has orders in their history: {ids_on(answer)}"


@rule("HIS-21")
@pytest.mark.parametrize("unknown", [UNKNOWN_UUID, "no-such-customer", ""])
def test_an_unknown_customer_is_no_404_in_version_2(orders, customer_with_orders, unknown):
    given_orders(page(orders, customer_with_orders))

    answer = page(orders, customer_with_orders, customer_id=unknown)

    if answer.status == 200:
        assert ids_on(answer) == [], f"{answer.request} lists orders, though there is no such customer"
    else:
        expect(answer, "there is no such customer").is_denied()
        expect_not_for_json(answer, "there is no such customer")


@rule("HIS-22")
def test_an_unknown_customer_is_404_as_json(orders, oms_order):
    require(orders.history(oms_order, accept=JSON))

    answer = orders.history(oms_order, customer_id=UNKNOWN_UUID, accept=JSON)

    # A tenant that names customers by tokens may find that a UUID is none.
    is_uuid = len(oms_order.customer_id) == 36
    expect(answer, "there is no such customer").is_problem(*((404,) if is_uuid else (400, 404)))


@rule("HIS-23")
def test_a_missing_customer_id_is_refused(orders, customer_with_orders):
    require(page(orders, customer_with_orders))

    answer = page(orders, customer_with_orders, query={"customer_id": None})

    expect_refused_page(answer, "customer_id is required and was not sent")


@pytest.fixture
def found_customer(orders, customer_with_orders):
    """A customer whose orders are known to be found: once, for all the ids that are only nearly theirs."""
    given_orders(page(orders, customer_with_orders))
    return customer_with_orders


@rule("HIS-24")
@property_of(near_miss=near_misses)
@example(near_miss=PATTERNS[0])
@example(near_miss=PATTERNS[1])
def test_nearly_their_id_does_not_find_a_customer(session, orders, found_customer, near_miss):
    asked = near_miss.of(found_customer.customer_id)

    answer = page(orders, found_customer, customer_id=asked)

    if answer.status == 200:
        found = set(ids_on(answer)) & set(found_customer.order_ids)
        assert not found, f"customer_id {asked} found the orders of {found_customer.customer_id}"
    else:
        expect(answer, "no customer has this id").is_denied()


@rule("HIS-25")
def test_json_lists_the_orders_of_the_external_oms(orders, oms_order):
    answer = orders.history(oms_order, accept=JSON)

    expect(answer, "the tenant is integrated with an external OMS").has_status(200)
    assert holds(listed(answer), oms_order.order_id), f"{answer.request} does not list the order {oms_order.order_id}"


@rule("HIS-26")
def test_the_newest_order_comes_first_in_json(orders, oms_order):
    answer = require(orders.history(oms_order, accept=JSON))

    expect_newest_first(answer, listed_times(answer))


@rule("HIS-27")
def test_without_accept_a_history_is_json(orders, oms_order):
    require(orders.history(oms_order, accept=JSON))

    answer = orders.history(oms_order, accept=None)

    expect(answer, "no Accept header was sent").has_status(200)
    expect(answer, "no Accept header was sent").has_media_type(JSON)

    # A parameter that only version 2 has does not ask for version 2.
    answer = orders.history(oms_order, accept=None, count=1)
    if answer.status == 200:
        expect(answer, "no Accept header was sent, only a count").has_media_type(JSON)
    else:
        expect(answer, "count was sent without an Accept header").is_denied()


@rule("HIS-29", "HIS-30", "HIS-31")
def test_a_history_is_shown(orders, customer_with_orders):
    # Passive validation judges the answer; this sees to it that there is one.
    require(page(orders, customer_with_orders))


@rule("HIS-32")
def test_an_order_is_the_same_by_its_id(orders, customer_with_orders):
    history = page(orders, customer_with_orders)

    for index, order_id in enumerate(given_orders(history)[:3]):
        shown = require(orders.show(customer_with_orders, id=order_id, id_type="external", accept=ORDERS_V2))
        # Where external is answered by another system, that one may have ids and items of its own.
        is_elsewhere = shown.at("origin") != history.at("orders", index, "origin")
        for name in ("id",) if is_elsewhere else ("id", "origin_id", "currency"):
            expect(shown, "as the history shows it").shows((name,), history.at("orders", index, name))
        times = require_time(history, "orders", index, "placed_at"), require_time(shown, "placed_at")
        assert abs(times[1].moment - times[0].moment) < SAME_TIME, (
            f"the history shows that {order_id} was placed at {times[0]}, the order itself says {times[1]}"
        )
        if is_elsewhere:
            continue
        assert item_ids(shown) == item_ids(history, "orders", index), (
            f"the history shows other items of {order_id} than the order itself"
        )
        expect_same_progress(orders, customer_with_orders, order_id, history.at("orders", index), shown)


@rule("HIS-33")
def test_orders_name_their_customer(orders, customer_with_orders):
    answer = page(orders, customer_with_orders)

    for index in range(len(given_orders(answer))):
        wanted = customer_with_orders.customer_id
        expect(answer, "the history is this customer's").shows(("orders", index, "customer", "id"), wanted)


@rule("HIS-34")
def test_json_is_an_object_with_orders(orders, oms_order):
    answer = require(orders.history(oms_order, accept=JSON))

    shown = answer.json.get("orders") if isinstance(answer.json, dict) else None
    assert isinstance(shown, list), f"{answer.request} is no object with a list of orders"


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


@rule("HIS-37")
def test_a_history_reads_the_same_again(orders, customer_with_orders):
    first = page(orders, customer_with_orders)
    shown = given_orders(first)
    # Of orders that were placed at the same time, another may be the last on a full page.
    tied = ties([first]) | set(page_times(first)[-1:] if len(shown) == DEFAULT_COUNT else ())
    before = placed(first, tied)

    for _ in range(3):
        again = require(page(orders, customer_with_orders))
        if placed(again, tied) != before:
            raise Finding(
                f"{again.request} lists other orders than before, though nothing happened in between",
                ", ".join(before),
                ", ".join(placed(again, tied)),
                first.exchange,
                again.exchange,
            )


@rule("HIS-38")
def test_placed_at_in_version_2_is_utc(orders, customer_with_orders):
    answer = page(orders, customer_with_orders)
    given_orders(answer)
    page_times(answer)

    for index, order in enumerate(answer.at("orders")):
        placed_at = order["placed_at"]
        assert placed_at.endswith("Z"), f"order {index + 1} of the list was placed at {placed_at}, not in UTC with a Z"
