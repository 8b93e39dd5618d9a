"""The console report: what it says of each kind of run, when it colours, and that no server writes to the terminal."""

import io
import json
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderproof.reports.console import MARKS, make_console, render
from orderproof.reports.console.color import use_color
from orderproof.reports.redaction.harmless import escape_unencodable, harmless, one_line
from tests.records import ADVISORY, GATING, RULES, all_kept, broken, exchange, outcome, record, row

RULE = GATING[0].id


class Stream(io.StringIO):
    def __init__(self, is_terminal: bool = False) -> None:
        super().__init__()
        self.is_terminal = is_terminal

    def isatty(self) -> bool:
        return self.is_terminal


def shown(made: dict, color: str = "auto", **how) -> str:
    stream = Stream()
    render(made, make_console(color, stream), **how)
    return stream.getvalue()


def test_a_conforming_run():
    text = shown(record(all_kept()))
    assert text.count(f" {MARKS['pass'][0]} ") == len(record(all_kept())["rules"])
    assert "conforming: " in text
    assert "Broken rules" not in text
    assert "http://acme.example/v0" in text
    assert "seed 1, profile default" in text


def test_a_failing_run_explains_itself():
    made = broken(RULE)
    text = shown(made)
    source = row(made, RULE)["source"]
    finding = row(made, RULE)["findings"][0]
    for part in (
        f"{MARKS['fail'][0]} {RULE}",
        source["words"],
        f"{made['spec']['documents'][source['document']]}, {source['section']} ({row(made, RULE)['level']})",
        finding["message"],
        "expected: 404",
        "observed: 200 {}",
        "curl -sS -i http://acme.example/v0/orders/1",
        '-H "Authorization: Bearer $ORDERPROOF_TOKEN"',
        'again: orderproof run http://acme.example/v0 -H "Authorization: Bearer $ORDERPROOF_TOKEN" '
        f"--rules {RULE} --seed 1",
        "non-conforming: 1 of ",
    ):
        assert part in text


def test_the_decisive_request_of_many_is_shown():
    sent = [exchange(url=f"http://acme.example/v0/{index}") for index in range(4)]
    finding = {"exchanges": [1, 2, 3], "decisive": 2}
    text = shown(record([outcome(RULE, result="fail", exchanges=sent, finding=finding)]))
    assert "Number 2 of 3 requests; run the earlier ones first (script in report.html):" in text
    assert "http://acme.example/v0/2" in text
    assert "http://acme.example/v0/3" not in text


@pytest.mark.parametrize(
    ("target", "run", "command"),
    [
        (
            {"name": "acme", "file": "ci/my target.yaml"},
            {},
            f"orderproof run --target 'ci/my target.yaml' --rules {RULE} --seed 1",
        ),
        (
            {"name": "acme", "file": "target.yaml"},
            {"seed": 7, "profile": "deep"},
            f"orderproof run --target target.yaml --rules {RULE} --seed 7 --profile deep",
        ),
        (
            {"name": "reference"},
            {},
            f"orderproof run --rules {RULE} --seed 1 (with the same --fault or --variant, if any)",
        ),
    ],
)
def test_the_command_that_judges_a_rule_again_is_whole(target, run, command):
    settings = {"base_url": "http://acme.example/v0", "internal_base_url": None, **target}
    text = shown(broken(RULE, target=settings, **run))
    assert f"again: {command}\n" in text


def test_a_request_of_a_race_is_not_shown_as_if_it_were_enough():
    event = {"text": "extend", "answer": "200", "start_s": 0.0, "end_s": 0.1, "impossible": True, "exchange": 0}
    finding = {"timeline": [event, {**event, "exchange": 1}]}
    text = shown(record([outcome(RULE, result="fail", exchanges=[exchange(), exchange()], finding=finding)]))
    assert "One request of a race; alone it shows nothing, so use the command under “again”:" in text


