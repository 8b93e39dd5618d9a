"""The exchanges of a record, judged again: as far as masking and shortening left enough of them to judge.

A record is text that others may have edited. What it says of an exchange is held against the exchange itself, and what
cannot be seen any more is never taken for a contradiction.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from orderproof.conformance.runner.passive import BY_BODY, BY_TYPE, Judgement, judge, rules_of_kind
from orderproof.conformance.transport.exchange import Exchange
from orderproof.conformance.transport.retry_after import is_deferred
from orderproof.conformance.transport.strictjson import NotJson, TooMuchJson, parse_json
from orderproof.reports.derived import PREFLIGHT, Disagreement, has_mark
from orderproof.reports.redaction.masking import TOKEN_MARK
from orderproof.reports.redaction.persons import PERSON_MARK
from orderproof.spec.catalogue import catalogue
from orderproof.spec.description import operations

_WITHOUT_BODY = (204, 304)


@dataclass(slots=True)
class Proof:
    """What an exchange of a record says of the passive rules: `broken` with the judgement, `kept`, or `unknown`.

    `unknown` are rules that it may break where something was masked, or is not kept. `is_counted`: it is evidence that
    rules are kept. `uncounted` are rules of which it is not even known whether it says something.
    """

    number: int
    check: str
    is_counted: bool
    broken: dict[str, Judgement] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    uncounted: set[str] = field(default_factory=set)


def exchange_of(told: Mapping[str, Any]) -> Exchange:
    """The exchange that a record tells of, with as much as it holds."""
    body = told["response_body"]
    request = told["request_body"]
    return Exchange(
        told["method"],
        told["url"],
        [(name, value) for name, value in told["request_headers"]],
        None if request is None else _bytes(request),
        told["started_at"],
        operation=told["operation"],
        status=told["status"],
        response_headers=[(name, value) for name, value in told["response_headers"]],
        response_body=_bytes(body),
        duration=told["duration_s"],
        error=told["error"],
        waited=told["waited"],
        allowed_5xx=tuple(told.get("allowed_5xx", ())),
        dropped="dropped" in told,
        repeats="repeats" in told,
        body_bytes=body["bytes"] if body["cut"] else None,
        body_sha256=body.get("sha256"),
        headers_left_out=told.get("headers_left_out", 0),
        masks=(PERSON_MARK, TOKEN_MARK) if has_mark(body["text"]) else (),
    )


def _bytes(body: Mapping[str, Any]) -> bytes:
    text: str = body["text"]
    encoding = "utf-8" if has_mark(text) else body["encoding"]
    return text.encode(encoding, "surrogatepass" if encoding == "utf-8" else "replace")


def prove(told: Mapping[str, Any], *, is_marked: bool) -> Proof:
    """Judge an exchange of a record again.

    `is_marked`: the record says of its exchanges what they are no evidence of, as those of 0.2 and earlier do not.
    """
    proof = Proof(told["number"], told["check"], "only_proves" not in told)
    is_unknown = told["operation"] is not None and told["operation"] not in operations()
    if told["check"] == PREFLIGHT or "misdirected" in told or is_unknown:
        return proof
    exchange = exchange_of(told)
    knows_body, knows_type = is_body_known(exchange, told), is_type_known(exchange, told)
    unseen = set() if knows_type else set(_candidates(exchange, BY_TYPE))
    unseen |= set() if knows_body and knows_type else set(_candidates(exchange, BY_BODY))
    for judgement in judge(exchange):
        if judgement.rule in unseen:
            continue
        is_masked = bool(exchange.masks) and catalogue()[judgement.rule].passive in (*BY_BODY[True], *BY_BODY[False])
        is_uncertain = not is_marked and (exchange.status is None or exchange.status >= 500)
        if judgement.message is not None and not is_uncertain:
            proof.broken[judgement.rule] = judgement
        elif is_uncertain or is_masked:
            proof.unknown.add(judgement.rule)
        else:
            proof.kept.add(judgement.rule)
    if not is_marked and exchange.status is None:
        # It may have been dropped, which says nothing.
        proof.uncounted |= proof.unknown
    proof.uncounted |= unseen
    proof.unknown |= unseen
    return proof


def _candidates(exchange: Exchange, kinds: Mapping[bool, Sequence[str]]) -> Iterator[str]:
    """The rules of some kinds that an answer may say something of, whatever is in what cannot be seen."""
    operation, status = exchange.operation or "", exchange.status
    if status is None or operation not in operations() or exchange.method != operations()[operation].method:
        return
    if exchange.dropped or exchange.waited or is_deferred(exchange):
        return
    for kind in kinds[200 <= status < 300]:
        yield from rules_of_kind(kind, operation)


def is_body_known(exchange: Exchange, told: Mapping[str, Any]) -> bool:
    """Whether all of a body can be read, except for values that were masked in it."""
    if not exchange.is_whole or told["response_body"]["cut"]:
        return False
    if not exchange.masks:
        return True
    try:
        parse_json(exchange.response_body)
    except (NotJson, TooMuchJson):
        return False
    return True


def is_type_known(exchange: Exchange, told: Mapping[str, Any]) -> bool:
    """Whether what decides the media type can be read: `Accept` and `Content-Type`, and for refusals the URL."""
    if has_mark(exchange.url) or "headers_left_out" in told:
        return False
    headers = [*exchange.request_headers, *(exchange.response_headers or ())]
    decisive = [value for name, value in headers if name.lower() in ("accept", "content-type")]
    return not any(has_mark(value) or value.endswith("…") for value in decisive)


@cache
def _path_of(operation: str, *, is_strict: bool) -> re.Pattern[str]:
    inside = "[^/]*" if is_strict else ".*"
    parts = re.split(r"\{\w+\}", operations()[operation].path)
    return re.compile(f".*{inside.join(map(re.escape, parts))}", re.DOTALL)


def contradictions(told: Mapping[str, Any], own_urls: Sequence[str]) -> Iterator[Disagreement]:
    """What an exchange of a record says of itself, and does not bear out. `own_urls` are where the API lies."""
    where = f"exchange {told['number']}"
    yield from _of_operation(told, where, own_urls)
    for name in ("request_body", "response_body"):
        body = told[name]
        if body is None or has_mark(body["text"]):
            continue
        length = len(body["text"].encode(body["encoding"], "replace"))
        if length > body["bytes"] or (length != body["bytes"] and not body["cut"]):
            yield Disagreement(
                where, f"the length of its {name}", str(body["bytes"]), f"what is kept has {length} bytes"
            )
    body = told["response_body"]
    headers = {name.lower(): value for name, value in told["response_headers"]}
    length_told = headers.get("content-length", "")
    is_plain = "content-encoding" not in headers and "transfer-encoding" not in headers
    if told["status"] is None or told["status"] in _WITHOUT_BODY or told["method"] == "HEAD" or not is_plain:
        return
    if re.fullmatch(r"[0-9]{1,12}", length_told) and int(length_told) != body["bytes"]:
        yield Disagreement(where, "its Content-Length", length_told, f"its body had {body['bytes']} bytes")


def _of_operation(told: Mapping[str, Any], where: str, own_urls: Sequence[str]) -> Iterator[Disagreement]:
    path, operation = urlsplit(told["url"]).path, told["operation"]
    if operation is not None:
        if operation not in operations():
            yield Disagreement(where, "its operation", operation, "there is no such operation")
        elif not has_mark(told["url"]) and not _path_of(operation, is_strict=False).fullmatch(path):
            yield Disagreement(where, "its operation", operation, f"its URL is another's ({told['url'][:200]})")
        return
    if told["check"] == PREFLIGHT or not told["url"].startswith(tuple(own_urls)):
        return
    asked = [one.id for one in operations().values() if one.method == told["method"]]
    fitting = [one for one in asked if _path_of(one, is_strict=True).fullmatch(path)]
    if fitting:
        yield Disagreement(where, "its operation", "none", f"its URL is that of {fitting[0]}")
