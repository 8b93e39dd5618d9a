"""What may not reach a report: personal data, unless it is asked for."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderproof.reports.redaction.masking import Masker
from orderproof.reports.redaction.persons import PERSON_MARK

TOKEN = "hunter2"
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
BODY = json.dumps(CUSTOMER, ensure_ascii=False)


def test_an_excerpt_tells_no_person_and_leaves_products_their_names():
    body = json.dumps([CUSTOMER | {"error": {"message": "is closed", "note": "see there"}}] * 200)
    masked = Masker().excerpt(body.encode(), 2_000)
    assert "Jane" not in masked
    assert "exemplar" not in masked
    for told in ("A shirt", "is closed", "see there", PERSON_MARK):
        assert told in masked


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


def test_a_status_at_the_end_is_no_beginning_of_a_telephone_number():
    masker = Masker()
    masker.body(json.dumps({"customer": {"name": "Jay", "phone": "202-555-0140"}}).encode())
    assert masker.mask_message("returned 202") == "returned 202"
    assert masker.mask_message("returned 202-555-0140, not 202") == "returned ‹masked›, not 202"
    assert masker.mask_message("returned 202-55").endswith("returned ‹masked›")