def test_a_finding_without_a_request_is_shown():
    made = record([outcome(RULE, result="fail", exchanges=[], finding={"expected": "", "observed": ""})])
    assert "was answered 200, not 404" in shown(made)


def test_a_warning_is_no_broken_rule():
    name = ADVISORY[0].id
    text = shown(record([*all_kept(name), outcome(name, result="fail")]))
    assert "Warnings (advisory rules, which cannot fail a server)" in text
    assert "Broken rules" not in text
    assert "conforming: " in text
    assert f"1 of {sum(not rule.gates for rule in RULES)} advisory rules not followed" in text


def test_a_partial_run_says_what_is_missing():
    waiting = [outcome(RULE, result="not-run", check=f"a::{n}", reason="state order: used up") for n in range(3)]
    made = record([*all_kept(RULE), *waiting], missing_states={"order": "state order: used up"})
    text = shown(made)
    assert "(not-run: it needs the state order)" in text
    assert "Missing states" in text
    assert f"  order: used up; 3 checks need one each\n    would judge {RULE}\n" in text
    assert "partial: nothing broken, but 1 rule not judged" in text


def test_a_void_run_names_the_cause_alone():
    text = shown(record([], void="base_url: nothing answers at http://acme.example"))
    assert "void: base_url: nothing answers" in text
    assert "No rule was judged" in text
    assert not any(mark in text for mark, _, _ in MARKS.values() if mark not in "!?~·–")


def test_quiet_and_verbose():
    quiet = shown(broken(RULE), quiet=True)
    assert MARKS["pass"][0] not in quiet
    assert "Broken rules" in quiet
    assert "non-conforming" in quiet
    assert "1 requests, 1 checks)" in shown(record(all_kept()), verbose=True)


def test_a_selection_is_said():
    assert "rules: only GRA-*" in shown(record(all_kept(), selection=("GRA-*",)))


HOSTILE = "\x1b[2J\x1b]0;owned\x07\r\x08\x00\x9b31m\n::error::owned\n  ##vso[task.setvariable]x\n##[error]a‮⁦​\ud800 "


@pytest.mark.parametrize("color", ["never", "always"])
def test_no_byte_of_a_server_reaches_the_terminal_as_it_is(color):
    finding = {"message": f"said {HOSTILE}", "expected": HOSTILE, "observed": HOSTILE}
    sent = [exchange(method="POST", url=f"http://h/{HOSTILE}", request_body=HOSTILE.encode("utf-8", "surrogatepass"))]
    made = record(
        [
            outcome(RULE, result="fail", exchanges=sent, finding=finding),
            outcome(GATING[1].id, result="not-run", reason=HOSTILE),
        ],
        target={"name": HOSTILE, "base_url": HOSTILE, "internal_base_url": None},
        missing_states={"order": HOSTILE},
        cut_short=HOSTILE,
    )
    for text in (shown(made, color), shown({**made, "void": HOSTILE, "headline": HOSTILE}, color)):
        bare = text.replace("\x1b[0m", "")
        if color == "always":
            # rich's own styles: digits and semicolons between bracket and m.
            bare = re.sub(r"\x1b\[[0-9;]*m", "", bare)
        assert not [one for one in bare if one not in "\n\t" and not one.isprintable()]
        lines = [line.strip() for line in bare.splitlines()]
        assert not [line for line in lines if line.startswith("::") or "##[" in line or "##vso[" in line]


@given(st.text(st.characters()))
def test_harmless_texts_are_harmless(text):
    for told in (harmless(text), one_line(text)):
        told.encode()
        assert not [one for one in told if one not in "\n\t" and unicodedata.category(one) in ("Cc", "Cf", "Cs")]
        assert "\x1b" not in told
        assert not [line for line in told.splitlines() if line.lstrip().startswith("::")]
        assert harmless(told) == told or "┆" in told
    assert "\n" not in one_line(text)
    assert len(one_line(text, 20)) <= 20


