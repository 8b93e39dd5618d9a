"""Cancel order, its body: a reason that is a text and not empty, and perhaps a note."""

from typing import Any

import pytest

from orderproof.conformance.checks.support.cancellations import (
    assert_status_unchanged,
    expect_accepted,
    given_cancelable,
    given_refused,
)
from orderproof.conformance.checks.support.facts import JSON_IN_CAPITALS, JSON_WITH_CHARSET
from orderproof.conformance.kit import expect, property_of, require, rule
from orderproof.strategies.json_values import of_any_kind_but
from orderproof.strategies.reasons import OF_OTHER_TYPES, notes, reasons

REASON, NOTE = "Customer remorse", "Example note"
NO_OBJECTS: tuple[Any, ...] = (None, True, 42, REASON, [], [REASON], [{"reason": REASON}])
NO_JSON = ('{"reason": "Customer remorse"', '{"reason": "Customer rem', '"reason": "Customer remorse"', REASON, "{", "")


def attempts_cancel_nothing(orders, order, attempts):
    """Each attempt is refused and cancels nothing; in the end the same order is canceled as it should be."""
    before = given_cancelable(orders, order)
    # Read once after all of them: one that canceled the order shows in the end as well.
    for because, parts in attempts:
        answer = orders.cancel(order, **parts)
        expect(answer, because).is_refused()
    assert_status_unchanged(orders, order, before, answer)
    require(orders.cancel(order))


def attempt_cancels(orders, order, because, **parts):
    """The request is accepted; where it is not, the order can still be canceled, so the request alone was refused."""
    answer = orders.cancel(order, **parts)
    if answer.is_refusal:
        given_cancelable(orders, order)
    expect_accepted(answer, because)


@rule("CAN-6")
@pytest.mark.parametrize("id_type", ["internal", "external"])
def test_a_missing_reason_is_refused(orders, order_cancelable, id_type):
    attempts_cancel_nothing(
        orders,
        order_cancelable,
        [
            ("the body is empty", {"body": {}, "id_type": id_type}),
            ("there is a note, but no reason", {"body": {"note": "Example note"}, "id_type": id_type}),
        ],
    )


@rule("CAN-7")
@pytest.mark.parametrize("id_type", ["internal", "external"])
def test_an_empty_reason_is_refused(orders, order_cancelable, id_type):
    body = {"reason": "", "note": "Example note"}
    attempts_cancel_nothing(orders, order_cancelable, [("the reason is empty", {"body": body, "id_type": id_type})])


@rule("CAN-8")
def test_a_reason_that_is_no_string_is_refused(orders, order_cancelable):
    attempts_cancel_nothing(
        orders,
        order_cancelable,
        [(f"the reason is {reason!r}", {"body": {"reason": reason}}) for reason in (None, *OF_OTHER_TYPES)],
    )


@rule("CAN-8")
@property_of("costly", reason=of_any_kind_but("string"))
def test_no_value_of_another_type_is_a_reason(session, orders, states, reason):
    because = f"the reason is {reason!r}"
    attempts_cancel_nothing(orders, states("order-cancelable"), [(because, {"body": {"reason": reason}})])


@rule("CAN-9")
@pytest.mark.parametrize("reason", ["x", "0", "Größe paßt nicht", "サイズが合わない", "👎🏽", '"\\/'])
def test_a_short_or_foreign_reason_is_accepted(orders, order_cancelable, reason):
    attempt_cancels(
        orders,
        order_cancelable,
        f"the reason {reason!r} is a text that is not empty",
        body={"reason": reason, "note": NOTE},
    )


@rule("CAN-9")
@property_of("costly", reason=reasons)
def test_any_text_is_accepted_as_a_reason(session, orders, states, reason):
    attempt_cancels(
        orders,
        states("order-cancelable"),
        f"the reason {reason!r} is a text that is not empty",
        body={"reason": reason, "note": NOTE},
    )


