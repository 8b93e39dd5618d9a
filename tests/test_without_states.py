"""What is judged where the target offers no states: ids that nothing has are not found."""

import pytest

from orderproof.conformance.checks.support.nobody import expect_unknown, or_nobody
from orderproof.conformance.kit import Finding, Inconclusive, NotRun, Orders
from orderproof.conformance.reference.choices import choose
from orderproof.conformance.reference.server import start
from orderproof.conformance.transport.exchange import Exchange
from tests.running import orderproof, rules

JUDGED = ("ORD-5", "HIS-21", "CAN-17", "CST-6", "GRA-5")
JSON = [("Content-Type", "application/json")]


def judged(folder, faults=()):
    with start(choose(faults=faults)) as server:
        bearer = f"Authorization: Bearer {server.token}"
        return orderproof(folder, "run", server.base_url, "-H", bearer, *rules(*JUDGED))


def test_unknown_ids_are_judged_without_a_state(tmp_path):
    assert judged(tmp_path).verdicts == dict.fromkeys(JUDGED, "pass")


def test_what_is_found_without_a_state_breaks_the_rule(tmp_path):
    verdicts = judged(tmp_path, faults=["unknown-order-is-400"]).verdicts

    assert verdicts["ORD-5"] == "fail", verdicts


def refused(*answers, id_type="internal"):
    """The end of a check that cancels an unknown order, at a target that answers so."""
    told = iter(answers)

    def send(method, url, headers, body, **how):
        status, text = next(told)
        return Exchange(method, url, headers, body, 0.0, how["operation"], status, JSON, text.encode())

    def missing(name):
        raise NotRun(f"state {name}: none")

    orders = Orders(send, {"orders": "http://host/v0", "order-lines": None}, {}, lambda: None)
    state = or_nobody(missing, "order-cancelable")
    expect_unknown(orders, orders.cancel(state, id_type=id_type), state, 404)


def test_an_operation_that_does_not_exist_is_not_judged():
    with pytest.raises(Inconclusive, match="looks like that to an unknown path"):
        refused((404, '{"message": "no route to /orders/0-0/cancel"}'), (404, '{"message": "no route to /no-such-0"}'))


def test_an_answer_of_its_own_is_judged():
    refused((404, '{"message": "no order 0-0"}'), (404, '{"message": "no route to /no-such-path-0"}'))


def test_a_readable_id_that_is_refused_for_its_format_is_not_judged():
    with pytest.raises(Inconclusive, match="may be refused for its format"):
        refused((400, "{}"), id_type="external")


@pytest.mark.parametrize("status", [200, 400, 403, 409, 500])
def test_another_answer_breaks_the_rule(status):
    with pytest.raises(Finding):
        refused((status, "{}"))
