"""What may not reach a report: tokens in any spelling, and personal data unless it is asked for."""

import base64
import json
from html import escape
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderproof.reports.redaction.masking import TOKEN_MARK, Masker, is_secret_header
from orderproof.reports.redaction.persons import PERSON_MARK

TOKEN = 'hunter2-/+="tok<en>&\\7'
CUSTOMER = {
    "customer": {"id": "c-1", "name": "Jane Exemplar", "email": "jane@exemplar.example"},
    "shipping_address": {
        "first_name": "Jane",
        "last_name": 'O"Exemplar',
        "zip_code": 2111,
        "city": "Bø",
        "title": None,
    },
    "items": [{"product_attributes": {"name": "A shirt"}}],
}

SPELLINGS = {
    "as it is": lambda token: token,
    "in a URL": lambda token: quote(token, safe=""),
    "in a URL's path": quote,
    "in a form": quote_plus,
    "in a URL, lower case": lambda token: quote(token, safe="").replace("%2F", "%2f").replace("%2B", "%2b"),
    "in JSON": json.dumps,
    "in JSON that is in JSON": lambda token: json.dumps(json.dumps({"a": token})),
    "in JSON with slashes escaped": lambda token: json.dumps(token).replace("/", "\\/"),
    "in JSON, escaped for HTML": lambda token: (
        json.dumps(token)
        .replace("&", "\\u0026")
        .replace("<", "\\u003c")
        .replace(">", "\\u003E")
        .replace("+", "\\u002B")
    ),
    "in HTML": escape,
    "in HTML, by number": lambda token: token.replace("+", "&#43;").replace("/", "&#x2F;").replace('"', "&#x22;"),
    "in UTF-16, read byte by byte": lambda token: token.encode("utf-16-le").decode(),
    "in base64": lambda token: base64.b64encode(token.encode()).decode(),
    "in base64 of a header": lambda token: base64.b64encode(f"Bearer {token}".encode()).decode(),
    "in base64 of a pair": lambda token: base64.b64encode(f"me:{token}:".encode()).decode(),
    "in base64 of a pair of four": lambda token: base64.urlsafe_b64encode(f"four:{token}".encode()).decode(),
}


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


def test_an_excerpt_tells_no_person_and_leaves_products_their_names():
    body = json.dumps([CUSTOMER | {"error": {"message": "is closed", "note": "see there"}}] * 200)
    masked = Masker().excerpt(body.encode(), 2_000)
    assert "Jane" not in masked
    assert "exemplar" not in masked
    for told in ("A shirt", "is closed", "see there", PERSON_MARK):
        assert told in masked


@pytest.mark.parametrize("place", [0, 1_000, 1_900, 1_999, 2_500])
@pytest.mark.parametrize("length", [40, 1_500, 3_000])
def test_a_long_token_at_the_end_of_an_excerpt_is_found(place, length):
    token = "eyJhbGciOiJSUzI1NiJ9." + "aZ3_x-Q" * (length // 7)
    body = b'{"a": "' + b"." * place + token.encode() + b'"}' + b" " * 90_000
    assert "eyJhb" not in Masker([token]).excerpt(body, 2_000)


def test_of_two_tokens_the_longer_is_masked_whole():
    assert Masker(["secret", "secret-and-more"]).text("secret-and-more secret") == f"{TOKEN_MARK} {TOKEN_MARK}"


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


def test_personal_data_is_masked_where_it_stands():
    masked = json.loads(Masker().body(json.dumps(CUSTOMER).encode()))
    assert masked["customer"] == {"id": "c-1", "name": PERSON_MARK, "email": PERSON_MARK}
    assert masked["shipping_address"] == {
        "first_name": PERSON_MARK,
        "last_name": PERSON_MARK,
        "zip_code": PERSON_MARK,
        "city": PERSON_MARK,
        "title": None,
    }
    assert masked["items"] == CUSTOMER["items"]


def test_personal_data_is_kept_on_request():
    masker = Masker([TOKEN], keep_personal_data=True)
    body = json.dumps(CUSTOMER).encode()
    assert masker.body(body) == body.decode()
    assert masker.mask_message("Jane Exemplar jane@exemplar.example") == "Jane Exemplar jane@exemplar.example"


BODY = json.dumps(CUSTOMER, ensure_ascii=False)


@pytest.mark.parametrize(
    "body",
    [
        BODY.encode(),
        b"\xef\xbb\xbf" + BODY.encode(),
        b" \r\n" + BODY.encode(),
        f"[{BODY}]".encode(),
        BODY.encode("latin-1"),
        BODY[:-1].encode(),
        (BODY + ",").encode(),
        BODY[: BODY.index("emplar.example")].encode(),
        json.dumps({"addresses": [CUSTOMER["shipping_address"]], "x": {"email": "jane@exemplar.example"}}).encode(),
        json.dumps({"data": BODY}).encode(),
    ],
    ids=[
        "as documented",
        "mark",
        "space",
        "list",
        "latin-1",
        "cut off",
        "malformed",
        "mid-word",
        "elsewhere",
        "in text",
    ],
)
def test_personal_data_does_not_leak_from_an_odd_body(body):
    masker = Masker()
    masked = masker.body(body) or masker.latin_1(body)
    assert "jane@" not in masked
    assert "Jane" not in masked
    assert "2111" not in masked
    assert "A shirt" in masked or "items" not in masked


def test_findings_do_not_tell_what_bodies_hid():
    masker = Masker()
    masker.body(json.dumps(CUSTOMER).encode())
    texts = [
        "GET /orders/1 shows name Jane Exemplar",
        f"200 {BODY}",
        f"200 {json.dumps(BODY)}",
        'customer/email: "jane@exemplar.example" is not null',
        f"last_name {json.dumps('O' + chr(34) + 'Exemplar')}",
        *(f"was answered 200 {BODY[:length]}… instead of 404" for length in range(len(BODY))),
        *(BODY[:length] for length in range(len(BODY))),
    ]
    for text in texts:
        told = masker.mask_message(text)
        # Two letters of a name tell nobody who it is.
        assert "Jane" not in told
        assert "Exem" not in told
        assert "exem" not in told
        assert "instead of 404" in told or "instead of 404" not in text


def test_an_address_in_a_url_is_masked():
    assert Masker().text("/orders?customer_id=jane%40exemplar.example&x=1") == f"/orders?customer_id={PERSON_MARK}&x=1"


@pytest.mark.parametrize("phone", ["+15551234567", "+1 (555) 123-4567", "+49 30 1234 5678", "%2B493012345678"])
def test_a_telephone_number_is_masked(phone):
    assert Masker().text(f"call {phone}, now") == f"call {PERSON_MARK}, now"
    assert Masker(keep_personal_data=True).text(phone) == phone


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T12:43:06+00:00",
        "2026-11-22T12:43:06.123456+15:00",
        "a+1234567890",
        "+12345",
        "1234567890",
        "+A1234567",
    ],
)
def test_what_is_no_telephone_number_stays(text):
    assert Masker().text(text) == text


