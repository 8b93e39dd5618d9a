"""A read-only run sends GET and nothing else, whatever a check would send, and says what it left out."""

import contextlib
import dataclasses
import json
import os
import socket
import threading
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from orderproof.conformance.cli import orderproof as cli
from orderproof.conformance.config.target import Auth, Target
from orderproof.conformance.kit.findings import NotApplicable
from orderproof.conformance.kit.read_only import READ_ONLY, guard, lacking
from orderproof.conformance.kit.session import Session
from orderproof.conformance.kit.settings import Settings
from orderproof.conformance.reference.server import start
from orderproof.conformance.runner import attempts
from orderproof.conformance.runner.look_up import Given, OrderIds, _states_of, look_up
from orderproof.conformance.runner.writing_checks import writing_checks
from orderproof.conformance.states.pool import Pool
from orderproof.conformance.transport.client import Client
from orderproof.conformance.transport.exchange import Exchange
from orderproof.conformance.transport.in_turn import send_in_turn
from orderproof.conformance.transport.last_byte import send_together
from orderproof.reports.evidence import CheckEntry, Evidence
from orderproof.reports.explanation import again_note, command_again
from orderproof.reports.verdict import judge
from orderproof.spec.catalogue import catalogue
from tests import forked
from tests.records import GATING, broken, row

TABLE = "conformance/runner/writing_checks.json"
LISTED = {
    "order": 3,
    "order-cancelable": 2,
    "order-in-grace-period": 2,
    "order-past-grace-period": 1,
    "order-closed": 2,
    "order-with-preordered-item": 2,
    "order-with-terminal-preordered-item": 1,
    "customer-with-orders": 3,
    "customer-without-orders": 1,
    "oms-order": 2,
    "oms-platform-order": 1,
    "oms-invalid-payload": 1,
    "oms-unavailable": 1,
    "oms-misconfigured": 1,
}


class Relay:
    """Passes bytes on to a server, and keeps all that came from clients: what was sent, by nobody's own record."""

    def __init__(self, port):
        self._to = ("127.0.0.1", port)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self._listener.getsockname()[1]
        self.sent = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._relay, args=(client,), daemon=True).start()

    def _relay(self, client):
        kept = bytearray()
        self.sent.append(kept)
        with client, socket.create_connection(self._to) as server:
            for one in (client, server):
                # Else each small piece waits for the one before it to be acknowledged.
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            back = threading.Thread(target=self._pass_on, args=(server, client, bytearray()), daemon=True)
            back.start()
            self._pass_on(client, server, kept)
            back.join()

    @staticmethod
    def _pass_on(source, sink, kept):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                kept += data
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def methods(self):
        """The first word behind each empty line, so that a body would show as a method of its own."""
        return [part.split(b" ")[0].decode() for kept in self.sent for part in bytes(kept).split(b"\r\n\r\n") if part]

    def close(self):
        self._listener.close()


def _without_the_table(*call):
    """Every check begins, so that what would write is stopped at its first request and nowhere before."""
    attempts.writing_checks = frozenset
    forked._in_the_process(*call)


@pytest.fixture(scope="module")
def counted(tmp_path_factory):
    """A read-only run of all checks: its exit code, its record, and the methods that reached the server."""
    folder = tmp_path_factory.mktemp("counted")
    with start() as server:
        relay = Relay(int(server.base_url.split(":")[2].split("/")[0]))
        base_url = server.base_url.replace(server.base_url.split(":")[2].split("/")[0], str(relay.port))
        lists = {name: [server.state(name) for _ in range(count)] for name, count in LISTED.items()}
        target = {
            "base_url": base_url,
            "internal_base_url": base_url,
            "auth": {"bearer": server.token},
            "states": {**lists, "callback": server.state_url},
        }
        (folder / "target.yaml").write_text(json.dumps(target), encoding="utf-8")
        given = server.state("order")
        words = ["run", "--target", "target.yaml", "--read-only", "--quiet"]
        words += ["--order", given["order_uuid"], "--customer", given["customer_id"]]
        streams = (folder / "out", folder / "err")
        call = (words, folder, streams, dict(os.environ))
        process = forked._CONTEXT.Process(target=_without_the_table, args=call)
        process.start()
        process.join(forked._PATIENCE_S)
        relay.close()
    record = json.loads((folder / "orderproof-report" / "report.json").read_text(encoding="utf-8"))
    return process.exitcode, record, relay.methods(), folder


