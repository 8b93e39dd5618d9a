"""Every format: valid for those who read it, and of one mind with the verdict, whatever came of a run."""

import hashlib
import json
from collections import Counter
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderproof.reports.completeness import RUN_ID, shortfall
from orderproof.reports.formats import FORMATS, render
from orderproof.reports.reading import read
from orderproof.reports.record import write
from orderproof.reports.verdict import exit_code_of
from orderproof.reports.waivers import Waiver, apply, fingerprint
from tests import valid
from tests.pages import FEW, told
from tests.records import ADVISORY, GATING, PASSIVE_RULES, all_kept, broken, exchange, outcome, record, row

RULE, OTHER = GATING[0].id, GATING[1].id
ADVICE = ADVISORY[0].id


def waived(made: dict, *rules: str) -> dict:
    waivers = [Waiver(rule, "being mended", "ACME-1", "jo", date(2026, 12, 1)) for rule in rules]
    return apply(made, waivers, date(2026, 6, 1))[0]


def cut() -> dict:
    story = [{"text": "cancel the order", "answer": "200", "exchange": 0}]
    event = {"text": "extend", "start_s": 0.0, "end_s": None, "answer": "none", "exchange": 1, "impossible": True}
    sent = [
        exchange(method="POST", url="http://h/v0/orders?a=1&a=2&b=", request_body=b'{"a": 1}', response_body=b"\xff\0"),
        exchange(status=None, error="no complete answer within 10 s", response_headers=None, response_body=b""),
        exchange(status=299, response_body=b"x" * 5_000),
    ]
    found = outcome(RULE, result="fail", exchanges=sent, finding={"story": story, "timeline": [event]})
    return record([*all_kept(RULE), found, outcome(ADVICE, result="fail")], cut_short="interrupted: 1 not run")


RECORDS = {
    "conforming": lambda: record(all_kept()),
    "non-conforming": lambda: broken(RULE, OTHER),
    "partial": lambda: record(all_kept(RULE), missing_states={"order": "used up"}),
    "void": lambda: record([], void="base_url: nothing answers"),
    "cut short": cut,
    "shard": lambda: record(all_kept()[::2], shard=(1, 2)),
    "waived": lambda: waived(broken(RULE), RULE),
    "warned": lambda: record([*all_kept(ADVICE), outcome(ADVICE, result="fail")]),
    "a selection": lambda: record(all_kept(), rules=tuple(GATING[:3]), selection=("ORD-*",)),
}


@cache
def made_as(kind: str) -> dict:
    return RECORDS[kind]()


@pytest.mark.parametrize("kind", RECORDS)
@pytest.mark.parametrize("name", FORMATS)
def test_a_format_is_valid(name, kind):
    made = made_as(kind)
    text = render(name, made)
    if name in valid.CHECKS:
        valid.CHECKS[name](text)
    assert render(name, json.loads(json.dumps(made))) == text


def test_every_format_has_a_name_of_its_own_for_its_file():
    names = [one.file_name for one in FORMATS.values()]
    assert len(set(names)) == len(names)
    assert FORMATS["json"].file_name == "report.json"


# One mind: whatever came of a run.

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


# One by one.


def test_junit_tells_what_broke_in_the_body():
    made = broken(RULE)
    (case,) = [one for suite in valid.junit(render("junit", made)) for one in suite if one.is_failure]
    (failure,) = case.result
    for part in (
        row(made, RULE)["source"]["words"],
        "was answered 200, not 404",
        "expected: 404",
        "observed: 200 {}",
        "curl -sS -i",
        f"--rules {RULE} --seed 1",
        fingerprint(row(made, RULE), row(made, RULE)["findings"][0]),
    ):
        assert part in failure.text
    assert case.classname == made["spec"]["areas"]["ORD"]


def test_an_advisory_rule_that_could_not_be_judged_turns_nothing_red():
    made = record([*all_kept(ADVICE), outcome(ADVICE, result="inconclusive")])
    assert made["verdict"] == "conforming"
    assert set(green(made).values()) == {True}


def test_a_story_is_told():
    assert "1. cancel the order: 200" in render("junit", cut())


def test_a_race_is_told_with_its_times():
    text = json.loads(render("ctrf", told(FEW)))["results"]["tests"]
    (message,) = [one["trace"] for one in text if one["status"] == "failed" and "GRA-7" in one["name"]]
    assert "0.0 ms to 6.0 ms: extend (1): 200 (no sequence explains it)" in message
    assert "2.0 ms to no answer: extend (3): \n" in message


