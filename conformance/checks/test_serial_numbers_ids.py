"""Serial numbers: ids that name no item of the order, or no order, are refused and change nothing."""

import pytest

from orderproof.conformance.checks.support.cancellations import near_misses_of
from orderproof.conformance.checks.support.facts import UNKNOWN_UUID
from orderproof.conformance.checks.support.refusals import Attempt, refused_in_turn
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


@rule("SER-22", "SER-24")
def test_an_unknown_id_is_refused_and_writes_nothing(session, orders, states):
    refused_in_turn(
        session,
        orders,
        [("SER-22", with_unknown_items), ("SER-24", for_unknown_orders)],
        lambda: with_known_numbers(Serials(orders, states("order"))),
    )


def with_unknown_items(serials):
    valid, wrong = entry(serials.first, "HALF-WRITTEN"), entry(UNKNOWN_UUID)
    for items in ([wrong], [valid, wrong], [wrong, valid]):
        yield Attempt("one of the items is unknown", {"items": items}, (400, 404))
    # A server may treat this as an unknown item or as an invalid request, so any 4xx is accepted.
    no_uuid = [valid, entry("not-a-uuid-but-36-characters-long-00")]
    yield Attempt("one of the items is unknown: its id has 36 characters, but is not a UUID", {"items": no_uuid})
    for one in queried_ids(serials.first):
        yield Attempt(f"no item has the id {one}", {"items": [entry(one, "WRONG-ITEM")]})


def for_unknown_orders(serials):
    items = [entry(serials.first, "WRONG-ORDER")]
    yield Attempt("no order has this id", {"items": items, "uuid": UNKNOWN_UUID}, (404,))
    for near in near_misses_of(serials.order.order_uuid, "internal"):
        yield Attempt(f"no order has this id ({near.what})", {"items": items, "uuid": near.id})


@rule("SER-23")
def test_an_item_of_another_order_is_refused(serials, other):
    valid, wrong = entry(serials.first, "HALF-WRITTEN"), entry(other.first, "WRONG-ORDER")

    for items in serials.orders.sample(([wrong], [valid, wrong], [wrong, valid])):
        serials.refuses(items, "one of the items belongs to another order", 400, 404)
        other.expect_eventually(other.known, "the request was for another order and was refused")


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