def test_a_person_is_masked_in_other_answers_too():
    masker = Masker()
    masker.body(json.dumps(CUSTOMER).encode())
    assert masker.mask_known_values("no customer Jane Exemplar.") == f"no customer {PERSON_MARK}."
    assert masker.mask_known_values("orders/Janet-2111") == "orders/Janet-2111"
    assert Masker().mask_known_values("Jane") == "Jane"


def test_numbers_and_words_of_the_api_stay_in_other_answers():
    masker = Masker()
    masker.body(b'{"zip_code": "10115", "city": "status", "last_name": "Status"}')
    assert masker.mask_known_values('{"status": "10115"}') == '{"status": "10115"}'


@given(
    st.binary()
    | st.text().map(str.encode)
    | st.recursive(
        st.none() | st.text() | st.integers(),
        lambda inner: st.dictionaries(st.sampled_from(["customer", "email", "a"]), inner),
    )
    .map(json.dumps)
    .map(str.encode)
)
def test_no_body_raises_and_every_text_can_be_written(body):
    masker = Masker([TOKEN])
    masked = masker.body(body)
    (masker.latin_1(body) if masked is None else masked).encode()


@pytest.mark.parametrize(
    "body",
    [
        rb'{"a": "\ud800"}',
        rb'{"customer": {"name": "x\ud800"}, "b": "\udfff"}',
        b"[" * 100_000,
        *(b"[" * depth + b"]" * depth for depth in (400, 600, 900)),
        *(b'{"customer":' * depth + b'{"name": "Jane Exemplar"}' + b"}" * depth for depth in (300, 450, 900)),
    ],
    ids=len,
)
def test_half_a_surrogate_and_depth_are_survived(body):
    masker = Masker()
    masked = masker.body(body)
    masked.encode()
    assert "Jane" not in masked
    assert masker.mask_message("x\ud800 y") == "x\\ud800 y"


@pytest.mark.parametrize(
    "body",
    [
        b"\\" * 200_000,
        b'"city": "' + b"\\" * 200_000,
        b'\\"' * 100_000,
        b"%25" * 100_000,
        b"&#0000" * 50_000,
        b"h" * 200_000,
        b'{"customer": {"name": "' + b"Jane " * 200_000 + b'"}}',
    ],
    ids=lambda body: body[:12].decode(),
)
def test_megabytes_that_are_made_to_be_slow_are_masked_all_the_same(body):
    masker = Masker([TOKEN])
    assert "Jane" not in masker.body(body)
    assert "Jane" not in masker.mask_message(f"200 {body[:300].decode()}…")


def test_a_short_number_that_a_person_has_is_no_reason_to_mask_every_status():
    masker = Masker()
    masker.body(json.dumps({"shipping_address": {"address_line_2": "202", "zip_code": "10115"}}).encode())
    told = masker.mask_message("answered 202 after 1202 ms, not with 10115")
    assert told == f"answered 202 after 1202 ms, not with {PERSON_MARK}"