def test_sarif_names_a_file_of_the_repository_and_the_mark_that_a_waiver_takes():
    made = broken(RULE, target={"name": "a/b c", "base_url": "http://h", "internal_base_url": None, "file": "x y.yaml"})
    run = valid.sarif(render("sarif", made))["runs"][0]
    (result,) = run["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "x%20y.yaml"
    mark = fingerprint(row(made, RULE), row(made, RULE)["findings"][0])
    assert result["partialFingerprints"] == {"primaryLocationLineHash": mark}
    assert run["automationDetails"]["id"] == "orderproof/a-b-c/"


def test_findings_of_one_check_are_one_alert():
    made = broken(RULE)
    row(made, RULE)["findings"] *= 3
    (result,) = valid.sarif(render("sarif", made))["runs"][0]["results"]
    assert result["ruleId"] == RULE


@pytest.mark.parametrize(("void", "successful"), [(None, True), ("nothing answers", False)])
def test_sarif_says_whether_the_run_itself_succeeded(void, successful):
    made = record(all_kept() if void is None else [], void=void)
    (invocation,) = valid.sarif(render("sarif", made))["runs"][0]["invocations"]
    assert invocation["executionSuccessful"] is successful


def test_annotations_give_the_gravest_first_and_ten_at_most():
    rules = [rule.id for rule in GATING[:30]]
    made = broken(*rules)
    told = valid.annotations(render("annotations", made))
    assert [kind for kind, _, _ in told] == ["error"] * 10
    assert told[0][2] == made["headline"]
    assert told[-1][2] == "and 22 more; report.json holds all of them"
    levels = [row(made, title.split(" ")[0])["level"] for _, title, _ in told[1:-1]]
    assert levels == sorted(levels)
    assert render("annotations", record(all_kept())) == ""


def test_annotations_stand_at_the_target_file():
    target = {"name": "acme", "base_url": "http://h", "internal_base_url": None, "file": "a,b:c.yaml"}
    assert "::error title=order API,file=a%2Cb%3Ac.yaml,line=1::" in render("annotations", broken(RULE, target=target))


@pytest.mark.parametrize(
    ("name", "message", "color"),
    [
        ("conforming", "conforming", "brightgreen"),
        ("non-conforming", "non-conforming, 2 broken", "red"),
        ("partial", "partial", "orange"),
        ("void", "void", "lightgrey"),
        ("waived", "conforming, 1 waived", "brightgreen"),
        ("cut short", "non-conforming, 1 broken, cut short", "red"),
    ],
)
def test_the_badge(name, message, color):
    told = valid.badge(render("badge", made_as(name)))
    assert (told["message"], told["color"]) == (message, color)


def test_the_badge_of_a_part_of_the_catalogue_says_so():
    made = made_as("a selection")
    assert valid.badge(render("badge", made))["message"] == f"conforming, 3 of {made['spec']['rules']} rules"
    assert "Selected rules: ` only ORD-* `" in render("summary", made)


def test_the_subject_of_the_statement_is_the_record_as_it_is_written(tmp_path):
    path = tmp_path / "report.json"
    write(cut() | {"cut_short": None, "verdict": "non-conforming"}, path)
    for made in (read(path), json.loads(path.read_text(encoding="utf-8"))):
        (subject,) = valid.intoto(render("intoto", made))["subject"]
        assert subject["digest"]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(("name", "result"), [("conforming", "PASSED"), ("warned", "WARNED"), ("waived", "WARNED")])
def test_the_statement_of_a_conforming_run(name, result):
    assert valid.intoto(render("intoto", made_as(name)))["predicate"]["result"] == result


def test_har_holds_every_exchange():
    made = cut()
    entries = valid.har(render("har", made))["log"]["entries"]
    assert len(entries) == made["requests"]
    sent, unanswered, odd = entries[-4:-1]
    assert sent["request"]["postData"]["text"] == '{"a": 1}'
    assert sent["request"]["queryString"] == [
        {"name": "a", "value": "1"},
        {"name": "a", "value": "2"},
        {"name": "b", "value": ""},
    ]
    assert sent["response"]["content"]["text"] == "\xff\0"
    assert "not UTF-8" in sent["response"]["content"]["comment"]
    assert (unanswered["response"]["status"], unanswered["response"]["comment"]) == (
        0,
        "no complete answer within 10 s",
    )
    assert (odd["response"]["status"], odd["response"]["statusText"]) == (299, "")
    assert "beginning" not in odd["response"]["content"].get("comment", "")


def test_the_summary_of_a_run_that_breaks_every_rule_fits_a_step():
    made = broken(*(rule.id for rule in GATING))
    for one in made["rules"]:
        for finding in one["findings"]:
            finding["observed"] = "`" * 50 + "é" * 50_000
    text = render("summary", made)
    page = valid.summary(text)
    assert page.count("<details>") == page.count("</details>") > 10
    assert "The summary is cut here" in text


def test_the_summary_lists_rules_that_were_not_judged_by_their_reason():
    text = render("summary", made_as("partial"))
    assert f"- {RULE}: ` not-run: no check of this rule ran `" in text
    assert "- ` order `: ` used up `" in text


@pytest.mark.parametrize("name", ["json", "har", "ctrf", "sarif", "badge", "intoto"])
def test_json_is_escaped_without_being_changed(name):
    made = record(all_kept(), target={"name": "\u202e\x9b##[error]", "base_url": "http://h", "internal_base_url": None})
    made["exchanges"][0]["response_body"]["text"] = "\u202e\x9b##[error]\U000e0041\ud800"
    text = render(name, made)
    assert text.isprintable() or text.replace("\n", "").isprintable()
    assert "##[" not in text
    if name == "json":
        assert json.loads(text) == made
    if name == "har":
        entry = json.loads(text)["log"]["entries"][0]
        assert entry["response"]["content"]["text"] == made["exchanges"][0]["response_body"]["text"]


def test_the_schemas_are_those_that_the_page_beside_them_names():
    page = (valid.SCHEMAS / "README.md").read_text(encoding="utf-8")
    there = {path.name + ("/" if path.is_dir() else "") for path in Path(valid.SCHEMAS).iterdir()} - {"README.md"}
    assert all(f"`{name}`" in page for name in there)
