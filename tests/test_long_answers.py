"""Answers that are too large to keep: judged in full, and kept in part, with their length and digest."""

import hashlib
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from orderproof.conformance.kit import trace as trace_module
from orderproof.conformance.kit.answer import Answer
from orderproof.conformance.kit.findings import Finding, Inconclusive
from orderproof.conformance.kit.trace import Trace
from orderproof.conformance.runner.outcome import outcome_of
from orderproof.conformance.runner.passive import judgements, passive_rules
from orderproof.conformance.transport import strictjson
from orderproof.conformance.transport.exchange import Exchange, beginning
from orderproof.conformance.transport.strictjson import TooMuchJson, parse_json
from orderproof.reports import record as record_module
from orderproof.reports.page.exchanges import whole
from tests.records import outcome, record

SHOW = "showSalesOrderByIdAndIdType"
LONG = json.dumps({"id": "1", "note": "x" * 1_000_000}).encode()


def answered(body=LONG, status=200, headers=()):
    exchange = Exchange("GET", "http://acme.example/v0/orders/1", [], None, 0.0, SHOW, status)
    exchange.response_headers = [("Content-Type", "application/json"), *headers]
    exchange.response_body = body
    return exchange


@pytest.fixture
def held(monkeypatch):
    monkeypatch.setattr(trace_module, "_HELD_BYTES", 3_000_000)


def test_a_check_holds_the_latest_answers_and_the_verdict_on_all(held):
    trace = Trace()
    sent = [answered() for _ in range(20)]
    judged = judgements(answered())
    for one in sent:
        trace.add(one, judgements)
        assert one.is_whole
        assert sum(exchange.weight for exchange in trace.exchanges) < 3_500_000
    assert [one.is_whole for one in sent] == [False] * 18 + [True] * 2
    assert sent[0].body_bytes == len(LONG)
    assert sent[0].body_sha256 == hashlib.sha256(LONG).hexdigest()
    # The whole order is wrong in the same way, whether it is still at hand or not.
    assert any(one.message for one in judged)
    assert judgements(sent[0]) == judgements(sent[-1]) == judged


def test_an_answer_that_was_shortened_is_taken_for_no_other(held):
    trace = Trace()
    early = answered()
    for one in (early, *(answered() for _ in range(4))):
        trace.add(one, judgements)
    with pytest.raises(Inconclusive, match="too long to be kept"):
        _ = Answer(early).json


def test_answers_of_an_earlier_attempt_count(held):
    first = Trace()
    for _ in range(2):
        first.add(answered(), judgements)
    second = Trace.following(first.exchanges)
    second.add(answered(), judgements)
    assert [one.is_whole for one in second.exchanges] == [False, True, True]


def test_an_outcome_does_not_grow_with_answers():
    trace = Trace()
    many = [answered(headers=[("A", "b")] * 9_000) for _ in range(5)]
    for one in many:
        trace.add(one, judgements)
    error = Finding("it is wrong " + "x" * 100_000, "", "y" * 100_000, many[-1])
    told = outcome_of("test_x.py::test_it", ("ORD-1",), trace, error)
    assert len(json.dumps(told.to_dict(), default=sorted)) < 200_000
    for exchange in told.exchanges:
        assert exchange["body_bytes"] == len(LONG)
        assert exchange["headers_left_out"] == 8_901
    # What the check still holds is as it was.
    assert many[0].is_whole


def test_evidence_of_a_documented_length_is_kept_whole():
    trace = Trace()
    body = LONG[:150_000]
    for _ in range(3):
        trace.add(answered(body, 404), judgements)
    told = outcome_of("test_x.py::test_it", ("ORD-1",), trace, Finding("wrong", "", "", trace.exchanges[-1]))
    assert [one["body_bytes"] for one in told.exchanges] == [150_000, 150_000, None]


def test_the_record_and_the_page_tell_length_and_digest():
    exchange = answered(headers=[("A", "b")] * 200).shortened(8_000).to_dict()
    made = record([outcome("ORD-1", result="fail", exchanges=[exchange])])
    schema = json.loads(Path(record_module.__file__).with_name("report.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(made)
    shown = made["exchanges"][0]
    body = shown["response_body"]
    assert (body["bytes"], body["cut"]) == (len(LONG), True)
    assert body["sha256"] == hashlib.sha256(LONG).hexdigest()
    assert shown["headers_left_out"] == 101
    page = whole(shown)
    assert f"beginning of {len(LONG):,} bytes; SHA-256 {body['sha256']}" in page
    assert "and 101 more headers" in page


@pytest.mark.parametrize("at", range(7_960, 8_001))
def test_a_secret_at_the_end_of_what_was_kept_is_masked(at):
    secret = "hunter2-token"
    body = b"z" * at + secret.encode() + b"z" * 100_000
    exchange = answered(body).shortened(8_000).to_dict()
    made = record([outcome("ORD-1", result="fail", exchanges=[exchange])])
    assert "hunter" not in made["exchanges"][0]["response_body"]["text"]


@pytest.mark.parametrize("limit", range(1, 9))
def test_no_character_is_cut_in_two(limit):
    assert "€uro😀".encode().startswith(beginning("€uro😀".encode(), limit))
    assert beginning("€uro😀".encode(), limit).decode() in "€uro😀"


def test_a_text_with_more_values_than_are_read_is_neither_right_nor_wrong(monkeypatch):
    monkeypatch.setattr(strictjson, "MOST_VALUES", 1_000)
    monkeypatch.setattr(strictjson, "_SHORT_BYTES", 100)
    wide = b'{"items": [' + b"{}," * 2_000 + b"{}]}"
    with pytest.raises(TooMuchJson):
        parse_json(wide)
    judged = judgements(answered(wide))
    about_bodies = {rule.id for rule in passive_rules() if rule.passive in ("body", "advised")}
    assert judged
    assert not about_bodies & {one.rule for one in judged}
    with pytest.raises(Inconclusive, match="is not read"):
        _ = Answer(answered(wide)).json
