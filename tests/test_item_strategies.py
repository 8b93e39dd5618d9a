"""What the checks of prices and serial numbers send: each example breaks, or keeps, just what it is meant to."""

import json
import unicodedata
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderproof.conformance.checks.support.item_lists import NON_ARRAYS, NON_OBJECTS, NON_STRINGS, cut_off
from orderproof.strategies.items import ids_of_other_lengths, words_of_no_type
from orderproof.strategies.json_values import of_any_kind_but
from orderproof.strategies.texts import (
    BLANK_ENDS,
    TRAPS,
    has_plain_ends,
    look_alikes,
    of_any_characters,
    of_printable_characters,
)

PYTHON_TYPES = {"string": str, "array": list, "object": dict, "null": type(None)}


@given(ids_of_other_lengths())
def test_a_changed_id_has_never_36_characters(change):
    identifier = str(uuid4())

    assert len(change(identifier)) != 36
    assert repr(change).startswith("with")


@given(words_of_no_type())
def test_no_word_is_a_type(word):
    assert word not in ("product", "shipping", "gift-wrapping")


@given(of_printable_characters())
def test_printable_text_has_no_space_at_its_ends(text):
    assert text
    assert text == text.strip()
    assert all(character == " " or unicodedata.category(character)[0] in "LNPS" for character in text)


@given(of_any_characters() | of_printable_characters())
def test_every_text_can_be_sent_and_has_one_normal_form(text):
    assert text.encode("utf-8").decode("utf-8") == text
    assert unicodedata.is_normalized("NFC", text)


@given(of_any_characters())
def test_nothing_is_lost_where_a_text_is_trimmed(text):
    assert text == text.strip().strip("\ufeff\x00\x1f")


@pytest.mark.parametrize("text", BLANK_ENDS)
def test_something_is_lost_where_a_text_with_blank_ends_is_trimmed(text):
    assert not has_plain_ends(text)
    assert has_plain_ends(text.strip("\ufeff \t\n"))


@given(st.uuids().map(str))
def test_texts_that_look_like_something_else_are_the_items_own(item_id):
    texts = look_alikes(item_id)

    assert len(set(texts)) == len(texts) == 8
    assert not set(texts) & set(look_alikes(str(uuid4())))
    assert all(has_plain_ends(text) and text.isprintable() for text in texts)


def test_traps_come_in_pairs_and_each_is_another():
    assert len(set(TRAPS)) == len(TRAPS)
    assert len(TRAPS) % 2 == 0


@pytest.mark.parametrize("kind", PYTHON_TYPES)
@given(data=st.data())
def test_a_value_of_another_type_is_not_of_this_one(kind, data):
    value = data.draw(of_any_kind_but(kind))

    assert not isinstance(value, PYTHON_TYPES[kind])
    json.dumps(value, allow_nan=False)


def test_the_values_of_other_types_are_of_all_other_types():
    for values, kind in ((NON_STRINGS, str), (NON_OBJECTS, dict), (NON_ARRAYS, list)):
        assert not any(isinstance(value, kind) for value in values)
        others = {type(None), bool, int, float, str, list, dict} - {kind}
        assert {type(value) for value in values} == others


@pytest.mark.parametrize("missing", range(1, 61))
def test_what_breaks_off_is_no_json(missing):
    body = {"items": [{"type": "product", "id": str(uuid4())}]}

    with pytest.raises(json.JSONDecodeError):
        json.loads(cut_off(body, missing))
