"""The order API with FastAPI and an in-memory store, for a tenant without an external OMS.

Endpoints are coroutines that await nothing: no other request comes between what one of them reads and what it writes.
"""

import itertools
import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from os import environ
from typing import Annotated, Any, Literal
from uuid import uuid4

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import AfterValidator, BaseModel, Field
from starlette.exceptions import HTTPException as AnyHTTPException

VERSION_2 = "application/x.newstore.orders+json;version=2"
TOKEN = environ.get("ORDERS_TOKEN", "token-of-the-example")
GRACE_PERIOD = timedelta(minutes=30)
EXTENSION = timedelta(minutes=15)
NUMBERS = itertools.count(1)
CODES = {400: "bad_request", 401: "unauthorized", 404: "not_found", 412: "precondition_error"}


def new_id() -> str:
    """A UUID as text."""
    return str(uuid4())


@dataclass
class Item:
    """A line item; `net` is its price without the tax of 10 %."""

    net: int
    name: str = "Basic T-Shirt"
    preordered: bool = False
    status: str = "pending"
    external_identifier: dict[str, Any] = field(default_factory=dict)
    id: str = field(default_factory=new_id)

    @property
    def price(self) -> dict[str, float]:
        """Its price, as orders and prices show it."""
        return {"net": self.net, "tax": self.net / 10, "gross": self.net + self.net / 10}

    def as_json(self) -> dict[str, Any]:
        """The item as orders show it."""
        return {
            "id": self.id,
            "origin_id": self.id,
            "status": self.status,
            "price": self.price,
            "product_attributes": {"name": self.name},
            "external_identifier": self.external_identifier,
        }

    def cancel(self) -> None:
        """Cancel it, or raise the 400 that says why not."""
        if not self.preordered or self.status in ("complete", "cancelled", "returned"):
            raise HTTPException(400, "The order item can't be canceled.")
        self.status = "cancelled"


@dataclass
class Order:
    """An order; it can be canceled or given more time until `due_at`."""

    items: list[Item]
    customer_id: str = field(default_factory=new_id)
    placed_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    due_at: datetime = field(default_factory=lambda: datetime.now(UTC) + GRACE_PERIOD)
    status: str = "open"
    canceled: bool = False
    uuid: str = field(default_factory=new_id)
    readable_id: str = field(default_factory=lambda: f"OM-{next(NUMBERS):010}")

    @property
    def in_grace_period(self) -> bool:
        """Whether its grace period has neither expired nor been ended by a cancellation."""
        return self.status == "open" and datetime.now(UTC) < self.due_at

    def as_json(self) -> dict[str, Any]:
        """The order as every media type shows it."""
        sums = {name: sum(item.price[name] for item in self.items) for name in ("net", "tax", "gross")}
        return {
            "id": self.readable_id,
            "origin": "newstore",
            "origin_id": self.uuid,
            "channel_type": "web",
            "channel": {"id": "web-shop", "type": "web"},
            "fulfillment_type": "traditional",
            "placed_at": f"{self.placed_at:%Y-%m-%dT%H:%M:%S.%fZ}",
            "status": self.status,
            "currency": "USD",
            "customer": {"id": self.customer_id},
            "items": [item.as_json() for item in self.items],
            "totals": {**sums, "total": sums["gross"], "shipping": 0, "gift_wrapping": 0, "discount": 0},
        }


ORDERS: list[Order] = []
IdType = Literal["internal", "external"]
ItemId = Annotated[str, Field(min_length=36, max_length=36)]


def writable(value: dict[str, Any]) -> dict[str, Any]:
    """Refuse what Python reads from JSON but no answer can hold: NaN, infinity, half a surrogate pair."""
    json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    return value


class Product(BaseModel):
    """A product whose price is asked for."""

    type: Literal["product"]
    id: ItemId


class Extra(BaseModel):
    """What else has a price."""

    type: Literal["shipping", "gift-wrapping"]


class PriceRequest(BaseModel):
    """What prices are asked for."""

    items: list[Annotated[Product | Extra, Field(discriminator="type")]] = Field(min_length=1, max_length=500)


class Cancellation(BaseModel):
    """Why an order is canceled."""

    reason: str = Field(min_length=1)
    note: str | None = None


class SerialNumber(BaseModel):
    """The serial number of an item."""

    id: ItemId
    serial_number: str
    epc: Annotated[dict[str, Any], AfterValidator(writable)] = {}


class SerialNumbers(BaseModel):
    """The serial numbers of some items."""

    items: list[SerialNumber] = Field(min_length=1, max_length=500)


def authorize(credentials: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]) -> None:
    """Refuse every token but ours."""
    if not secrets.compare_digest(credentials.credentials.encode(), TOKEN.encode()):
        raise HTTPException(401, "The token is not valid.")


app = FastAPI()
api = APIRouter(prefix="/v0", dependencies=[Depends(authorize)])


def find_order(order_id: str, *id_types: IdType) -> Order:
    """The order with an id of one of the types, or 404."""
    for order in ORDERS:
        ids = {"internal": order.uuid, "external": order.readable_id}
        if order_id in [ids[id_type] for id_type in id_types]:
            return order
    raise HTTPException(404, "The order was not found.")


