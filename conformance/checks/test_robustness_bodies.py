"""Robustness: bodies that are more than a value of JSON, deeper than expected, or encoded in another way."""

import pytest

from orderproof.conformance.checks.support.controls import still_serves
from orderproof.conformance.checks.support.every_operation import CASES, valid_body
from orderproof.conformance.kit import Finding, expect, rule, uses_up
from orderproof.strategies.malformed import DEPTHS, nested_object

WITH_BODY = ("createPriceInformationForItems", "updateSalesOrderSerialNumbers", "createCancellation")
# How deep an undocumented member is. That of serial numbers is the epc, which has a rule of its own.
NESTED = {"createCancellation": DEPTHS, "createPriceInformationForItems": DEPTHS[1:]}
MORE = {"a word": b" more", "a second value": b' {"more": true}', "a NUL character": b"\x00"}


@pytest.fixture
def case(states, operation):
    """The operation, and a state of its own."""
    found = CASES[operation]
    return found, states(found.state)


def expect_unchanged(orders, case, state, before, answers):
    """What was refused changed nothing. Where a request was accepted, it may have changed the order."""
    if any(answer.is_success for answer in answers):
        return
    after = case.observe(orders, state)
    if after != before:
        raise Finding(
            f"{answers[-1].request} was refused {len(answers)} times with unusual bodies, but the order changed",
            str(before),
            str(after),
            *(answer.exchange for answer in answers),
        )


@rule("ROB-14")
@pytest.mark.parametrize(
    "operation", [pytest.param(one, marks=uses_up(1)) if one == "createCancellation" else one for one in WITH_BODY]
)
def test_unusual_json_is_answered(orders, case, operation):
    of, state = case
    valid = valid_body(orders, of, state)
    text = valid.decode()
    unusual = {
        "in UTF-16": text.encode("utf-16"),
        "begins with a byte order mark": text.encode("utf-8-sig"),
        **{
            f"has a member nested {depth} deep": b'{"undocumented": %s, %s' % (nested_object(depth), valid[1:])
            for depth in NESTED.get(operation, ())
        },
    }
    before = of.observe(orders, state)

    answers = [
        expect(of.send(orders, state, raw_body=body), f"the body {what}").is_answered()
        for what, body in orders.sample(unusual.items())
    ]

    expect_unchanged(orders, of, state, before, answers)


@rule("ROB-15")
@pytest.mark.parametrize("operation", WITH_BODY)
def test_more_after_the_json_is_refused(orders, case, operation):
    of, state = case
    valid = valid_body(orders, of, state)
    before = of.observe(orders, state)

    answers = [
        expect(of.send(orders, state, raw_body=valid + more), f"{what} follows the JSON value").is_denied()
        for what, more in orders.sample(MORE.items())
    ]

    expect_unchanged(orders, of, state, before, answers)
    still_serves(orders, of, state)
