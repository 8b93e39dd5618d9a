"""A state serves several checks; what fails on one that was used is judged again on a fresh one."""

import json

import pytest

from orderproof.conformance.reference.choices import choose
from orderproof.conformance.reference.server import start
from orderproof.conformance.runner.attempts import _joined, _may_be_theirs
from orderproof.conformance.states.pool import Kept
from orderproof.conformance.states.sources import State
from orderproof.reports.outcome import Outcome
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


def outcome(result, message="", **more):
    findings = (
        ({"message": message, "expected": "", "observed": "", "exchanges": [0], "decisive": 0},) if message else ()
    )
    exchanges = tuple({"status": status} for status in more.pop("statuses", (200,)))
    return Outcome("c", ("GRA-1",), result, more.pop("reason", ""), findings, exchanges, **more)


USED = [
    Kept(State("order", {}, {"order_uuid": "u-1"}, source), 0.0, checks=("a", "b")) for source in ("callback", "fixed")
]
FAILED = outcome("fail", "it moved")


@pytest.mark.parametrize(
    ("first", "again", "used", "result", "says"),
    [
        (FAILED, outcome("fail", "it moved again"), USED[:1], "fail", "it moved again"),
        (FAILED, outcome("pass"), USED[:1], "inconclusive", "order u-1: a, b), and not on a fresh state: it moved"),
        (FAILED, outcome("pass"), USED[1:], "inconclusive", "and not on a fresh state: it moved"),
        (FAILED, outcome("not-run"), USED[:1], "inconclusive", "no fresh state can be had: it moved"),
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
