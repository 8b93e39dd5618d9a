"""The external OMS: used for readable ids and histories, never for UUIDs; each of its failures has its own status."""

import re

import pytest
from hypothesis import example

from orderproof.conformance.checks.support.facts import UNKNOWN_UUID, unknown_id
from orderproof.conformance.checks.support.instants import PlacedAt, expect_same_placed_at
from orderproof.conformance.checks.support.reading import (
    expect_no_payment_history,
    expect_not_for_json,
    expect_not_found,
    expect_order,
    page,
)
from orderproof.conformance.checks.support.suitable import suitable_or_trait
from orderproof.conformance.kit import (
    JSON,
    ORDERS_V2,
    Finding,
    Inconclusive,
    expect,
    property_of,
    require,
    rule,
)
from orderproof.strategies.ids import PATTERNS, QUOTED, NearMiss, near_misses

UUID = re.compile(r"[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", re.IGNORECASE | re.ASCII)

# In this state 503 is the documented answer, not a request to wait.
UNAVAILABLE = {"allowed_5xx": (503,)}


@rule("OMS-1")
def test_an_order_of_the_oms_is_found(orders, oms_order):
    answer = orders.show(oms_order, id_type="external")

    expect(answer, "the external OMS has this order").has_status(200)
    expect(answer, "the order's readable id").shows(("id",), oms_order.order_id)


@rule("OMS-2")
@pytest.mark.parametrize("accept", [JSON, ORDERS_V2])
def test_the_platform_does_not_stand_in_for_the_oms(orders, oms_platform_order, accept):
    require(orders.show(oms_platform_order, accept=accept))

    answer = orders.show(oms_platform_order, id_type="external", accept=accept)

    expect(answer, "the external OMS does not know this order").is_problem(404)


@rule("OMS-2")
def test_an_order_that_nobody_knows_is_not_found(orders, oms_order):
    require(orders.show(oms_order, id_type="external"))

    answer = orders.show(oms_order, id=unknown_id(oms_order, "external"), id_type="external")

    expect(answer, "no order has this id").is_problem(404)


@rule("OMS-3")
@pytest.mark.parametrize("accept", [JSON, ORDERS_V2])
def test_internal_finds_the_platforms_order(orders, oms_platform_order, accept):
    answer = orders.show(oms_platform_order, accept=accept)

    expect_order(
        answer,
        oms_platform_order,
        "the platform has this order, and the external OMS is not asked with id_type=internal",
    )


@rule("OMS-4")
def test_an_invalid_payload_does_not_show_with_internal(orders, oms_invalid_payload):
    answer = orders.show(oms_invalid_payload, id=UNKNOWN_UUID, id_type="internal")

    expect(answer, "no order has this UUID, and the external OMS is not asked with id_type=internal").is_problem(
        400, 404
    )


@rule("OMS-4")
def test_a_wrong_configuration_does_not_show_with_internal(orders, oms_misconfigured):
    answer = orders.show(oms_misconfigured, id=UNKNOWN_UUID, id_type="internal")

    expect(answer, "no order has this UUID, and the external OMS is not asked with id_type=internal").is_problem(
        400, 404
    )


@rule("OMS-4")
def test_an_unavailable_oms_does_not_show_with_internal(orders, oms_unavailable):
    answer = orders.show(oms_unavailable, id=UNKNOWN_UUID, id_type="internal")

    expect(answer, "no order has this UUID, and the external OMS is not asked with id_type=internal").is_problem(
        400, 404
    )


@rule("OMS-17")
def test_the_readable_id_of_an_order_of_the_oms_is_not_internal(session, orders, oms_order):
    def is_no_uuid(order):
        readable = order.order_id
        return readable.casefold() != order.order_uuid.casefold() and not UUID.fullmatch(readable)

    oms_order = suitable_or_trait(
        session,
        oms_order,
        is_no_uuid,
        needs="an order in the external OMS whose readable id is not a UUID",
        others="whose readable id is one",
        trait="the readable ids of the external OMS are UUIDs",
    )
    require(orders.show(oms_order, id_type="external"))

    answer = orders.show(oms_order, id=oms_order.order_id, id_type="internal")

    expect(
        answer, "the readable id is not a UUID, and the external OMS is not asked with id_type=internal"
    ).is_refused()


@rule("OMS-18")
def test_placed_at_of_an_order_of_the_oms_is_the_same_instant_in_both_media_types(orders, oms_order):
    as_json, as_version_2 = (
        require(orders.show(oms_order, id_type="external", accept=accept)) for accept in (JSON, ORDERS_V2)
    )

    expect_same_placed_at(PlacedAt(as_json, "application/json"), PlacedAt(as_version_2, "version 2"))


@rule("OMS-6")
@pytest.mark.parametrize("accept", [JSON, ORDERS_V2])
def test_an_invalid_payload_is_409(orders, oms_invalid_payload, accept):
    order_id = oms_invalid_payload.order_id

    answer = orders.show(oms_invalid_payload, id=order_id, id_type="external", accept=accept)

    expect(answer, "the external OMS gives an invalid payload").is_problem(409)


