"""Every format: valid for those who read it, and telling what it is there to tell."""

import hashlib
import json
from functools import cache
from pathlib import Path

import pytest

from orderproof.reports.formats import FORMATS, render
from orderproof.reports.reading import read
from orderproof.reports.record import write
from orderproof.reports.waivers import fingerprint
from tests import valid
from tests.pages import FEW, told
from tests.records import ADVISORY, GATING, all_kept, broken, exchange, outcome, record, row, waived

RULE, OTHER = GATING[0].id, GATING[1].id
ADVICE = ADVISORY[0].id


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
