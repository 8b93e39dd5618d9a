"""The canary: one violation that every run must find, or nothing that it says can be relied on.

It breaks two rules, one by what this check expects and one by passive validation. No request is sent: the answer is
planted among the exchanges of the check, and takes the way that every answer takes from there.
"""

import pytest

from orderproof.conformance.kit import Answer, Exchange, expect, rule


def _planted() -> Exchange:
    """An order that is there, answered with a server error."""
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
@pytest.mark.xfail(strict=True, reason="the violation is planted; that it is found is what is looked for")
@rule("ORD-1")
def test_the_planted_violation_is_found(session):
    exchange = _planted()
    session.trace.exchanges.append(exchange)

    expect(Answer(exchange), "the order exists").has_status(200)
