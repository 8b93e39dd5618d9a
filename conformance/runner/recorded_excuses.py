"""What excuses exchanges, checks and rules of a record from being judged, held against the exchanges themselves.

An edit of a single mark may take a broken answer out of what is judged. Each mark stands for something that the
exchange itself must show, or that the rest of the record must.
"""

import math
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from orderproof.conformance.config.state_kinds import STATES, why_absent
from orderproof.conformance.kit import asked_to_wait
from orderproof.conformance.kit.read_only import READ_ONLY
from orderproof.conformance.runner.recorded import exchange_of
from orderproof.reports.derived import Disagreement, has_mark
from orderproof.reports.evidence import PASSIVE
from orderproof.reports.outcome import BODY_LIMIT
from orderproof.spec.description import operations

_OF_THE_OMS = {503}
_HISTORY = "showOrderHistoryForCustomer"
# That a file of the record was written later than its exchanges were made is no contradiction; nor is a clock that was
# set meanwhile, or a long wait for the target.
_EARLIEST_SECONDS, _LATEST_SECONDS = -3_600.0, 86_400.0
_CLOCK_STEP_SECONDS = 5.0
_EARLIER = "exchanges of its check that stand before it were sent later"
_NO_INTERNAL_API = "the target file has no internal_base_url"


class _Inapplicable(NamedTuple):
    """Why a check may not apply to a target that lacks nothing: the modules of the checks, and the words."""

    modules: str
    reason: str


# A test holds it against what the checks raise.
INAPPLICABLE = (
    _Inapplicable("cancellation_status", "the cancellation status shows cancelable false"),
    _Inapplicable(
        "cancellation_status", "no item of the closed order shows the status complete, so it may have been canceled"
    ),
    _Inapplicable("serial_numbers_effects", "the order does not show an epc for both items to which one was added"),
    _Inapplicable("serial_numbers_effects", "the target accepts no epc, which is open"),
    _Inapplicable("prices", "the order has no single price for its shipping and none for its gift wrapping"),
    _Inapplicable("history_oms", "the external OMS knows the customers of different orders by one e-mail address"),
    _Inapplicable("get_order_states", "the states give no order that is like this, so its readings were not tried"),
    _Inapplicable(
        "get_order_states", "the order is in the external OMS, which decides what of a customer's it returns"
    ),
    _Inapplicable("history_media", "the tenant has an external OMS"),
    _Inapplicable("history", "the states give no two orders of one customer"),
    _Inapplicable("history", "the states' orders of one customer were placed at the same time"),
    _Inapplicable("prices_of_orders", "the canceled product no longer has a price, and no document requires one"),
    _Inapplicable("races", "the target gives orders with a pre-ordered item no grace period: no new one was extended"),
    _Inapplicable(
        r"cancel_order\w*|grace_period|serial_numbers|line_items|internal_line_items|oms",
        "the states give no two orders of one customer that this can be done to; orders of different customers were "
        "judged",
    ),
    _Inapplicable(
        r"history_oms|oms|prices\w*|get_order_lookup|cancel_order|serial_numbers_ids|history\w*",
        r".*, as \d+ orders show",
    ),
)


def excuses(record: Mapping[str, Any], *, is_known: bool) -> Iterator[Disagreement]:
    """Where something is excused that the record itself shows not to be. `is_known`: this version made the record."""
    for told in record["exchanges"]:
        yield from _of_exchange(told, is_known=is_known)
    if "traffic" in record:
        # Another program wrote its addresses and times down, in its own way.
        return
    yield from _of_place(record)
    yield from _of_time(record)
    if is_known:
        yield from _of_checks(record)


def _of_exchange(told: Mapping[str, Any], *, is_known: bool) -> Iterator[Disagreement]:
    where = f"exchange {told['number']}"
    if told["waited"] and asked_to_wait(exchange_of(told)) is None:
        yield Disagreement(
            where, "its mark waited", "true", f"{told['status']} without Retry-After asks nobody to wait"
        )
    if "dropped" in told and told["status"] is not None:
        yield Disagreement(where, "its mark dropped", "true", f"it was answered {told['status']}")
    is_proof = told["operation"] in (_HISTORY, None) and "only_proves" in told
    if "misdirected" in told and not is_proof:
        yield Disagreement(where, "its mark misdirected", "true", "only the requests that try a tenant can be")
    allowed = told.get("allowed_5xx", [])
    if not _OF_THE_OMS.issuperset(allowed):
        yield Disagreement(where, "its mark allowed_5xx", str(allowed), "only 503 is, where the external OMS is out")
    if not is_known:
        return
    for name in ("request_body", "response_body"):
        body = told[name]
        if body and body["cut"] and not has_mark(body["text"]) and len(body["text"]) < BODY_LIMIT:
            kept = f"{len(body['text'])} characters are there, and the first {BODY_LIMIT} are always kept"
            yield Disagreement(where, f"its {name}", "cut", kept)


