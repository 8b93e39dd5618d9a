"""Errors: the members of error answers of all operations. Only samples show them, so the rules are advice."""

import re

import pytest

from orderproof.conformance.checks.support.facts import UNKNOWN_UUID
from orderproof.conformance.kit import Finding, Inconclusive, expect, rule

MEMBERS = ("error_code", "message", "request_id")


@pytest.fixture
def problems(orders, order):
    """Error answers of several operations to invalid requests."""
    answers = [
        orders.show(order, id=UNKNOWN_UUID),
        orders.cancellation_status(order, id=UNKNOWN_UUID),
        orders.prices(order, []),
        orders.cancel(order, body={"note": "no reason given"}),
        orders.add_serial_numbers(order, []),
    ]
    for answer in answers:
        expect(answer).is_answered()
    with_body = [answer for answer in answers if answer.is_refusal and answer.exchange.response_body]
    if not with_body:
        raise Inconclusive("no request was refused with a body", answers[-1].exchange)
    return with_body


@rule("ERR-3")
def test_an_error_tells_what_every_sample_shows(problems):
    for answer in problems:
        lacking = [name for name in MEMBERS if not isinstance(answer.json, dict) or name not in answer.json]
        if lacking:
            raise Finding(
                f"the error answer to {answer.request} has no {lacking[0]}",
                ", ".join(MEMBERS),
                str(answer),
                answer.exchange,
            )


@rule("ERR-4")
def test_an_error_code_is_a_word_in_lower_snake_case(problems):
    for answer in problems:
        code = answer.at("error_code")
        if not (isinstance(code, str) and re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", code)):
            raise Finding(
                f"the error answer to {answer.request} has the error_code {code!r}",
                "a word such as bad_request",
                repr(code),
                answer.exchange,
            )


@rule("ERR-5")
def test_a_request_id_names_one_request(problems):
    ids = [answer.at("request_id") for answer in problems]

    assert len(set(map(str, ids))) == len(ids), (
        f"the request_ids of {len(ids)} error answers are not all different: {ids}"
    )
