"""The states source `injection`: what it makes is what it promises, and what it cannot make is not offered."""

import json
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from orderproof.conformance.config.state_kinds import STATES
from orderproof.conformance.reference.choices import choose
from orderproof.conformance.reference.decisions import Decisions
from orderproof.conformance.reference.problems import Refusal
from orderproof.conformance.reference.server import start
from orderproof.conformance.states import injected_proof, platform
from orderproof.conformance.states.order_request import OrderRequest
from tests.injecting import RUN, injection, states, why_not
from tests.loopback import Hangup, Server, answer, json_answer


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """What never comes is not waited for, and what passes, passes at once."""
    monkeypatch.setattr(injected_proof, "_EFFECT_SECONDS", 0.0)
    monkeypatch.setattr(platform, "_REPEAT_PAUSES", (0.0, 0.0, 0.0))


@contextmanager
def injecting(client, *overridden, variant=None, **more):
    """The states of a reference server, some of whose decisions are others."""
    methods = {function.__name__: function for function in overridden}
    base = choose(variants=[variant] if variant else [])
    with start(type("Changed", (base,), methods)) as server:
        yield states(client, server.base_url, server.token, **more), server


def shown(server, state):
    return server.store.tenants["main"].orders[state.order_uuid]


def test_every_state_that_it_offers_is_what_it_promises(client):
    with injecting(client) as (made, server):
        order = made.setup("order", items=5)
        grace, past = made.setup("order-in-grace-period"), made.setup("order-past-grace-period")
        closed, pre = made.setup("order-closed"), made.setup("order-with-preordered-item")
        now = server.decisions.now()

        assert shown(server, order).readable_id == order.order_id
        assert list(shown(server, order).items) == order.item_uuids
        assert shown(server, order).customer.id == order.customer_id
        assert datetime.fromisoformat(grace.due_at) == shown(server, grace).due_at
        assert shown(server, grace).due_at - now > timedelta(minutes=10)
        assert shown(server, past).due_at < now
        assert (shown(server, past).status, shown(server, closed).status) == ("open", "closed")
        preordered = {item.id: item.preordered for item in shown(server, pre).items.values()}
        assert (preordered[pre.item_uuid], preordered[pre.other_item_uuid]) == (True, False)
        assert len({item.net for item in shown(server, order).items.values()}) == 5


@pytest.mark.parametrize("status", ["complete", "cancelled"])
def test_an_item_reaches_a_terminal_status(client, status):
    with injecting(client) as (made, server):
        state = made.setup("order-with-terminal-preordered-item", status=status)
        item = shown(server, state).items[state.item_uuid]
        assert (item.status, item.preordered) == (status, True)


def test_what_nothing_documented_can_make_is_not_offered(client):
    with injecting(client, preordered_products=None) as (made, server):
        told = {name: why_not(lambda name=name: made.setup(name)) for name in STATES if name.startswith("oms-")}
        returned = why_not(lambda: made.setup("order-with-terminal-preordered-item", status="returned"))
        without = why_not(lambda: made.setup("order-with-preordered-item"))
        asked = len(server.store.tenants["main"].injections)
    assert all("orders of an external OMS come from states.callback" in one for one in told.values())
    assert "states.injection does not offer it: nothing documented makes an item with the status returned" in returned
    assert "names no product under states.injection.preordered_products" in without
    assert asked == 0


def test_the_orders_of_a_customer_are_newest_first_and_all_of_theirs(client):
    with injecting(client) as (made, server):
        state = made.setup("customer-with-orders", orders=4)
        customer = server.store.tenants["main"].customers[state.customer_id]
        placed = {order.readable_id: order.placed_at for order in customer.orders}
        assert sorted(placed, key=placed.get, reverse=True) == state.order_ids
        assert [order.readable_id for order in customer.orders] != state.order_ids
        other = made.setup("order-cancelable", customer_id=state.customer_id)
        nobody = made.setup("customer-without-orders")
    assert other.customer_id == state.customer_id
    assert nobody.customer_id not in server.store.tenants["main"].customers


