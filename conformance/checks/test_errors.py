"""Errors: what only several error answers show together. Their members are judged on every answer of a run."""

import pytest

from orderproof.conformance.checks.support.facts import UNKNOWN_UUID
from orderproof.conformance.kit import Inconclusive, expect, rule


@pytest.fixture
def problems(orders, order):
    """Error answers of several operations, of both APIs, to invalid requests."""
    answers = [
        orders.cancel(order, body={"note": "no reason given"}),
        orders.add_serial_numbers(order, []),
        orders.cancel_line_item(order, UNKNOWN_UUID),
    ]
    if orders.has_internal_api:
        answers.append(orders.cancel_line_item_internally(order, UNKNOWN_UUID))
    for answer in answers:
        expect(answer).is_answered()
    with_body = [answer for answer in answers if answer.is_refusal and answer.exchange.response_body]
    if len(with_body) < 2:
        raise Inconclusive("fewer than two requests were refused with a body", answers[-1].exchange)
    return with_body


@rule("ERR-5")
def test_a_request_id_names_one_request(problems):
    ids = [answer.at("request_id") for answer in problems]

    assert len(set(map(str, ids))) == len(ids), (
        f"the request_ids of {len(ids)} error answers are not all different: {ids}"
    )
