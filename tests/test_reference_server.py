"""The reference server: every operation, granted and refused, and what it survives."""

from __future__ import annotations

import contextlib
import http.client
import json
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from orderproof.conformance.reference.exchange import VENDOR_V2
from orderproof.conformance.reference.server import Running, start

V2 = {"Accept": VENDOR_V2}
# Met only where something is broken, however busy the machine is.
PATIENCE = 60.0


class Reply(NamedTuple):
    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)


class Sandbox:
    """A client of a running reference server."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.host = urlsplit(running.base_url).netloc

    def request(self, method: str, path: str, body: Any = None, *, token: str | None = None, **headers: str) -> Reply:
        fields = {"Authorization": f"Bearer {token or self.running.token}"}
        if body is not None and not isinstance(body, bytes):
            body, fields["Content-Type"] = json.dumps(body).encode(), "application/json"
        fields |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.raw(method, f"/v0{path}", body, {name: value for name, value in fields.items() if value})

    def raw(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Reply:
        connection = http.client.HTTPConnection(self.host, timeout=PATIENCE)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    @contextlib.contextmanager
    def stopped_clock(self) -> Iterator[None]:
        """Let no time pass for the server."""
        decisions: Any = self.running.decisions
        moment = decisions.now()
        decisions.now = lambda: moment
        try:
            yield
        finally:
            del decisions.now

    def state(self, name: str, **params: Any) -> dict[str, Any]:
        body = json.dumps({"state": name, "params": params, "action": "setup"}).encode()
        answer = self.raw("POST", "/_state", body, {"Content-Type": "application/json"})
        assert answer.status == 200, answer
        values: dict[str, Any] = answer.json
        return values

    def order(self, values: dict[str, Any], id_type: str = "internal", **headers: str) -> Reply:
        identifier = values["order_uuid" if id_type == "internal" else "order_id"]
        return self.request("GET", f"/orders/{identifier}?id_type={id_type}", token=values.get("token"), **headers)

    def status(self, values: dict[str, Any]) -> Any:
        return self.request("GET", f"/orders/{values['order_uuid']}/cancel?id_type=internal").json

    def cancel(self, values: dict[str, Any], body: Any) -> Reply:
        return self.request("POST", f"/orders/{values['order_uuid']}/cancel?id_type=internal", body)

    def extend(self, values: dict[str, Any]) -> Reply:
        return self.request("POST", f"/orders/{values['order_uuid']}/_extend_grace_period?id_type=internal")

    def history(self, customer_id: str, query: str = "", **headers: str) -> Reply:
        return self.request("GET", f"/orders?customer_id={customer_id}{query}", **headers)

    def prices(self, values: dict[str, Any], body: Any) -> Reply:
        return self.request("POST", f"/orders/{values['order_uuid']}/prices", body)

    def serials(self, values: dict[str, Any], items: Any) -> Reply:
        return self.request("PATCH", f"/orders/{values['order_uuid']}/serial_numbers", {"items": items})

    def items(self, values: dict[str, Any]) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.order(values).json["items"]
        return items


@pytest.fixture(scope="module")
def sandbox():
    with start() as running:
        yield Sandbox(running)


def is_problem(answer: Reply, status: int, media_type: str = "application/problem+json") -> bool:
    return (
        answer.status == status
        and answer.headers["content-type"] == media_type
        and set(answer.json) == {"error_code", "message", "request_id"}
    )


def test_an_order_is_found_by_both_of_its_ids(sandbox):
    values = sandbox.state("order", items=3)
    internal, external = sandbox.order(values), sandbox.order(values, "external")
    assert internal.status == external.status == 200
    assert internal.json["id"] == external.json["id"] == values["order_id"]
    assert [item["id"] for item in internal.json["items"]] == values["item_uuids"]
    assert internal.json["payment_history"] == []
    assert external.json["payment_history"]


def test_ids_do_not_cross_types(sandbox):
    values = sandbox.state("order")
    assert is_problem(sandbox.request("GET", f"/orders/{values['order_uuid']}?id_type=external"), 404)
    assert is_problem(sandbox.request("GET", f"/orders/{values['order_id']}?id_type=internal"), 400)
    assert is_problem(sandbox.request("GET", f"/orders/{values['order_id'][:-1]}?id_type=external"), 404)
    assert is_problem(sandbox.request("GET", f"/orders/{uuid4()}?id_type=internal"), 404)


@pytest.mark.parametrize("query", ["", "?id_type=", "?id_type=Internal", "?id_type=internal&id_type=internal"])
def test_an_id_type_that_is_none_is_refused(sandbox, query):
    assert is_problem(sandbox.request("GET", f"/orders/{uuid4()}{query}"), 400)


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("application/json; charset=utf-8", "application/json"),
        ("application/x.newstore.orders+json;version=2", VENDOR_V2),
        ('Application/X.NewStore.Orders+JSON ; Version="2"', VENDOR_V2),
        ("application/x.newstore.orders+json", VENDOR_V2),
        ("application/x.newstore.orders+json;version=2, */*", VENDOR_V2),
        ("application/json;q=0.1, application/x.newstore.orders+json;version=2;q=0.9", VENDOR_V2),
        ("application/json, application/x.newstore.orders+json;version=2;q=0.9", "application/json"),
        ("*/*, application/json;q=0", VENDOR_V2),
    ],
)
def test_accept_is_read_as_media_types(sandbox, accept, media_type):
    answer = sandbox.order(sandbox.state("order"), Accept=accept)
    assert (answer.status, answer.headers["content-type"]) == (200, media_type)


@pytest.mark.parametrize("accept", ["text/html", "application/x.newstore.orders+json;version=3", "nonsense", "*/*;q=0"])
def test_an_unknown_accept_is_refused(sandbox, accept):
    assert is_problem(sandbox.order(sandbox.state("order"), Accept=accept), 406)


def test_placed_at_is_one_instant_in_both_media_types(sandbox):
    values = sandbox.state("order")
    v1, v2 = (sandbox.order(values, **headers).json["placed_at"] for headers in ({}, V2))
    assert v2 == f"{v1}Z"


def test_the_external_oms_is_asked_for_external_ids_only(sandbox):
    values = sandbox.state("oms-order")
    before = sandbox.running.oms.calls["oms"]
    assert sandbox.order(values).status == 404
    assert sandbox.running.oms.calls["oms"] == before
    answer = sandbox.order(values, "external")
    assert (answer.status, answer.json["origin"]) == (200, "external")
    assert sandbox.running.oms.calls["oms"] == before + 1
    platform = sandbox.state("oms-platform-order")
    assert (sandbox.order(platform).status, sandbox.order(platform, "external").status) == (200, 404)


@pytest.mark.parametrize(
    ("state", "status"), [("oms-invalid-payload", 409), ("oms-unavailable", 503), ("oms-misconfigured", 412)]
)
def test_trouble_with_the_external_oms_is_told(sandbox, state, status):
    values = sandbox.state(state)
    assert is_problem(sandbox.order(values, "external"), status)
    assert is_problem(sandbox.history(values["customer_id"], token=values["token"]), status)
    page = sandbox.history(values["customer_id"], token=values["token"], **V2)
    assert (page.status, page.json["orders"]) == (200, [])
    assert sandbox.request("GET", f"/orders/{uuid4()}?id_type=internal", token=values["token"]).status == 404


def test_personal_data_is_tokenized_where_the_tenant_says_so(sandbox):
    values = sandbox.state("order", tenant="pii")
    customer = sandbox.order(values).json["customer"]
    assert customer["id"] == values["customer_id"]
    assert all(customer[name].startswith("NS-EU-") for name in ("id", "name", "email"))
    page = sandbox.history(values["customer_id"], token=values["token"], **V2)
    assert [order["id"] for order in page.json["orders"]] == [values["order_id"]]


def test_a_server_that_ends_closes_what_is_open():
    # What `server._end` reads of uvicorn is public by its name, but nowhere documented.
    running = start()
    host = urlsplit(running.base_url).netloc
    with contextlib.closing(http.client.HTTPConnection(host, timeout=10)) as idle:
        idle.request("GET", "/v0/orders")
        idle.getresponse().read()
        assert idle.sock is not None, "the server keeps the connection"

        running.close()

        assert idle.sock.recv(1) == b""
    with contextlib.closing(http.client.HTTPConnection(host, timeout=10)) as later, pytest.raises(ConnectionError):
        later.connect()


def test_a_server_may_end_as_soon_as_it_has_begun_and_twice():
    running = start()

    running.close()
    running.close()

    assert not running._thread.is_alive()