def test_a_teardown_cancels_what_can_be_canceled(client):
    with injecting(client) as (made, server):
        kept = [made.setup(name) for name in ("order-past-grace-period", "order-closed", "customer-without-orders")]
        canceled = [made.setup(name) for name in ("order", "order-in-grace-period", "order-with-preordered-item")]
        for state in (*kept, *canceled):
            made.teardown(state)
        assert [shown(server, state).cancel_requested for state in canceled] == [True] * 3
        assert [shown(server, state).cancel_requested for state in kept[:2]] == [False] * 2


@pytest.mark.parametrize(
    "variant",
    ["injected-orders-read-late", "injections-fail-at-first", "readable-ids-are-uuids", "readable-ids-are-numbers"],
)
def test_a_platform_may_be_otherwise(client, variant):
    with injecting(client, variant=variant) as (made, server):
        made_orders = [made.setup("order") for _ in range(4)]
        customer = made.setup("customer-with-orders", orders=2)
        assert [shown(server, order).readable_id for order in made_orders] == [one.order_id for one in made_orders]
        assert len(customer.order_ids) == 2
        # What was answered with 504 was made, and is not made a second time.
        assert len(server.store.tenants["main"].orders) == 6


def test_a_limit_of_the_rate_is_waited_for(client):
    asked = []

    async def before_operation(self, call):
        if call.operation == "injectOrder":
            asked.append(call.body)
            if len(asked) == 1:
                raise Refusal("rate-limited", headers={"retry-after": "0"})

    with injecting(client, before_operation) as (made, _):
        made.setup("order")
    assert len(asked) == 2
    assert asked[0] == asked[1]


def test_orders_that_are_too_large_are_not_offered_and_smaller_ones_are(client):
    with injecting(client, variant="injections-of-few-items") as (made, server):
        told = [why_not(lambda count=count: made.setup("order", items=count)) for count in (200, 501)]
        assert len(made.setup("order", items=100).item_uuids) == 100
        assert len(server.store.tenants["main"].injections) == 1
    assert "the server takes no order of 200 items" in told[0]
    assert "400 (maximum_allowed_number_of_items_exceeded: The number of items can't exceed 100.)" in told[0]
    assert told[0] == told[1]


def is_closed_when_injected(self, call, document):
    return False


def order_document(self, call, order, id_type):
    document = Decisions.order_document(self, call, order, id_type)
    return {**document, "items": document["items"][1:]}


def another_order(self, call, document, order):
    first = next(iter(call.tenant.orders.values()))
    return {**Decisions.injection_document(self, call, document, order), "id": first.uuid}


def first_order_again(self, call, document, order):
    first = next(iter(call.tenant.orders.values()))
    return Decisions.injection_document(self, call, document, first)


def another_external_id(self, call, document, order):
    return {**Decisions.injection_document(self, call, document, order), "external_id": "somebody-else"}


def fewer_items(self, call, document, order):
    made = Decisions.injection_document(self, call, document, order)
    return {**made, "items": made["items"][1:]}


def no_mapping(self, call, document, order):
    return ["made"]


def is_cancelable(self, call, order):
    return True


def check_line(self, call, order, item):
    raise Refusal("item-not-preordered")


def check_grace_period(self, call, order):
    raise Refusal("grace-period-over")


def injected_customer(self, call, document):
    from orderproof.conformance.reference.factory import new_customer

    return new_customer(self.store, call.tenant)


def unknown_product(self, call):
    raise self.invalid_body(call, "the shop 'storefront-us' is unknown.")


def named(name, function):
    function.__name__ = name
    return function


