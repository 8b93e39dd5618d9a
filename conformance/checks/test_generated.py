"""Requests generated from the OpenAPI descriptions: valid requests succeed, invalid requests are refused."""

import pytest
from hypothesis import strategies as st

from orderproof.conformance.checks.support.controls import still_serves
from orderproof.conformance.checks.support.every_operation import CASES, send_generated
from orderproof.conformance.kit import Finding, expect, property_of, rule, uses_up
from orderproof.strategies.generated import boundary_requests, random_requests

SERVED = {
    "showSalesOrderByIdAndIdType": "ORD-90",
    "showOrderHistoryForCustomer": "HIS-90",
    "createPriceInformationForItems": "PRI-90",
    "createCancellation": "CAN-90",
    "showCancellationStatus": "CST-90",
    "createGracePeriod": "GRA-90",
    "updateSalesOrderSerialNumbers": "SER-90",
    "createLineItemCancellation": "LIN-90",
    "cancelLineItem": "INT-90",
}
REFUSED = {
    "showSalesOrderByIdAndIdType": "ORD-91",
    "showOrderHistoryForCustomer": "HIS-91",
    "createPriceInformationForItems": "PRI-91",
    "createCancellation": "CAN-91",
    "showCancellationStatus": "CST-91",
    "createGracePeriod": "GRA-91",
    "updateSalesOrderSerialNumbers": "SER-91",
    "createLineItemCancellation": "LIN-91",
}

# How many orders the valid requests use up at most.
USED_UP = {"createCancellation": 5, "createLineItemCancellation": 2, "cancelLineItem": 2}


def every(rules, used_up=()):
    marks = {one: [rule(rules[one]), *([uses_up(USED_UP[one])] if one in used_up else [])] for one in rules}
    return pytest.mark.parametrize("operation", [pytest.param(one, marks=marks[one]) for one in CASES if one in rules])


@every(SERVED, USED_UP)
def test_a_valid_boundary_request_is_served(orders, states, operation):
    case = CASES[operation]

    state = None
    for request in orders.sample(boundary_requests(operation, valid=True)):
        # A cancellation is accepted once.
        state = states(case.state) if state is None or operation in USED_UP else state
        answer = send_generated(orders, state, request)
        expect(answer, f"the OpenAPI description allows this request: {request}").has_status(case.success)


@every(SERVED, USED_UP)
@property_of("costly", data=st.data())
def test_a_valid_random_request_is_served(session, orders, states, operation, data):
    case = CASES[operation]

    request = data.draw(random_requests(operation))
    answer = send_generated(orders, states(case.state), request)

    expect(answer, f"the OpenAPI description allows this request: {request}").has_status(case.success)


@every(REFUSED)
def test_an_invalid_request_is_refused_and_changes_nothing(orders, states, operation):
    case = CASES[operation]
    state = states(case.state)
    before = case.observe(orders, state)

    for request in orders.sample(boundary_requests(operation, valid=False)):
        answer = send_generated(orders, state, request)
        expect(answer, f"by the OpenAPI description {request}").is_refused()

    after = case.observe(orders, state)
    if after != before:
        raise Finding("requests that were all refused changed the order", str(before), str(after))
    # Only the violations can be the cause: the valid request is accepted for the same order.
    still_serves(orders, case, state)
