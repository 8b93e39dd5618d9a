"""How many entries of each state a run needs: the recorded data, the figures from it, and what people read."""

import re

import pytest
import yaml

from orderproof.conformance.config.state_kinds import STATES, VALUE_TYPES
from orderproof.conformance.config.target import Target, read_target
from orderproof.conformance.errors import UsageError
from orderproof.conformance.kit.settings import Settings
from orderproof.conformance.runner.run_checks import collect_checks
from orderproof.conformance.runner.selection import Selection
from orderproof.reports.console import make_console, render
from orderproof.reports.needs import DATA, Need, Supply, as_keys, as_text, recorded_needs, supplies, to_add
from orderproof.reports.page import render as page
from tests.recorded_needs import recorded
from tests.records import RULES, outcome, record

_CHECK = "test_cancel_order.py::test_a"
_WANTS_ONE = {"order-closed": Need(1)}


@pytest.fixture(scope="module")
def checks():
    return collect_checks(Settings(Target("acme", "http://127.0.0.1:9/v0")), Selection())


@pytest.mark.parametrize(
    ("needs", "least", "comfortable"),
    [
        ([Need(1), Need(1)], 1, 1),
        ([Need(1), Need(3)], 3, 3),
        ([Need(1, 1), Need(1, 1)], 1, 2),
        # Who comes last still finds what it only reads.
        ([Need(1, 1), Need(1, 1), Need(2)], 2, 4),
        ([Need(2, 1), Need(1)], 2, 2),
    ],
)
def test_what_is_read_serves_again_and_what_is_used_up_does_not(needs, least, comfortable):
    found = supplies({"order": need} for need in needs)
    assert found == {"order": Supply(least, comfortable, len(needs))}


def test_the_largest_order_that_a_check_wants_is_told():
    found = supplies([{"order": Need(1, items=501)}, {"order": Need(2, items=2)}, {"order-closed": Need(1)}])
    assert (found["order"].items, found["order-closed"].items) == (501, 0)


def test_the_data_knows_every_check_that_asks_for_a_state(checks):
    asking = {
        check.name
        for check in checks
        if {fixture.replace("_", "-") for fixture in check.fixtures}
        & (STATES.keys() - {"order-with-terminal-preordered-item"})
    }
    assert asking - recorded_needs().keys() == set(), "run `python -m tests.recorded_needs`"
    assert recorded_needs().keys() - {check.name for check in checks} == set(), "run `python -m tests.recorded_needs`"
    assert DATA.read_text(encoding="utf-8") == as_text(recorded_needs())


def test_the_data_is_what_checks_ask_for():
    found = recorded(["CAN-1", "CST-1", "GRA-3", "HIS-1"])
    assert len(found) > 3
    for check, states in found.items():
        known = recorded_needs().get(check, {})
        assert {name: need.at_once for name, need in states.items()} == {
            name: need.at_once for name, need in known.items()
        }, check


def test_a_rest_that_was_not_judged_says_what_to_add():
    waiting = [
        outcome(RULES[0].id, result="not-run", check=name, reason="state order-closed: all are used")
        for name in (_CHECK, "test_cancel_order.py::test_b")
    ]
    made = record(waiting, missing_states={"order-closed": "all are used"})
    # Neither check is known, so each is taken to use one up.
    assert {name: supply.comfortable for name, supply in to_add(made).items()} == {"order-closed": 2}
    assert as_keys(to_add(made)) == ["order-closed:  # 2 more entries"]
    assert "order-closed:  # 2 more entries" in page(made)


def test_checks_that_only_read_share_what_is_added():
    readers = [check for check, states in recorded_needs().items() if states == _WANTS_ONE]
    assert len(readers) > 1
    waiting = [
        outcome(RULES[0].id, result="not-run", check=name, reason="state order-closed: not listed") for name in readers
    ]
    (one,) = to_add(record(waiting, missing_states={"order-closed": "not listed"})).values()
    assert one.comfortable == 1