FAULTS = [
    (is_closed_when_injected, "order-closed", "is not closed: the server says status open"),
    (is_cancelable, "order-closed", "the server says cancelable true"),
    (is_cancelable, "order-past-grace-period", "no documented field makes an order whose grace period is over"),
    (order_document, "order", "was injected with 2 items does not show 1 of them"),
    (named("injection_document", another_order), "order", "does not show 2 of them"),
    (named("injection_document", first_order_again), "order", "which is an earlier one"),
    (named("injection_document", another_external_id), "order", "was answered for 'somebody-else'"),
    (named("injection_document", fewer_items), "order", "names 1 of its 2 items"),
    (named("injection_document", no_mapping), "order", "returned 200, which is not a JSON object"),
    (check_line, "order-with-preordered-item", "The Order item can't be canceled"),
    (check_line, "order-with-terminal-preordered-item", "the server cancels no item of 10000900"),
    (check_grace_period, "order-in-grace-period", "(precondition_error: The order is not in the grace period.)"),
    (injected_customer, "customer-with-orders", "shows orders of one external_customer_id with 3 customers"),
    (named("injection_request", unknown_product), "order", "the shop 'storefront-us' is unknown."),
]


@pytest.mark.parametrize(("fault", "state", "says"), FAULTS, ids=[f"{name}-{says[:20]}" for _, name, says in FAULTS])
def test_a_server_that_makes_something_else_leads_to_a_state_that_is_not_offered(
    client, monkeypatch, fault, state, says
):
    monkeypatch.setattr("orderproof.conformance.states.injected._WHOLE_SECONDS", 0.0)
    with injecting(client, fault) as (made, _):
        # Twice, so that there is another order to name.
        told = why_not(lambda: made.setup(state) and made.setup(state))
    assert says in told
    assert told.startswith(f"state {state}: states.injection does not offer it: ")


def test_a_server_that_crashes_when_an_item_is_canceled_is_judged(client):
    def crashes(self, call, order, item):
        raise Refusal("internal-error")

    with injecting(client, named("check_line", crashes)) as (made, server):
        first, second = (made.setup("order-with-preordered-item") for _ in range(2))
        assert first.order_uuid != second.order_uuid
        # One that was made for the proof, and is canceled.
        assert len(server.store.tenants["main"].orders) == 3
        assert sum(order.cancel_requested for order in server.store.tenants["main"].orders.values()) == 1


def test_an_extension_that_crashes_is_for_a_rule_to_judge(client):
    async def extend(self, call, order):
        raise Refusal("internal-error")

    with injecting(client, extend) as (made, _):
        assert "due_at" not in made.setup("order-in-grace-period").values


def test_a_customers_orders_are_canceled_until_it_shows_that_they_are_too_old(client):
    def injected_due_at(self, call):
        return timedelta(hours=2, minutes=3)

    with injecting(client, named("grace_period", injected_due_at)) as (made, server):
        state = made.setup("customer-with-orders", orders=6)
        orders = [server.store.tenants["main"].readable[order_id] for order_id in state.order_ids]
        orders[0].cancel_requested = True
        made.teardown(state)
        assert [order.cancel_requested for order in orders] == [True] * 3 + [False] * 3


def test_an_order_that_is_refused_without_a_flag_is_not_tried_with_one(client):
    with Server(lambda request: json_answer(400, {"message": "too old"})) as server:
        told = why_not(lambda: states(client, f"{server.url}/v0").setup("order-past-grace-period"))
    assert told.endswith("returned 400 (too old)")
    assert len(server.requests) == 1


def test_what_a_platform_cannot_make_is_tried_once(client):
    with injecting(client, is_cancelable) as (made, server):
        first = why_not(lambda: made.setup("order-past-grace-period"))
        orders = len(server.store.tenants["main"].orders)
        assert why_not(lambda: made.setup("order-past-grace-period")) == first
        assert len(server.store.tenants["main"].orders) == orders == 3
        assert all(
            order.cancel_requested or order.status == "closed" for order in server.store.tenants["main"].orders.values()
        )
    assert "with placed_at two hours ago and is_historical, the server says" in first


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (400, b'{"message": "no shop"}', "returned 400 (no shop)"),
        (401, b"", "returned 401; may the token inject orders? Give another one as states.injection.token"),
        (404, b"<p>nope</p>", "returned 404 (<p>nope</p>); is states.injection.url right?"),
        (200, b"<p>hello</p>", "returned 200, but not with JSON"),
        (500, b"boom", "returned 500 (boom)"),
    ],
)
def test_an_error_of_the_injection_is_told_in_the_servers_own_words(client, status, body, says):
    with Server(lambda request: answer(status, body)) as server:
        made = states(client, f"{server.url}/v0")
        told = [why_not(lambda: made.setup("order")) for _ in range(5)]
    assert f"POST {server.url}/v0/d/fulfill_order {says}" in told[0]
    # A refusal is not asked for again and again; a 500 is followed by the same payload.
    payloads = [request.body for request in server.requests]
    assert (len(payloads), len(set(payloads))) == ((20, 5) if status == 500 else (3, 3))


