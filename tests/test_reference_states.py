"""The states of the reference server, and its life as a process."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from orderproof.conformance.reference.server import start
from orderproof.conformance.reference.states import STATES
from tests.test_reference_server import PATIENCE, Sandbox

ORDER = {"order_uuid", "order_id", "customer_id", "item_uuids"}
VALUES = {
    "order": ORDER,
    "order-cancelable": ORDER,
    "order-in-grace-period": ORDER | {"due_at"},
    "order-past-grace-period": ORDER,
    "order-closed": ORDER,
    "order-with-preordered-item": ORDER | {"item_uuid", "other_item_uuid"},
    "order-with-terminal-preordered-item": ORDER | {"item_uuid"},
    "customer-with-orders": {"customer_id", "order_ids"},
    "customer-without-orders": {"customer_id"},
    "oms-order": ORDER | {"token"},
    "oms-platform-order": ORDER | {"token"},
    "oms-invalid-payload": {"order_id", "customer_id", "token"},
    "oms-unavailable": {"order_id", "customer_id", "token"},
    "oms-misconfigured": {"order_id", "customer_id", "token"},
}


@pytest.fixture(scope="module")
def sandbox():
    with start() as running:
        yield Sandbox(running)


def test_every_state_is_offered():
    assert set(STATES) == set(VALUES)


@pytest.mark.parametrize("state", VALUES)
def test_a_state_has_its_values_and_fresh_data(sandbox, state):
    first, second = sandbox.state(state), sandbox.state(state)
    assert set(first) == set(second) == VALUES[state]
    assert first["customer_id"] != second["customer_id"]
    teardown = {"state": state, "params": {}, "action": "teardown"}
    assert sandbox.raw("POST", "/_state", json.dumps(teardown).encode(), {}).status == 200


def test_the_parameters_of_a_state_count(sandbox):
    assert len(sandbox.state("order", items=501)["item_uuids"]) == 501
    assert len(sandbox.state("customer-with-orders", orders=1000)["order_ids"]) == 1000
    left = datetime.fromisoformat(sandbox.state("order-in-grace-period")["due_at"]) - datetime.now(UTC)
    assert timedelta(minutes=10) < left <= timedelta(minutes=15)


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ({"state": "order-on-the-moon"}, 404),
        ({"state": "order-on-the-moon", "action": "teardown"}, 404),
        ({"state": "order", "params": {"items": 0}}, 400),
        ({"state": "order", "params": {"items": "2"}}, 400),
        ({"state": "order", "params": {"items": True}}, 400),
        ({"state": "order", "params": {"colour": "blue"}}, 400),
        ({"state": "order", "params": {"tenant": "nobody"}}, 400),
        ({"state": "order", "params": [1]}, 400),
        ({"state": "order", "action": "destroy"}, 400),
        ({"state": "order-with-terminal-preordered-item", "params": {"status": "pending"}}, 400),
        ({"state": 1}, 400),
        ([], 400),
        ("\ud800", 400),
    ],
)
def test_a_state_that_cannot_be_had_is_explained(sandbox, wanted, status):
    answer = sandbox.raw("POST", "/_state", json.dumps(wanted).encode(), {})
    assert answer.status == status
    assert answer.json["message"]


def run(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "orderproof.conformance.reference", *arguments]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_the_process_says_where_it_serves_and_ends_with_its_input():
    with run("--until-eof", "--token", "known", "--fault", "count-of-51", "--variant", "chunked-answers") as process:
        where = json.loads(process.stdout.readline())
        assert set(where) == {"base_url", "state_url", "token", "requests_url"}
        assert where["token"] == "known"
        process.stdin.close()
        assert process.wait(timeout=PATIENCE) == 0
        assert process.stderr.read() == ""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_process_ends_when_it_is_told_to(number):
    with run("--until-eof") as process:
        process.stdout.readline()
        process.send_signal(number)
        assert process.wait(timeout=PATIENCE) == 0
        assert process.stderr.read() == ""


def test_an_unknown_fault_is_a_mistake_of_usage():
    with run("--fault", "count-of-52") as process:
        assert process.wait(timeout=PATIENCE) == 2
        assert "count-of-51" in process.stderr.read()