def _of_place(record: Mapping[str, Any]) -> Iterator[Disagreement]:
    """Hold the addresses of the target against where requests went. States may name other tenants of the public API."""
    target = record["target"]
    for api, key in (("orders", "base_url"), ("order-lines", "internal_base_url")):
        url = target[key]
        sent = [one for one in record["exchanges"] if _api(one["operation"]) == api]
        if not sent or (url and has_mark(url)):
            continue
        if not url or not any(one["url"].startswith(url.rstrip("/")) for one in sent):
            proven = (
                f"none of the {len(sent)} requests to this API went there; the first went to {sent[0]['url'][:200]}"
            )
            yield Disagreement("the record", f"target.{key}", str(url), proven)
    if "read_only" in record:
        written = [one["number"] for one in record["exchanges"] if _api(one["operation"]) and one["method"] != "GET"]
        if written:
            yield Disagreement("the record", "read_only", "true", f"exchange {written[0]} is no GET")


def _api(operation: str | None) -> str | None:
    return operations()[operation].api if operation and operation in operations() else None


def _of_time(record: Mapping[str, Any]) -> Iterator[Disagreement]:
    starts = [one["started_at"] for one in record["exchanges"]]
    if not starts:
        return
    try:
        began = datetime.fromisoformat(record["started_at"]).timestamp()
    except ValueError:
        return
    latest: dict[str, float] = {}
    for one in record["exchanges"]:
        # A check notes its requests in the order in which they were sent.
        if one["started_at"] < latest.get(one["check"], -math.inf) - _CLOCK_STEP_SECONDS:
            yield Disagreement(f"exchange {one['number']}", "when it was sent", str(one["started_at"]), _EARLIER)
        latest[one["check"]] = max(one["started_at"], latest.get(one["check"], -math.inf))
    if not _EARLIEST_SECONDS <= min(starts) - began <= _LATEST_SECONDS:
        proven = f"its first request was sent {min(starts) - began:+.0f} s after that"
        yield Disagreement("the record", "started_at", record["started_at"], proven)


def _of_checks(record: Mapping[str, Any]) -> Iterator[Disagreement]:
    absent = record["target"].get("absent", ())
    for row in record["rules"]:
        for entry in row["checks"]:
            if entry["check"] == PASSIVE:
                continue
            lacking = [name for name in entry["states"] if why_absent(_feature(name), absent)]
            if lacking:
                proven = f"the target is said to have no {_feature(lacking[0])}"
                yield Disagreement(row["id"], f"a state of {entry['check']}", lacking[0], proven)
            if entry["outcome"] == "not-applicable" and not _is_inapplicable(entry, record):
                yield Disagreement(
                    row["id"],
                    f"what {entry['check']} came to",
                    "not-applicable",
                    "no such reason is known of this check",
                )


def _feature(state: str) -> str:
    """The feature that a target needs for a state; an empty text where it needs none."""
    return (STATES[state].feature or "") if state in STATES else ""


def _is_inapplicable(entry: Mapping[str, Any], record: Mapping[str, Any]) -> bool:
    reason, target = entry["reason"], record["target"]
    if has_mark(reason) or reason.endswith("…"):
        return True
    if reason == READ_ONLY:
        return "read_only" in record
    absent = target.get("absent", ())
    features = {state.feature for state in STATES.values()} | {"internal_api"}
    if reason in {why_absent(feature, absent) for feature in features if feature} - {None}:
        return True
    if reason == _NO_INTERNAL_API:
        return target["internal_base_url"] is None
    module = re.match(r"test_(\w+)\.py::", entry["check"])
    return module is not None and any(
        re.fullmatch(one.modules, module[1]) and re.fullmatch(one.reason, reason) for one in INAPPLICABLE
    )
