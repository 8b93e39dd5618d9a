"""The reference server's Order Injection API: what it takes, what it refuses, and what becomes of an order."""

import copy
from datetime import UTC, datetime, timedelta

import pytest

from orderproof.conformance.reference.choices import choose
from orderproof.conformance.reference.injections import injection_variants
from orderproof.conformance.reference.server import start
from orderproof.conformance.reference.variants import all_variants
from orderproof.conformance.states.order_request import OrderRequest
from tests.injecting import injection
from tests.test_reference_server import V2, Sandbox, is_problem


@pytest.fixture(scope="module")
def sandbox():
    with start() as running:
        yield Sandbox(running)


def request(external_id, *products, **more):
    document = OrderRequest(external_id, external_id, products or ("10000100",)).document(injection())
    return {**document, **more}


def inject(sandbox, document, **headers):
    return sandbox.request("POST", "/d/fulfill_order", document, **headers)


def test_an_order_is_made_and_can_be_read(sandbox):
    answer = inject(sandbox, request("made", "10000101", "10000900", currency="EUR"))

    assert answer.status == 200
    assert set(answer.json) == {"id", "external_id", "items"}
    shown = sandbox.request("GET", f"/orders/{answer.json['id']}?id_type=internal").json
    assert [item["id"] for item in shown["items"]] == [item["id"] for item in answer.json["items"]]
    assert [item["external_identifier"]["sku"] for item in shown["items"]] == ["10000101", "10000900"]
    assert [item["price"]["net"] for item in shown["items"]] == [20, 27]
    assert (shown["currency"], shown["totals"]["shipping"], shown["status"]) == ("EUR", 5.5, "open")


def test_the_same_request_again_makes_nothing_and_another_one_is_refused(sandbox):
    document = request("again")
    first = inject(sandbox, document)
    assert inject(sandbox, document).json == first.json
    assert is_problem(inject(sandbox, {**document, "shop": "another"}), 400)


def test_orders_of_one_external_customer_are_one_customers(sandbox):
    made = [
        request(f"of-{number}", external_customer_id="one", placed_at=f"2026-01-0{number}T00:00:00Z")
        for number in (1, 2)
    ]
    ids = [inject(sandbox, document).json["id"] for document in made]
    shown = [sandbox.request("GET", f"/orders/{uuid}?id_type=internal").json for uuid in ids]
    assert shown[0]["customer"]["id"] == shown[1]["customer"]["id"]
    history = sandbox.history(shown[0]["customer"]["id"], **V2).json["orders"]
    assert [order["id"] for order in history] == [shown[1]["id"], shown[0]["id"]]


@pytest.mark.parametrize(
    ("more", "status", "cancelable"),
    [
        ({}, "open", True),
        ({"placed_at": "2026-01-01T00:00:00+01:00"}, "open", False),
        ({"is_fulfilled": True}, "open", True),
        ({"is_fulfilled": True, "is_preconfirmed": True}, "closed", False),
        ({"is_historical": True}, "closed", False),
    ],
)
def test_flags_and_placed_at_decide_about_an_orders_life(sandbox, more, status, cancelable):
    uuid = inject(sandbox, request(f"life-{more}"[:64], **more)).json["id"]
    assert sandbox.request("GET", f"/orders/{uuid}?id_type=internal").json["status"] == status
    assert sandbox.status({"order_uuid": uuid})["cancelable"] is cancelable


def changed(*path, to):
    def change(document):
        place = document
        for step in path[:-1]:
            place = place[step]
        if to is None:
            del place[path[-1]]
        else:
            place[path[-1]] = to

    return change


