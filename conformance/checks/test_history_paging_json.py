"""Order history in the platform's own media type, application/json: `count` and `offset` have no effect there."""

import contextlib

from orderproof.conformance.checks.support.reading import holds, listed
from orderproof.conformance.checks.support.suitable import several_orders
from orderproof.conformance.kit import JSON, Inconclusive, NotRun, expect, require, rule


@rule("HIS-15")
def test_a_count_of_0_does_not_empty_a_history_in_json(orders, oms_order):
    # A customer of one order shows this much of count: any other one leaves the order in the list.
    before = orders.history(oms_order, accept=JSON)
    if not holds(listed(require(before)), oms_order.order_id):
        raise Inconclusive(f"the history does not list the customer's order {oms_order.order_id}", before.exchange)

    answer = orders.history(oms_order, accept=JSON, count=0)

    if answer.status == 200:
        assert holds(listed(answer), oms_order.order_id), (
            f"{answer.request} used count, which must have no effect with application/json: the order "
            f"{oms_order.order_id} is no longer listed"
        )
    else:
        expect(answer, "count was sent with application/json").is_refused()


@rule("HIS-15")
def test_an_offset_is_not_honoured_with_json(orders, oms_order):
    before = listed(require(orders.history(oms_order, accept=JSON)))
    if not before:
        raise Inconclusive("the history lists no orders, so an offset would have no effect")

    answer = orders.history(oms_order, accept=JSON, offset=len(before))

    if answer.status == 200:
        assert len(listed(answer)) == len(before), (
            f"{answer.request} used offset, which must have no effect with application/json"
        )
    else:
        expect(answer, "offset was sent with application/json").is_refused()


@rule("HIS-15")
def test_a_count_is_not_honoured_with_json(session, orders, oms_order):
    # Of one order, a count of 1 leaves nothing out; where no customer has several, a count of 0 shows it, as above.
    with contextlib.suppress(NotRun):
        oms_order = several_orders(
            session, oms_order, lambda one: len(listed(require(orders.history(one, accept=JSON))))
        )
    before = listed(require(orders.history(oms_order, accept=JSON)))

    answer = orders.history(oms_order, accept=JSON, count=1)

    if answer.status == 200:
        assert len(listed(answer)) == len(before), (
            f"{answer.request} used count, which must have no effect with application/json"
        )
        assert holds(listed(answer), oms_order.order_id), f"{answer.request} does not list {oms_order.order_id}"
    else:
        expect(answer, "count was sent with application/json").is_refused()
