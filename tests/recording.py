"""A session of an ordinary client on a server, recorded as HAR: what `orderproof traffic` is tried with."""

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import urllib3

from orderproof.conformance.reference.choices import choose
from orderproof.conformance.reference.server import start
from orderproof.conformance.transport.mediatype import JSON, ORDERS_V2

REASON = {"reason": "Customer remorse"}


class Recorder:
    """Sends requests below a base URL, and keeps each as an entry of HAR."""

    def __init__(self, base_url: str, token: str) -> None:
        self.base_url = base_url
        self.entries: list[dict[str, Any]] = []
        self._token = token
        self._pool = urllib3.PoolManager(retries=False)

    def send(self, method: str, path: str, body: Any = None, *, accept: str | None = JSON) -> Any:
        """Send a request; the JSON of the answer, if it is JSON."""
        headers = {"Host": self.base_url.split("/")[2], "Authorization": f"Bearer {self._token}"}
        headers |= {"Accept": accept} if accept else {}
        text = body if isinstance(body, str) else None if body is None else json.dumps(body)
        headers |= {"Content-Type": JSON} if text is not None else {}
        began, url = time.time(), self.base_url + path
        answer = self._pool.request(method, url, body=text, headers=headers)
        self.entries.append(entry(method, url, headers, text, answer, began))
        try:
            return json.loads(answer.data)
        except ValueError:
            return None


def entry(
    method: str, url: str, headers: Mapping[str, str], text: str | None, answer: Any, began: float
) -> dict[str, Any]:
    """An exchange as an entry of HAR 1.2."""
    body = answer.data.decode("utf-8", "replace")
    post = {"postData": {"mimeType": headers.get("Content-Type", ""), "text": text}} if text is not None else {}
    return {
        "startedDateTime": datetime.fromtimestamp(began, UTC).isoformat(),
        "time": (time.time() - began) * 1000,
        "request": {
            "method": method,
            "url": url,
            "httpVersion": "HTTP/1.1",
            "headers": [{"name": name, "value": value} for name, value in headers.items()],
            "bodySize": len((text or "").encode()),
            **post,
        },
        "response": {
            "status": answer.status,
            "httpVersion": "HTTP/1.1",
            "headers": [{"name": name, "value": value} for name, value in answer.headers.items()],
            "content": {"size": len(answer.data), "mimeType": answer.headers.get("Content-Type", ""), "text": body},
            "bodySize": len(answer.data),
        },
    }


def archive(entries: list[Any]) -> dict[str, Any]:
    """Entries as a HAR file holds them."""
    return {"log": {"version": "1.2", "creator": {"name": "a test", "version": "1"}, "entries": entries}}


def recorded(*, faults: tuple[str, ...] = (), variants: tuple[str, ...] = ()) -> Recorder:
    """The session of a client on a server with these faults and variants."""
    with start(choose(faults=list(faults), variants=list(variants))) as server:
        pool = urllib3.PoolManager(retries=False)

        def state(name: str, **params: Any) -> Any:
            wanted = {"state": name, "params": params, "action": "setup"}
            return pool.request("POST", server.state_url, json=wanted).json()

        recorder = Recorder(server.base_url, server.token)
        read(recorder, state("order", items=2))
        number(recorder, state("order", items=2))
        extend(recorder, state("order-in-grace-period"))
        cancel(recorder, state("order-cancelable"))
        cancel_lines(recorder, state("order-with-preordered-item"), state("order-with-preordered-item"))
        page(recorder, state("customer-with-orders", orders=12))
        read_elsewhere(recorder, state("oms-order"))
        pool.clear()
        return recorder


def read(client: Recorder, order: Any) -> None:
    """An order by both ids and in both media types, its prices, and mistakes in both requests."""
    uuid, readable, items = order["order_uuid"], order["order_id"], order["item_uuids"]
    for id_, kind in ((uuid, "internal"), (readable, "external")):
        for accept in (JSON, ORDERS_V2, None):
            client.send("GET", f"/orders/{id_}?id_type={kind}", accept=accept)
        client.send("GET", f"/orders/{id_}")
        client.send("GET", f"/orders/{id_}?id_type=other")
    product = {"type": "product", "id": items[0]}
    prices = f"/orders/{uuid}/prices"
    for body in (
        *([], "", None, '{"items": ['),
        *({}, {"items": []}, {"items": [1]}, {"items": [{"id": items[0]}]}, {"items": [{"type": "product"}]}),
        *({"items": [{**product, "id": items[0][1:]}]}, {"items": [product] * 501}, {"items": [product]}),
        {"items": [{"type": "product", "id": one} for one in items]},
    ):
        client.send("POST", prices, body)


def read_elsewhere(client: Recorder, order: Any) -> None:
    """An order of the external system in both media types, and the history of its customer."""
    for accept in (JSON, ORDERS_V2, None):
        client.send("GET", f"/orders/{order['order_id']}?id_type=external", accept=accept)
        client.send("GET", f"/orders?customer_id={order['customer_id']}", accept=accept)


