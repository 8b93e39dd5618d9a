"""Media types: case, spacing and order of parameters do not matter; the parameters that a type names do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderproof.conformance.transport.mediatype import JSON, ORDERS_V2, PROBLEM, MediaType, parse_media_type

TOKENS = st.text("abcdefghijklmnopqrstuvwxyz0123456789!#$&^_.+-", min_size=1, max_size=12)
SPACES = st.sampled_from(["", " ", "\t", "  "])
PARAMETERS = st.dictionaries(
    TOKENS, st.text(st.characters(codec="latin-1", exclude_categories=("Cc",)), max_size=8), max_size=3
)


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@given(data=st.data(), main=TOKENS, sub=TOKENS, parameters=PARAMETERS)
def test_every_spelling_of_a_type_is_the_same(data, main, sub, parameters):
    spelled = f"{data.draw(SPACES)}{main.upper()}/{sub}{data.draw(SPACES)}"
    for name in data.draw(st.permutations(list(parameters))):
        spelled += f";{data.draw(SPACES)}{name.upper()}={quoted(parameters[name])}{data.draw(SPACES)}"
    parsed = parse_media_type(spelled)
    assert parsed == MediaType(f"{main}/{sub}", tuple(sorted(parameters.items())))
    assert parsed.covers(parsed)
    assert MediaType(parsed.essence).covers(parsed)
    assert parsed.covers(MediaType(parsed.essence)) == (not parameters)


@given(st.text())
def test_no_text_raises(text):
    parse_media_type(text)


@pytest.mark.parametrize("text", [None, "", "json", "/json", "application/", "a/b c", "a/b; c", "a/b; c=", "a/b, c/d"])
def test_what_is_no_media_type_is_none(text):
    assert parse_media_type(text) is None


@pytest.mark.parametrize(
    ("wanted", "found", "covers"),
    [
        (JSON, "Application/JSON; charset=utf-8", True),
        (JSON, "application/json;", True),
        (JSON, PROBLEM, False),
        (ORDERS_V2, 'application/x.newstore.orders+json; VERSION="2"; charset=utf-8', True),
        (ORDERS_V2, "application/x.newstore.orders+json; version=3", False),
        (ORDERS_V2, "application/x.newstore.orders+json", False),
        (ORDERS_V2, "application/x.newstore.orders+json; version=20", False),
    ],
)
def test_what_covers_what(wanted, found, covers):
    assert parse_media_type(wanted).covers(parse_media_type(found)) is covers


@pytest.mark.parametrize(("text", "is_json"), [(JSON, True), (PROBLEM, True), ("text/json", False), ("a/jsonx", False)])
def test_what_is_json(text, is_json):
    assert parse_media_type(text).is_json is is_json
