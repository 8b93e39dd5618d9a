"""Get order: an order is found only by its two ids, each with its own id_type."""

from itertools import product

import pytest

from orderproof.conformance.checks.stateful.together import Reading, Wrong, expect_own_answers
from orderproof.conformance.checks.support.facts import unknown_id
from orderproof.conformance.checks.support.nobody import expect_unknown, require_found
from orderproof.conformance.checks.support.reading import expect_not_found, expect_order, is_order
from orderproof.conformance.checks.support.suitable import with_letters
from orderproof.conformance.kit import JSON, ORDERS_V2, expect, property_of, require, rule
from orderproof.strategies.ids import ALWAYS_TRUE, PATTERNS, QUOTED, UNEQUAL, NearMiss, near_misses, no_id_types

ID_TYPES = ("internal", "external")
# Often two handlers: what one refuses the other may let through.
MEDIA_TYPES = (JSON, ORDERS_V2)


@rule("ORD-1")
def test_an_order_is_found_by_its_uuid(orders, order):
    expect_order(orders.show(order), order, "the order was requested by its UUID with id_type=internal")


@rule("ORD-2", "OMS-5")
def test_an_order_is_found_by_its_readable_id(orders, order):
    answer = orders.show(order, id_type="external")

    expect_order(answer, order, "the order was requested by its readable id with id_type=external")


@rule("ORD-4")
def test_two_orders_are_told_apart(session, orders, order, states):
    other = states("order")

    for id_type in orders.sample(ID_TYPES):
        for wanted in (order, other, order):
            answer = require(orders.show(wanted, id_type=id_type))
            expect_order(answer, wanted, "another order was requested before")

    # One asks by the UUID in JSON and the next by the readable id in version 2: whatever requests share, it differs.
    kinds = (("internal", JSON), ("external", ORDERS_V2), ("external", JSON), ("internal", ORDERS_V2))
    asked = zip((order, other, order, other), kinds, strict=True)
    expect_own_answers(session, orders, [_shown(wanted, id_type, accept) for wanted, (id_type, accept) in asked])


def _shown(wanted, id_type, accept):
    def wrong(answer):
        shown = f"the order {answer.at('id')}"
        return None if is_order(answer, wanted) else Wrong(f"the order {wanted.order_id}", shown)

    text = f"read the order {wanted.order_id} with id_type={id_type} as {accept}"
    return Reading(text, lambda orders: orders.show(wanted, id_type=id_type, accept=accept), wrong)


@rule("ORD-5")
@pytest.mark.parametrize("id_type", ID_TYPES)
@pytest.mark.parametrize("accept", [JSON, ORDERS_V2])
def test_an_unknown_order_is_not_found(orders, order_or_nobody, id_type, accept):
    order = order_or_nobody
    require_found(lambda: orders.show(order, id_type=id_type, accept=accept), order)

    answer = orders.show(order, id=unknown_id(order, id_type), id_type=id_type, accept=accept)

    expect_unknown(orders, answer, order, 404)


@rule("ORD-6")
def test_a_uuid_is_no_readable_id(orders, order):
    require(orders.show(order))
    require(orders.show(order, id_type="external"))

    for accept in orders.sample(MEDIA_TYPES):
        answer = orders.show(order, id=order.order_uuid, id_type="external", accept=accept)
        expect(answer, "the UUID of an order is not its readable id").is_refused()


@rule("ORD-6")
def test_a_readable_id_is_no_uuid(orders, order):
    require(orders.show(order))
    require(orders.show(order, id_type="external"))

    for accept in orders.sample(MEDIA_TYPES):
        answer = orders.show(order, id=order.order_id, id_type="internal", accept=accept)
        expect(answer, "the readable id of an order is not its UUID").is_refused()


@pytest.fixture
def found_order(orders, order, id_type):
    """An order that is found by its own id; read once for all near-miss ids."""
    require(orders.show(order, id_type=id_type))
    return order


@rule("ORD-7")
@pytest.mark.parametrize("id_type", ID_TYPES)
@property_of("costly", near_miss=near_misses)
def test_nearly_its_id_does_not_find_an_order(session, orders, found_order, id_type, near_miss):
    own = found_order.order_uuid if id_type == "internal" else found_order.order_id
    asked = near_miss.of(own)

    expect_not_found(orders.show(found_order, id=asked, id_type=id_type), found_order, asked)


@rule("ORD-7")
@pytest.mark.parametrize("id_type", ID_TYPES)
def test_nearly_its_id_does_not_find_an_order_in_version_2(orders, found_order, id_type):
    asked = NearMiss("after").of(found_order.order_uuid if id_type == "internal" else found_order.order_id)

    answer = orders.show(found_order, id=asked, id_type=id_type, accept=ORDERS_V2)

    expect_not_found(answer, found_order, asked)


@rule("ORD-7")
@pytest.mark.parametrize("id_type", ID_TYPES)
def test_what_a_query_would_read_does_not_find_an_order(orders, found_order, id_type):
    own = found_order.order_uuid if id_type == "internal" else found_order.order_id

    for near_miss in orders.sample((*PATTERNS, *QUOTED, NearMiss("before", "../"), ALWAYS_TRUE, UNEQUAL)):
        asked = near_miss.of(own)
        answer = orders.show(found_order, id=asked, id_type=id_type)
        if answer.is_success:
            expect_not_found(answer, found_order, asked)
        else:
            # A gateway may redirect a path with dots and slashes to one without.
            expect(answer, f"this is no id of the order {found_order.order_id}").is_not_served()


@rule("ORD-8")
def test_a_missing_id_type_is_refused(orders, order):
    require(orders.show(order))
    require(orders.show(order, id_type="external"))

    for own, accept in orders.sample(product((order.order_uuid, order.order_id), MEDIA_TYPES)):
        answer = orders.show(order, id=own, id_type=None, accept=accept)
        expect(answer, "id_type is required and was not sent").is_refused()


@rule("ORD-9")
@property_of(id_type=no_id_types)
def test_an_unknown_id_type_is_refused(session, orders, order, id_type):
    for own in orders.sample((order.order_uuid, order.order_id)):
        answer = orders.show(order, id=own, id_type=id_type)
        expect(answer, f"id_type {id_type!r} does not exist").is_refused()


@rule("ORD-9")
def test_an_unknown_id_type_is_refused_in_version_2(orders, order):
    for own in orders.sample((order.order_uuid, order.order_id)):
        answer = orders.show(order, id=own, id_type="no-such-type", accept=ORDERS_V2)
        expect(answer, "id_type 'no-such-type' does not exist").is_refused()


@rule("ORD-20")
def test_a_readable_id_in_another_case_is_another_id(session, orders, order):
    order = with_letters(session, order)
    require(orders.show(order, id_type="external"))
    asked = order.order_id.swapcase()

    answer = orders.show(order, id=asked, id_type="external")

    expect(answer, f"the order's readable id is {order.order_id}").is_refused()


@rule("ORD-22")
@pytest.mark.parametrize("accept", MEDIA_TYPES)
@pytest.mark.parametrize("id_type", ID_TYPES)
def test_a_closed_order_is_found(orders, order_closed, id_type, accept):
    answer = orders.show(order_closed, id_type=id_type, accept=accept)

    expect_order(answer, order_closed, "a closed order can still be read")
