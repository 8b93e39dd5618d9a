"""Order history: `count` and `offset`, their limits and defaults, and `pagination_info`."""

from contextlib import suppress

import pytest
from hypothesis import example

from orderproof.conformance.checks.support.reading import (
    all_ids,
    expect_refused_page,
    ids_on,
    page,
    placed,
    ties,
    whole_pages,
)
from orderproof.conformance.kit import Finding, Inconclusive, NotRun, expect, property_of, require, rule
from orderproof.strategies import paging


@pytest.fixture
def customer(states):
    """A customer with more orders than a page holds by default."""
    return states("customer-with-orders", orders=paging.DEFAULT_COUNT + 2)


@pytest.fixture
def paged_customer(orders, customer_with_orders):
    """A customer whose history is returned at the limits of both parameters, so that a refusal is about the value."""
    for parts in orders.sample(({"count": 1, "offset": 0}, {"count": paging.MAX_COUNT, "offset": 1})):
        require(page(orders, customer_with_orders, **parts))
    return customer_with_orders


@pytest.fixture
def all_pages(orders, customer):
    """The pages of the customer's complete history."""
    found = whole_pages(orders, customer)
    listed_here = len(all_ids(found))
    if listed_here <= paging.DEFAULT_COUNT:
        raise Inconclusive(f"the history lists {listed_here} of the customer's {len(customer.order_ids)} orders")
    return found


@pytest.fixture
def tied(all_pages):
    """Times that several orders share."""
    return ties(all_pages)


@pytest.fixture
def newest_first(all_pages, tied):
    """The orders of the whole list, as `placed` names them."""
    return [name for answer in all_pages for name in placed(answer, tied)]


def expect_orders(answer, wanted, tied, because):
    shown, ids = placed(answer, tied), ids_on(answer)
    if shown != wanted or len(set(ids)) < len(ids):
        raise Finding(
            f"{answer.request} does not contain the expected orders: {because}",
            f"{len(wanted)} orders: {', '.join(wanted)}",
            f"{len(ids)} orders: {', '.join(ids)}",
            answer.exchange,
        )


def expect_length(answer, wanted, because):
    expect(answer, because).has_status(200)
    found = len(ids_on(answer))
    if found != wanted:
        raise Finding(
            f"{answer.request} contains {found} order{'' if found == 1 else 's'}, not {wanted}: {because}",
            f"{wanted} orders",
            f"{found} orders",
            answer.exchange,
        )


@rule("HIS-4")
def test_a_page_holds_10_orders_by_default(orders, customer):
    first = require(page(orders, customer))
    expect_length(first, 10, "the customer has more than 10 orders, and no count was sent")
    with_offset = require(page(orders, customer, offset=1))
    expect_length(with_offset, 10, "the customer has more than 10 orders after the first, and no count was sent")


@rule("HIS-5")
def test_a_page_begins_with_the_newest_order_by_default(orders, customer, newest_first, tied):
    for count in orders.sample((None, 5)):
        answer = require(page(orders, customer, count=count))
        expect_orders(answer, newest_first[: len(ids_on(answer))], tied, "no offset was sent")


@rule("HIS-6")
def test_a_page_holds_as_many_orders_as_asked_for(orders, states):
    try:
        customer = states("customer-with-orders", orders=12 if orders.is_brief else paging.MAX_COUNT + 1)
    except NotRun:
        customer = states("customer-with-orders", orders=2)
    require(page(orders, customer))

    number = len(customer.order_ids)
    counts = [count for count in (1, 2, paging.MAX_COUNT - 1, paging.MAX_COUNT) if count <= number]
    for count in orders.sample(counts):
        expect_length(
            page(orders, customer, count=count), count, f"count is {count}, and the customer has {number} orders"
        )


@rule("HIS-7")
@property_of("costly", count=paging.too_small_counts)
@example(count=0)
@example(count=-1)
def test_a_count_below_1_is_refused(session, orders, paged_customer, count):
    answer = page(orders, paged_customer, count=count)

    expect_refused_page(answer, "count is below 1")


@rule("HIS-8")
@property_of(count=paging.too_large_counts)
@example(count=51)
def test_a_count_above_50_is_refused(session, orders, paged_customer, count):
    answer = page(orders, paged_customer, count=count)

    expect_refused_page(answer, "count is above 50")


