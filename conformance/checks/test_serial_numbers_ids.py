"""Serial numbers: ids that name no item of the order, or no order, are refused and change nothing."""

import pytest

from orderproof.conformance.checks.support.cancellations import near_misses_of
from orderproof.conformance.checks.support.facts import UNKNOWN_UUID
from orderproof.conformance.checks.support.serials import Serials, entry, with_known_numbers
from orderproof.conformance.checks.support.suitable import suitable_or_trait
from orderproof.conformance.kit import expect, rule
from orderproof.strategies.items import queried_ids


@pytest.fixture
def serials(orders, order):
    return with_known_numbers(Serials(orders, order))


@pytest.fixture
def other(orders, states):
    """Another order with known serial numbers."""
    return with_known_numbers(Serials(orders, states("order")))


@rule("SER-22")
def test_an_unknown_item_is_refused(serials):
    valid, wrong = entry(serials.first, "HALF-WRITTEN"), entry(UNKNOWN_UUID)

    for items in serials.orders.sample(([wrong], [valid, wrong], [wrong, valid])):
        serials.refuses(items, "one of the items is unknown", 400, 404)
    # A server may treat this as an unknown item or as an invalid request, so any 4xx is accepted.
    no_uuid = [valid, entry("not-a-uuid-but-36-characters-long-00")]
    serials.refuses(no_uuid, "one of the items is unknown: its id has 36 characters, but is not a UUID")
    queried = queried_ids(serials.first)
    serials.refuses_each(([entry(one, "WRONG-ITEM")], f"no item has the id {one}") for one in queried)


@rule("SER-23")
def test_an_item_of_another_order_is_refused(serials, other):
    valid, wrong = entry(serials.first, "HALF-WRITTEN"), entry(other.first, "WRONG-ORDER")

    for items in serials.orders.sample(([wrong], [valid, wrong], [wrong, valid])):
        serials.refuses(items, "one of the items belongs to another order", 400, 404)
        other.expect_eventually(other.known, "the request was for another order and was refused")


@rule("SER-24")
def test_an_unknown_order_is_not_found(serials):
    wrong = serials.send([entry(serials.first, "WRONG-ORDER")], uuid=UNKNOWN_UUID)
    expect(wrong, "no order has this id").is_problem(404)
    for near in serials.orders.sample(near_misses_of(serials.order.order_uuid, "internal")):
        answer = serials.send([entry(serials.first, "WRONG-ORDER")], uuid=near.id)
        expect(answer, f"no order has this id ({near.what})").is_refused()

    serials.expect_eventually(serials.known, "refused requests must not change serial numbers")


@rule("SER-25")
def test_what_is_no_uuid_is_refused(serials):
    uuid = serials.order.order_uuid
    # Some parsers accept UUIDs in braces, with spaces or without hyphens; that is open, so ROB-12 advises on it.
    for wrong in ("not-a-uuid", "0", "null", "c2569449-1d0d-4ca5-8d00-d80c38d5efcg", f"x{uuid}", uuid[:-1], f"{uuid}0"):
        answer = serials.send([entry(serials.first, "WRONG-ORDER")], uuid=wrong)
        expect(answer, f"{wrong!r} is not a UUID").is_problem(400, 404)

    serials.expect_eventually(serials.known, "refused requests must not change serial numbers")


@rule("SER-26")
def test_the_readable_id_is_not_taken(session, orders, order):
    order = suitable_or_trait(
        session,
        order,
        lambda one: one.order_id.casefold() != one.order_uuid.casefold(),
        needs="an order whose readable id is not its UUID",
        others="whose readable id is the UUID",
        trait="the target's readable ids are the UUIDs",
    )
    serials, readable = with_known_numbers(Serials(orders, order)), order.order_id

    serials.refuses(
        [entry(serials.first, "READABLE-ID")], f"{readable} is the readable id, not the UUID", uuid=readable
    )
