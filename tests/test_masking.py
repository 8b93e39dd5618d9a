"""What may not reach a report: tokens, in any spelling."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderproof.reports.redaction.masking import TOKEN_MARK, Masker, is_secret_header
from tests.spellings import SPELLINGS

TOKEN = 'hunter2-/+="tok<en>&\\7'


def bare(text: str) -> str:
    """Letters and digits alone: what is left of a token when its other characters are spelled in some other way."""
    return "".join(character for character in text if character.isalnum())


def from_base64(text: str) -> str:
    letters = "".join(character for character in text if character.isalnum() or character in "-_+/")
    return base64.b64decode(letters[: len(letters) // 4 * 4], "-_").decode("latin-1")


@pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS)
def test_a_token_is_found_in_every_spelling(spell):
    spelled = spell(TOKEN)
    masker = Masker([TOKEN])
    for masked in (
        masker.text(f"<a>{spelled}</a>"),
        masker.mask_message(f"it said {spelled}"),
        masker.body(f"x {spelled} y".encode()),
        masker.body(spelled.encode()),
        str(masker.headers([[f"X-{spelled}", spelled]])),
        masker.latin_1(b"\xff" + spelled.encode()),
    ):
        assert TOKEN_MARK in masked
        assert spelled not in masked
        assert "hunter2" not in masked
        assert "tok" not in masked.replace(TOKEN_MARK, "")


@given(
    token=st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=8, max_size=40),
    before=st.text("ab {}:", max_size=5),
    spell=st.sampled_from(list(SPELLINGS.values())),
)
def test_any_token_is_found(token, before, spell):
    # Of base64, the character that mixes the token's first bits with those of its neighbour may stay.
    spelled = spell(token)
    masked = Masker([token]).text(before + spelled)
    assert TOKEN_MARK in masked
    assert spelled not in masked


@pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS)
@pytest.mark.parametrize("end", ["", "x"])
def test_a_token_that_is_changed_at_its_end_is_found(spell, end):
    spelled = spell(TOKEN[:-1] + end)
    masked = Masker([TOKEN]).text(f"unknown token {spelled}!")

    assert TOKEN_MARK in masked
    assert "hunter2" not in masked
    assert spelled not in masked


@pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS)
def test_a_token_that_a_text_cuts_off_is_found(spell):
    spelled = spell(TOKEN)
    masker = Masker([TOKEN])
    for length in range(1, len(spelled)):
        for end in ("", "… instead of 404"):
            told = masker.mask_message(f"200 {spelled[:length]}{end}")
            assert told.startswith("200 ")
            assert told.endswith(end)
            # Four letters are worth nothing.
            assert "hunter" not in bare(told) + from_base64(told[4:].partition("‹")[0].partition("…")[0])


@pytest.mark.parametrize("place", [0, 1_000, 1_900, 1_999, 2_500])
@pytest.mark.parametrize("length", [40, 1_500, 3_000])
def test_a_long_token_at_the_end_of_an_excerpt_is_found(place, length):
    token = "eyJhbGciOiJSUzI1NiJ9." + "aZ3_x-Q" * (length // 7)
    body = b'{"a": "' + b"." * place + token.encode() + b'"}' + b" " * 90_000
    assert "eyJhb" not in Masker([token]).excerpt(body, 2_000)


def test_of_two_tokens_the_longer_is_masked_whole():
    assert Masker(["secret", "secret-and-more"]).text("secret-and-more secret") == f"{TOKEN_MARK} {TOKEN_MARK}"


@pytest.mark.parametrize("end", ["", "…", "..."])
def test_a_secret_that_is_the_beginning_of_another_leaves_nothing_of_it(end):
    told = Masker(["hunter2-", "hunter2-sesame-and-more"]).mask_message(f"it said hunter2-sesame{end}")
    assert told == f"it said {TOKEN_MARK}{end}"


def test_text_without_a_token_stays():
    text = 'no {"token": "here"} \\ % + / = 100 %'
    assert Masker([TOKEN, "", "ab"]).text(text) == text
    assert Masker().text(text) == text


@pytest.mark.parametrize(
    ("name", "is_secret"),
    [
        ("Authorization", True),
        ("proxy-authorization", True),
        ("Set-Cookie", True),
        ("X-Api-Key", True),
        ("apikey", True),
        ("Ocp-Apim-Subscription-Key", True),
        ("X-Auth-Token", True),
        ("X-Client-Secret", True),
        ("WWW-Authenticate", False),
        ("Content-Type", False),
        ("X-Monkey", False),
    ],
)
def test_headers_that_hold_credentials(name, is_secret):
    assert is_secret_header(name) is is_secret
    masked = Masker().headers([[name, "Basic abc"]])
    assert masked == [[name, f"Basic {TOKEN_MARK}" if is_secret else "Basic abc"]]


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("Set-Cookie", "session=abc123; HttpOnly; Path=/", TOKEN_MARK),
        ("Cookie", "a=b; c=d", TOKEN_MARK),
        ("X-Api-Key", "first second", TOKEN_MARK),
        ("Authorization", "Bearer abc", f"Bearer {TOKEN_MARK}"),
        ("Authorization", "dpop abc", f"dpop {TOKEN_MARK}"),
        ("Authorization", "abc", TOKEN_MARK),
    ],
)
def test_of_a_credential_nothing_but_its_scheme_is_left(name, value, wanted):
    assert Masker().headers([[name, value]]) == [[name, wanted]]