SHIPMENT, ITEM = ("shipments", 0), ("shipments", 0, "items", 0)
INVALID = [
    *(
        changed(name, to=None)
        for name in ("external_id", "shop", "shop_locale", "channel_type", "channel_name", "currency", "shipments")
    ),
    *(changed(*ITEM, name, to=None) for name in ("external_item_id", "product_id", "price")),
    *(changed(*ITEM, "price", name, to=None) for name in ("item_price", "item_list_price", "item_tax_lines")),
    *(changed(*ITEM, "price", "item_tax_lines", 0, name, to=None) for name in ("amount", "name", "rate")),
    *(changed(*SHIPMENT, "shipping_option", name, to=None) for name in ("service_level_identifier", "price", "tax")),
    *(
        changed("payments", 0, name, to=None)
        for name in ("amount", "correlation_ref", "method", "processed_at", "processor", "type")
    ),
    changed("external_id", to="x" * 65),
    changed("external_id", to=""),
    changed("shop_locale", to="x" * 129),
    changed("channel_name", to="x" * 65),
    changed("channel_type", to="fax"),
    changed("currency", to="usd"),
    changed("shipments", to=[]),
    changed(*SHIPMENT, "items", to=[]),
    changed("external_customer_id", to="x" * 65),
    changed("customer_email", to="x" * 65),
    changed("customer_name", to="x" * 129),
    changed("extended_attributes", to=[{}] * 101),
    changed("shipping_address", to={"address_line_1": "1 Street", "country": "USA"}),
    changed("billing_address", to={"country": "US"}),
    changed("is_fulfilled", to="true"),
    changed("placed_at", to="yesterday"),
    changed("placed_at", to="2026-01-01 00:00:00Z"),
    changed("placed_at", to="2026-01-01T00:00:00"),
    changed("placed_at", to=(datetime.now(UTC) + timedelta(days=1)).isoformat()),
    changed(*ITEM, "price", "item_price", to=20.001),
    changed("currency", to="JPY"),
    changed("payments", 0, "amount", to=20),
    changed(*ITEM, "product_id", to="unknown"),
    changed("shipments", to=[{}] * 11),
]


@pytest.mark.parametrize("change", INVALID)
def test_an_invalid_request_is_refused_and_makes_nothing(sandbox, change):
    document = copy.deepcopy(request("invalid"))
    change(document)
    assert is_problem(inject(sandbox, document), 400)
    assert "invalid" not in sandbox.running.store.tenants["main"].injections


def test_an_item_id_is_given_once(sandbox):
    document = request("twice", "10000100", "10000101")
    for item in document["shipments"][0]["items"]:
        item["external_item_id"] = "1"
    assert "given twice" in inject(sandbox, document).json["message"]


def test_a_request_without_a_token_or_by_another_method_is_refused(sandbox):
    assert is_problem(inject(sandbox, request("no-token"), Authorization=""), 401)
    assert is_problem(sandbox.request("GET", "/d/fulfill_order"), 405)


def test_what_was_injected_is_not_counted_as_judged():
    with start() as running:
        sandbox = Sandbox(running)
        inject(sandbox, request("counted"))
        assert running.judged == 0


def test_each_variant_does_what_it_says():
    assert set(injection_variants()) == {
        "injected-orders-read-late",
        "injections-limited",
        "injections-of-few-items",
        "injections-fail-at-first",
    }
    assert not set(injection_variants()) & set(all_variants())

    def answers(variant, *documents):
        with start(choose(variants=[variant])) as running:
            sandbox = Sandbox(running)
            with sandbox.stopped_clock():
                made = [inject(sandbox, document) for document in documents]
                stored = len(running.store.tenants["main"].orders)
            return made, stored

    limited, _ = answers("injections-limited", *(request(f"r-{number}") for number in range(11)))
    assert [answer.status for answer in limited] == [200] * 10 + [429]
    assert limited[-1].headers["retry-after"] == "1"

    (too_many,), stored = answers("injections-of-few-items", request("many", *["10000100"] * 101))
    assert is_problem(too_many, 400)
    assert (too_many.json["error_code"], stored) == ("maximum_allowed_number_of_items_exceeded", 0)

    late, stored = answers("injected-orders-read-late", request("late"))
    assert (late[0].status, stored) == (200, 0)

    passing = [request(f"f-{number}") for number in range(3)]
    failed, stored = answers("injections-fail-at-first", *passing, *passing)
    assert sorted(answer.status for answer in failed[:3]) == [200, 500, 504]
    assert [answer.status for answer in failed[3:]] == [200] * 3
    assert stored == 3
