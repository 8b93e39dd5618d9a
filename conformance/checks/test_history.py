"""Order history: which orders it lists, newest first, and with the same data as the orders themselves."""

from itertools import pairwise

from orderproof.conformance.checks.stateful.together import Reading, Wrong, expect_own_answers
from orderproof.conformance.checks.support.facts import cancel_and_wait, poll_until
from orderproof.conformance.checks.support.instants import PlacedAt, expect_same_placed_at
from orderproof.conformance.checks.support.listing import expect_same_in_history, find_in_history
from orderproof.conformance.checks.support.neighbors import later_order
from orderproof.conformance.checks.support.reading import (
    all_ids,
    expect_newest_first,
    ids_of_ties,
    ids_on,
    item_ids,
    page,
    page_times,
    placed,
    require_orders,
    ties,
    whole_pages,
)
from orderproof.conformance.checks.support.same_facts import number_items
from orderproof.conformance.checks.support.suitable import kept_by_the_platform
from orderproof.conformance.kit import (
    ORDERS_V2,
    Answer,
    Finding,
    Inconclusive,
    NotApplicable,
    NotRun,
    expect,
    require,
    rule,
    uses_up,
)
from orderproof.strategies.paging import DEFAULT_COUNT, MAX_COUNT


@rule("HIS-1")
def test_the_newest_order_comes_first(orders, states):
    customer = states("customer-with-orders", orders=5)
    newest_first = list(customer.order_ids)

    answer = require(page(orders, customer, count=min(50, len(newest_first))))

    times = page_times(answer)
    expect_newest_first(answer, times)
    # The order of the list must agree with the state, except for orders with the same placed_at.
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


@rule("HIS-1")
@uses_up(1)
def test_the_place_of_an_order_that_changes_stays(session, orders, order_cancelable):
    other = later_order(session, order_cancelable)
    if other.customer_id != order_cancelable.customer_id:
        raise NotApplicable("the states give no two orders of one customer")
    both = {one.order_id: one for one in (other, order_cancelable)}

    def listed():
        # A list may be behind.
        answer = poll_until(
            orders,
            lambda: require(page(orders, order_cancelable, count=MAX_COUNT)),
            lambda seen: both.keys() <= set(ids_on(seen)),
        )
        times = page_times(answer)
        if len(times) > len(set(times)) == 1:
            raise NotApplicable("the states' orders of one customer were placed at the same time")
        expect_newest_first(answer, times)
        return ids_on(answer)

    # Which is the newer one, only their time says.
    found = listed()
    newer, older = sorted(both, key=lambda order_id: found.index(order_id) if order_id in found else len(found))
    number_items(orders, both[older])
    listed()
    cancel_and_wait(orders, both[newer])
    listed()


@rule("HIS-2")
def test_every_order_is_listed_once(orders, states):
    # More orders than the largest page holds, so that a second page is needed.
    try:
        customer = states("customer-with-orders", orders=12 if orders.is_brief else MAX_COUNT + 1)
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
        # Orders with the same placed_at may change places between two pages, so one may be missing or listed twice.
        if all(order_id in {*found, *tied} for order_id in customer.order_ids) and doubled <= tied:
            break
        # A new order between two pages shifts all other orders: only a persistent difference is a finding.
        if found == before:
            break
    else:
        raise Inconclusive("the customer's orders changed between all reads of the history")

    for order_id in customer.order_ids:
        times = found.count(order_id)
        assert times == 1 or order_id in tied, (
            f"the history lists the customer's order {order_id} {times} times, not once"
        )


@rule("HIS-29", "HIS-30", "HIS-31")
def test_a_history_is_shown(orders, customer_with_orders):
    # Passive validation judges the answer; this check only requests it.
    require(page(orders, customer_with_orders))


@rule("HIS-32")
def test_an_order_is_the_same_by_its_id(orders, customer_with_orders):
    history = page(orders, customer_with_orders)

    for index, order_id in enumerate(require_orders(history)[: 1 if orders.is_brief else 3]):
        expect_same_order(orders, customer_with_orders, history, index, order_id)


