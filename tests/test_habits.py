"""How the suite finds out what a target wants of a line cancellation, and what it sends then."""

import json
from urllib.parse import urlsplit

import pytest

from orderproof.conformance.kit.api import Orders
from orderproof.conformance.states.sources import State
from orderproof.conformance.transport.exchange import Exchange

VALUES = {"order_uuid": "uuid-of-order", "order_id": "A-1", "item_uuids": ["item"]}


class Target:
    """Cancels line items in its own way, and remembers what it was sent: the order in the path, and the reason."""

    def __init__(self, path, reason=False, refusal=404):
        self.path, self.reason, self.refusal = path, reason, refusal
        self.sent = []

    def __call__(self, method, url, headers, body, **_):
        path, given = urlsplit(url).path.split("/")[2], json.loads(body or "{}").get("reason")
        self.sent.append((path, given))
        status, told = 200, b"{}"
        if self.reason and not given:
            status, told = 400, b"'reason' is a required property"
        elif path not in self.path:
            status, told = self.refusal, b"not found"
        return Exchange(method, url, headers, body, 0.0, "", status=status, response_body=told)


def cancellations(target, times=2):
    orders = Orders(target, {"orders": "http://host", "order-lines": None}, {}, lambda: None)
    state = State("order-with-preordered-item", {}, VALUES)
    return [orders.cancel_line_item(state, "item", id_type="external").status for _ in range(times)]


READABLE, UUID = ("A-1", None), ("uuid-of-order", None)


@pytest.mark.parametrize(
    ("target", "sent"),
    [
        (Target(path=["A-1"]), [READABLE, READABLE]),
        (Target(path=["A-1", "uuid-of-order"]), [READABLE, READABLE]),
        (Target(path=["uuid-of-order"]), [READABLE, UUID, UUID]),
        (Target(path=["uuid-of-order"], refusal=422), [READABLE, UUID, UUID]),
    ],
)
def test_the_path_is_found_out_once(target, sent):
    assert cancellations(target) == [200, 200]
    assert target.sent == sent


def test_a_reason_and_the_uuid_are_found_out_together():
    target = Target(path=["uuid-of-order"], reason=True)

    assert cancellations(target) == [200, 200]
    assert target.sent[-1] == ("uuid-of-order", "Customer remorse")
    assert len(target.sent) == 4


@pytest.mark.parametrize("refusal", [400, 403, 404, 409, 422, 500])
def test_a_target_that_takes_neither_id_is_told_by_the_answer_to_the_readable_one(refusal):
    target = Target(path=[], refusal=refusal)

    assert cancellations(target, times=1) == [refusal]
    assert target.sent[0] == READABLE


def test_an_id_that_a_check_chose_is_never_replaced():
    target = Target(path=["uuid-of-order"])
    orders = Orders(target, {"orders": "http://host", "order-lines": None}, {}, lambda: None)

    state = State("order-with-preordered-item", {}, VALUES)
    answer = orders.cancel_line_item(state, "item", order_uuid="near-miss", id_type="external")

    assert answer.status == 404
    assert target.sent == [("near-miss", None)]