def number(client: Recorder, order: Any) -> None:
    """Serial numbers: mistakes, then valid ones, twice, each time read."""
    uuid, items = order["order_uuid"], order["item_uuids"]
    entries = [{"id": one, "serial_number": f"SN-{at}"} for at, one in enumerate(items)]
    path, first = f"/orders/{uuid}/serial_numbers", entries[0]
    for body in (
        *([], None, '{"items": ['),
        *({}, {"items": []}, {"items": [1]}, {"items": [{"serial_number": "A"}]}, {"items": [{"id": items[0]}]}),
        *({"items": [{**first, "id": items[0][1:]}]}, {"items": [first] * 501}, {"items": [{**first, "epc": 1}]}),
    ):
        client.send("PATCH", path, body)
    client.send("GET", f"/orders/{uuid}?id_type=internal")
    for text in ("SN-", "Other-"):
        client.send("PATCH", path, {"items": [{**one, "serial_number": text + one["id"][:4]} for one in entries]})
        client.send("GET", f"/orders/{uuid}?id_type=internal", accept=ORDERS_V2)


def extend(client: Recorder, order: Any) -> None:
    """Extensions by both ids, mistakes, and one after the cancellation."""
    uuid, readable = order["order_uuid"], order["order_id"]
    client.send("GET", f"/orders/{uuid}?id_type=internal")
    for path in (uuid, f"{uuid}?id_type=other", f"{uuid}?id_type=internal", f"{uuid}?id_type=internal"):
        id_, _, query = path.partition("?")
        client.send("POST", f"/orders/{id_}/_extend_grace_period?{query}".rstrip("?"))
    client.send("POST", f"/orders/{readable}/_extend_grace_period?id_type=external")
    client.send("POST", f"/orders/{uuid}/cancel?id_type=internal", REASON)
    settle(client, uuid)
    client.send("POST", f"/orders/{uuid}/_extend_grace_period?id_type=internal")


def cancel(client: Recorder, order: Any) -> None:
    """Cancellations: mistakes, a valid one, and again by either id."""
    uuid, readable = order["order_uuid"], order["order_id"]
    client.send("GET", f"/orders/{uuid}?id_type=internal")
    path = f"/orders/{uuid}/cancel?id_type=internal"
    for id_, kind in ((uuid, "internal"), (readable, "external")):
        client.send("GET", f"/orders/{id_}/cancel?id_type={kind}")
    client.send("GET", f"/orders/{uuid}/cancel")
    for body in ({}, {"reason": ""}, {"reason": 1}, {**REASON, "note": 1}, [], '{"reason": "Cust', None):
        client.send("POST", path, body)
    client.send("POST", f"/orders/{uuid}/cancel", REASON)
    client.send("POST", path, REASON)
    settle(client, uuid)
    client.send("GET", f"/orders/{readable}/cancel?id_type=external")
    client.send("POST", path, REASON)
    client.send("POST", f"/orders/{readable}/cancel?id_type=external", REASON)
    client.send("GET", path)


def settle(client: Recorder, uuid: str) -> None:
    """Read the cancellation status until it shows the cancellation, or for long enough."""
    ends = time.monotonic() + 3
    while time.monotonic() < ends:
        if (client.send("GET", f"/orders/{uuid}/cancel?id_type=internal") or {}).get("canceled"):
            return
        time.sleep(0.05)


def cancel_lines(client: Recorder, order: Any, other: Any) -> None:
    """Cancellations of line items by both APIs, and again."""
    uuid, item = order["order_uuid"], order["item_uuid"]
    path = f"/orders/{uuid}/items/{item}/cancel"
    client.send("POST", path)
    for _ in range(2):
        client.send("POST", f"{path}?id_type=internal")
        await_line(client, uuid, item)
    client.send("POST", f"/line_item/{item}/cancel")
    for _ in range(2):
        client.send("POST", f"/line_item/{other['item_uuid']}/cancel")
        await_line(client, other["order_uuid"], other["item_uuid"])


def await_line(client: Recorder, uuid: str, item: str) -> None:
    """Read an order until it shows that an item was canceled, or for long enough."""
    ends = time.monotonic() + 3
    while time.monotonic() < ends:
        shown = client.send("GET", f"/orders/{uuid}?id_type=internal") or {}
        if any(one.get("id") == item and one.get("status") != "pending" for one in shown.get("items", ())):
            return
        time.sleep(0.05)


def page(client: Recorder, customer: Any) -> None:
    """A history in pages, twice, and mistakes."""
    path = f"/orders?customer_id={customer['customer_id']}"
    queries = ("", "&count=5", "&count=5&offset=4", "&count=50", "&offset=20", "&offset=3")
    for query in (*queries, "&count=51", "&count=0", "&offset=-1", "&count=ten", *queries):
        client.send("GET", path + query, accept=ORDERS_V2)
    listed = client.send("GET", path, accept=ORDERS_V2)
    for order in (listed or {}).get("orders", [])[:2]:
        client.send("GET", f"/orders/{order['id']}?id_type=external", accept=ORDERS_V2)
    client.send("GET", "/orders", accept=ORDERS_V2)
    for accept in (JSON, None):
        client.send("GET", path, accept=accept)
        client.send("GET", "/orders", accept=accept)