@rule("HIS-32")
def test_an_order_on_a_later_page_is_the_same_by_its_id(orders, customer_with_orders):
    # One further on than the first, which may be made in another way than the others.
    offset = min(len(customer_with_orders.order_ids), DEFAULT_COUNT) - 1
    history = page(orders, customer_with_orders, count=1, offset=offset)
    order_id = require_orders(history)[0]

    expect_same_order(orders, customer_with_orders, history, 0, order_id, count=1, offset=offset)


def expect_same_order(orders, customer, history, index, order_id, **parts):
    """The order at an index of a page, which is read with `parts`, is the one that its readable id finds."""
    shown = require(orders.show(customer, id=order_id, id_type="external", accept=ORDERS_V2))
    # If another system answers for id_type=external, it may have its own ids and items.
    is_elsewhere = shown.at("origin") != history.at("orders", index, "origin")
    for name in ("id",) if is_elsewhere else ("id", "origin_id", "currency"):
        expect(shown, "the history shows this value").shows((name,), history.at("orders", index, name))
    expect_same_placed_at(PlacedAt(shown, "the order itself"), PlacedAt(history, "the history", ("orders", index)))
    if is_elsewhere:
        return
    assert item_ids(shown) == item_ids(history, "orders", index), (
        f"the history shows other items for the order {order_id} than the order itself"
    )
    expect_same_in_history(orders, customer, order_id, history, shown, **parts)


@rule("HIS-32")
@uses_up(1)
def test_a_canceled_order_is_the_same_by_its_id(session, orders, order_cancelable):
    order = kept_by_the_platform(session, orders, order_cancelable)
    cancel_and_wait(orders, order)
    # Where it still takes them; an order that has them may not be canceled any more.
    number_items(orders, order)

    history = find_in_history(orders, order)

    shown = require(orders.show(order, accept=ORDERS_V2))
    expect_same_in_history(orders, order, str(shown.at("id")), history, shown)


@rule("HIS-47")
def test_placed_at_has_the_digits_of_the_order(orders, customer_with_orders):
    history = page(orders, customer_with_orders)
    newest = require_orders(history)[0]

    shown = require(orders.show(customer_with_orders, id=newest, id_type="external", accept=ORDERS_V2))

    expect_same_placed_at(
        PlacedAt(shown, "the order itself"), PlacedAt(history, "the history", ("orders", 0)), to_the_digit=True
    )


@rule("HIS-37")
def test_a_history_reads_the_same_again(orders, customer_with_orders):
    first = page(orders, customer_with_orders)
    shown = require_orders(first)
    # If several orders have the same placed_at, any of them may be the last on a full page.
    tied = ties([first]) | set(page_times(first)[-1:] if len(shown) == DEFAULT_COUNT else ())
    before = placed(first, tied)

    for _ in range(1 if orders.is_brief else 3):
        again = require(page(orders, customer_with_orders))
        if placed(again, tied) != before:
            raise Finding(
                f"{again.request} lists other orders than the read before, although nothing changed in between",
                ", ".join(before),
                ", ".join(placed(again, tied)),
                first.exchange,
                again.exchange,
            )


@rule("HIS-6")
def test_simultaneous_pages_hold_as_many_orders_as_each_asks_for(session, orders, customer_with_orders):
    most = len(customer_with_orders.order_ids)

    expect_own_answers(session, orders, [_own_page(customer_with_orders, count) for count in (most, 1, most)])


def _own_page(customer, count):
    def wrong(answer):
        found = len(ids_on(answer))
        # Another machine may not know the newest orders yet; none has more than was asked for.
        return None if found <= count else Wrong(f"at most {count} orders", f"{found} orders")

    return Reading(f"read a page with count={count}", lambda orders: page(orders, customer, count=count), wrong)
