"""The verdict: never conforming where anything that gates was not judged, whatever the evidence."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderproof.conformance.config.state_kinds import STATES
from orderproof.reports.evidence import PASSIVE, CheckEntry, Evidence, FindingEntry
from orderproof.reports.headline import RuleResult
from orderproof.reports.verdict import EXIT_CODES, RULE_VERDICTS, STATE_OF_AREA, conclude, judge
from orderproof.spec.catalogue import AREAS, Rule, Source

OPERATIONS = st.sampled_from([None, "showOrder", "cancelOrder"])


@st.composite
def rule_sets(draw) -> list[Rule]:
    return [
        Rule(
            id=f"ORD-{number}",
            area="ORD",
            operation=draw(OPERATIONS),
            title=f"A rule of number {number}",
            level=draw(st.sampled_from(["documented", "implied", "advisory"])),
            source=Source("S0", "section", "words"),
            passive=draw(st.sampled_from([None, None, "status"])),
            floor=draw(st.sampled_from([1, 1, 10])),
        )
        for number in range(1, draw(st.integers(1, 6)) + 1)
    ]


@st.composite
def checks(draw) -> CheckEntry:
    check = draw(st.sampled_from(["a", "b", PASSIVE]))
    outcomes = ["pass"] if check == PASSIVE else ["pass", "pass", "fail", "inconclusive", "not-run", "not-applicable"]
    return CheckEntry(
        check=check,
        outcome=draw(st.sampled_from(outcomes)),
        reason="why",
        requests=draw(st.integers(0, 12)),
        states=[],
    )


FINDING = FindingEntry(message="broken", expected="", observed="", check="a", exchanges=[], decisive=None)
EVIDENCE = st.builds(Evidence, st.lists(checks(), max_size=3), st.sampled_from([[], [], [], [FINDING]]))
RULES = rule_sets()
RUNS = st.fixed_dictionaries(
    {},
    optional={
        "out_of_scope": st.just({"cancelOrder": "left out"}),
        "void": st.just("nothing there"),
        "cut_short": st.just("stopped early"),
    },
)


@st.composite
def runs(draw):
    rules = draw(RULES)
    evidence = {rule.id: draw(EVIDENCE) for rule in rules if draw(st.integers(0, 9))}
    return rules, evidence, draw(RUNS)


@settings(max_examples=150)
@given(runs())
def test_a_run_is_conforming_only_where_every_gating_rule_was_judged_and_kept(run):
    rules, evidence, circumstances = run
    verdict = judge(rules, evidence, **circumstances)
    gating = [row for row in verdict.rows if row.rule.level != "advisory"]
    if verdict.verdict == "conforming":
        assert {row.verdict for row in gating} <= {"pass", "waived", "not-applicable"}
        assert any(row.verdict in ("pass", "waived") for row in gating)
        assert not circumstances.keys() & {"void", "cut_short"}
        assert verdict.headline.startswith("conforming")
    if any(row.verdict == "fail" for row in gating) and "void" not in circumstances:
        assert verdict.verdict == "non-conforming"
    assert verdict.exit_code == EXIT_CODES[verdict.verdict]
    assert (verdict.exit_code == 0) == (verdict.verdict == "conforming")
    assert verdict.headline.startswith(verdict.verdict)


@settings(max_examples=150)
@given(runs())
def test_a_rule_is_kept_only_where_every_check_that_applies_says_so(run):
    rules, evidence, circumstances = run
    for rule, row in zip(rules, judge(rules, evidence, **circumstances).rows, strict=True):
        known = evidence.get(rule.id, Evidence())
        active = [entry for entry in known.checks if entry["check"] != PASSIVE]
        answers = sum(entry["requests"] for entry in known.checks if entry["check"] == PASSIVE)
        assert row.verdict in RULE_VERDICTS
        assert row.verdict in ("pass",) or row.reason
        if row.verdict == "pass":
            assert not known.findings
            assert {entry["outcome"] for entry in active} <= {"pass", "not-applicable"}
            assert answers + sum(one["requests"] for one in active if one["outcome"] == "pass") >= rule.floor
            assert any(entry["outcome"] == "pass" for entry in active) or (rule.passive and answers)
        if known.findings:
            assert row.verdict == ("warn" if not rule.gates else row.verdict)
            assert row.verdict in ("fail", "warn")
        if row.verdict == "fail":
            assert rule.gates


@given(runs())
def test_an_advisory_rule_decides_nothing(run):
    rules, evidence, circumstances = run
    gating = [rule for rule in rules if rule.gates]
    with_them, without = (judge(some, evidence, **circumstances) for some in (rules, gating))
    assert with_them.verdict == without.verdict
    assert not any(row.verdict in ("fail", "waived") for row in with_them.rows if row.rule.level == "advisory")


@given(runs())
def test_the_counts_are_those_of_the_rules(run):
    rules, evidence, circumstances = run
    verdict = judge(rules, evidence, **circumstances)
    counts = Counter(row.verdict for row in verdict.rows)
    assert set(verdict.summary) == set(RULE_VERDICTS)
    assert {name: count for name, count in verdict.summary.items() if count} == counts
    gating = Counter(row.verdict for row in verdict.rows if row.rule.level != "advisory")
    unjudged = gating["inconclusive"] + gating["not-run"]
    if verdict.verdict == "non-conforming":
        assert f": {gating['fail']} of " in verdict.headline
    if verdict.verdict == "conforming":
        assert f" {gating['pass']} " in verdict.headline
    if verdict.verdict == "non-conforming" and unjudged:
        assert "not judged" in verdict.headline
    if verdict.verdict == "partial" and unjudged:
        assert "not judged" in verdict.headline or "no rule that can fail a release could be judged" in verdict.headline
    if verdict.verdict != "void":
        assert (f"{counts['waived']} waived" in verdict.headline) == bool(counts["waived"])
        assert (f"{counts['warn']} of " in verdict.headline and "not followed" in verdict.headline) == bool(
            counts["warn"]
        )
        assert circumstances.get("cut_short", "") in verdict.headline


@settings(max_examples=150)
@given(runs())
def test_a_record_concludes_as_the_run_did(run):
    rules, evidence, circumstances = run
    verdict = judge(rules, evidence, **circumstances)
    rows = [RuleResult(row.rule.level, row.verdict, row.reason) for row in verdict.rows]
    again = conclude(rows, void=circumstances.get("void"), cut_short=circumstances.get("cut_short"))
    assert replace(again, rows=verdict.rows) == verdict


RULE = Rule("ORD-1", "ORD", "op", "A rule that is one", "documented", Source("S0", "s", "w"))


def entry(outcome: str, requests: int = 1, check: str = "a") -> CheckEntry:
    return CheckEntry(check=check, outcome=outcome, reason="why", requests=requests, states=[])


@pytest.mark.parametrize(
    ("outcomes", "wanted"),
    [
        (["pass", "fail"], "fail"),
        (["pass", "inconclusive"], "inconclusive"),
        (["pass", "not-run"], "not-run"),
        (["not-run", "inconclusive"], "inconclusive"),
        (["pass", "not-applicable"], "pass"),
        (["not-applicable"], "not-applicable"),
        ([], "not-run"),
    ],
)
def test_the_worst_outcome_decides(outcomes, wanted):
    rows = judge([RULE], {"ORD-1": Evidence([entry(one) for one in outcomes])}).rows
    assert [row.verdict for row in rows] == [wanted]


@pytest.mark.parametrize(("requests", "wanted"), [(29, "inconclusive"), (30, "pass")])
def test_a_rule_below_its_floor_is_inconclusive(requests, wanted):
    rule = Rule("ORD-1", "ORD", None, "A rule that is one", "documented", Source("S0", "s", "w"), floor=30)
    verdict = judge([rule], {"ORD-1": Evidence([entry("pass", requests - 9), entry("pass", 9, "b")])})
    assert verdict.rows[0].verdict == wanted
    # What did not apply adds nothing to what was judged.
    padded = judge([rule], {"ORD-1": Evidence([entry("pass", 29), entry("not-applicable", 9, "b")])})
    assert padded.rows[0].verdict == "inconclusive"


def test_a_passive_rule_that_saw_no_answer_is_inconclusive():
    rule = Rule("ORD-1", "ORD", None, "A rule that is one", "documented", Source("S0", "s", "w"), passive="status")
    for known in ([], [entry("pass", 0, PASSIVE)], [entry("pass", 5)]):
        assert judge([rule], {"ORD-1": Evidence(list(known))}).rows[0].verdict == "inconclusive"
    assert judge([rule], {"ORD-1": Evidence([entry("pass", 1, PASSIVE)])}).rows[0].verdict == "pass"


def test_a_passive_rule_without_an_answer_names_the_state_that_it_lacks():
    rule = Rule("GRA-9", "GRA", "op", "A passive rule", "documented", Source("S0", "s", "w"), passive="status")
    (lacking,) = judge([rule], {}, missing_states=["order-in-grace-period"]).rows
    (other,) = judge([rule], {}, missing_states=["order-closed"]).rows
    assert lacking.reason == "no such answer came back in this run; it needs the state order-in-grace-period"
    assert other.reason == "no such answer came back in this run"


def test_the_states_that_passive_rules_lack_exist():
    assert set(STATE_OF_AREA.values()) <= set(STATES)
    assert set(STATE_OF_AREA) <= set(AREAS)


def test_nothing_at_all_is_void():
    assert judge([], {}).verdict == "void"
    assert judge([RULE], {"ORD-1": Evidence([entry("not-applicable")])}).verdict == "void"
    assert judge([RULE], {}, out_of_scope={"op": "left out"}).verdict == "void"


def test_advisory_rules_alone_decide_nothing_and_the_headline_says_so():
    rule = Rule("ORD-1", "ORD", None, "A rule that is one", "advisory", Source("S0", "s", "w"))
    ended = judge([rule], {"ORD-1": Evidence([entry("pass", 1)])})
    assert (ended.verdict, ended.rows[0].verdict) == ("void", "pass")
    assert ended.headline == "void: only advisory rules were judged, and they cannot make a server conforming"