@given(st.text("abc äöü€漢:.,-/{}[]\"'\n\t"))
def test_ordinary_texts_stay_as_they_are(text):
    if not any(line.lstrip().startswith("::") for line in text.split("\n")):
        assert harmless(text) == text


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1"])
def test_a_stream_that_lacks_our_characters_gets_others(encoding):
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, errors="strict")
    console = make_console("auto", stream)
    for made in (record(all_kept()), broken(RULE), record([], void="nothing — at all")):
        render(made, console)
    stream.flush()
    text = raw.getvalue().decode(encoding)
    assert f"x {RULE}" in text
    assert "conforming: " in text


@pytest.mark.parametrize("is_terminal", [False, True])
@pytest.mark.parametrize(
    ("choice", "environment", "wanted"),
    [
        ("auto", {}, None),
        ("always", {"NO_COLOR": "1"}, True),
        ("never", {"FORCE_COLOR": "1"}, False),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ("auto", {"NO_COLOR": ""}, None),
        ("auto", {"FORCE_COLOR": "1"}, True),
        ("auto", {"FORCE_COLOR": "0"}, None),
        ("auto", {"FORCE_COLOR": ""}, None),
        ("auto", {"CLICOLOR_FORCE": "1", "TERM": "dumb"}, True),
        ("auto", {"CLICOLOR": "0"}, False),
        ("auto", {"CLICOLOR": "1"}, None),
        ("auto", {"TERM": "dumb"}, False),
        ("auto", {"TERM": "xterm"}, None),
    ],
)
def test_when_to_colour(monkeypatch, choice, environment, wanted, is_terminal):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    stream = Stream(is_terminal)
    colored = is_terminal if wanted is None else wanted
    assert use_color(choice, stream) is colored
    render(broken(RULE), make_console(choice, stream))
    assert ("\x1b[" in stream.getvalue()) is colored


def test_lines_are_left_long_where_there_is_no_terminal():
    made = broken(RULE)
    made["rules"] = json.loads(json.dumps(made["rules"]).replace("was answered 200, not 404", "word " * 100))
    assert "word " * 99 in shown(made)


def test_a_narrow_terminal_folds_titles_below_themselves_and_no_command():
    stream = Stream(is_terminal=True)
    made = broken(RULE)
    console = make_console("never", stream)
    console.width = 40
    render(made, console)
    lines = stream.getvalue().splitlines()

    at = lines.index(next(line for line in lines if f" {RULE}" in line))
    title = row(made, RULE)["title"]
    assert lines[at + 1].startswith(" " * 11)
    assert f"{lines[at][11:].strip()} {lines[at + 1].strip()}" in title
    (command,) = [line.strip() for line in lines if "curl -" in line]
    assert command == row(made, RULE)["findings"][0]["curl"][-1]


def test_an_old_code_page_gets_plain_characters():
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="cp437", errors="backslashreplace")
    escape_unencodable(stream)
    stream.write("“run” … – → ‹token› – 漢 ✓")
    stream.flush()
    assert raw.getvalue().decode("cp437") == '"run" ... - -> <token> - \\u6f22 \\u2713'


def test_a_walk_is_told_step_by_step():
    story = [
        {"text": "cancel the order", "answer": "200", "exchange": 0},
        {"text": "extend\x1b[2J the grace period", "answer": "200", "exchange": 0},
    ]
    text = shown(record([outcome(RULE, result="fail", finding={"story": story})]))

    assert "  1. cancel the order → 200\n" in text
    assert "  2. extend\\x1b[2J the grace period → 200\n" in text


def test_a_race_is_told_with_its_times():
    event = {"text": "extend", "start_s": 0.0, "end_s": 0.0123, "answer": "200", "exchange": 0, "impossible": True}
    unknown = {**event, "text": "cancel", "end_s": None, "answer": "no answer", "impossible": False}
    text = shown(record([outcome(RULE, result="fail", finding={"timeline": [event, unknown]})]))

    assert "✗    0.0 to   12.3 ms  extend → 200\n" in text
    assert "     0.0 to      ? ms  cancel → no answer\n" in text
