"""What does not answer any more is given up: operations after three requests in a row, servers after one."""

import pytest
from hypothesis import strategies as st

from orderproof.conformance.kit.breaker import MOST_IN_VAIN, Breaker, line_of
from orderproof.conformance.kit.findings import Finding, Inconclusive
from orderproof.conformance.kit.properties import property_of
from orderproof.conformance.kit.trace import Trace
from orderproof.conformance.runner.outcome import outcome_of
from orderproof.conformance.transport.exchange import DIED, NO_CONNECTION, TIMED_OUT, TOO_LONG, Exchange
from orderproof.reports.evidence import collect
from orderproof.reports.outcome import Outcome
from orderproof.spec.catalogue import catalogue

URL = "http://acme.example/v0/orders/1"
SHOW, CANCEL = "showSalesOrderByIdAndIdType", "createCancellation"
LATE, LONG = f"{TIMED_OUT}2 s", f"{TOO_LONG}8 bytes"


def exchange(error=None, *, method="GET", url=URL, operation=SHOW, **parts):
    status = {} if error else {"status": 200}
    return Exchange(method, url, [], None, 0.0, operation, error=error, **{**status, **parts})


def after(*exchanges):
    breaker = Breaker()
    for one in exchanges:
        breaker.note(one)
    return breaker


def why(breaker, one=exchange()):  # noqa: B008 - only read
    return breaker.why(one.method, one.url, one.operation)


@pytest.mark.parametrize("error", [LATE, LONG])
def test_three_in_a_row_without_an_answer_that_ends_give_an_operation_up(error):
    two, three = after(*[exchange(error)] * 2), after(*[exchange(error)] * 3)

    assert why(two) is None
    assert why(three).startswith("GET /orders/{id} was given up in this run: 3 requests in a row got no ")
    assert error in why(three)


@pytest.mark.parametrize(
    "between",
    [exchange(), exchange(status=500), exchange("the connection was closed without an answer")],
    ids=["200", "500", "cut off"],
)
def test_an_answer_of_any_kind_ends_the_row(between):
    assert why(after(exchange(LATE), exchange(LATE), between, exchange(LATE))) is None


@pytest.mark.parametrize(
    "between",
    [
        exchange(LATE, operation=CANCEL),
        exchange(LATE, method="HEAD"),
        exchange(LATE, url="http://other.example/v0/orders/1"),
        exchange(LATE, operation=None),
        exchange(status=429, waited=True),
        exchange(f"{NO_CONNECTION}Connection refused"),
    ],
    ids=["operation", "method", "server", "no operation", "asked to wait", "no connection"],
)
def test_what_is_about_something_else_counts_for_nothing(between):
    assert why(after(exchange(LATE), exchange(LATE), between)) is None
    assert why(after(exchange(LATE), exchange(LATE), between, exchange(LATE))) is not None


@pytest.mark.parametrize(
    "other",
    [
        exchange(operation=CANCEL),
        exchange(method="HEAD"),
        exchange(url="http://other.example/"),
        exchange(operation=None),
    ],
    ids=["operation", "method", "server", "no operation"],
)
def test_only_the_operation_that_does_not_answer_is_given_up(other):
    assert why(after(*[exchange(LATE)] * 3), other) is None


def test_who_asks_to_wait_longer_than_the_run_waits_is_given_up_at_once():
    breaker = after(exchange(status=429, response_headers=[("Retry-After", "3600")]))

    assert why(breaker).endswith("it returned 429 and asks to wait longer or more often than this run waits")


def test_one_more_in_vain_gives_up_again_what_is_tried_again():
    breaker = after(*[exchange(LATE)] * MOST_IN_VAIN)
    (line,) = breaker.given_up()

    breaker.try_again(line)
    assert why(breaker) is None
    breaker.note(exchange(LATE))
    assert why(breaker) is not None
    breaker.try_again(line)
    breaker.note(exchange())
    breaker.note(exchange(LATE))
    assert why(breaker) is None


def test_a_server_without_a_connection_is_given_up_for_all_its_operations():
    breaker = after(exchange())
    refused = exchange(f"{NO_CONNECTION}Connection refused", operation=CANCEL)

    told = breaker.lose(refused)

    assert told.endswith(f"the last request that could be sent was GET {URL} at 00:00:00Z")
    assert why(breaker) == breaker.lost("http://acme.example") == told
    assert breaker.lost("http://other.example") is None


@pytest.mark.parametrize("error", [LATE, LONG, DIED])
def test_silence_breaks_no_rule_that_is_not_about_being_answered(error):
    one = exchange(error)
    trace = Trace([one])
    found = Finding("GET got no complete answer, not 200", "200", "no answer", one)

    other, robustness = (outcome_of("c", (rule,), trace, found) for rule in ("ORD-1", "ROB-3"))

    assert (other.result, other.findings) == ("inconclusive", ())
    assert error in other.reason
    assert robustness.result == "fail"
    assert all(one.passive["ROB-2"]["findings"] for one in (other, robustness))


def test_an_answer_that_is_cut_off_still_breaks_the_rule():
    one = exchange("the connection was closed without an answer")

    assert outcome_of("c", ("ORD-1",), Trace([one]), Finding("cut", "", "", one)).result == "fail"


def outcomes(*traces):
    return [outcome_of(f"check {number}", (), Trace(list(trace)), None) for number, trace in enumerate(traces)]


def test_all_that_an_operation_leaves_unanswered_is_one_finding():
    late, cut = exchange(LATE), exchange("cut", operation=CANCEL)
    passed_on = [Outcome.from_dict(one.to_dict()) for one in outcomes([exchange(), late], [late, cut], [late])]

    evidence, _ = collect([catalogue()["ROB-2"]], passed_on)

    joined, alone = evidence["ROB-2"].findings
    assert joined["message"] == f"GET {URL}: {LATE}, and so for 2 more requests of this operation"
    assert (joined["exchanges"], joined["decisive"]) == ([1, 2, 4], 4)
    assert alone["message"] == f"GET {URL}: cut"
    assert "joins" not in joined


def test_what_a_property_found_stands_where_smaller_examples_cannot_be_tried():
    tried = []

    @property_of(number=st.integers(0, 1000))
    def check(session, number):
        tried.append(number)
        if len(tried) == 2:
            raise Inconclusive("GET /orders/{id} was given up in this run")
        raise Finding(f"{number} is wrong")

    with pytest.raises(Finding) as found:
        check(session=SessionOf("default"))
    assert len(tried) == 2
    assert found.value.message == f"{tried[0]} is wrong"


class SessionOf:
    """As much of a session as a property needs."""

    def __init__(self, profile):
        self.settings = type("Settings", (), {"profile": profile})
        self.trace = Trace()
        self.sample = list


def test_a_request_about_no_operation_belongs_to_nothing():
    assert line_of("GET", URL, None) is None
