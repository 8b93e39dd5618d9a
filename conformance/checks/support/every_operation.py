"""A valid request for each of the nine operations, for rules about all of them."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from orderproof.conformance.checks.support.reading import items_by_id
from orderproof.conformance.kit import ORDERS_V2, Answer, Orders, State, require
from orderproof.spec.description import operations
from orderproof.strategies.generated import GeneratedRequest, bind
from orderproof.strategies.texts import of_item

Send = Callable[..., Answer]


@dataclass(frozen=True, slots=True)
class Case:
    """An operation: the state that its request needs, how to send it, and how to observe its effect.

    `send(orders, state, **parts)` sends a valid request with some `parts` replaced; `observe(orders, state)` returns
    what the operation would change, as a value to compare, or None for an operation without an effect that can be read.
    `success` is its documented status.
    """

    operation: str
    state: str
    send: Send
    observe: Callable[[Orders, State], Any] = lambda _orders, _state: None
    success: int = 200


# Only what an operation could change: undocumented members may differ between two reads (a signed URL, a time), and the
# order of the items is not documented.
def _status(orders: Orders, order: State) -> Any:
    answer = require(orders.cancellation_status(order))
    return {name: answer.at(name) for name in ("cancelable", "canceled")}


def _items(orders: Orders, order: State) -> dict[str, Mapping[str, Any]]:
    items = require(orders.show(order)).at("items")
    return items_by_id(items if isinstance(items, list) else ())


# Without the items' statuses, which the platform may change at any time.
def _serial_numbers(orders: Orders, order: State) -> Any:
    found = {item: shown.get("external_identifier") for item, shown in _items(orders, order).items()}
    return {item: shown.get("serial_number") for item, shown in found.items() if isinstance(shown, dict)}


# Only the item that is to be canceled: the status of a pre-ordered item does not change on its own.
def _preordered(orders: Orders, order: State) -> Any:
    return _items(orders, order).get(order.item_uuid.casefold(), {}).get("status")


def _entry(order: State) -> list[dict[str, Any]]:
    item = order.values["item_uuids"][0]
    return [{"id": item, "serial_number": of_item("SN-1", item)}]


def _line(order: State) -> list[dict[str, Any]]:
    return [{"type": "product", "id": order.values["item_uuids"][0]}]


_CASES = (
    Case("showSalesOrderByIdAndIdType", "order", lambda orders, order, **parts: orders.show(order, **parts)),
    Case(
        "showOrderHistoryForCustomer",
        "customer-with-orders",
        lambda orders, customer, **parts: orders.history(customer, **{"accept": ORDERS_V2, **parts}),
    ),
    Case(
        "createPriceInformationForItems",
        "order",
        lambda orders, order, **parts: orders.prices(order, _line(order), **parts),
    ),
    Case(
        "createCancellation", "order-cancelable", lambda orders, order, **parts: orders.cancel(order, **parts), _status
    ),
    Case(
        "showCancellationStatus",
        "order",
        lambda orders, order, **parts: orders.cancellation_status(order, **parts),
    ),
    Case(
        "createGracePeriod",
        "order-in-grace-period",
        lambda orders, order, **parts: orders.extend_grace_period(order, **parts),
    ),
    Case(
        "updateSalesOrderSerialNumbers",
        "order",
        lambda orders, order, **parts: orders.add_serial_numbers(order, _entry(order), **parts),
        _serial_numbers,
        success=204,
    ),
    Case(
        "createLineItemCancellation",
        "order-with-preordered-item",
        lambda orders, order, **parts: orders.cancel_line_item(order, order.item_uuid, **parts),
        _preordered,
    ),
    Case(
        "cancelLineItem",
        "order-with-preordered-item",
        lambda orders, order, **parts: orders.cancel_line_item_internally(order, order.item_uuid, **parts),
        _preordered,
    ),
)

CASES: Mapping[str, Case] = {case.operation: case for case in _CASES}


def valid_body(orders: Orders, case: Case, state: State) -> bytes:
    """The body of an operation's valid request, to be changed in one point. Nothing is sent."""
    body = case.send(orders.prepared(), state).exchange.request_body
    assert body is not None, f"{case.operation} documents no body"
    return body


def send_generated(orders: Orders, state: State, request: GeneratedRequest) -> Answer:
    """Send a generated request with the ids of a real state; the rest is as generated."""
    operation = operations()[request.operation]
    query = [(name, _real(name, value, state)) for name, value in request.query]
    id_key = "order_id" if ("id_type", "external") in request.query else "order_uuid"
    path = {}
    for name in re.findall(r"{(\w+)}", operation.path):
        if name == "item_uuid" or operation.api == "order-lines":
            path[name] = state.values["item_uuid"]
        elif operation.id == "createPriceInformationForItems":
            path[name] = orders.price_id_of(state)
        else:
            path[name] = state.values[id_key]
    parts: dict[str, Any] = {"query": query}
    if request.has_body:
        body = bind(request.body, state.values["item_uuids"])
        parts["raw_body"] = json.dumps(body, ensure_ascii=False).encode()
    if request.operation == "showOrderHistoryForCustomer":
        parts["accept"] = ORDERS_V2
    return orders.call(request.operation, state, path, **parts)


def _real(name: str, value: str, state: State) -> str:
    return str(state.values["customer_id"]) if name == "customer_id" else value
