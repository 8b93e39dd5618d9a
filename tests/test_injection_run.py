"""Runs whose states come from the injection alone, and what is left behind when one is killed."""

import pytest

from orderproof.conformance.reference.choices import choose
from orderproof.conformance.reference.decisions import Decisions
from orderproof.conformance.reference.server import start
from orderproof.conformance.states.journal import JOURNAL_NAME, Journal
from orderproof.conformance.states.sources import State
from tests.injecting import TEXT, states
from tests.running import orderproof, rules, target_file

# A rule or two of each state.
RULES = ("ORD-1", "CAN-2", "CAN-22", "GRA-1", "GRA-4", "HIS-1", "LIN-6", "PRI-30", "SER-1")
FEATURES = "features: {external_oms: false}"


def run(folder, server, *chosen):
    target_file(folder, server.base_url, server.token, None, states=TEXT, features=FEATURES)
    return orderproof(folder, "run", "--target", "target.yaml", *rules(*chosen))


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """A run against a server that shows its orders late and limits the rate, and the server's orders after it."""
    with start(choose(variants=["injected-orders-read-late+injections-limited"])) as server:
        ran = run(tmp_path_factory.mktemp("judged"), server, *RULES)
        yield ran, list(server.store.tenants["main"].orders.values()), server.decisions.now()


def test_a_server_is_judged_with_nothing_but_its_address_a_token_and_the_injection(judged):
    ran, orders, _ = judged
    assert ran.code == 0, ran.out
    assert ran.verdicts == dict.fromkeys(RULES, "pass")
    assert orders


def test_what_can_be_canceled_is_canceled_in_the_end(judged):
    _, orders, now = judged
    assert [order.readable_id for order in orders if Decisions.is_cancelable(Clock(now), None, order)] == []


class Clock(Decisions):
    """Decisions at one moment."""

    def __init__(self, moment):
        self.moment = moment

    def now(self):
        return self.moment


class NeverClosed(Decisions):
    def is_closed_when_injected(self, call, document):
        return False


class NoPreorder(Decisions):
    def is_preordered(self, call, item):
        return False


def test_what_a_server_makes_wrong_breaks_no_rule(tmp_path):
    broken = type("Broken", (NeverClosed, NoPreorder), {})
    with start(broken) as server:
        ran = run(tmp_path, server, "CAN-22", "LIN-6", "ORD-1")
    assert ran.code == 4, ran.out
    assert ran.verdicts == {"CAN-22": "not-run", "LIN-6": "not-run", "ORD-1": "pass"}
    told = " ".join(ran.out.split())
    assert "an order with is_preconfirmed and is_fulfilled is not closed: the server says status open" in told
    assert "cancels no item of 10000900 (states.injection.preordered_products): POST …/cancel returned 400" in told
    assert "The Order item can't be canceled." in told


def test_cleanup_cancels_the_orders_that_a_killed_run_left_behind(tmp_path, client):
    with start() as server:
        made = states(client, server.base_url, server.token)
        left = [
            made.setup("order-cancelable"),
            made.setup("order-closed"),
            made.setup("customer-with-orders", orders=2),
        ]
        (tmp_path / "out").mkdir()
        journal = Journal(tmp_path / "out" / JOURNAL_NAME)
        for state in left:
            journal.note("injection", State(state.name, state.params, state.values, "injection"), "setup")
        target_file(tmp_path, server.base_url, server.token, None, states=TEXT)
        ended = orderproof(tmp_path, "cleanup", "out", "--target", "target.yaml")
        assert ended.code == 0, ended.err
        assert server.store.tenants["main"].orders[left[0].order_uuid].cancel_requested
    assert "3 states torn down" in ended.out
    assert not journal.path.exists()