def test_an_entry_that_must_be_large_says_so():
    assert as_keys({"customer-with-orders": Supply(2, 2, 3, orders=51), "order": Supply(1, 1, 1, items=2)}) == [
        "customer-with-orders:  # 2 more entries, one with 51 orders or more",
        "order:  # 1 more entry",
    ]


def test_the_console_ends_the_list_with_what_to_add(capsys):
    waiting = outcome(RULES[0].id, result="not-run", check=_CHECK, reason="state order-closed: not listed")
    render(record([waiting], missing_states={"order-closed": "not listed"}), make_console("never", None))
    told = capsys.readouterr().out
    assert "To judge the rest, add in the target file" in told
    assert "  states:\n    order-closed:  # 1 more entry\n" in told


def test_nothing_is_to_be_added_to_a_run_that_judged_nothing_or_only_read():
    waiting = outcome(RULES[0].id, result="not-run", check=_CHECK, reason="state order: not listed")
    made = record([waiting], missing_states={"order": "not listed"})
    assert to_add(made)
    assert to_add({**made, "read_only": True}) == {}
    assert to_add({**made, "void": "base_url: nothing answers"}) == {}


def test_a_dry_run_counts_the_entries_of_each_state(call):
    code, out, _ = call("run", "--dry-run", "--rules", "GRA-*")
    assert code == 0
    assert re.search(r"^state +at least +comfortable +checks$", out, re.MULTILINE)
    row = re.search(r"^order-in-grace-period +(\d+) +(\d+) +(\d+)$", out, re.MULTILINE)
    assert row is not None
    least, comfortable, asking = map(int, row.groups())
    assert 1 <= least <= comfortable
    assert asking > 5
    assert "oms-order" not in out


def test_a_dry_run_gives_a_block_to_fill_in(call, tmp_path):
    _, out, _ = call("run", "--dry-run", "--rules", "GRA-*", "--rules", "HIS-*")
    block = out[out.index("\nstates:\n") :]
    path = tmp_path / "target.yaml"
    path.write_text(f"base_url: http://127.0.0.1:9/v0\n{block}", encoding="utf-8")
    # What is left empty is a mistake, and says where.
    with pytest.raises(UsageError, match=r"states\.[a-z-]+\[0\]"):
        read_target(path)
    states = yaml.safe_load(block)["states"]
    for name, entries in states.items():
        assert set(STATES[name].listed) <= set(entries[0])
        for number, entry in enumerate(entries):
            for key in entry:
                entry[key] = [f"{name}-{key}-{number}"] if key in VALUE_TYPES else f"{name}-{key}-{number}"
    path.write_text(yaml.safe_dump({"base_url": "http://127.0.0.1:9/v0", "states": states}), encoding="utf-8")
    assert read_target(path).states.fixed == states


def test_a_dry_run_shows_what_is_listed(call, tmp_path):
    path = tmp_path / "target.yaml"
    entry = "{order_uuid: a, order_id: b, customer_id: c, item_uuids: [d]}"
    path.write_text(f"base_url: http://127.0.0.1:9/v0\nstates: {{order: [{entry}]}}\n", encoding="utf-8")
    _, out, _ = call("run", "--dry-run", "--rules", "CST-*", "--target", path)
    assert re.search(r"^state .* checks  listed$", out, re.MULTILINE)
    assert re.search(r"^order +\d+ +\d+ +\d+ +1\b", out, re.MULTILINE)


def test_a_dry_run_leaves_out_what_the_target_does_not_have(call, tmp_path):
    path = tmp_path / "target.yaml"
    path.write_text("base_url: http://127.0.0.1:9/v0\nfeatures: {external_oms: false}\n", encoding="utf-8")
    _, out, _ = call("run", "--dry-run", "--rules", "HIS-*", "--target", path)
    assert "\n  customer-with-orders:\n" in out
    assert "\n  oms-order:\n" not in out
