"""Get order: its two media types, and the differences between them."""

import pytest

from orderproof.conformance.checks.support.instants import PlacedAt, expect_same_placed_at
from orderproof.conformance.checks.support.line_cancellations import (
    canceled_earlier,
    require_canceled,
    require_told,
    shown_after,
    status_shown,
)
from orderproof.conformance.checks.support.reading import expect_no_payment_history, expect_same_media_type, item_ids
from orderproof.conformance.checks.support.same_facts import Place, expect_same_facts, number_items
from orderproof.conformance.kit import (
    JSON,
    ORDERS_V2,
    Finding,
    Inconclusive,
    expect,
    parse_time,
    require,
    rule,
    steps,
    uses_up,
)


@rule("ORD-10")
@pytest.mark.parametrize("id_type", ["internal", "external"])
def test_placed_at_in_version_2_is_utc(orders, order, id_type):
    answer = require(orders.show(order, id_type=id_type, accept=ORDERS_V2))

    placed_at = answer.at("placed_at")
    if not isinstance(placed_at, str) or parse_time(placed_at) is None or not placed_at.endswith("Z"):
        raise Finding(
            f"{answer.request} shows a placed_at that is not a UTC time in the documented format",
            "YYYY-MM-DDThh:mm:ss.sZ, with any number of fraction digits",
            f"placed_at: {placed_at!r}",
            answer.exchange,
        )


@rule("ORD-11")
def test_placed_at_is_the_same_instant_in_both_media_types(orders, order):
    as_json = require(orders.show(order, accept=JSON))
    as_version_2 = require(orders.show(order, accept=ORDERS_V2))

    expect_same_placed_at(PlacedAt(as_json, "application/json"), PlacedAt(as_version_2, "version 2"))


@rule("ORD-33")
def test_placed_at_has_the_same_digits_in_both_media_types(orders, order):
    as_json = require(orders.show(order, accept=JSON))
    as_version_2 = require(orders.show(order, accept=ORDERS_V2))

    expect_same_placed_at(PlacedAt(as_json, "application/json"), PlacedAt(as_version_2, "version 2"), to_the_digit=True)


@rule("ORD-13")
@pytest.mark.parametrize("id_type", ["internal", "external"])
def test_both_media_types_show_the_same_order(orders, order, id_type):
    number_items(orders, order)
    as_json = require(orders.show(order, id_type=id_type, accept=JSON))
    as_version_2 = require(orders.show(order, id_type=id_type, accept=ORDERS_V2))

    for name in ("id", "origin", "origin_id", "currency"):
        expect(as_version_2, "as application/json shows it").shows((name,), as_json.at(name))
    if as_version_2.at("status") != as_json.at("status"):
        # The order may have progressed between the two reads; then application/json shows the new status now.
        again = require(orders.show(order, id_type=id_type, accept=JSON))
        expect(as_version_2, "as application/json shows it now").shows(("status",), again.at("status"))
    if item_ids(as_json) != item_ids(as_version_2):
        raise Finding(
            f"{as_version_2.request} shows other items in version 2 than in application/json",
            ", ".join(item_ids(as_json)),
            ", ".join(item_ids(as_version_2)),
            as_json.exchange,
            as_version_2.exchange,
        )

    def read_again():
        return places(*(require(orders.show(order, id_type=id_type, accept=accept)) for accept in (JSON, ORDERS_V2)))

    expect_same_facts(orders, places(as_json, as_version_2), read_again, "the order")


def places(as_json, as_version_2):
    # Another rule is about placed_at.
    one, other = ({**answer.json, "placed_at": None} for answer in (as_json, as_version_2))
    return Place(as_json, one, "application/json"), Place(as_version_2, other, "version 2")


@rule("ORD-31")
@uses_up(1)
def test_version_2_shows_what_has_changed(session, orders, states):
    earlier = canceled_earlier(session, orders)
    if earlier is None:
        order = states("order-with-preordered-item")
        expect_change_in_version_2(orders, order)
    else:
        order, shown = earlier, require(orders.show(earlier, accept=ORDERS_V2))
        require_told(order, shown, status_shown(shown, order.item_uuid))
    expect_same_items_in_version_2(orders, order)


