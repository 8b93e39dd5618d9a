"""Reading histories: which order was placed later is told by every digit of the times shown."""

import json

import pytest

from orderproof.conformance.checks.support.reading import expect_newest_first, page_times
from orderproof.conformance.kit.answer import Answer
from orderproof.conformance.kit.findings import Finding, Inconclusive
from orderproof.conformance.transport.exchange import Exchange


def page_of(*times: str) -> Answer:
    body = json.dumps({"orders": [{"placed_at": time} for time in times]}).encode()
    return Answer(Exchange("GET", "http://h/v0/orders", [], None, 0.0, status=200, response_body=body))


@pytest.mark.parametrize(
    ("newer", "older"),
    [
        ("2024-03-01T00:00:00.0000000002Z", "2024-03-01T00:00:00.0000000001Z"),
        ("2024-03-01T00:00:00.3Z", "2024-03-01T00:00:00.29999999999999Z"),
        ("2024-03-01T00:00:00Z", "2024-02-29T23:59:59.9999999Z"),
    ],
)
def test_orders_that_hardly_differ_have_a_sequence(newer, older):
    right, wrong = page_of(newer, older), page_of(older, newer)
    expect_newest_first(right, page_times(right))
    with pytest.raises(Finding, match="placed later than order 1"):
        expect_newest_first(wrong, page_times(wrong))


def test_one_order_has_no_sequence():
    answer = page_of("2024-03-01T00:00:00Z")
    with pytest.raises(Inconclusive, match="fewer than 2 orders"):
        expect_newest_first(answer, page_times(answer))


def test_one_instant_in_several_spellings_has_no_sequence():
    answer = page_of("2024-03-01T00:00:00.10Z", "2024-03-01T00:00:00.1000000Z", "2024-03-01T01:00:00.1+01:00")
    with pytest.raises(Inconclusive, match="placed at the same time"):
        expect_newest_first(answer, page_times(answer))