def find_item(item_id: str, *orders: Order) -> Item:
    """The item of one of the orders, or 404."""
    for item in (item for order in orders for item in order.items if item.id == item_id):
        return item
    raise HTTPException(404, "The order item was not found.")


def wants_version_2(request: Request) -> bool:
    """Whether the `Accept` header names version 2."""
    return VERSION_2 in request.headers.get("accept", "").lower().replace(" ", "").replace('"', "")


@api.get("/orders/{order_id}")
async def get_order(order_id: str, id_type: IdType, request: Request):
    """An order by its UUID (internal) or its readable id (external)."""
    media_type = VERSION_2 if wants_version_2(request) else "application/json"
    return JSONResponse(find_order(order_id, id_type).as_json(), media_type=media_type)


@api.get("/orders")
async def get_history(
    request: Request,
    customer_id: str,
    offset: Annotated[int, Query(ge=0, lt=2**31)] = 0,
    count: Annotated[int, Query(ge=1, le=50)] = 10,
):
    """A customer's orders, the newest first; as `application/json`, they would have to come from an external OMS."""
    if not wants_version_2(request):
        raise HTTPException(412, "No external OMS is configured.")
    orders = sorted((o for o in ORDERS if o.customer_id == customer_id), key=lambda o: o.placed_at, reverse=True)
    page = [order.as_json() for order in orders[offset : offset + count]]
    info = {"count": len(page), "offset": offset, "total": len(orders)}
    return JSONResponse({"pagination_info": info, "orders": page}, media_type=VERSION_2)


@api.post("/orders/{order_id}/prices")
async def get_prices(order_id: str, asked: PriceRequest):
    """Prices of products, shipping and gift wrapping, by either id of the order."""
    order, lines = find_order(order_id, "internal", "external"), []
    for line in asked.items:
        if isinstance(line, Product):
            item = find_item(line.id, order)
            lines.append({"type": line.type, "id": item.id, "price": item.price, "status": item.status})
        else:
            lines.append({"type": line.type, "price": {"net": 0, "tax": 0, "gross": 0}})
    return {"currency": "USD", "items": lines}


@api.get("/orders/{order_id}/cancel")
async def get_cancellation_status(order_id: str, id_type: IdType):
    """Whether the order can be canceled, and whether it has been."""
    order = find_order(order_id, id_type)
    return {"cancelable": order.in_grace_period, "canceled": order.canceled, "is_safe": order.in_grace_period}


@api.post("/orders/{order_id}/cancel")
async def cancel_order(order_id: str, id_type: IdType, _: Cancellation):
    """Cancel an order in its grace period, with all items."""
    order = find_order(order_id, id_type)
    if not order.in_grace_period:
        raise HTTPException(400, "The order is no longer cancelable.")
    order.status, order.canceled = "closed", True
    for item in order.items:
        item.status = "cancelled"


@api.post("/orders/{order_id}/_extend_grace_period")
async def extend_grace_period(order_id: str, id_type: IdType):
    """Give the order 15 minutes more."""
    order = find_order(order_id, id_type)
    if not order.in_grace_period:
        raise HTTPException(412, "The order is not in the grace period.")
    order.due_at += EXTENSION
    return {"due_at": order.due_at}


@api.patch("/orders/{uuid}/serial_numbers", status_code=204)
async def add_serial_numbers(uuid: str, asked: SerialNumbers):
    """Assign serial numbers to all items of the request or, where one is unknown, to none."""
    order = find_order(uuid, "internal")
    for item, line in [(find_item(line.id, order), line) for line in asked.items]:
        item.external_identifier |= line.model_dump(exclude={"id"}, exclude_unset=True)


@api.post("/orders/{order_uuid}/items/{item_uuid}/cancel")
async def cancel_line_item(order_uuid: str, item_uuid: str, id_type: IdType):
    """Cancel a pre-ordered item of an order."""
    find_item(item_uuid, find_order(order_uuid, id_type)).cancel()


@api.post("/line_item/{uuid}/cancel")
async def cancel_line_item_internally(uuid: str):
    """Cancel a pre-ordered item: the internal API."""
    find_item(uuid, *ORDERS).cancel()


app.include_router(api)


@app.exception_handler(AnyHTTPException)
async def show_error(request: Request, error: AnyHTTPException):
    """Show an error as the documents do: `application/problem+json`, and `application/json` in the internal API."""
    body = {"error_code": CODES.get(error.status_code, "error"), "message": error.detail, "request_id": new_id()}
    media_type = "application/json" if request.url.path.startswith("/v0/line_item/") else "application/problem+json"
    return JSONResponse(body, error.status_code, error.headers, media_type)


@app.exception_handler(RequestValidationError)
async def refuse_request(request: Request, error: RequestValidationError):
    """Refuse with the documented 400, and without the input, which FastAPI's own 422 repeats and may fail to write."""
    return await show_error(request, HTTPException(400, error.errors()[0]["msg"]))
