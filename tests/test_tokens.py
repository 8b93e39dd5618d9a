"""Tokens that are sent in place of the right one: none of them is that one, however leniently it is read."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderproof.strategies.tokens import altered_tokens, changed_at_its_end, written_otherwise

TOKENS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=2, max_size=40)


@given(TOKENS)
def test_no_altered_token_is_the_token(token):
    assert token not in altered_tokens(token).values()
    assert changed_at_its_end(token) in altered_tokens(token).values()
    assert token.casefold() != changed_at_its_end(token).casefold()


@given(st.binary(min_size=1, max_size=40), st.booleans())
def test_a_token_that_is_changed_at_its_end_has_other_bytes(signature, is_padded):
    encoded = base64.urlsafe_b64encode(signature).decode()
    changed = changed_at_its_end(encoded if is_padded else encoded.rstrip("="))

    assert base64.urlsafe_b64decode(changed + "=" * (-len(changed) % 4)) != signature


@pytest.mark.parametrize("token", ["secret", "a1.b2.c3"])
def test_a_token_that_is_written_otherwise_is_still_in_the_header(token):
    for written in written_otherwise(token).values():
        assert token in written
        assert written != token


@pytest.mark.parametrize(
    ("token", "is_tried"),
    [
        ("Ab3", True),
        ("tok-live-1f", True),
        ("test_token", True),
        # Hexadecimal, a UUID, base32: their letters may be compared without regard to case.
        ("deadbeef", False),
        ("1f2e3d4c-aaaa-bbbb-cccc-dddddddddddd", False),
        ("MFRGGZDF", False),
        ("4711", False),
    ],
)
def test_the_other_case_is_tried_where_case_can_matter(token, is_tried):
    assert ("the token with its letters in the other case" in altered_tokens(token)) is is_tried