def expect_same_items_in_version_2(orders, order):
    """By either id, version 2 shows each item as application/json does: none but the canceled one is canceled."""

    as_json = require(orders.show(order, accept=JSON))
    for id_type in orders.sample(("internal", "external")):

        def read_again(id_type=id_type):
            again = require(orders.show(order, accept=JSON))
            return places(again, require(orders.show(order, id_type=id_type, accept=ORDERS_V2)))

        as_version_2 = require(orders.show(order, id_type=id_type, accept=ORDERS_V2))
        # If another system answers for id_type=external, it may know the items otherwise.
        if as_json.at("origin") == as_version_2.at("origin"):
            expect_same_facts(orders, places(as_json, as_version_2), read_again, "an order with a canceled item")


def expect_change_in_version_2(orders, order):
    item_uuid = order.item_uuid
    before = status_shown(require(orders.show(order, accept=ORDERS_V2)), item_uuid)
    if before is None:
        raise Inconclusive(f"version 2 shows no status for the item {item_uuid}")
    as_json = require_canceled(orders, order, orders.cancel_line_item)

    as_version_2 = shown_after(orders, order, item_uuid, before, ORDERS_V2)

    if status_shown(as_version_2, item_uuid) == before:
        raise Finding(
            f"{as_version_2.request} still shows the status {before} for a canceled item in version 2",
            f"another status, as in application/json: {status_shown(as_json, item_uuid)}",
            f"the status {before}",
            as_json.exchange,
            as_version_2.exchange,
        )


@rule("ORD-14", "ORD-12")
@pytest.mark.parametrize("id_type", ["internal", "external"])
def test_without_accept_an_order_is_json(session, orders, order, id_type):
    answer = require(orders.show(order, id_type=id_type, accept=None))

    with steps(session) as step:
        with step("ORD-14", goes_on=True):
            expect(answer, "no Accept header was sent").has_media_type(JSON)
        with step("ORD-12", goes_on=True):
            if id_type == "internal":
                expect_no_payment_history(answer)


@rule("ORD-15", "ORD-16", "ORD-17")
@pytest.mark.parametrize("id_type", ["internal", "external"])
@pytest.mark.parametrize("accept", [JSON, ORDERS_V2])
def test_an_order_is_shown_in_each_documented_way(orders, order, id_type, accept):
    # Passive validation judges the answers; this check only requests each kind of answer.
    require(orders.show(order, id_type=id_type, accept=accept))


@rule("ORD-23")
@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("application/x.newstore.orders+json; version=2", ORDERS_V2),
        ('application/x.newstore.orders+json;version="2"', ORDERS_V2),
        ("Application/X.NewStore.Orders+JSON;Version=2", ORDERS_V2),
        ("Application/JSON", JSON),
    ],
)
def test_a_media_type_is_known_in_every_spelling(orders, order, accept, wanted):
    as_documented = require(orders.show(order, accept=wanted))

    expect_same_media_type(orders.show(order, accept=accept), as_documented, accept)


@rule("ORD-24")
@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        (f"{ORDERS_V2}, {JSON};q=0.5", ORDERS_V2),
        (f"{JSON};q=0.5, {ORDERS_V2}", ORDERS_V2),
        (f"{ORDERS_V2};q=0.1, {JSON}", JSON),
        (f"text/html, {JSON}", JSON),
        (f"text/html, {ORDERS_V2}", ORDERS_V2),
    ],
)
def test_accept_is_a_list_with_weights(orders, order, accept, wanted):
    as_documented = require(orders.show(order, accept=wanted))

    expect_same_media_type(orders.show(order, accept=accept), as_documented, accept)


@rule("ORD-24")
@pytest.mark.parametrize("accept", ["*/*", "application/*"])
def test_any_media_type_will_do(orders, order, accept):
    require(orders.show(order))

    answer = orders.show(order, accept=accept)

    expect(answer, f"Accept: {accept}").has_status(200)


@rule("ORD-25")
def test_an_unknown_version_is_not_version_2(orders, order):
    require(orders.show(order, accept=ORDERS_V2))

    answer = orders.show(order, accept="application/x.newstore.orders+json;version=3")

    if answer.is_success:
        expect(answer, "version 3 was requested").has_media_type(JSON)
    else:
        expect(answer, "version 3 was requested").is_refused()


@rule("ORD-32")
def test_an_order_shows_what_every_sample_shows(orders, order):
    answer = require(orders.show(order))

    items = answer.at("items")
    missing = [name for name in ("channel_type", "fulfillment_type") if answer.json.get(name) is None]
    missing += [
        f"items.{index}.{name}"
        for index, item in enumerate(items)
        for name in ("origin_id", "product_attributes")
        if item.get(name) is None
    ]
    assert not missing, f"{answer.request} does not show {', '.join(missing)}, which every sample of an order shows"