@rule("OMS-7")
@pytest.mark.parametrize("accept", [JSON, ORDERS_V2])
def test_a_wrong_configuration_is_412(orders, oms_misconfigured, accept):
    order_id = oms_misconfigured.order_id

    answer = orders.show(oms_misconfigured, id=order_id, id_type="external", accept=accept)

    expect(answer, "the webhook is misconfigured").is_problem(412)


@rule("OMS-8")
@pytest.mark.parametrize("accept", [JSON, ORDERS_V2])
def test_an_unavailable_oms_is_503(orders, oms_unavailable, accept):
    order_id = oms_unavailable.order_id

    answer = orders.show(oms_unavailable, id=order_id, id_type="external", accept=accept, **UNAVAILABLE)

    expect(answer, "the external OMS is unavailable").has_status(503)


@rule("OMS-9")
def test_a_history_with_an_invalid_payload_is_409(orders, oms_invalid_payload):
    answer = orders.history(oms_invalid_payload, accept=JSON)

    expect(answer, "the external OMS gives an invalid payload").is_problem(409)


@rule("OMS-10")
def test_a_history_with_a_wrong_configuration_is_412(orders, oms_misconfigured):
    answer = orders.history(oms_misconfigured, accept=JSON)

    expect(answer, "the webhook is misconfigured").is_problem(412)


@rule("OMS-11")
def test_a_history_with_an_unavailable_oms_is_503(orders, oms_unavailable):
    answer = orders.history(oms_unavailable, accept=JSON, **UNAVAILABLE)

    expect(answer, "the external OMS is unavailable").has_status(503)


@rule("OMS-12")
@pytest.mark.parametrize("trouble", ["oms-invalid-payload", "oms-misconfigured", "oms-unavailable"])
def test_no_trouble_of_the_oms_shows_in_version_2(orders, states, trouble):
    # A 503 is documented for version 2 too, and in which of these states it is returned is open.
    answer = page(orders, states(trouble), **UNAVAILABLE)

    if answer.status is None or answer.status in (401, 403, 429):
        raise Inconclusive(f"{answer.request} was not carried out: {answer}", answer.exchange)
    expect_not_for_json(answer, "the external OMS failed")


@rule("OMS-13")
@pytest.mark.parametrize("accept", [JSON, ORDERS_V2])
def test_payment_history_is_empty_for_internal_beside_an_oms(orders, oms_platform_order, accept):
    expect_no_payment_history(require(orders.show(oms_platform_order, accept=accept)))


@rule("OMS-14")
def test_an_order_of_the_oms_says_so(orders, oms_order):
    answer = require(orders.show(oms_order, id_type="external"))

    expect(answer, "the order is in the external OMS").shows(("origin",), "external")
    expect(answer, "the order is in the external OMS").shows(("origin_id",), oms_order.order_id)


@rule("OMS-15")
def test_an_order_of_the_oms_is_shown_in_both_media_types(orders, oms_order):
    require(orders.show(oms_order, id_type="external", accept=JSON))

    answer = orders.show(oms_order, id_type="external", accept=ORDERS_V2)

    expect(answer, "the order is returned as application/json").has_status(200)
    expect(answer, "as application/json shows it").shows(("id",), oms_order.order_id)


@pytest.fixture
def found_order(orders, oms_order):
    """An order of the OMS that is found by its own id; read once for all near-miss ids."""
    require(orders.show(oms_order, id_type="external"))
    return oms_order


@rule("OMS-16")
@property_of("costly", near_miss=near_misses)
@example(near_miss=NearMiss("after"))
@example(near_miss=PATTERNS[0])
@example(near_miss=PATTERNS[1])
@example(near_miss=QUOTED[1])
@example(near_miss=QUOTED[2])
def test_nearly_its_id_does_not_find_an_order_of_the_oms(session, orders, found_order, near_miss):
    asked = near_miss.of(found_order.order_id)

    expect_not_found(orders.show(found_order, id=asked, id_type="external"), found_order, asked)


@rule("OMS-19")
@pytest.mark.parametrize("accept", [JSON, ORDERS_V2])
def test_every_item_of_an_order_of_the_oms_is_shown(orders, oms_order, accept):
    answer = require(orders.show(oms_order, id_type="external", accept=accept))

    items = answer.at("items")
    shown = {str(item.get(name)).casefold() for item in items for name in ("id", "origin_id")}
    missing = [item_uuid for item_uuid in oms_order.item_uuids if item_uuid.casefold() not in shown]
    # The OMS may use other item ids than the state: then only the number of items can be compared.
    named = len(missing) < len(oms_order.item_uuids)
    if not named and len(items) < len(oms_order.item_uuids):
        raise Inconclusive(
            "the order shows fewer items than the state, by other ids, so it cannot be seen which are missing",
            answer.exchange,
        )
    if named and missing:
        raise Finding(
            f"{answer.request} does not show every item of the order",
            f"items {', '.join(oms_order.item_uuids)}",
            f"no item {', '.join(missing)}",
            answer.exchange,
        )
