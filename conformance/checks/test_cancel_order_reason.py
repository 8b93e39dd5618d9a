"""Cancel order, the body: a reason that is a non-empty string, and an optional note."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import pytest

from orderproof.conformance.checks.support.cancellations import (
    Uncanceled,
    assert_status_unchanged,
    expect_accepted,
    expect_effect,
    require_cancelable,
    require_refusal,
)
from orderproof.conformance.checks.support.controls import still_cancels
from orderproof.conformance.checks.support.facts import JSON_IN_CAPITALS, JSON_WITH_CHARSET
from orderproof.conformance.checks.support.refusals import Attempt, refused_in_turn
from orderproof.conformance.kit import expect, property_of, rule, uses_up
from orderproof.strategies.json_values import of_any_kind_but
from orderproof.strategies.reasons import OF_OTHER_TYPES, notes, reasons

REASON, NOTE = "Customer remorse", "Example note"
# Texts that a careless reader takes for nothing, for another type, or for a formula.
LOOK_ALIKES = ("null", "false", "12E3", "=1+1")
NON_OBJECTS: tuple[Any, ...] = (None, True, 42, REASON, [], [REASON], [{"reason": REASON}])
INVALID_JSON = (
    '{"reason": "Customer remorse"',
    '{"reason": "Customer rem',
    '"reason": "Customer remorse"',
    REASON,
    "{",
    "",
)


def _bodies(*bodies: tuple[str, Any], id_types: tuple[str, ...] = ("internal",)) -> list[Attempt]:
    return [Attempt(because, {"body": body, "id_type": by}) for by in id_types for because, body in bodies]


BOTH = ("internal", "external")
INVALID_BODIES: Mapping[str, list[Attempt]] = {
    "CAN-6": _bodies(("the body has no reason", {}), ("there is a note, but no reason", {"note": NOTE}), id_types=BOTH),
    "CAN-7": _bodies(("the reason is empty", {"reason": "", "note": NOTE}), id_types=BOTH),
    "CAN-8": [
        *_bodies(*((f"the reason is {reason!r}", {"reason": reason}) for reason in (None, *OF_OTHER_TYPES))),
        *_bodies(("the reason is 42", {"reason": 42}), id_types=("external",)),
    ],
    "CAN-11": [
        *_bodies(*((f"the note is {note!r}", {"reason": REASON, "note": note}) for note in OF_OTHER_TYPES)),
        *_bodies(("the note is 42", {"reason": REASON, "note": 42}), id_types=("external",)),
    ],
    "CAN-12": _bodies(("the body is missing", None), id_types=BOTH),
    # The client sends no body for None, so `null` is given as bytes.
    "CAN-13": [
        Attempt(f"the body is {body!r}", {"raw_body": b"null"} if body is None else {"body": body})
        for body in NON_OBJECTS
    ],
    "CAN-14": [Attempt(f"the body is {text!r}", {"raw_body": text.encode()}) for text in INVALID_JSON],
}


def _attempts_of(rule_id: str, _order: Uncanceled) -> list[Attempt]:
    return INVALID_BODIES[rule_id]


def attempts_cancel_nothing(orders, order, attempts):
    """Each attempt is refused and cancels nothing; the order can still be canceled."""
    before = require_cancelable(orders, order)
    # Read once after all attempts: a cancellation would still be seen.
    for because, parts in orders.sample(attempts):
        answer = orders.cancel(order, **parts)
        expect(answer, because).is_refused()
    assert_status_unchanged(orders, order, before, answer)
    still_cancels(orders, order)


def attempt_cancels(orders, order, because, **parts):
    """The request is accepted. After a refusal the order must still be cancelable, so that the request is the cause."""
    answer = orders.cancel(order, **parts)
    if answer.is_refusal:
        require_cancelable(orders, order)
    expect_accepted(answer, because)


def attempt_takes_effect(orders, order, because, **parts):
    """The request is accepted, and the order is canceled, at once or after a moment: not every 200 did something."""
    attempt_cancels(orders, order, because, **parts)
    expect_effect(orders, order, f"the cancellation was accepted, and {because}")


@rule(*INVALID_BODIES)
def test_an_invalid_body_is_refused_and_cancels_nothing(session, orders, states):
    refused_in_turn(
        session,
        orders,
        [(rule_id, partial(_attempts_of, rule_id)) for rule_id in INVALID_BODIES],
        lambda: Uncanceled.taken(orders, states),
        lambda one: still_cancels(orders, one.order),
    )


@rule("CAN-8")
@property_of("costly", reason=of_any_kind_but("string"))
def test_no_value_of_another_type_is_a_reason(session, orders, states, reason):
    because = f"the reason is {reason!r}"
    attempts_cancel_nothing(orders, states("order-cancelable"), [(because, {"body": {"reason": reason}})])


@rule("CAN-9")
@uses_up(1)
@pytest.mark.parametrize("reason", ["x", "0", "Größe paßt nicht", '100 % "\\/ %s {0}', *LOOK_ALIKES])
def test_a_short_or_foreign_reason_is_accepted(orders, order_cancelable, reason):
    attempt_cancels(
        orders,
        order_cancelable,
        f"the reason {reason!r} is a non-empty text",
        body={"reason": reason, "note": NOTE},
    )


@rule("CAN-9")
@uses_up(1)
def test_an_order_is_canceled_for_a_foreign_reason(orders, order_cancelable):
    because = "the reason is a non-empty text in another script"
    attempt_takes_effect(orders, order_cancelable, because, body={"reason": "サイズが合わない 👎🏽", "note": NOTE})


@rule("CAN-9")
@uses_up(2)
@property_of("costly", reason=reasons)
def test_any_text_is_accepted_as_a_reason(session, orders, states, reason):
    attempt_cancels(
        orders,
        states("order-cancelable"),
        f"the reason {reason!r} is a non-empty text",
        body={"reason": reason, "note": NOTE},
    )


@rule("CAN-10")
@uses_up(1)
@pytest.mark.parametrize("note", [{}, {"note": None}, {"note": ""}], ids=repr)
def test_a_note_is_optional(orders, order_cancelable, note):
    attempt_takes_effect(
        orders, order_cancelable, f"the note is {note.get('note', 'left out')!r}", body={"reason": REASON, **note}
    )


@rule("CAN-10")
@uses_up(1)
@pytest.mark.parametrize("note", [NOTE, "null", "1.0"])
def test_a_text_is_accepted_as_a_note(orders, order_cancelable, note):
    attempt_cancels(orders, order_cancelable, f"the note is {note!r}", body={"reason": REASON, "note": note})


@rule("CAN-10")
@uses_up(2)
@property_of("costly", note=notes)
def test_any_text_is_accepted_as_a_note(session, orders, states, note):
    attempt_cancels(
        orders,
        states("order-cancelable"),
        f"the note {note!r} is a text or null",
        body={"reason": REASON, "note": note},
    )


@rule("CAN-11")
@property_of("costly", note=of_any_kind_but("string", "null"))
def test_no_value_of_another_type_is_a_note(session, orders, states, note):
    because = f"the note is {note!r}"
    attempts_cancel_nothing(orders, states("order-cancelable"), [(because, {"body": {"reason": REASON, "note": note}})])


@rule("CAN-15")
@uses_up(1)
def test_the_media_type_is_known_with_a_charset(orders, order_cancelable):
    because = f"{JSON_WITH_CHARSET} is the media type application/json"
    attempt_cancels(orders, order_cancelable, because, content_type=JSON_WITH_CHARSET)


@rule("CAN-31")
@uses_up(1)
@pytest.mark.parametrize("media_type", JSON_IN_CAPITALS)
def test_the_media_type_is_known_in_any_case(orders, order_cancelable, media_type):
    attempt_cancels(
        orders, order_cancelable, f"{media_type} is the media type application/json", content_type=media_type
    )


@rule("CAN-16")
def test_a_body_of_another_media_type_is_refused(orders, order_cancelable):
    form, xml = b"reason=Customer+remorse", b"<reason>Customer remorse</reason>"
    attempts_cancel_nothing(
        orders,
        order_cancelable,
        [
            ("the body is a form", {"raw_body": form, "content_type": "application/x-www-form-urlencoded"}),
            ("the body is XML", {"raw_body": xml, "content_type": "application/xml"}),
            ("the Content-Type is text/plain", {"content_type": "text/plain"}),
        ],
    )


@rule("CAN-26")
@pytest.mark.parametrize(
    "body", [{}, {"reason": ""}, {"reason": 42}, {"reason": REASON, "note": 42}, [REASON]], ids=repr
)
def test_an_invalid_body_is_refused_with_400(orders, order_cancelable, body):
    answer = require_refusal(orders.cancel(order_cancelable, body=body))

    expect(answer, "the body is invalid").is_problem(400)


@rule("CAN-28")
@uses_up(1)
def test_long_texts_are_accepted(orders, order_cancelable):
    attempt_takes_effect(
        orders,
        order_cancelable,
        "no maximum length is documented",
        body={"reason": "Too long. " * 200, "note": "A longer scenario. " * 1000},
    )
