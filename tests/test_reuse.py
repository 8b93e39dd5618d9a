"""A state serves several checks; what fails on one that was used is judged again on a fresh one."""

import json
import math
import subprocess
import sys
from dataclasses import replace

import pytest

from orderproof.conformance.reference.choices import choose
from orderproof.conformance.reference.server import start
from orderproof.conformance.runner.attempts import _joined, _may_be_theirs
from orderproof.conformance.states.pool import Kept
from orderproof.conformance.states.sources import State
from orderproof.reports.evidence import collect
from orderproof.reports.outcome import Outcome
from orderproof.spec.catalogue import catalogue
from tests.running import made, orderproof, rules, target_file

# Counts what is asked of it, and gives no more orders than LIMIT.
PROVIDER = """
import json, urllib.request
from pathlib import Path

def give(state, params, action):
    with Path("asked.txt").open("a") as asked:
        asked.write(f"{action} {state}\\n")
    if Path("asked.txt").read_text().count("setup order") > LIMIT:
        return None
    body = json.dumps({"state": state, "params": params, "action": action}).encode()
    request = urllib.request.Request("STATE_URL", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read() or b"{}")
"""
# Each of them only reads an order, or is refused.
FAULT = "prices-of-items-called-item"
READING = ("ORD-1", "ORD-2", "CST-5", "SER-12", "PRI-1")


def asked_for(folder, *chosen, faults=(), limit=1000, **states):
    """A run of the chosen rules, and what it asked of its source of states."""
    with start(choose(faults=faults)) as server:
        text = PROVIDER.replace("STATE_URL", server.state_url).replace("LIMIT", str(limit))
        (folder / "testdata.py").write_text(text, encoding="utf-8")
        given = json.dumps({"provider": "testdata:give", **states})
        target_file(folder, server.base_url, server.token, None, states=f"states: {given}")
        ran = orderproof(folder, "run", "--target", "target.yaml", *rules(*chosen))
    return ran, (folder / "asked.txt").read_text(encoding="utf-8").splitlines()


def test_one_order_serves_all_checks_that_leave_it_as_it_was(tmp_path):
    ran, asked = asked_for(tmp_path, *READING)

    assert set(ran.verdicts.values()) == {"pass"}, ran.out
    assert asked.count("setup order") == 1
    assert sorted(line.split()[1] for line in asked if line.startswith("setup")) == sorted(
        line.split()[1] for line in asked if line.startswith("teardown")
    )


def test_without_reuse_every_check_has_its_own(tmp_path):
    ran, asked = asked_for(tmp_path, *READING, reuse=False)

    assert set(ran.verdicts.values()) == {"pass"}, ran.out
    assert asked.count("setup order") >= len(READING)


def test_a_list_serves_the_next_check_too(tmp_path):
    with start() as server:
        entries = json.dumps({"order": [made(server.state_url, "order")]})
        target_file(tmp_path, server.base_url, server.token, None, states=f"states: {entries}")
        reused = orderproof(tmp_path, "run", "--target", "target.yaml", *rules("ORD-1", "ORD-2", "SER-12"))
    assert (reused.code, set(reused.verdicts.values())) == (0, {"pass"}), reused.out


@pytest.mark.parametrize("source", ["provider", "list"])
def test_what_is_wrong_on_a_used_order_is_found_on_a_fresh_one(tmp_path, source):
    if source == "provider":
        ran, asked = asked_for(tmp_path, *READING, faults=[FAULT])
        assert asked.count("setup order") > 1
    else:
        with start(choose(faults=[FAULT])) as server:
            entries = json.dumps({"order": [made(server.state_url, "order") for _ in range(2)]})
            target_file(tmp_path, server.base_url, server.token, None, states=f"states: {entries}")
            ran = orderproof(tmp_path, "run", "--target", "target.yaml", *rules(*READING))
    assert ran.verdicts["PRI-1"] == "fail", ran.out


BASE = "http://acme/v0"


def outcome(result, message="", **more):
    findings = (
        ({"message": message, "expected": "", "observed": "", "exchanges": [0], "decisive": 0},) if message else ()
    )
    urls = more.pop("urls", (BASE,))
    exchanges = tuple({"status": status, "url": url} for status in more.pop("statuses", (200,)) for url in urls)
    return Outcome("c", ("GRA-1",), result, more.pop("reason", ""), findings, exchanges, **more)


USED = [
    Kept(State("order", {}, {"order_uuid": "u-1"}, source), 0.0, checks=("a", "b")) for source in ("callback", "fixed")
]
FAILED = outcome("fail", "it moved")


@pytest.mark.parametrize(
    ("first", "again", "used", "result", "says"),
    [
        (FAILED, outcome("fail", "it moved again"), USED[:1], "fail", "it moved again"),
        (
            FAILED,
            outcome("pass"),
            USED[:1],
            "inconclusive",
            "not on a fresh one: one of them did more than it asked: it moved (used before: order u-1 by a, b)",
        ),
        # What was done to it may show late.
        (FAILED, outcome("pass"), [replace(USED[0], changed_at=math.inf)], "pass", ""),
        (FAILED, outcome("pass"), USED[1:], "inconclusive", "one of them did more than it asked: it moved"),
        (FAILED, outcome("not-run"), USED[:1], "inconclusive", "no fresh one can be had to judge it: it moved"),
        # It was read just before, and was as its list says.
        (FAILED, outcome("not-run"), USED[1:], "fail", "it moved"),
        (outcome("inconclusive", reason="odd"), outcome("pass"), USED[:1], "pass", ""),
        (outcome("inconclusive", reason="odd"), outcome("fail", "it moved"), USED[:1], "fail", "it moved"),
        (outcome("inconclusive", reason="odd"), outcome("not-run"), USED[:1], "inconclusive", "odd"),
    ],
)
def test_only_a_fresh_state_convicts(first, again, used, result, says):
    joined = _joined(first, again, used)

    told = " ".join([joined.reason, *(finding["message"] for finding in joined.findings)])
    assert (joined.result, says in told) == (result, True), told
    assert joined.exchanges == again.exchanges
    assert [one["checks"] for one in joined.used] == ([["a", "b"]] if "did more" in told or "no fresh" in told else [])


