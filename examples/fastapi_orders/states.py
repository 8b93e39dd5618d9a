"""The app with a callback that makes test data for orderproof; do not serve it to others.

`python -m uvicorn states:app` serves both; `orderproof run --target target.yaml` judges it.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from app import ORDERS, Item, Order, app, new_id
from fastapi import HTTPException
from pydantic import BaseModel


class StateRequest(BaseModel):
    """A state that orderproof asks for, or gives back."""

    state: str
    params: dict[str, Any]
    action: str


@app.post("/_state")
async def state(asked: StateRequest):
    """Set a state up; 404 where it is not offered."""
    if asked.action == "teardown":
        return {}
    match asked.state:
        case "customer-without-orders":
            return {"customer_id": new_id()}
        case "customer-with-orders":
            return customer_with_orders(asked.params["orders"])
        case "order" | "order-cancelable" | "order-in-grace-period":
            return values(new_order(asked.params.get("items", 2)))
        case "order-past-grace-period":
            return values(new_order(due_at=datetime.now(UTC)))
        case "order-closed":
            return values(new_order(status="closed"))
        case "order-with-preordered-item":
            return preordered("pending")
        case "order-with-terminal-preordered-item":
            return preordered(asked.params["status"])
    raise HTTPException(404, "This state is not offered.")


def new_order(items: int = 2, **fields: Any) -> Order:
    """A new order in the store; its items have different prices."""
    order = Order([Item(net=10 * number) for number in range(1, items + 1)], **fields)
    ORDERS.append(order)
    return order


def values(order: Order) -> dict[str, Any]:
    """What a check needs to know of an order."""
    return {
        "order_uuid": order.uuid,
        "order_id": order.readable_id,
        "customer_id": order.customer_id,
        "item_uuids": [item.id for item in order.items],
    }


def preordered(status: str) -> dict[str, Any]:
    """An order whose first item is pre-ordered."""
    order = new_order()
    item, other = order.items
    item.preordered, item.status = True, status
    return {**values(order), "item_uuid": item.id, "other_item_uuid": other.id}


def customer_with_orders(count: int) -> dict[str, Any]:
    """A customer with orders that were placed a day apart."""
    customer, now = new_id(), datetime.now(UTC)
    orders = [new_order(customer_id=customer, placed_at=now - timedelta(days=age)) for age in range(count)]
    return {"customer_id": customer, "order_ids": [order.readable_id for order in orders]}
