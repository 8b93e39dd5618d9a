"""An entry of a list needs no more than the id that names its order or customer: the rest is read from the server."""

import json

import pytest

from orderproof.conformance.config.state_kinds import STATES, UNREAD
from orderproof.conformance.config.target import Auth, Target
from orderproof.conformance.kit.session import Session
from orderproof.conformance.kit.settings import Settings
from orderproof.conformance.reference.choices import choose
from orderproof.conformance.reference.server import start
from orderproof.conformance.runner.completed_lists import completed, is_complete
from orderproof.conformance.states.pool import Pool
from tests.loopback import refusing_port
from tests.running import made, orderproof, rules, target_file

NOBODY = "c3f1b3df-0000-4000-8000-000000000000"
PLATFORM = [name for name, kind in STATES.items() if kind.listed != kind.required]


@pytest.fixture
def server():
    with start() as running:
        yield running


def session_at(base_url, token):
    return Session(Settings(Target("it", base_url, auth=Auth(bearer=token))), Pool())


@pytest.fixture
def read(server):
    session = session_at(server.base_url, server.token)
    yield lambda lists, absent=(): completed(session.orders(), lists, absent)
    session.close()


def short(name, entry):
    return {key: entry[key] for key in STATES[name].listed}


@pytest.mark.parametrize("name", PLATFORM)
def test_what_an_entry_leaves_out_is_what_its_source_would_have_given(server, read, name):
    whole = made(server.state_url, name)
    (found,) = read({name: [short(name, whole)]})[name]
    assert {key: found[key] for key in STATES[name].required} == {key: whole[key] for key in STATES[name].required}


def test_what_is_given_stays_and_a_whole_entry_is_not_read(server, read):
    whole = made(server.state_url, "order")
    mistyped = {**whole, "order_id": "NOBODY-1"}
    assert is_complete({"order": [mistyped]})
    assert read({"order": [mistyped]}) == {"order": [mistyped]}
    del mistyped["item_uuids"]
    assert read({"order": [mistyped]})["order"] == [{**whole, "order_id": "NOBODY-1"}]


def test_an_order_that_is_listed_is_one_of_its_customer(server, read):
    customer = made(server.state_url, "customer-with-orders", orders=60)
    order = made(server.state_url, "order", customer_id=customer["customer_id"])
    found = read(
        {
            "customer-with-orders": [{"customer_id": customer["customer_id"]}],
            "order": [{"order_uuid": order["order_uuid"]}],
        }
    )
    assert found["customer-with-orders"][0]["order_ids"] == [order["order_id"], *customer["order_ids"]]


def test_an_order_that_the_server_does_not_know_is_told_and_the_others_are_read(server, read):
    right = made(server.state_url, "order")
    wrong, found = read({"order": [{"order_uuid": NOBODY}, {"order_uuid": right["order_uuid"]}]})["order"]
    assert "does not know this order (404)" in wrong[UNREAD]
    assert found == right


def test_a_customer_without_orders_is_none_with_orders(server, read):
    nobody = made(server.state_url, "customer-without-orders")
    (found,) = read({"customer-with-orders": [nobody]})["customer-with-orders"]
    assert "shows no orders of the customer" in found[UNREAD]


@pytest.mark.parametrize("at", ["refused", "unreachable"])
def test_where_no_order_can_be_read_the_first_one_shows_it(server, at):
    entries = [{"order_uuid": made(server.state_url, "order")["order_uuid"]} for _ in range(5)]
    with refusing_port() as port:
        base_url = server.base_url if at == "refused" else f"http://127.0.0.1:{port}/v0"
        session = session_at(base_url, "wrong")
        found = completed(session.orders(), {"order": entries}, ())["order"]
        session.close()
    assert len({one[UNREAD] for one in found}) == 1
    assert len(session.trace.exchanges) < len(entries)


def test_a_customer_is_not_taken_for_a_token(server):
    with start(choose([], ["personal-data-tokens"])) as tokenized:
        session = session_at(tokenized.base_url, tokenized.token)
        order = made(tokenized.state_url, "order")
        entry = {"order_uuid": order["order_uuid"]}
        (found,) = completed(session.orders(), {"order": [entry]}, ())["order"]
        session.close()
    assert found.get("customer_id", order["customer_id"]) == order["customer_id"]


def judged(folder, server, chosen, lists):
    target_file(folder, server.base_url, server.token, None, states=f"states: {json.dumps(lists)}")
    return orderproof(folder, "run", "--target", "target.yaml", *rules(*chosen))


def test_a_run_judges_with_ids_alone(server, tmp_path):
    lists = {name: [short(name, made(server.state_url, name)) for _ in range(3)] for name in PLATFORM}
    chosen = ["ORD-1", "ORD-2", "HIS-3", "CAN-3", "GRA-1", "SER-1", "LIN-2", "PRI-1"]
    ran = judged(tmp_path, server, chosen, lists)
    assert ran.verdicts == dict.fromkeys(chosen, "pass"), ran.out


def test_a_list_whose_entries_cannot_be_read_says_why(server, tmp_path):
    lists = {"order": [{"order_uuid": made(server.state_url, "order")["order_uuid"]}]}
    ran = judged(tmp_path, server, ["ORD-1", "GRA-4"], {**lists, "order-past-grace-period": [{"order_uuid": NOBODY}]})
    assert ran.verdicts == {"ORD-1": "pass", "GRA-4": "not-run"}, ran.out
    (grace,) = [one for one in ran.record["rules"] if one["id"] == "GRA-4"]
    assert "entry 1: the server does not know this order (404)" in grace["reason"]


def test_a_wrong_token_is_told_as_ever(server, tmp_path):
    order = {"order_uuid": made(server.state_url, "order")["order_uuid"]}
    target_file(tmp_path, server.base_url, "wrong", None, states=f"states: {json.dumps({'order': [order]})}")
    ran = orderproof(tmp_path, "run", "--target", "target.yaml", *rules("ORD-1"))
    assert ran.code == 3, ran.out
    assert "token" in ran.out


def test_doctor_reads_what_entries_leave_out(server, tmp_path):
    lists = {"order": [{"order_uuid": made(server.state_url, "order")["order_uuid"]}, {"order_uuid": NOBODY}]}
    target_file(tmp_path, server.base_url, server.token, None, states=f"states: {json.dumps(lists)}")
    ran = orderproof(tmp_path, "doctor", "--target", "target.yaml", "--json")
    (step,) = [one for one in json.loads(ran.out)["steps"] if one["name"] == "order"]
    assert step["outcome"] == "missing"
    assert "entry 2: the server does not know this order (404)" in str(step)
