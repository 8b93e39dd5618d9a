"""Passive validation: what one exchange says about each kind of rule, and what it says nothing about."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderproof.conformance.kit.findings import Finding, Inconclusive, NotApplicable, NotRun
from orderproof.conformance.kit.trace import Trace
from orderproof.conformance.runner.outcome import outcome_of
from orderproof.conformance.runner.passive import judge, passive_rules
from orderproof.conformance.transport.exchange import Exchange
from orderproof.conformance.transport.mediatype import JSON, ORDERS_V2, PROBLEM
from orderproof.spec.description import operations, shown_error_types

KIND = {rule.id: rule.passive for rule in passive_rules()}
STATUS = {"cancelable": True, "canceled": False, "is_safe": True, "message": "m"}
MISTAKE = {"error_code": "bad_request", "message": "m", "request_id": "1"}


def exchange(operation: str | None, status: int | None, body=b"", media: str | None = JSON, **parts) -> Exchange:
    headers = [("Content-Type", media)] if media else []
    made = {
        "method": operations()[operation].method if operation else "GET",
        "url": "http://acme.example/v0/x",
        "request_headers": [("Accept", ", ".join((JSON, *(shown_error_types(operation) if operation else ()))))],
        "request_body": None,
        "started_at": 0.0,
        "operation": operation,
        "status": status,
        "response_headers": None if status is None else headers,
        "response_body": body if isinstance(body, bytes) else json.dumps(body).encode(),
        "error": "closed" if status is None else None,
    }
    return Exchange(**{**made, **parts})


def kinds(one: Exchange) -> dict[str, bool]:
    """Kinds of rules that the exchange says something about, and whether they are kept."""
    return {KIND[judgement.rule]: judgement.message is None for judgement in judge(one)}


KEPT = {"answered": True, "no-5xx": True}
MEMBERS = {"problem-members": True, "problem-code": True}
BAD_REQUEST = {**KEPT, **MEMBERS, "problem-media": True, "problem-body": True}
TABLE = {
    "as documented": (
        exchange("showCancellationStatus", 200, STATUS),
        {**KEPT, "status": True, "media": True, "body": True, "advised": True},
    ),
    "a member that a sample shows is null": (
        exchange("showCancellationStatus", 200, {**STATUS, "is_safe": None}),
        {"body": True, "advised": False},
    ),
    "a member that a sample shows is left out": (
        exchange("showCancellationStatus", 200, {"cancelable": True, "canceled": False}),
        {"body": True, "advised": False},
    ),
    "more members": (exchange("showCancellationStatus", 200, {**STATUS, "x": 1}), {"body": True}),
    "a charset": (exchange("showCancellationStatus", 200, STATUS, "application/json; charset=utf-8"), {"media": True}),
    "no answer": (exchange("showCancellationStatus", None), {"answered": False}),
    "a kept connection that was closed": (exchange("showCancellationStatus", None, dropped=True), {}),
    "no answer to nothing documented": (exchange(None, None), {"answered": False}),
    "asked to wait": (exchange("showCancellationStatus", 503, waited=True), {"answered": True}),
    "asked to wait for ever": (exchange("showCancellationStatus", 503), {"answered": True, "no-5xx": False}),
    "another success": (exchange("showCancellationStatus", 202, STATUS), {**KEPT, "status": False}),
    "no content": (exchange("showCancellationStatus", 204, b"", None), {**KEPT, "status": False}),
    "another type": (exchange("showCancellationStatus", 200, STATUS, "text/plain"), {"media": False, "body": True}),
    "no type": (exchange("showCancellationStatus", 200, STATUS, None), {"media": False, "body": True}),
    "a wrong value": (exchange("showCancellationStatus", 200, {**STATUS, "canceled": "no"}), {"body": False}),
    "no object": (exchange("showCancellationStatus", 200, []), {"media": True, "body": False}),
    "no JSON": (exchange("showCancellationStatus", 200, b"{"), {"media": True, "body": False}),
    "no body": (exchange("showCancellationStatus", 200, b""), {"media": True, "body": False}),
    "NaN": (exchange("showCancellationStatus", 200, b'{"canceled": NaN}'), {"body": False}),
    "a success without a documented body": (
        exchange("createCancellation", 200, b"ok", "a/b"),
        {**KEPT, "status": True},
    ),
    "a documented refusal": (exchange("createCancellation", 400, MISTAKE, PROBLEM), BAD_REQUEST),
    "a refusal as JSON": (exchange("createCancellation", 400, MISTAKE), {**BAD_REQUEST, "problem-media": False}),
    "a refusal as JSON of a request that accepts nothing else": (
        exchange("createCancellation", 400, MISTAKE, request_headers=[("Accept", JSON)]),
        {**KEPT, **MEMBERS, "problem-body": True},
    ),
    "a refusal as JSON of a request that accepts everything": (
        exchange("createCancellation", 400, MISTAKE, request_headers=[("Accept", f"{JSON}, application/*")]),
        {**BAD_REQUEST, "problem-media": False},
    ),
    "a refusal without members": (
        exchange("createCancellation", 400, {}, PROBLEM),
        {**KEPT, "problem-members": False, "problem-media": True, "problem-body": True},
    ),
    "a refusal with one member of three": (
        exchange("createCancellation", 400, {"error_code": "bad_request"}, PROBLEM),
        {**BAD_REQUEST, "problem-members": False},
    ),
    "a code that is no word": (
        exchange("createCancellation", 400, {**MISTAKE, "error_code": "BadRequest"}, PROBLEM),
        {**BAD_REQUEST, "problem-code": False},
    ),
    "a refusal of the internal API without members": (
        exchange("cancelLineItem", 400, {"message": "m"}),
        {**KEPT, "problem-members": False, "problem-media": True, "problem-body": True},
    ),
    "an object where no body is documented": (
        exchange("createCancellation", 404, {"message": "m"}, PROBLEM),
        {**KEPT, "problem-members": False},
    ),
    "an empty body where one is documented": (
        exchange("createCancellation", 400, b"", PROBLEM),
        {"problem-body": False},
    ),
    "a refusal with a wrong type": (
        exchange("createCancellation", 400, {**MISTAKE, "error_code": 7}, PROBLEM),
        {**BAD_REQUEST, "problem-body": False, "problem-code": False},
    ),
    "a refusal that is a list": (
        exchange("createCancellation", 400, [], PROBLEM),
        {**KEPT, "problem-media": True, "problem-body": False, "problem-members": False},
    ),
    "a type that the document does not show": (
        exchange("createGracePeriod", 409, MISTAKE),
        {**KEPT, **MEMBERS, "problem-body": True},
    ),
    "a refusal without a documented body": (exchange("createCancellation", 404, b"gone", "text/html"), KEPT),
    "a refusal of a path with an escape": (
        exchange(
            "createCancellation", 400, b"<h1>no</h1>", "text/html", url="http://acme.example/v0/orders/%00/cancel"
        ),
        KEPT,
    ),
    "a refusal of a long path": (
        exchange("createCancellation", 400, b"", None, url=f"http://acme.example/v0/orders/{'a' * 300}/cancel"),
        KEPT,
    ),
    "an undocumented refusal": (exchange("createCancellation", 418, b"tea"), KEPT),
    "a redirect": (exchange("createCancellation", 302), KEPT),
    "a server error": (exchange("createCancellation", 500, MISTAKE, PROBLEM), {"no-5xx": False}),
    "an undocumented server error": (exchange("createCancellation", 599), {"answered": True, "no-5xx": False}),
    "a server error that is documented": (
        exchange("showSalesOrderByIdAndIdType", 503, MISTAKE, PROBLEM, allowed_5xx=(503,)),
        {"no-5xx": True},
    ),
    "another server error": (
        exchange("showSalesOrderByIdAndIdType", 500, MISTAKE, PROBLEM, allowed_5xx=(503,)),
        {"no-5xx": False},
    ),
    "another method": (exchange("createCancellation", 200, b"x", "a/b", method="PUT"), KEPT),
    "a method that it does not know": (exchange("createCancellation", 501, method="PURGE"), KEPT),
    "its own method not implemented": (exchange("createCancellation", 501), {"no-5xx": False}),
    "nothing documented": (exchange(None, 200, b"x"), KEPT),
    "a server error for nothing documented": (exchange(None, 500), {"answered": True, "no-5xx": False}),
}


@pytest.mark.parametrize(("one", "wanted"), TABLE.values(), ids=TABLE)
def test_what_an_exchange_says(one, wanted):
    found = kinds(one)
    assert {kind: found.get(kind) for kind in wanted} == wanted
    if "answered" in wanted:
        assert found.keys() == wanted.keys()


@pytest.mark.parametrize(
    ("accept", "given", "kept"),
    [
        ([], JSON, True),
        ([], ORDERS_V2, False),
        ([("Accept", ORDERS_V2)], ORDERS_V2, True),
        ([("Accept", ORDERS_V2)], 'Application/X.Newstore.Orders+JSON; Version="2"', True),
        ([("Accept", ORDERS_V2)], "application/x.newstore.orders+json;version=3", False),
        ([("Accept", ORDERS_V2)], JSON, False),
        ([("Accept", JSON)], ORDERS_V2, False),
        ([("Accept", "*/*")], "text/html", None),
        ([("Accept", f"{JSON};q=0.5")], "text/html", None),
        ([("Accept", JSON), ("Accept", ORDERS_V2)], "text/html", None),
    ],
)
def test_only_the_documented_accept_values_decide_the_type(accept, given, kept):
    one = exchange("showOrderHistoryForCustomer", 200, b"{}", given, request_headers=accept)
    assert kinds(one).get("media") is kept
    assert ("body" in kinds(one)) is (kept is not None)


def test_a_broken_rule_is_told_in_a_sentence():
    one = exchange("showCancellationStatus", 200, {**STATUS, "canceled": "no"})
    broken = next(judgement for judgement in judge(one) if judgement.message)
    assert broken.message.startswith("GET http://acme.example/v0/x: canceled: ")
    assert broken.observed == 'canceled: "no"'
    assert broken.expected


@pytest.mark.parametrize("body", [b'{"\\ud800": 1}', b'{"x": ' + b"[" * 400 + b"]" * 400 + b"}"])
def test_json_that_the_validator_cannot_take_is_not_judged(body):
    one = exchange("showCancellationStatus", 200, body)
    assert "body" not in kinds(one)
    assert outcome_of("c", (), Trace([one]), None).result == "pass"


@given(
    operation=st.sampled_from([None, *operations()]),
    status=st.integers(100, 999) | st.none(),
    body=st.binary() | st.sampled_from([b"{}", b"[]", b'"\\udfff"', b'{"items": "\\ud800"}', b"1e999", b"1" * 5000]),
    media=st.sampled_from([None, JSON, ORDERS_V2, PROBLEM]) | st.text(),
    method=st.sampled_from([{}, {"method": "PUT"}]),
)
def test_no_answer_stops_the_judging(operation, status, body, media, method):
    one = exchange(operation, status, body, media, **method)
    outcome = outcome_of("c", (), Trace([one]), None)
    json.dumps(outcome.to_dict(), default=sorted).encode()
    for passive in outcome.passive.values():
        for finding in passive["findings"]:
            " ".join(str(part) for part in finding.values()).encode()


def test_of_many_equal_findings_a_few_are_kept():
    trace = Trace([exchange(None, 500) for _ in range(50)])
    passive = outcome_of("c", (), trace, None).passive
    counts = {KIND[rule]: (entry["judged"], len(entry["findings"])) for rule, entry in passive.items()}
    assert counts == {"answered": (50, 0), "no-5xx": (50, 3)}


FOUND = exchange(None, 200)


@pytest.mark.parametrize(
    ("error", "outcome", "reason"),
    [
        (None, "pass", ""),
        (Finding("it moved", "still", "moved", FOUND), "fail", "it moved"),
        (AssertionError("plain\nand more"), "fail", "plain"),
        (AssertionError(), "fail", "the check failed"),
        (ExceptionGroup("two", [ValueError("x"), ExceptionGroup("in", [Finding("it moved")])]), "fail", "it moved"),
        (NotRun("no order"), "not-run", "no order"),
        (NotApplicable("left out"), "not-applicable", "left out"),
        (Inconclusive("no JSON"), "inconclusive", "no JSON"),
        (KeyError("x"), "inconclusive", "the check itself stopped with KeyError: 'x' ()"),
        (ExceptionGroup("two", [ValueError("x")]), "inconclusive", "the check itself stopped with ExceptionGroup"),
        (Finding("half \ud800"), "fail", "half \\ud800"),
    ],
)
def test_how_a_check_ended(error, outcome, reason):
    described = outcome_of("c", ("GRA-1",), Trace([exchange(None, 200), FOUND]), error)
    assert described.result == outcome
    assert described.reason.startswith(reason)
    assert [finding["message"] for finding in described.findings] == ([described.reason] if outcome == "fail" else [])
    if described.findings:
        assert (described.findings[0]["exchanges"], described.findings[0]["decisive"]) == ([0, 1], 1)


def test_a_finding_shows_the_last_example_alone():
    trace = Trace([exchange(None, 200) for _ in range(4)], example_from=2)
    finding = outcome_of("c", (), trace, Finding("x", "", "", trace.exchanges[3])).findings[0]
    assert (finding["exchanges"], finding["decisive"]) == ([2, 3], 3)
    earlier = outcome_of("c", (), trace, Finding("x", "", "", trace.exchanges[1])).findings[0]
    assert (earlier["exchanges"], earlier["decisive"]) == ([1], 1)


def test_a_finding_shows_what_was_sent_before_all_examples():
    trace = Trace()
    for sent in range(3):
        trace.exchanges += [exchange(None, 200), exchange(None, 200)]
        if sent < 2:
            trace.begin_example()
    assert (trace.prepared, trace.example_from) == (2, 4)

    last = outcome_of("c", (), trace, Finding("x", "", "", trace.exchanges[5])).findings[0]
    assert (last["exchanges"], last["decisive"]) == ([0, 1, 4, 5], 5)
    earlier = outcome_of("c", (), trace, Finding("x", "", "", trace.exchanges[3])).findings[0]
    assert (earlier["exchanges"], earlier["decisive"]) == ([0, 1, 3], 3)


def test_the_decisive_exchange_is_the_last_that_a_finding_names():
    trace = Trace([exchange(None, 200) for _ in range(3)])
    finding = outcome_of("c", (), trace, Finding("x", "", "", *trace.exchanges, trace.exchanges[1])).findings[0]
    assert (finding["exchanges"], finding["decisive"]) == ([0, 1, 2], 1)
