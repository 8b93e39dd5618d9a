"""Every format is of one mind with the verdict, whatever came of a run."""

import json
from collections import Counter
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from orderproof.reports.completeness import RUN_ID, shortfall
from orderproof.reports.formats import render
from orderproof.reports.verdict import exit_code_of
from tests import valid
from tests.records import ADVISORY, GATING, PASSIVE_RULES, all_kept, exchange, outcome, record, waived

ADVICE = ADVISORY[0].id
OUTCOMES = ["pass", "pass", "pass", "fail", "inconclusive", "not-run", "not-applicable"]


@st.composite
def runs(draw) -> dict:
    """The record of any run: any outcomes of any rules, however it ended, with waivers or without."""
    rules = draw(st.lists(st.sampled_from([*GATING[:4], *ADVISORY[:2], *PASSIVE_RULES[:2]]), min_size=1, unique=True))
    outcomes = []
    for rule in rules:
        for number in range(draw(st.integers(0, 2))):
            result = draw(st.sampled_from(OUTCOMES))
            check = f"test_{rule.id}.py::test_{number}"
            outcomes.append(outcome(rule.id, result=result, check=check, exchanges=[exchange()] * rule.floor))
            if rule.passive and draw(st.booleans()):
                outcomes[-1] = replace(outcomes[-1], passive={rule.id: {"judged": 1, "findings": []}})
    run = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "void": st.just("base_url: nothing answers"),
                "cut_short": st.just("interrupted: 2 of 9 checks were not run"),
                "out_of_scope": st.just({rule.operation: "left out" for rule in GATING[:1]}),
                "selection": st.just(("ORD-*",)),
                "shard": st.just((1, 2)),
            },
        )
    )
    made = record(outcomes, rules=tuple(rules), **run)
    return waived(made, *draw(st.sets(st.sampled_from([rule.id for rule in rules]))))


def green(made: dict) -> dict[str, bool]:
    """Of each format: does somebody who looks at it alone think that all is well?"""
    suites = valid.junit(render("junit", made))
    log = valid.sarif(render("sarif", made))["runs"][0]
    counts = valid.ctrf(render("ctrf", made))["results"]["summary"]
    told = valid.badge(render("badge", made))
    predicate = valid.intoto(render("intoto", made))["predicate"]
    return {
        "exit code": exit_code_of(made) == 0,
        "headline": made["headline"].startswith("conforming"),
        "junit": suites.failures + suites.errors == 0,
        "junit, by its cases": not any(one.is_failure or one.is_error for suite in suites for one in suite),
        "ctrf": counts["failed"] == 0,
        "sarif": not any(one["level"] == "error" for one in log["results"]),
        "sarif, exit code": log["invocations"][0]["exitCode"] == 0,
        "badge": "green" in told["color"],
        "badge, message": told["message"].startswith("conforming") and not told["isError"],
        "intoto": predicate["result"] != "FAILED",
        "intoto, failed tests": not predicate.get("failedTests"),
        "page": valid.page(render("html", made))[0] == "conforming",
        "summary": "✅" in render("summary", made).splitlines()[0],
        "annotations": not any(kind == "error" for kind, _, _ in valid.annotations(render("annotations", made))),
    }


@settings(max_examples=80)
@given(runs())
def test_every_format_is_green_where_the_verdict_is_conforming_and_nowhere_else(made):
    told = green(made)
    assert set(told.values()) == {made["verdict"] == "conforming"}, (made["headline"], told)


@settings(max_examples=60)
@given(runs())
def test_every_format_says_of_each_rule_what_the_record_says(made):
    verdicts = {one["id"]: one["verdict"] for one in made["rules"]}
    levels = {one["id"]: one["level"] for one in made["rules"]}

    suites = valid.junit(render("junit", made))
    cases = {case.name.split(" ")[0]: case for suite in suites for case in suite}
    tests = {test["testId"]: test for test in json.loads(render("ctrf", made))["results"]["tests"]}
    results = json.loads(render("sarif", made))["runs"][0]["results"]
    predicate = json.loads(render("intoto", made))["predicate"]
    assert set(cases) == set(tests) == {RUN_ID, *verdicts}
    assert valid.page(render("html", made)) == (made["verdict"], verdicts)
    for rule, verdict in verdicts.items():
        case, test = cases[rule], tests[rule]
        is_error = verdict == "inconclusive" and levels[rule] != "advisory"
        assert (case.is_failure, case.is_error) == (verdict == "fail", is_error)
        assert case.is_skipped == (verdict not in ("pass", "warn", "fail") and not is_error)
        assert (test["status"] == "passed") == (verdict in ("pass", "warn"))
        assert (test["status"] == "failed") == (verdict == "fail")
        assert test["rawStatus"] == verdict
        found = [one for one in results if one["ruleId"] == rule]
        assert {one["level"] for one in found} == {"fail": {"error"}, "warn": {"warning"}, "waived": {"note"}}.get(
            verdict, set()
        )
        assert all(("suppressions" in one) == (verdict == "waived") for one in found)
        assert (rule in predicate["passedTests"]) == (verdict == "pass")
        assert (rule in predicate["warnedTests"]) == (verdict in ("warn", "waived"))
        assert (rule in predicate["failedTests"]) == (verdict == "fail")
        if verdict == "waived":
            (skipped,) = case.result
            assert "being mended" in skipped.message
            assert "being mended" in test["message"]
            assert all("being mended" in one["suppressions"][0]["justification"] for one in found)
            assert "being mended" in render("summary", made)
    assert cases[RUN_ID].is_error == (tests[RUN_ID]["status"] == "failed") == bool(shortfall(made))


@given(runs())
def test_a_run_that_did_not_judge_all_says_so_in_a_case_of_its_own(made):
    reason = shortfall(made)
    assert (reason is not None) or made["verdict"] not in ("partial", "void")
    assert reason is None or made["verdict"] != "conforming"
    if made["cut_short"] and made["verdict"] != "void":
        assert made["cut_short"] in reason


@given(runs())
def test_counts_are_those_of_the_record(made):
    verdicts = Counter(one["verdict"] for one in made["rules"])
    suites = valid.junit(render("junit", made))
    assert suites.tests == len(made["rules"]) + 1 == sum(1 for suite in suites for _ in suite)
    assert suites.failures == verdicts["fail"] == sum(suite.failures for suite in suites)
    summary = json.loads(render("ctrf", made))["results"]["summary"]
    assert sum(summary[name] for name in ("passed", "failed", "skipped", "pending", "other")) == summary["tests"]
    assert summary["failed"] == verdicts["fail"] + bool(shortfall(made))


def test_an_advisory_rule_that_could_not_be_judged_turns_nothing_red():
    made = record([*all_kept(ADVICE), outcome(ADVICE, result="inconclusive")])
    assert made["verdict"] == "conforming"
    assert set(green(made).values()) == {True}
