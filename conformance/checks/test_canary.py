"""The canary: a planted violation that every run must find, since otherwise its verdict cannot be trusted.

It breaks two rules: the expectation of this check, and a rule of passive validation. No request is sent: the answer is
added to the exchanges of the check and is judged like every answer.
"""

import pytest

from orderproof.conformance.kit import Answer, Exchange, expect, rule


def _planted() -> Exchange:
    """A request for an existing order, answered with a server error."""
    return Exchange(
        method="GET",
        url="http://canary.invalid/v0/orders/canary?id_type=internal",
        request_headers=[("Accept", "application/json")],
        request_body=None,
        started_at=0.0,
        operation="showSalesOrderByIdAndIdType",
        status=500,
        response_headers=[("Content-Type", "application/json")],
        response_body=b'{"error_code": "canary", "message": "planted", "request_id": "0"}',
    )


@pytest.mark.orderproof_canary
@pytest.mark.xfail(strict=True, reason="the violation is planted, and the run must find it")
@rule("ORD-1")
def test_the_planted_violation_is_found(session):
    exchange = _planted()
    session.trace.exchanges.append(exchange)

    expect(Answer(exchange), "the order exists").has_status(200)