def test_no_answer_is_followed_by_the_same_payload(client):
    def hang_up(request):
        raise Hangup

    with Server(hang_up) as server:
        told = why_not(lambda: states(client, f"{server.url}/v0").setup("order"))
    assert "got no answer" in told
    assert len({request.body for request in server.requests}) == 1


@pytest.mark.parametrize(
    ("more", "sent", "hint"),
    [
        ({}, None, "the target's token is sent to base_url alone: add states.injection.token"),
        ({"token": "own-token"}, "Bearer own-token", "; is states.injection.token right?"),
    ],
)
def test_the_targets_token_does_not_leave_its_origin(client, more, sent, hint):
    with Server(lambda request: answer(401)) as elsewhere:
        made = states(client, "http://127.0.0.1:9/v0", "hunter22", url=f"{elsewhere.url}/inject", **more)
        told = why_not(lambda: made.setup("order"))
    assert hint in told
    headers = dict(elsewhere.requests[0].headers)
    assert headers.get("authorization") == sent
    assert "x-tenant" not in headers
    assert "hunter22" not in elsewhere.requests[0].head.decode()


def test_at_the_targets_origin_its_token_and_headers_are_sent(client):
    with Server(lambda request: json_answer(400, {})) as server:
        why_not(lambda: states(client, f"{server.url}/v0", "hunter22").setup("order"))
    headers = dict(server.requests[0].headers)
    assert (headers["authorization"], headers["x-tenant"]) == ("Bearer hunter22", "acme")


def test_each_id_is_fresh_and_names_the_run(client):
    with Server(lambda request: json_answer(400, {})) as server:
        made = states(client, f"{server.url}/v0")
        for _ in range(3):
            why_not(lambda: made.setup("order"))
    ids = [request.json["external_id"] for request in server.requests]
    assert len(set(ids)) == 3
    assert all(one.startswith(f"{RUN}-") and len(one) <= 64 for one in ids)


@pytest.mark.parametrize(("currency", "price", "tax"), [("USD", 5, 0.5), ("JPY", 500, 0), ("KWD", "1.255", 0.005)])
@pytest.mark.parametrize("method", [None, "tax_included"])
def test_the_money_of_a_request_adds_up_in_its_currency(currency, price, tax, method):
    shipping = {"service_level_identifier": "S", "price": price, "tax": tax}
    source = injection(currency=currency, shipping=shipping, extra={"price_method": method, "customer_name": "Jo"})
    document = OrderRequest(f"{RUN}-1", "c", ["10000100"] * 501).document(source)

    items = document["shipments"][0]["items"]
    net = sum(Decimal(str(item["price"]["item_price"])) for item in items) + Decimal(str(price))
    taxes = sum(Decimal(str(item["price"]["item_tax_lines"][0]["amount"])) for item in items) + Decimal(str(tax))
    paid = Decimal(str(json.loads(json.dumps(document))["payments"][0]["amount"]))
    assert paid == (net if method else net + taxes)
    assert ("price_method" in document, document["customer_name"]) == (method is not None, "Jo")
    decimals = {"USD": 2, "JPY": 0, "KWD": 3}[currency]
    amounts = [item["price"]["item_tax_lines"][0]["amount"] for item in items]
    assert all(round(amount, decimals) == amount for amount in amounts)
    assert len({item["external_item_id"] for item in items}) == 501
    assert all(len(item["external_item_id"]) <= 64 for item in items)
