"""Texts on the page: JSON laid out without changing it, differences marked, times and numbers told."""

import html
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderproof.reports.page.difference import marked
from orderproof.reports.page.json_layout import laid_out
from orderproof.reports.page.markup import attribute, clipped, counted, day_and_time, duration, path_of, sentence, text

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=40,
)


@given(JSON, st.sampled_from([None, 1, "\t"]), st.booleans())
def test_laying_out_changes_only_the_space_between(value, indent, ascii_only):
    raw = json.dumps(value, indent=indent, ensure_ascii=ascii_only)

    shown = laid_out(raw)

    assert json.loads(shown) == value
    assert _without_space(shown) == _without_space(raw)


def _without_space(raw):
    return re.sub(r'("(?:[^"\\]|\\.)*")|\s+', lambda match: match[1] or "", raw)


@pytest.mark.parametrize(
    "raw",
    ['{"a": 1.0, "a": 1}', '{"a": 1e0, "b": "\\u0041"}', "[1, 2", "{broken", "plain text", "", '"text"', "[" * 5_000],
)
def test_what_is_odd_is_shown_as_it_came(raw):
    assert _without_space(laid_out(raw)) == _without_space(raw)


def test_a_long_object_gets_a_line_a_member_and_a_short_one_stays_on_its_line():
    raw = json.dumps({"id": "x" * 40, "price": {"gross": 97.46, "net": 88.6}, "list": [1, 2, 3], "more": "y" * 40})

    assert laid_out(raw).splitlines() == [
        "{",
        f'  "id": "{"x" * 40}",',
        '  "price": {"gross": 97.46, "net": 88.6},',
        '  "list": [1, 2, 3],',
        f'  "more": "{"y" * 40}"',
        "}",
    ]


def test_brackets_in_texts_are_texts():
    assert laid_out('{"a":"[{,:}]"}') == '{"a": "[{,:}]"}'


@pytest.mark.parametrize(
    ("expected", "observed", "left", "right"),
    [
        ("canceled: true", "canceled: false", ["true"], ["false"]),
        ("404", '400 {"error_code":"x"}', ["404"], ["400"]),
        ("200 or 409", "500", ["200 or 409"], ["500"]),
        ("no server error", "500 <html>", ["no server error"], ["500"]),
        ("2026-11-22T13:41:41+00:00", "2026-11-22T13:36:41+00:00", ["41"], ["36"]),
        ("3 orders: A, B, C", "3 orders: Z, A, B", [", C"], ["Z, "]),
        ("{'a': {'p': 99}, 'b': {'p': 102}}", "{'a': {'p': 102}, 'b': {'p': 99}}", ["99", "102"], ["102", "99"]),
        ("the same", "the same", [], []),
        (
            "item 1: SN-4; item 2: SN-3 or item 1: any number; item 2: none of the numbers that were given or success",
            "item 1: SN-3; item 2: SN-4",
            ["SN-4", "SN-3"],
            ["SN-3", "SN-4"],
        ),
        ("", "something", [], []),
        ("valid against components/schemas/Order of the description " * 2, "x" * 90, [], []),
    ],
)
def test_the_differing_part_is_marked(expected, observed, left, right):
    one, other = marked(expected, observed)

    assert re.findall("<mark>(.*?)</mark>", one) == [html.escape(part, quote=False) for part in left]
    assert re.findall("<mark>(.*?)</mark>", other) == [html.escape(part, quote=False) for part in right]


@given(st.text(max_size=60), st.text(max_size=60))
def test_marks_take_nothing_away(expected, observed):
    for given_text, shown in zip((expected, observed), marked(expected, observed), strict=True):
        assert re.sub("</?mark>", "", shown) == text(given_text)


def test_long_texts_are_compared_from_both_ends():
    same = "word " * 900
    left, right = marked(f"{same}one{same}", f"{same}two{same}")

    assert re.findall("<mark>(.*?)</mark>", left) == ["oneword"]
    assert re.findall("<mark>(.*?)</mark>", right) == ["twoword"]


@given(st.text())
def test_no_text_is_markup(given_text):
    for escaped in (text(given_text), attribute(given_text)):
        assert not set("<>\x00\x1b\u202e") & set(escaped)
    assert '"' not in attribute(given_text)


def test_numbers_and_times_read_well():
    assert [counted(number, "rule") for number in (0, 1, 2432)] == ["0 rules", "1 rule", "2,432 rules"]
    assert [duration(seconds) for seconds in (0.0004, 0.012, 0.9996, 10.7, 250)] == [
        "0.4 ms",
        "12 ms",
        "1.0 s",
        "10.7 s",
        "4 min 10 s",
    ]
    assert day_and_time("2026-01-02T04:04:05.678+01:00") == "2 January 2026, 03:04 UTC"
    assert day_and_time("<yesterday>") == "<yesterday>"
    assert clipped("a  b\n c" + "d" * 100, 8) == "a b cdd…"


def test_a_sentence_begins_with_a_capital_and_a_key_with_its_own_letter():
    assert sentence("nothing came") == "Nothing came"
    assert sentence("auth.bearer: refused") == "auth.bearer: refused"
    assert sentence("") == ""


def test_a_path_is_told_below_the_base_url():
    target = {"base_url": "http://acme.example/v0", "internal_base_url": None}

    assert path_of("http://acme.example/v0/orders/1?x=2", target) == "/orders/1?x=2"
    assert path_of("http://acme.example/v01/orders", target) == "http://acme.example/v01/orders"