@rule("HIS-9")
@property_of(count=paging.counts, offset=paging.offsets)
@example(count=1, offset=0)
@example(count=3, offset=1)
@example(count=5, offset=10)
def test_a_page_is_a_part_of_the_list(session, orders, customer, newest_first, tied, count, offset):
    answer = require(page(orders, customer, count=count, offset=offset))

    expect_orders(answer, newest_first[offset : offset + count], tied, f"count is {count}, offset is {offset}")


@rule("HIS-10")
@property_of("costly", offset=paging.negative_offsets)
@example(offset=-1)
def test_a_negative_offset_is_refused(session, orders, paged_customer, offset):
    answer = page(orders, paged_customer, offset=offset)

    expect_refused_page(answer, "offset is negative")


@rule("HIS-11")
@property_of("costly", size=paging.counts)
@example(size=5)
def test_pages_join_to_the_whole_list(session, orders, customer, newest_first, tied, size):
    joined = []
    if orders.is_brief:
        size = max(size, len(newest_first) // 3)
    for offset in range(0, len(newest_first), size):
        joined += placed(require(page(orders, customer, count=size, offset=offset)), tied)

    if joined != newest_first:
        raise Finding(
            f"pages of size {size} do not join to the same list as larger pages",
            ", ".join(newest_first),
            ", ".join(joined),
        )


@rule("HIS-12")
@pytest.mark.parametrize("name", ["count", "offset"])
@property_of("costly", value=paging.no_integers)
@example(value="ten")
@example(value="2.5")
@example(value="1-2")
def test_what_is_no_integer_is_refused(session, orders, paged_customer, name, value):
    answer = page(orders, paged_customer, **{name: value})

    expect_refused_page(answer, f"{name} is {value!r}")


@rule("HIS-13")
def test_the_largest_offset_is_accepted(orders, customer_with_orders):
    require(page(orders, customer_with_orders, offset=1))

    answer = page(orders, customer_with_orders, offset=paging.MAX_INT32)

    expect_length(answer, 0, "offset is the largest 32-bit integer")


@rule("HIS-14")
@property_of("costly", offset=paging.offsets_beyond_int32)
@example(offset=2**31)
@example(offset=2**32)
@example(offset=2**64)
def test_an_offset_beyond_int32_is_not_cut(session, orders, customer_with_orders, offset):
    answer = page(orders, customer_with_orders, offset=offset)

    if answer.status == 200:
        expect_length(answer, 0, "offset is far beyond the end of the list")
    else:
        expect_refused_page(answer, "offset is not a 32-bit integer")


# The default page, one order, two pages in the middle, and a page beyond the end.
PAGES = [(None, None), (1, None), (2, 3), (5, 10), (10, 1000)]


@rule("HIS-16")
def test_total_is_the_number_of_orders(orders, customer, states):
    asked = [(customer, *parts) for parts in orders.sample(PAGES, 2)]
    if not orders.is_brief:
        # More orders than a page can hold, where such a customer is offered.
        with suppress(NotRun):
            asked.append((states("customer-with-orders", orders=paging.MAX_COUNT + 1), 1, None))

    for one, count, offset in asked:
        answer = require(page(orders, one, count=count, offset=offset))
        expect(answer, "this is the customer's number of orders").shows(
            ("pagination_info", "total"), len(one.order_ids)
        )


@rule("HIS-16")
def test_total_is_0_without_orders(orders, customer_without_orders):
    answer = require(page(orders, customer_without_orders))

    expect(answer, "the customer has no orders").shows(("pagination_info", "total"), 0)


@rule("HIS-17")
def test_the_offset_is_repeated(orders, customer):
    for count, offset in PAGES:
        answer = require(page(orders, customer, count=count, offset=offset))
        expect(answer, "this is the requested offset").shows(("pagination_info", "offset"), offset or 0)


@rule("HIS-18")
def test_the_count_is_that_asked_for_or_returned(orders, customer):
    for count, offset in PAGES:
        answer = require(page(orders, customer, count=count, offset=offset))
        allowed = {count or paging.DEFAULT_COUNT, len(ids_on(answer))}
        shown = answer.at("pagination_info", "count")
        if shown not in allowed:
            raise Finding(
                f"{answer.request} shows a pagination_info.count other than the requested and the returned count",
                " or ".join(map(str, sorted(allowed))),
                str(shown),
                answer.exchange,
            )


@rule("HIS-19")
def test_a_page_beyond_the_end_is_empty(orders, customer):
    require(page(orders, customer, offset=1))

    for beyond in orders.sample((0, 1, 100)):
        answer = page(orders, customer, offset=len(customer.order_ids) + beyond)
        expect_length(answer, 0, f"offset is {beyond} more than the customer's number of orders")
