"""The reference server: who is let in, and what it survives."""

from __future__ import annotations

import socket
import threading
from typing import Any

import pytest

from orderproof.conformance.reference.exchange import OPERATIONS
from orderproof.conformance.reference.server import start
from tests.test_reference_server import PATIENCE, V2, Sandbox, is_problem


@pytest.fixture(scope="module")
def sandbox():
    with start() as running:
        yield Sandbox(running)


def examples(values: dict[str, Any]) -> dict[str, tuple[str, str]]:
    names = {"id": "order_uuid", "uuid": "order_uuid", "order_uuid": "order_uuid"}
    found = {}
    for operation in OPERATIONS:
        path = operation.path.replace("{item_uuid}", values["item_uuids"][0])
        if operation.internal:
            path = path.replace("{uuid}", values["item_uuids"][0])
        for name, value in names.items():
            path = path.replace(f"{{{name}}}", values[value])
        found[operation.name] = (operation.method, f"{path}?id_type=internal&customer_id={values['customer_id']}")
    return found


@pytest.mark.parametrize("operation", [operation.name for operation in OPERATIONS])
def test_every_operation_needs_a_token(sandbox, operation):
    values = sandbox.state("order-cancelable")
    method, path = examples(values)[operation]
    good = f"Bearer {sandbox.running.token}"
    for authorization in ("", "Bearer", "Bearer nonsense", f"Basic {sandbox.running.token}", f"{good}x", good[:-1]):
        answer = sandbox.request(method, path, {"reason": "x"}, Authorization=authorization)
        assert answer.status == 401, authorization
        assert answer.headers["www-authenticate"].startswith("Bearer")
    assert sandbox.request(method, path, Authorization=f"bearer {sandbox.running.token}").status != 401
    assert sandbox.status(values)["cancelable"]


def test_tenants_see_nothing_of_one_another(sandbox):
    values = sandbox.state("order-with-preordered-item")
    stranger = sandbox.running.store.tenants["pii"].token
    for operation, (method, path) in examples(values).items():
        body = {"reason": "x", "items": [{"type": "product", "id": values["item_uuid"], "serial_number": "A"}]}
        answer = sandbox.request(method, path, body, token=stranger, **V2)
        if "customer_id=" in path and operation == "showOrderHistoryForCustomer":
            assert answer.json["orders"] == []
        else:
            assert answer.status == 404, operation


def test_undocumented_methods_are_refused(sandbox):
    values = sandbox.state("order")
    allowed: dict[str, set[str]] = {}
    for method, path in examples(values).values():
        allowed.setdefault(path, set()).add(method)
    for path, documented in allowed.items():
        for method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "FOO"} - documented:
            answer = sandbox.request(method, path)
            assert answer.status == 405
            assert set(answer.headers["allow"].split(", ")) == documented


SEGMENTS = [
    "%00",
    "%FF%FE",
    "%2F",
    "%2e%2e",
    "..",
    "%0A",
    "a" * 30000,
    "%F0%9F%92%A9",
    "'%20OR%201=1",
    "*",
    "%",
    "%zz",
    "+",
    ";",
]


@pytest.mark.parametrize("segment", SEGMENTS, ids=[segment[:8] for segment in SEGMENTS])
@pytest.mark.parametrize("query", ["id_type=internal", "id_type=external", "id_type=%FF", "=&&;=%00&id_type"])
def test_no_path_is_too_odd(sandbox, segment, query):
    body = {"reason": "x", "items": [{"type": "shipping", "id": segment.ljust(36)[:36], "serial_number": "x"}]}
    oms = sandbox.running.store.tenants["oms"].token
    for method, template in {(operation.method, operation.path) for operation in OPERATIONS}:
        path = template
        for name in ("{id}", "{uuid}", "{order_uuid}", "{item_uuid}"):
            path = path.replace(name, segment)
        answer = sandbox.request(method, f"{path}?{query}&customer_id={segment[:100]}", body, token=oms)
        assert 400 <= answer.status < 500, (method, path[:100])


def test_unpaired_surrogates_and_deep_nesting_are_no_crash(sandbox):
    values = sandbox.state("order-cancelable")
    path = f"/orders/{values['order_uuid']}/cancel?id_type=internal"
    deep = b'{"reason": "x", "note": null, "more": ' + b"[" * 50000 + b"]" * 50000 + b"}"
    for body in (b'{"reason": "\\ud800"}', deep, b'{"reason": 1' + b"0" * 5000 + b"}"):
        assert is_problem(sandbox.request("POST", path, body, Content_Type="application/json"), 400)
    assert sandbox.request("POST", path, b"x" * (5 << 20), Content_Type="application/json").status == 413


def test_half_a_request_has_no_effect(sandbox):
    values = sandbox.state("order-cancelable")
    host, port = sandbox.host.split(":")
    path = f"/v0/orders/{values['order_uuid']}/cancel?id_type=internal"
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {sandbox.running.token}\r\n"
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as connection:
        connection.sendall(f'{head}Content-Length: 99\r\n\r\n{{"reason": "x"}}'.encode())
        connection.shutdown(socket.SHUT_WR)
        # Until the server is done with it.
        assert connection.recv(1) == b""
    assert sandbox.status(values)["cancelable"]


def test_requests_to_the_api_are_counted(sandbox):
    def judged() -> int:
        count: int = sandbox.raw("GET", "/_requests", None, {}).json["judged"]
        return count

    before = judged()
    sandbox.request("GET", "/orders")
    sandbox.request("FOO", "/nowhere")
    sandbox.request("GET", "/orders", token="bad")
    sandbox.state("order")
    sandbox.raw("GET", "/elsewhere", None, {})
    assert judged() == before + 3


def test_threads_do_not_outlive_the_server():
    before = set(threading.enumerate())
    with start() as running:
        sandbox = Sandbox(running)
        assert sandbox.order(sandbox.state("oms-order"), "external").status == 200
    left = set(threading.enumerate()) - before
    assert "reference-server" not in {thread.name for thread in left}
    running.close()
