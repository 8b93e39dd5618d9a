"""Robustness: what a request leaves on its connection, which must be nothing."""

from itertools import pairwise
from typing import Any

from orderproof.conformance.checks.support.facts import UNKNOWN_UUID
from orderproof.conformance.checks.support.reading import expect_order
from orderproof.conformance.kit import Answer, Finding, Inconclusive, request_bytes, require, rule, send_in_turn

PATH = dict.fromkeys(("id", "uuid", "order_uuid", "item_uuid"), UNKNOWN_UUID)
QUERY = {"id_type": "internal", "customer_id": UNKNOWN_UUID}
INTERNAL = "cancelLineItem"
WITHOUT_TOKEN: dict[str, Any] = {"authorization": None}
# What a server may answer before it has read the body: an operation that documents none, another Content-Type than
# JSON, a method that is not documented, and a caller without a token.
REFUSED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("showSalesOrderByIdAndIdType", {}),
    ("createGracePeriod", {}),
    ("createLineItemCancellation", {}),
    (INTERNAL, {}),
    ("createCancellation", {"content_type": "text/plain"}),
    ("createGracePeriod", {"method": "PUT"}),
    ("createCancellation", WITHOUT_TOKEN),
    ("updateSalesOrderSerialNumbers", WITHOUT_TOKEN),
    ("createLineItemCancellation", WITHOUT_TOKEN),
    (INTERNAL, WITHOUT_TOKEN),
    ("createGracePeriod", WITHOUT_TOKEN),
    ("createPriceInformationForItems", WITHOUT_TOKEN),
)


def refused(cases, prepared, hidden):
    """The requests, prepared, for ids that nothing has."""
    for operation, parts in cases:
        if operation != INTERNAL or prepared.has_internal_api:
            yield prepared.call(operation, None, PATH, query=QUERY, raw_body=hidden, **parts)


def is_accepted_alone(session, answer):
    """Whether the same request is accepted where no body came before it, and none with it."""
    sent = answer.exchange
    again = session.client.send(sent.method, sent.url, sent.request_headers, operation=sent.operation)
    return Answer(again).is_success


@rule("ROB-13")
def test_a_body_is_not_taken_for_the_next_request(session, orders, order):
    require(orders.cancellation_status(order))
    prepared = orders.prepared()
    # A request that succeeds: where it is carried out, an answer comes that nobody asked for.
    hidden = request_bytes(prepared.cancellation_status(order).exchange)
    answers = [*refused(orders.sample(REFUSED, 3), prepared, hidden), prepared.show(order)]

    send_in_turn(session.client, [answer.exchange for answer in answers])

    for answer in answers:
        session.raise_if_inconclusive(answer.exchange)
    *denied, last = answers
    for before, answer in pairwise(denied):
        if not answer.is_success:
            continue
        if is_accepted_alone(session, answer):
            raise Inconclusive(f"{answer.request} must be refused before this rule can be judged", answer.exchange)
        raise Finding(
            f"{answer.request} {answer.result}, as the request in the body of {before.request} would be: "
            "that body was taken for a request",
            "a 4xx",
            str(answer),
            before.exchange,
            answer.exchange,
        )
    if not last.is_success:
        require(orders.show(order))
    expect_order(last, order, "the request before it on the connection had a body, which is no request")
