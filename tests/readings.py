"""Probes: which reading of an open choice a running server shows, told from its answers alone.

Each takes a sandbox and returns the id of the reading, or what it saw instead, so that no server passes by a label.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPMessage
from typing import Any
from uuid import uuid4

from tests.samples import SPEC
from tests.test_reference_life import extend_at_once
from tests.test_reference_server import PATIENCE, V2, Reply, Sandbox

Probe = Callable[[Sandbox], str]

QUARTER_HOUR = timedelta(minutes=15)
KNOWN_STATUSES = {"open", "closed", "pending", "in_fulfillment", "complete", "cancelled"}
#: The member names of all samples, as the documents' text has them: one a line, in quotes. One is named in prose alone.
DOCUMENTED = {"payment_history"} | {
    name
    for path in sorted((SPEC / "source").glob("*.txt"))
    for name in re.findall(r'^"(\w+)"$', path.read_text(encoding="utf-8"), re.MULTILINE)
}


def missing_token(sandbox: Sandbox) -> str:
    return _status(sandbox.raw("GET", f"/v0/orders/{uuid4()}?id_type=internal", None, {}))


def bad_token(sandbox: Sandbox) -> str:
    return _status(sandbox.request("GET", f"/orders/{uuid4()}?id_type=internal", token="never-issued"))


def malformed_internal_id(sandbox: Sandbox) -> str:
    paths = ("/orders/no-uuid?id_type=internal", "/orders/no-uuid/cancel?id_type=internal")
    return _one_of(_status(sandbox.request("GET", path)) for path in paths)


def undocumented_400(sandbox: Sandbox) -> str:
    values = sandbox.state("order-in-grace-period")
    return _status(sandbox.request("POST", f"/orders/{values['order_uuid']}/_extend_grace_period"))


def unknown_accept(sandbox: Sandbox) -> str:
    answer = sandbox.order(sandbox.state("order"), Accept="text/html")
    return "answered-as-json" if answer.status == 200 and _media_type(answer) == "application/json" else _status(answer)


def payment_history_internal(sandbox: Sandbox) -> str:
    document = sandbox.order(sandbox.state("order")).json
    return _emptiness(document, "payment_history")


def paging_with_json(sandbox: Sandbox) -> str:
    values = sandbox.state("customer-with-orders", orders=3, tenant="oms")
    answers = [
        sandbox.history(values["customer_id"], query, token=values["token"]) for query in ("&count=1", "&offset=2")
    ]
    if {answer.status for answer in answers} == {400}:
        return "refused"
    shown = [[order["id"] for order in answer.json["orders"]] for answer in answers]
    return "ignored" if shown == [values["order_ids"]] * 2 else f"honoured: {shown}"


def pagination_count(sandbox: Sandbox) -> str:
    values = sandbox.state("customer-with-orders", orders=2)
    info = sandbox.history(values["customer_id"], "&count=7", **V2).json["pagination_info"]
    return {7: "requested", 2: "returned"}.get(info["count"], str(info))


def unknown_customer_version_2(sandbox: Sandbox) -> str:
    answer = sandbox.history(str(uuid4()), **V2)
    if answer.status != 200:
        return _status(answer)
    page = answer.json
    return "empty-page" if (page["orders"], page["pagination_info"]["total"]) == ([], 0) else str(page)


def history_without_external_oms(sandbox: Sandbox) -> str:
    return _status(sandbox.history(sandbox.state("customer-with-orders")["customer_id"]))


def concurrent_extensions(sandbox: Sandbox) -> str:
    values = sandbox.state("order-in-grace-period")
    statuses = extend_at_once(sandbox, values)
    moved = datetime.fromisoformat(sandbox.extend(values).json["due_at"]) - datetime.fromisoformat(values["due_at"])
    if moved != (statuses.count(200) + 1) * QUARTER_HOUR or not set(statuses) <= {200, 409}:
        return f"{statuses}, moved by {moved}"
    return "refused" if 409 in statuses else "queued"


def cancellation_takes_effect(sandbox: Sandbox) -> str:
    values = sandbox.state("order-cancelable")
    with sandbox.stopped_clock():
        assert sandbox.cancel(values, {"reason": "x"}).status == 200
        if sandbox.status(values)["canceled"]:
            return "at-once"
    _until_canceled(sandbox, values)
    return "later"


def prices_order_id(sandbox: Sandbox) -> str:
    values = sandbox.state("order")
    found = tuple(
        sandbox.prices({"order_uuid": values[key]}, {"items": [{"type": "shipping"}]}).status == 200
        for key in ("order_uuid", "order_id")
    )
    return {(True, True): "either", (True, False): "uuid", (False, True): "readable"}.get(found, "neither")


def unknown_item_in_prices(sandbox: Sandbox) -> str:
    return _status(sandbox.prices(sandbox.state("order"), {"items": [{"type": "product", "id": str(uuid4())}]}))


def unknown_item_in_serial_numbers(sandbox: Sandbox) -> str:
    return _status(sandbox.serials(sandbox.state("order"), [{"id": str(uuid4()), "serial_number": "A"}]))


def status_of_canceled_order(sandbox: Sandbox) -> str:
    values = sandbox.state("order-cancelable")
    before = sandbox.order(values).json["status"]
    assert sandbox.cancel(values, {"reason": "x"}).status == 200
    _until_canceled(sandbox, values)
    after: str = sandbox.order(values).json["status"]
    return "unchanged" if after == before else after


def status_words(sandbox: Sandbox) -> str:
    words = set()
    for name in ("order", "order-past-grace-period", "order-closed"):
        values = sandbox.state(name)
        document = sandbox.order(values).json
        lines = [{"type": "product", "id": identifier} for identifier in values["item_uuids"]]
        for holder in (document, *document["items"], *sandbox.prices(values, {"items": lines}).json["items"]):
            words.add(holder["status"])
    if words <= KNOWN_STATUSES:
        return "known"
    if words <= {word.upper() for word in KNOWN_STATUSES}:
        return "upper-case"
    seen = {word.lower() for word in words} & KNOWN_STATUSES
    return "unknown" if not seen else str(sorted(words))


def undocumented_fields(sandbox: Sandbox) -> str:
    values = sandbox.state("customer-with-orders", orders=1)
    order = sandbox.state("order-in-grace-period")
    answers = [
        sandbox.order(order),
        sandbox.order(order, **V2),
        sandbox.history(values["customer_id"], **V2),
        sandbox.prices(order, {"items": [{"type": "shipping"}]}),
        sandbox.extend(order),
        sandbox.cancel(order, {}),
    ]
    holders = [bool(set(each) - DOCUMENTED) for answer in answers for each in _objects(answer.json)]
    return {(True,): "some", (False,): "none"}.get(tuple(set(holders)), "in some objects and not in others")


def optional_fields(sandbox: Sandbox) -> str:
    # Nobody has given these items a serial number yet.
    items = sandbox.items(sandbox.state("order"))
    return _one_of(_emptiness(item["external_identifier"], "serial_number") for item in items)


def extension_of_canceled_order(sandbox: Sandbox) -> str:
    values = sandbox.state("order-in-grace-period")
    assert sandbox.cancel(values, {"reason": "x"}).status == 200
    _until_canceled(sandbox, values)
    return _status(sandbox.extend(values))


def rate_limit(sandbox: Sandbox) -> str:
    # However long they take: they all come in one second of the server's.
    with sandbox.stopped_clock():
        for status, headers in _answers(sandbox, 250):
            if status != 200:
                wait = headers["retry-after"]
                if wait.isdigit():
                    return f"status-{status}"
                assert parsedate_to_datetime(wait)
                return "retry-after-date"
    return "none"


def fraction_digits(sandbox: Sandbox) -> str:
    text = sandbox.order(sandbox.state("order"), **V2).json["placed_at"]
    digits = len(text.rstrip("Z").partition(".")[2])
    return {0: "none", 1: "one", 3: "three", 9: "nine"}.get(digits, text)


def due_at_offset(sandbox: Sandbox) -> str:
    text = sandbox.extend(sandbox.state("order-in-grace-period")).json["due_at"]
    for reading, pattern in (("z", r"[\d:.T-]+Z"), ("zero-offset", r"[\d:.T-]+\+00:00"), ("lower-case", r"[\d:.t-]+z")):
        if re.fullmatch(pattern, text):
            return reading
    return "other-offset" if datetime.fromisoformat(text).utcoffset() else str(text)


def media_type_form(sandbox: Sandbox) -> str:
    text = sandbox.order(sandbox.state("order"), **V2).headers["content-type"]
    if text == V2["Accept"]:
        return "documented"
    forms = (("charset", "charset="), ("quoted", '"'), ("spaced", " "))
    return next((form for form, mark in forms if mark in text), "upper-case" if text == text.upper() else text)


def line_cancellation_reason(sandbox: Sandbox) -> str:
    values = sandbox.state("order-with-preordered-item")
    path = f"/orders/{values['order_uuid']}/items/{values['item_uuid']}/cancel?id_type=internal"
    answer = sandbox.request("POST", path)
    if answer.status == 400 and "reason" in answer.json["message"]:
        return "required" if sandbox.request("POST", path, {"reason": "x"}).status == 200 else "refused in any case"
    return "none" if answer.status == 200 else _status(answer)


def line_cancellation_path(sandbox: Sandbox) -> str:
    found = []
    for key, reading in (("order_id", "readable-id"), ("order_uuid", "uuid")):
        values = sandbox.state("order-with-preordered-item")
        path = f"/orders/{values[key]}/items/{values['item_uuid']}/cancel?id_type=external"
        # With a reason, which some servers want and the others ignore.
        if sandbox.request("POST", path, {"reason": "x"}).status == 200:
            found.append(reading)
    return _one_of(found)


def version_2_order_type(sandbox: Sandbox) -> str:
    text = sandbox.order(sandbox.state("order"), **V2).headers["content-type"].lower()
    return "vendor" if "x.newstore.orders+json" in text else text.removeprefix("application/")


def header_names(sandbox: Sandbox) -> str:
    ((_, headers),) = _answers(sandbox, 1)
    forms = {"Content-Type": "canonical", "content-type": "lower-case", "CONTENT-TYPE": "upper-case"}
    return _one_of(forms[name] for name in headers if name.lower() == "content-type")


def transfer(sandbox: Sandbox) -> str:
    ((_, headers),) = _answers(sandbox, 1)
    return "length" if "content-length" in headers else headers["transfer-encoding"]


def connections(sandbox: Sandbox) -> str:
    with closing(HTTPConnection(sandbox.host, timeout=10)) as connection:
        _, headers = _answer(sandbox, connection, sandbox.state("order")["order_uuid"])
        if headers["connection"] == "close":
            return "closed"
        # A kept connection is silent, so the time-out is what this waits for.
        connection.sock.settimeout(1.0)
        try:
            return f"more: {more!r}" if (more := connection.sock.recv(1)) else "dropped"
        except TimeoutError:
            return "kept"


PROBES: dict[str, Probe] = {
    "missing-token-status": missing_token,
    "bad-token-status": bad_token,
    "malformed-internal-id-status": malformed_internal_id,
    "undocumented-400-status": undocumented_400,
    "unknown-accept": unknown_accept,
    "payment-history-internal": payment_history_internal,
    "paging-with-json": paging_with_json,
    "pagination-count": pagination_count,
    "unknown-customer-version-2": unknown_customer_version_2,
    "history-without-external-oms": history_without_external_oms,
    "concurrent-extensions": concurrent_extensions,
    "cancellation-takes-effect": cancellation_takes_effect,
    "prices-order-id": prices_order_id,
    "unknown-item-in-prices": unknown_item_in_prices,
    "unknown-item-in-serial-numbers": unknown_item_in_serial_numbers,
    "status-of-canceled-order": status_of_canceled_order,
    "status-words": status_words,
    "line-cancellation-reason": line_cancellation_reason,
    "line-cancellation-path": line_cancellation_path,
    "undocumented-fields": undocumented_fields,
    "optional-fields": optional_fields,
    "extension-of-canceled-order": extension_of_canceled_order,
    "rate-limit": rate_limit,
    "fraction-digits": fraction_digits,
    "due-at-offset": due_at_offset,
    "media-type-form": media_type_form,
    "version-2-order-type": version_2_order_type,
    "header-names": header_names,
    "transfer": transfer,
    "connections": connections,
}


def _status(answer: Reply) -> str:
    return f"status-{answer.status}"


def _media_type(answer: Reply) -> str:
    return answer.headers["content-type"].partition(";")[0].lower()


def _one_of(seen: Iterator[str]) -> str:
    return " and ".join(sorted(set(seen)))


def _emptiness(holder: dict[str, Any], name: str) -> str:
    if name not in holder:
        return "absent"
    value = holder[name]
    return "null" if value is None else "empty-list" if value == [] else json.dumps(value)


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for member in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(member)


def _until_canceled(sandbox: Sandbox, values: dict[str, Any]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not sandbox.status(values)["canceled"]:
        assert time.monotonic() < deadline, "the order was never canceled"


def _answers(sandbox: Sandbox, count: int) -> Iterator[tuple[int, HTTPMessage]]:
    """The status and the header fields, as they were sent, of so many valid requests over one connection."""
    with closing(HTTPConnection(sandbox.host, timeout=PATIENCE)) as connection:
        uuid = sandbox.state("order")["order_uuid"]
        for _ in range(count):
            yield _answer(sandbox, connection, uuid)


def _answer(sandbox: Sandbox, connection: HTTPConnection, uuid: str) -> tuple[int, HTTPMessage]:
    path = f"/v0/orders/{uuid}/cancel?id_type=internal"
    connection.request("GET", path, headers={"Authorization": f"Bearer {sandbox.running.token}"})
    answer = connection.getresponse()
    answer.read()
    return answer.status, answer.headers
