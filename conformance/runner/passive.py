"""Passive validation: every answer of a run, whichever check asked, must be a documented one.

It judges form alone: status, media type and body against the OpenAPI descriptions. What a request should have been
answered is the checks' matter.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jsonschema_rs

from orderproof.conformance.runner.body_error import body_error, demand_of, first_fault, request_of, shown
from orderproof.conformance.transport.exchange import Exchange
from orderproof.conformance.transport.mediatype import JSON, ORDERS_V2, MediaType, parse_media_type
from orderproof.conformance.transport.retry_after import is_deferred
from orderproof.conformance.transport.shortened import shortened
from orderproof.conformance.transport.strictjson import NotJson, TooMuchJson, parse_json
from orderproof.reports.outcome import LONGEST_SENTENCE
from orderproof.spec.catalogue import Rule, catalogue
from orderproof.spec.description import Operation, operations, resolve

# Only the history's page says which content type the answer has when version 2 is asked for. Of an order, both types
# are listed for the one answer, and only the form of `placed_at` is promised.
BY_BODY: Mapping[bool, tuple[str, ...]] = {
    True: ("body", "advised"),
    False: ("problem-body", "problem-members", "problem-code"),
}
BY_TYPE: Mapping[bool, tuple[str, ...]] = {True: ("media",), False: ("problem-media",)}
"""The kinds of rules that look at an answer's body, and at its media type: of a success (True), and of a refusal."""
_ALSO_CALLED = {("showSalesOrderByIdAndIdType", ORDERS_V2): JSON}
ERROR_MEMBERS = ("error_code", "message", "request_id")
"""What every sample of an error shows."""
_SNAKE_CASE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_PLAIN_SEGMENT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._~-]{0,99}")
# The id of a customer may be a token, or an address by which the external OMS knows them.
_PLAIN_PARAMETER = re.compile(r"[\w.~@+,-]{1,200}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one exchange says about one rule: kept (`message` None) or broken.

    What is broken in the same way by many requests `joins` them: they are one finding.
    """

    rule: str
    message: str | None = None
    expected: str = ""
    observed: str = ""
    joins: str = ""


@cache
def rules_of_kind(kind: str, operation: str | None) -> tuple[str, ...]:
    """Ids of the passive rules of a kind that speak of an operation: its own, and those of all operations."""
    return tuple(
        rule.id
        for rule in catalogue().values()
        if rule.passive == kind and (rule.operation is None or rule.operation == operation)
    )


def passive_rules() -> tuple[Rule, ...]:
    """The rules that passive validation judges."""
    return tuple(rule for rule in catalogue().values() if rule.passive)


def judgements(exchange: Exchange) -> tuple[Judgement, ...]:
    """All judgements of one exchange: those that were made before it was shortened, where it was."""
    if exchange.judged is not None:
        return exchange.judged  # type: ignore[no-any-return]
    return tuple(map(_short, judge(exchange)))


def _short(judgement: Judgement) -> Judgement:
    """A judgement that is no longer than a report shows, whatever it quotes."""
    return (
        judgement
        if judgement.message is None
        else replace(
            judgement,
            message=shortened(judgement.message, LONGEST_SENTENCE),
            expected=shortened(judgement.expected, LONGEST_SENTENCE),
            observed=shortened(judgement.observed, LONGEST_SENTENCE),
        )
    )


def judge(exchange: Exchange) -> Iterator[Judgement]:
    """Judge one exchange; yields a judgement for every passive rule that it says something about."""
    if exchange.dropped or exchange.is_unreachable:
        return
    operation_id = exchange.operation
    if exchange.status is None:
        for rule in rules_of_kind("answered", operation_id):
            # Many requests that an operation leaves without an answer tell the same.
            joins = f"{exchange.method} {operation_id or exchange.url}" if exchange.is_endless else ""
            told = f"{request_of(exchange)}: {exchange.error}"
            yield Judgement(rule, told, "a complete HTTP answer", str(exchange.error), joins)
        return
    for rule in rules_of_kind("answered", operation_id):
        yield Judgement(rule)
    if exchange.waited or is_deferred(exchange):
        return
    broken = exchange.status >= 500 and exchange.status not in exchange.allowed_5xx
    # An undocumented method that a server does not know is 501 by RFC 9110, 9.1: not a failure of the server.
    if operation_id and exchange.status == 501 and exchange.method != operations()[operation_id].method:
        broken = False
    for rule in rules_of_kind("no-5xx", operation_id):
        message = f"{request_of(exchange)} was answered {exchange.status}" if broken else None
        yield Judgement(rule, message, "no server error", shown(exchange) if broken else "")
    if operation_id is None or exchange.method != operations()[operation_id].method:
        return
    operation = operations()[operation_id]
    if 200 <= exchange.status < 300:
        yield from _judge_success(exchange, operation)
    elif str(exchange.status) in operation.responses:
        yield from _judge_problem(exchange, operation)


def _judge_success(exchange: Exchange, operation: Operation) -> Iterator[Judgement]:
    status = str(exchange.status)
    documented = [code for code in operation.responses if code.startswith("2")]
    is_documented = status in documented
    for rule in rules_of_kind("status", operation.id):
        message = None if is_documented else f"{request_of(exchange)} succeeded with the undocumented status {status}"
        yield Judgement(rule, message, " or ".join(documented), status)
    if not is_documented:
        return
    content = resolve(operation.api, operation.responses[status]).get("content", {})
    if not content:
        return
    wanted = _negotiated(exchange, tuple(content))
    if wanted is None:
        return
    given = exchange.response_header("Content-Type")
    found = parse_media_type(given)
    expected = parse_media_type(wanted)
    assert expected is not None
    matches = found is not None and (
        expected.covers(found) or found.essence == _ALSO_CALLED.get((operation.id, wanted))
    )
    for rule in rules_of_kind("media", operation.id):
        message = None if matches else f"{request_of(exchange)} was answered as {given or 'no media type'}"
        yield Judgement(rule, message, wanted, given or "no Content-Type")
    yield from _judge_body("body", exchange, operation, status, wanted)
    yield from _judge_advised(exchange, operation, resolve(operation.api, content[wanted]["schema"]))


def _judge_advised(exchange: Exchange, operation: Operation, schema: Mapping[str, Any]) -> Iterator[Judgement]:
    """Judge what only samples show of a success: `x-advised` is the schema of that."""
    if "x-advised" not in schema:
        return
    try:
        body = parse_json(exchange.response_body)
        fault = first_fault(jsonschema_rs.validator_for(schema["x-advised"]), body, exchange.masks)
    except (ValueError, RecursionError):
        # No JSON, or such as the validator does not take: see `_judge_body`.
        return
    for rule in rules_of_kind("advised", operation.id):
        message = f"{request_of(exchange)}: {fault.message}" if fault else None
        yield Judgement(rule, message, demand_of(fault) if fault else "", shown(exchange) if fault else "")


def _judge_problem(exchange: Exchange, operation: Operation) -> Iterator[Judgement]:
    if not _is_plain(exchange, operation):
        return
    status = str(exchange.status)
    content = resolve(operation.api, operation.responses[status]).get("content", {})
    yield from _judge_members(exchange, operation, is_shown=bool(content))
    for media_type, body in content.items():
        found = parse_media_type(exchange.response_header("Content-Type"))
        expected = parse_media_type(media_type)
        assert expected is not None
        matches = found is not None and expected.covers(found)
        given = exchange.response_header("Content-Type") or "no Content-Type"
        if body.get("x-shown") and _admits(exchange, expected):
            for rule in rules_of_kind("problem-media", operation.id):
                message = None if matches else f"{request_of(exchange)} was refused with {status} as {given}"
                yield Judgement(rule, message, media_type, given)
        # Looked at whatever the media type says, so that a wrong label alone is one finding and not two.
        yield from _judge_body("problem-body", exchange, operation, status, media_type)
        return


def _judge_members(exchange: Exchange, operation: Operation, *, is_shown: bool) -> Iterator[Judgement]:
    """Judge the members of an error: where the documents show no body (`is_shown`), only of one that is an object."""
    if not exchange.response_body:
        return
    try:
        body = parse_json(exchange.response_body)
    except NotJson:
        body = None
    except TooMuchJson:
        return
    members = body if isinstance(body, dict) else {}
    if not isinstance(body, dict) and not is_shown:
        return
    lacking = next((name for name in ERROR_MEMBERS if name not in members), None)
    for rule in rules_of_kind("problem-members", operation.id):
        message = lacking and f"the error answer to {request_of(exchange)} has no {lacking}"
        yield Judgement(rule, message, ", ".join(ERROR_MEMBERS), shown(exchange) if lacking else "")
    if "error_code" not in members:
        return
    code = members["error_code"]
    is_word = isinstance(code, str) and _SNAKE_CASE.fullmatch(code) is not None
    for rule in rules_of_kind("problem-code", operation.id):
        message = None if is_word else f"the error answer to {request_of(exchange)} has the error_code {code!r}"
        yield Judgement(rule, message, "a word such as bad_request", repr(code))


def _admits(exchange: Exchange, wanted: MediaType) -> bool:
    """Whether the request's `Accept` lets a refusal be of this type; weights are none of what we send."""
    accepts = [value for name, value in exchange.request_headers if name.lower() == "accept"]
    ranges = [parse_media_type(one) for value in accepts for one in value.split(",")]
    return not accepts or any(
        one is not None and (one.essence in ("*/*", wanted.essence.split("/")[0] + "/*") or one.covers(wanted))
        for one in ranges
    )


def _is_plain(exchange: Exchange, operation: Operation) -> bool:
    """Whether a request's ids and parameters are ordinary: what others are refused with may be no operation's answer.

    Servers and gateways refuse a path with a bad escape, a control character or too long a segment on their own, and a
    query that looks like an attack.
    """
    url = urlsplit(exchange.url)
    segments = url.path.lstrip("/").split("/")[-operation.path.count("/") :]
    parameters = [text for pair in parse_qsl(url.query) for text in pair]
    return all(map(_PLAIN_SEGMENT.fullmatch, segments)) and all(map(_PLAIN_PARAMETER.fullmatch, parameters))


def _judge_body(
    kind: str, exchange: Exchange, operation: Operation, status: str, media_type: str
) -> Iterator[Judgement]:
    rules = rules_of_kind(kind, operation.id)
    if not rules:
        return
    try:
        message, expected, observed = body_error(exchange, operation, status, media_type)
    except (ValueError, RecursionError):
        # The validator takes no half surrogate in a name and nothing nested hundreds deep, and half a million values
        # are not read. Any of these is JSON, and may be an undocumented member: no ground to call the answer right or
        # wrong.
        return
    for rule in rules:
        yield Judgement(rule, message, expected, observed)


def _negotiated(exchange: Exchange, offered: tuple[str, ...]) -> str | None:
    """The media type that a success must have, or None where the documents do not say.

    Only the two documented `Accept` values decide, spelled as they are documented (and none at all, for which the
    documents name the default). What any other gets is the server's choice, and so is whether it knows the same type
    in another spelling.
    """
    if len(offered) == 1:
        return offered[0]
    # Several fields of one name are one list (RFC 9110, 5.3).
    accepts = [value for name, value in exchange.request_headers if name.lower() == "accept"]
    asked = ", ".join(accepts).strip() if accepts else JSON
    return asked if asked in offered else None
