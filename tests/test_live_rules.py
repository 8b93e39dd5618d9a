"""Rules as they are finished: in order, each once, and as the record has them in the end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderproof.conformance.runner.live_rules import LiveRules
from orderproof.conformance.runner.selection import CollectedCheck
from orderproof.reports.evidence import collect
from orderproof.reports.verdict import judge
from tests.records import GATING, PASSIVE_RULES, outcome
from tests.running import orderproof

RULES = [*GATING[:6], PASSIVE_RULES[0]]
IDS = [rule.id for rule in RULES]


@st.composite
def runs(draw):
    """Checks (name, rules), and what came of each, in the order in which they end."""
    rules = st.lists(st.sampled_from(IDS[:-1]), min_size=1, max_size=3, unique=True)
    checks = [(f"test_x.py::test_{number}", tuple(draw(rules))) for number in range(draw(st.integers(0, 8)))]
    results = st.sampled_from(["pass", "fail", "inconclusive", "not-run"])
    return checks, [outcome(*named, check=name, result=draw(results)) for name, named in draw(st.permutations(checks))]


@given(runs())
def test_what_is_told_is_what_the_record_says(run):
    checks, outcomes = run
    told = []
    live = LiveRules(RULES, told.append, {})
    live.collected([CollectedCheck(name, rules, ()) for name, rules in checks])
    for one in outcomes:
        live.finished(one)

    evidence, _ = collect(RULES, outcomes)
    rows = {row.rule.id: row for row in judge(RULES, evidence).rows}
    assert [row["id"] for row in told] == (IDS[:-1] if checks else [])
    assert all(row["verdict"] == rows[row["id"]].verdict for row in told)


@given(runs(), st.data())
def test_nothing_is_told_of_a_rule_before_its_last_check(run, data):
    checks, outcomes = run
    part = outcomes[: data.draw(st.integers(0, len(outcomes)))]
    told = []
    live = LiveRules(RULES, told.append, {})
    live.collected([CollectedCheck(name, rules, ()) for name, rules in checks])
    for one in part:
        live.finished(one)

    open_rules = {rule for one in outcomes[len(part) :] for rule in one.rules}
    assert not open_rules & {row["id"] for row in told}
    assert [row["id"] for row in told] == IDS[: len(told)]


@pytest.mark.parametrize("arguments", [(), ("--verbose",)])
def test_a_run_shows_each_rule_once_and_its_reason_in_the_end(tmp_path, arguments):
    ran = orderproof(tmp_path, "run", "--variant", "extensions-queued", "--rules", "GRA-*", *arguments)

    listed, _, reasons = ran.out.partition("Why rules were not judged")
    for row in ran.record["rules"]:
        (line,) = [line for line in listed.splitlines() if f" {row['id']:<7}{row['title']}" in line]
        assert ("(inconclusive)" in line) is (row["verdict"] == "inconclusive")
    assert listed.index("GRA-91") < listed.index("Grace period, checked on every answer") < listed.index("GRA-9 ")
    assert "GRA-17 2 times 4 extensions were sent at once, and none was refused with 409" in reasons