def test_what_was_sent_about_a_used_state_is_told():
    rules = [catalogue()["GRA-1"]]
    before = outcome("pass", urls=(f"{BASE}/orders/u-1/cancel", f"{BASE}/orders/u-2"))
    others = replace(before, check="b")
    failed = replace(
        outcome("inconclusive", urls=(f"{BASE}/orders/u-1",)),
        check="d",
        rules=("GRA-1",),
        used=({"ids": ["u-1"], "checks": [before.check]},),
    )

    evidence, exchanges = collect(rules, [before, others, failed])

    *_, entry = evidence["GRA-1"].checks
    assert [exchanges[number]["url"] for number in entry["exchanges"]] == [
        f"{BASE}/orders/u-1/cancel",
        f"{BASE}/orders/u-1",
    ]
    alone, _ = collect(rules, [replace(failed, used=())])
    assert "exchanges" not in alone["GRA-1"].checks[0]


@pytest.mark.parametrize(
    ("one", "is_tried_again"),
    [
        (FAILED, True),
        (outcome("inconclusive"), True),
        (outcome("pass"), False),
        (outcome("not-run"), False),
        (outcome("inconclusive", statuses=(200, None)), False),
    ],
)
def test_a_check_is_tried_again_where_its_state_may_be_the_cause(one, is_tried_again):
    assert _may_be_theirs(one) is is_tried_again


# Runs all checks, and prints which of them used states up, and how many they are marked to use up.
OBSERVE = """
import json, sys, pytest
from orderproof.conformance import checks
from orderproof.conformance.kit.lending import Lending
from orderproof.conformance.kit.rule_mark import USES_UP_MARK
marked, used = {}, {}
class Observed:
    def pytest_collection_modifyitems(self, items):
        for item in items:
            mark = item.get_closest_marker(USES_UP_MARK)
            marked.update({item.nodeid.split("checks/")[-1]: mark.args[0]} if mark else {})
def as_left(lending, state, kept, trace, original=Lending._as_left, **how):
    left = original(lending, state, kept, trace, **how)
    more = kept.done if left is None else left.done - kept.done
    if left is None or {"canceled", "item-canceled", "item-canceled-internally"} & more:
        used.setdefault(running[0], []).append(kept.state.name)
    return left
running = []
def end(lending, check, original=Lending.end, **how):
    running[:] = [check]
    original(lending, check, **how)
Lending._as_left, Lending.end = as_left, end
folder = checks.__path__[0]
pytest.main(["-q", "-p", "no:cacheprovider", f"-c{folder}/pytest.ini", folder, "--hypothesis-seed=1",
             f"--orderproof-target={sys.argv[1]}"], [Observed()])
print("SEEN", json.dumps([marked, used]))
"""
# What is torn down after each check, whatever was done to it.
NEVER_KEPT = {"oms-invalid-payload", "oms-unavailable", "oms-misconfigured"}
# It cancels an order where no earlier check has.
CANCELS_AT_NEED = "test_get_order.py::test_both_ids_show_what_became_of_an_order"
# The random steps of the one may cancel an order; the other cancels an item where no earlier check has canceled one.
MAY_CANCEL = {
    "test_walks.py::test_serial_numbers_are_those_that_were_added_last",
    "test_get_order_media.py::test_version_2_shows_what_has_changed",
}


@pytest.mark.slow
def test_the_checks_that_use_orders_up_say_how_many(tmp_path):
    with start() as server:
        target = target_file(tmp_path, server.base_url, server.token, server.state_url)
        command = [sys.executable, "-c", OBSERVE, str(target)]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=1200, check=False)
    line = next(line for line in ran.stdout.splitlines() if line.startswith("SEEN "))
    marked, used = json.loads(line.removeprefix("SEEN "))

    kept = {check: [one for one in states if one not in NEVER_KEPT] for check, states in used.items()}
    counted = {check: len(states) for check, states in kept.items() if states and check != CANCELS_AT_NEED}
    assert {check for check, count in counted.items() if count > marked.get(check, 0)} == set()
    # None is kept back that leaves its orders as they were.
    assert {check for check in marked if check not in counted} == MAY_CANCEL


@pytest.mark.slow
def test_workers_share_the_lists(tmp_path):
    with start() as server:
        lists = {name: [made(server.state_url, name) for _ in range(6)] for name in ("order", "order-cancelable")}
        more = {"states": f"states: {json.dumps(lists)}", "limits": "limits: {workers: 2}"}
        target_file(tmp_path, server.base_url, server.token, None, **more)
        ran = orderproof(tmp_path, "run", "--target", "target.yaml", *rules("ORD-[1-4]", "CAN-[1-8]", "SER-1?"))

    lacking = {name: row["reason"] for row in ran.record["rules"] if (name := row["id"]) and row["verdict"] != "pass"}
    # Six orders suffice for all that is refused, whichever process asks first.
    assert all("are used; add more" in why or "lists no order" in why for why in lacking.values()), lacking
    assert {"ORD-1", "ORD-2", "CAN-6", "CAN-7", "SER-12"} <= set(ran.verdicts) - set(lacking), lacking