def outcomes(record):
    return {entry["check"]: entry for rule in record["rules"] for entry in rule["checks"] if "::" in entry["check"]}


def test_nothing_but_get_reaches_the_server(counted):
    _, record, methods, _ = counted

    assert set(methods) == {"GET"}
    # What our own record says agrees with what came.
    assert len(methods) >= record["requests"] > 300


def test_the_table_of_writing_checks_is_true(counted):
    _, record, _, _ = counted
    ended = outcomes(record)
    refused = {name for name, entry in ended.items() if entry["reason"] == READ_ONLY}
    judged = {name for name, entry in ended.items() if entry["outcome"] in ("pass", "fail")}

    assert refused - writing_checks() == set(), f"add them to {TABLE}"
    assert judged & writing_checks() == set(), f"take them out of {TABLE}"
    assert writing_checks() - ended.keys() == set(), f"no such checks: take them out of {TABLE}"
    assert len(judged) > 100


def test_what_reading_can_judge_is_kept(counted):
    code, record, _, _ = counted
    verdicts = {rule["id"]: rule["verdict"] for rule in record["rules"]}

    assert "fail" not in verdicts.values()
    assert code in (0, 4)
    assert {verdicts[one] for one in ("ORD-1", "ORD-22", "HIS-3", "CST-12", "OMS-1", "SEC-10", "ROB-3")} == {"pass"}
    assert {verdicts[one] for one in ("CAN-1", "PRI-1", "SER-1", "INT-1", "ERR-1")} == {"not-applicable"}


def test_the_headline_says_so_and_a_gate_takes_it_for_a_selection(counted):
    _, record, _, folder = counted
    path = str(folder / "orderproof-report")

    refused = CliRunner().invoke(cli, ["gate", path])
    allowed = CliRunner().invoke(cli, ["gate", path, "--allow-selection"])

    assert record["read_only"] is True
    assert "(read-only)" in record["headline"]
    assert "without --read-only" in str(refused.exception or refused.output)
    assert allowed.exit_code in (0, 4)


@pytest.mark.parametrize("method", ["POST", "PATCH", "HEAD", "OPTIONS", "get"])
def test_no_way_of_sending_lets_another_method_through(method):
    sent = []
    client = Client(record=sent.append, guard=guard(is_read_only=True))
    # Nothing listens there: a request that was let through would end with an error, and not raise.
    exchange = Exchange(method, "http://127.0.0.1:1/v0", [], None, 0.0)

    with pytest.raises(NotApplicable):
        client.send(method, exchange.url, [])
    with pytest.raises(NotApplicable):
        send_together(client, [exchange])
    with pytest.raises(NotApplicable):
        send_in_turn(client, [exchange])

    assert sent == []


UUID = "0cb4bd4d-2a0c-4a5e-9d7e-30e2b5d7a1c3"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["http://127.0.0.1:1/v0", "--read-only"], "--read-only: there is nothing to read; give --order UUID"),
        (["http://127.0.0.1:1/v0", "--order", UUID], "--order: works only with --read-only"),
        (["http://127.0.0.1:1/v0", "--customer", "c-1"], "--customer: works only with --read-only"),
        (["http://127.0.0.1:1/v0", "--read-only", "--order", "GD0001"], "--order: 'GD0001' is not a UUID"),
        (["http://127.0.0.1:1/v0", "--read-only", "--order", f"{UUID},"], "must be UUID or UUID,READABLE"),
        (["http://127.0.0.1:1/v0", "--read-only", "--customer", " "], "--customer: the id is empty"),
        (["--read-only", "--order", UUID], "--order: the embedded server makes its own orders"),
    ],
)
def test_a_mistake_is_one_sentence(words, told, tmp_path):
    ran = CliRunner().invoke(cli, ["run", "--out", str(tmp_path), *words])

    assert told in str(ran.exception or ran.output)
    assert ran.exit_code != 0


@pytest.fixture(scope="module")
def read():
    """A server, and what it says of orders and customers when a read-only session reads them."""
    with start() as server:
        target = Target("it", server.base_url, auth=Auth(bearer=server.token))
        session = Session(Settings(target, read_only=True), Pool())
        yield server, lambda given: look_up(session.orders(), given)
        session.close()