@rule("CAN-10")
@pytest.mark.parametrize("note", [{}, {"note": None}, {"note": ""}, {"note": "Example note"}], ids=repr)
def test_a_note_is_optional(orders, order_cancelable, note):
    attempt_cancels(
        orders, order_cancelable, f"the note is {note.get('note', 'left out')!r}", body={"reason": REASON, **note}
    )


@rule("CAN-10")
@property_of("costly", note=notes)
def test_any_text_is_accepted_as_a_note(session, orders, states, note):
    attempt_cancels(
        orders,
        states("order-cancelable"),
        f"the note {note!r} is a text or null",
        body={"reason": REASON, "note": note},
    )


@rule("CAN-11")
def test_a_note_of_another_type_is_refused(orders, order_cancelable):
    attempts_cancel_nothing(
        orders,
        order_cancelable,
        [(f"the note is {note!r}", {"body": {"reason": REASON, "note": note}}) for note in OF_OTHER_TYPES],
    )


@rule("CAN-11")
@property_of("costly", note=of_any_kind_but("string", "null"))
def test_no_value_of_another_type_is_a_note(session, orders, states, note):
    because = f"the note is {note!r}"
    attempts_cancel_nothing(orders, states("order-cancelable"), [(because, {"body": {"reason": REASON, "note": note}})])


@rule("CAN-12")
def test_a_missing_body_is_refused(orders, order_cancelable):
    attempts_cancel_nothing(orders, order_cancelable, [("there is no body", {"body": None})])


@rule("CAN-13")
def test_a_body_that_is_no_object_is_refused(orders, order_cancelable):
    # The client takes a body of None for no body, so `null` is written out.
    attempts_cancel_nothing(
        orders,
        order_cancelable,
        [(f"the body is {body!r}", {"raw_body": b"null"} if body is None else {"body": body}) for body in NO_OBJECTS],
    )


@rule("CAN-14")
def test_a_body_that_is_no_json_is_refused(orders, order_cancelable):
    attempts_cancel_nothing(
        orders, order_cancelable, [(f"the body is {text!r}", {"raw_body": text.encode()}) for text in NO_JSON]
    )


@rule("CAN-15")
def test_the_media_type_is_known_with_a_charset(orders, order_cancelable):
    because = f"{JSON_WITH_CHARSET} is application/json"
    attempt_cancels(orders, order_cancelable, because, content_type=JSON_WITH_CHARSET)


@rule("CAN-31")
@pytest.mark.parametrize("media_type", JSON_IN_CAPITALS)
def test_the_media_type_is_known_in_any_case(orders, order_cancelable, media_type):
    attempt_cancels(orders, order_cancelable, f"{media_type} is application/json", content_type=media_type)


@rule("CAN-16")
def test_a_body_of_another_media_type_is_refused(orders, order_cancelable):
    form, xml = b"reason=Customer+remorse", b"<reason>Customer remorse</reason>"
    attempts_cancel_nothing(
        orders,
        order_cancelable,
        [
            ("the body is a form", {"raw_body": form, "content_type": "application/x-www-form-urlencoded"}),
            ("the body is XML", {"raw_body": xml, "content_type": "application/xml"}),
            ("the body is labelled as text", {"content_type": "text/plain"}),
        ],
    )


@rule("CAN-26")
@pytest.mark.parametrize(
    "body", [{}, {"reason": ""}, {"reason": 42}, {"reason": REASON, "note": 42}, [REASON]], ids=repr
)
def test_an_invalid_body_is_refused_with_400(orders, order_cancelable, body):
    answer = given_refused(orders.cancel(order_cancelable, body=body))

    expect(answer, "the request is not valid").is_problem(400)


@rule("CAN-28")
def test_long_texts_are_accepted(orders, order_cancelable):
    attempt_cancels(
        orders,
        order_cancelable,
        "no length is documented",
        body={"reason": "Too long. " * 200, "note": "A longer story. " * 1000},
    )
