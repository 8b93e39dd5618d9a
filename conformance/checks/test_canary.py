"""The canary: one violation that every run must find, or nothing that it says can be relied on.

It breaks two rules, one by what this check expects and one by passive validation. No request is sent: the answer is
planted among the exchanges of the check, and takes the way that every answer takes from there.
"""

import pytest

from conformance.answer import Answer
from conformance.canary import planted
from conformance.expectation import expect
from conformance.rule_mark import rule


@pytest.mark.canary
@pytest.mark.xfail(strict=True, reason="the violation is planted; that it is found is what is looked for")
@rule("ORD-1")
def test_the_planted_violation_is_found(session):
    exchange = planted()
    session.trace.exchanges.append(exchange)

    expect(Answer(exchange), "the order exists").has_status(200)