def test_an_order_is_offered_as_what_reading_proves_it_to_be(read):
    server, found = read
    names = ("order-cancelable", "order-closed", "order-past-grace-period")
    made = {name: server.state(name) for name in names}

    lists = found(Given(tuple(OrderIds(made[name]["order_uuid"]) for name in names)))

    assert lists["order"] == list(made.values())
    assert {name: lists[name] for name in names} == {name: [values] for name, values in made.items()}
    # Their customers come along.
    customers = [one["customer_id"] for one in lists["customer-with-orders"]]
    assert customers == [one["customer_id"] for one in made.values()]


def test_a_customer_is_given_with_all_orders_newest_first(read):
    server, found = read
    many, none = server.state("customer-with-orders", orders=60), server.state("customer-without-orders")

    lists = found(Given(customers=(many["customer_id"], none["customer_id"])))

    assert lists == {"customer-with-orders": [many], "customer-without-orders": [none]}


@pytest.mark.parametrize(
    ("shown", "flags", "states"),
    [
        ({"status": "open"}, (True, False), ["order", "order-cancelable"]),
        ({"status": "closed"}, (True, False), ["order", "order-closed"]),
        ({"status": "open", "old": True}, (False, False), ["order", "order-past-grace-period"]),
        # A young order may be in its grace period whatever the status says, and of a canceled one nothing is promised.
        ({"status": "open"}, (False, False), ["order"]),
        ({"status": "open", "old": True}, (False, True), ["order"]),
        ({"status": "on_hold", "old": True}, (False, False), ["order"]),
        ({}, (None, None), ["order"]),
    ],
)
def test_the_states_of_an_order(shown, flags, states):
    age = timedelta(days=1) if shown.get("old") else timedelta(minutes=1)
    order = {**shown, "placed_at": (datetime.now(UTC) - age).isoformat()}

    assert _states_of(order, {"cancelable": flags[0], "canceled": flags[1]}) == states


@pytest.mark.parametrize("readable", [None, "NO-SUCH"])
def test_an_order_that_is_not_there_is_no_finding(read, readable, tmp_path):
    server, _ = read
    uuid = server.state("order")["order_uuid"] if readable else UUID
    words = [server.base_url, "-H", f"Authorization: Bearer {server.token}", "--read-only", "--out", str(tmp_path)]

    ran = CliRunner().invoke(cli, ["run", *words, "--order", f"{uuid},{readable}" if readable else uuid])

    told = str(ran.exception or ran.output)
    assert f"--order {uuid}" in told
    assert "does not know" in told


def test_a_pass_says_which_part_of_the_checks_it_rests_on():
    rule = dataclasses.replace(catalogue()["ROB-3"], passive=None, floor=30)

    def entry(check, outcome, requests):
        return CheckEntry(check=check, outcome=outcome, reason=READ_ONLY, requests=requests, states=[])

    evidence = {rule.id: Evidence([entry("a", "pass", 15), entry("b", "not-applicable", 0)])}

    partly = judge([rule], evidence, read_only=True).rows[0]
    wholly = judge([rule], evidence).rows[0]

    assert (partly.verdict, partly.reason) == ("pass", "judged by reading alone: 1 of its 2 checks")
    # The floor is that of the whole rule where the run was not read-only.
    assert wholly.verdict == "inconclusive"


def test_what_is_lacking_is_named_as_an_option():
    one = {"order": [{"item_uuids": ["a", "b"]}]}

    assert lacking("order-closed", {}, {}, "state order-closed: x") == (
        "state order-closed: no such order was given; add --order UUID of a closed order"
    )
    assert "1 order with at least 2 items given, and a check needs more" in lacking("order", {"items": 2}, one, "x")
    assert "entry 1 of order: gone" in lacking("order", {"items": 2}, one, "state order: entry 1 of order: gone")
    assert "features.external_oms: false" in lacking("oms-order", {}, {}, "x")


def test_the_command_that_judges_again_reads_only():
    made = {**broken(GATING[0].id), "read_only": True}

    assert "--read-only" in command_again(row(made, GATING[0].id), made)
    assert "--order" in again_note({**made, "target": {**made["target"], "file": "target.yaml"}})


def test_a_dry_run_lists_the_checks_that_read():
    listed = CliRunner().invoke(
        cli, ["run", "http://127.0.0.1:1/v0", "--read-only", "--dry-run"], standalone_mode=False
    )

    assert listed.exit_code == 0, listed.output
    assert listed.output.count("test_get_order") > 20
    assert set(listed.output.split()) & writing_checks() == set()
