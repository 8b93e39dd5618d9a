"""The descriptions refuse what the documents refuse, and take everything that they leave open."""

import copy
from typing import Any

import pytest

from tests.samples import DESCRIPTIONS, contents, samples, validator

JSON = "application/json"
VERSION_2 = "application/x.newstore.orders+json;version=2"
PROBLEM = "application/problem+json"
ITEM = "25802b6c-a66f-4f76-b6bc-f1305468fc12"
GONE = object()
"""In place of a value: the field is left out."""

SCHEMAS = {
    (operation, part, media_type): (name, content["schema"])
    for name in DESCRIPTIONS
    for operation, part, media_type, content in contents(name)
}
SAMPLES = {(one.method, one.path, one.status): one.value for one in samples("orders.openapi.yaml")}
ORDER = SAMPLES["get", "/orders/{id}", "200"]
ORDER_VERSION_2 = ORDER | {"placed_at": "2021-11-22T12:51:39.30Z"}
HISTORY = SAMPLES["get", "/orders", "200"]
PRICES = SAMPLES["post", "/orders/{id}/prices", "200"]

# Where a body is told: the operation, the status or "request", and the media type.
ORDER_1 = ("showSalesOrderByIdAndIdType", "200", JSON)
ORDER_2 = ("showSalesOrderByIdAndIdType", "200", VERSION_2)
HISTORY_1 = ("showOrderHistoryForCustomer", "200", JSON)
HISTORY_2 = ("showOrderHistoryForCustomer", "200", VERSION_2)
PRICES_REQUEST = ("createPriceInformationForItems", "request", JSON)
PRICES_ANSWER = ("createPriceInformationForItems", "200", JSON)
CANCEL = ("createCancellation", "request", JSON)
CANCEL_STATUS = ("showCancellationStatus", "200", JSON)
GRACE = ("createGracePeriod", "200", JSON)
SERIALS = ("updateSalesOrderSerialNumbers", "request", JSON)
CANCEL_REFUSED = ("createCancellation", "400", PROBLEM)
INTERNAL_REFUSED = ("cancelLineItem", "400", JSON)


def but(body: Any, *path: Any) -> Any:
    """The body with one value changed: the way to it, and the value last."""
    *way, key, value = path
    changed = copy.deepcopy(body)
    node = changed
    for step in way:
        node = node[step]
    if value is GONE:
        del node[key]
    else:
        node[key] = value
    return changed


def items(*given: Any) -> dict[str, Any]:
    return {"items": list(given)}


def product(**changes: Any) -> dict[str, Any]:
    return {"type": "product", "id": ITEM} | changes


def serial(**changes: Any) -> dict[str, Any]:
    return {"id": ITEM, "serial_number": "SRQFAU79"} | changes


def at(digits: int) -> str:
    """A time whose fraction of a second has so many digits."""
    return "2021-11-22T12:51:39" + "." * (digits > 0) + "3" * digits + "Z"


def accepts(place: tuple[str, str, str], body: Any, *, formats: bool) -> bool:
    return validator(*SCHEMAS[place], formats=formats).is_valid(body)


REFUSED = [
    (PRICES_REQUEST, "no items", {}),
    (PRICES_REQUEST, "empty items", items()),
    (PRICES_REQUEST, "501 items", items(*[product()] * 501)),
    (PRICES_REQUEST, "items is an object", {"items": product()}),
    (PRICES_REQUEST, "an item is a string", items(ITEM)),
    (PRICES_REQUEST, "no type", items({"id": ITEM})),
    (PRICES_REQUEST, "unknown type", items(product(type="voucher"))),
    (PRICES_REQUEST, "no id of a product", items({"type": "product"})),
    (PRICES_REQUEST, "id of 35 characters", items(product(id="a" * 35))),
    (PRICES_REQUEST, "id of 37 characters", items(product(id="a" * 37))),
    (PRICES_REQUEST, "id is a number", items(product(id=1))),
    (PRICES_REQUEST, "one bad item of two", items(product(), product(id=""))),
    (PRICES_REQUEST, "a list", [product()]),
    (PRICES_REQUEST, "null", None),
    (SERIALS, "no items", {}),
    (SERIALS, "empty items", items()),
    (SERIALS, "501 items", items(*[serial()] * 501)),
    (SERIALS, "no id", items({"serial_number": "a"})),
    (SERIALS, "id of 35 characters", items(serial(id="a" * 35))),
    (SERIALS, "id of 37 characters", items(serial(id="a" * 37))),
    (SERIALS, "no serial number", items({"id": ITEM})),
    (SERIALS, "serial number is a number", items(serial(serial_number=7))),
    (SERIALS, "serial number is null", items(serial(serial_number=None))),
    (SERIALS, "epc is a string", items(serial(epc="4567"))),
    (SERIALS, "epc is null", items(serial(epc=None))),
    (CANCEL, "no reason", {"note": "a"}),
    (CANCEL, "empty reason", {"reason": ""}),
    (CANCEL, "reason is null", {"reason": None}),
    (CANCEL, "reason is a list", {"reason": ["a"]}),
    (CANCEL, "note is a number", {"reason": "a", "note": 1}),
    (CANCEL, "note is an object", {"reason": "a", "note": {}}),
    *[
        (place, f"no {field}", but(body, field, GONE))
        for place, body in ((ORDER_1, ORDER), (ORDER_2, ORDER_VERSION_2))
        for field in ("id", "origin", "origin_id", "placed_at", "status", "currency", "items", "totals")
    ],
    *[
        (ORDER_1, f"{field} is null", but(ORDER, field, None))
        for field in ("id", "origin", "origin_id", "placed_at", "status", "currency", "items")
    ],
    *[(ORDER_1, f"no {field} of an item", but(ORDER, "items", 0, field, GONE)) for field in ("id", "status", "price")],
    (ORDER_1, "id is a number", but(ORDER, "id", 1234)),
    (ORDER_1, "placed_at is a number", but(ORDER, "placed_at", 1637585499)),
    (ORDER_1, "a price is a string", but(ORDER, "items", 0, "price", "net", "72")),
    (ORDER_1, "a total is a string", but(ORDER, "totals", "total", "109.2")),
    (ORDER_1, "payment_history is an object", but(ORDER, "payment_history", {})),
    *[
        (place, f"placed_at {time}", but(body, *way, time))
        for place, body, way in (
            (ORDER_2, ORDER_VERSION_2, ("placed_at",)),
            (HISTORY_2, HISTORY, ("orders", 1, "placed_at")),
        )
        for time in (
            *("2021-11-22T12:51:39.30", "2021-11-22 12:51:39Z", "2021-11-22T12:51:39.Z", "2021-13-22T12:51:39Z"),
            *("2021-11-22Z", ""),
        )
    ],
    *[
        (ORDER_2, f"placed_at {time}", but(ORDER_VERSION_2, "placed_at", time))
        for time in ("2021-11-22T12:51:39.30+00:00", "2021-11-22T14:51:39+02:00")
    ],
    *[(HISTORY_2, f"no {field}", but(HISTORY, field, GONE)) for field in ("pagination_info", "orders")],
    *[
        (HISTORY_2, f"no {field}", but(HISTORY, "pagination_info", field, GONE))
        for field in ("count", "offset", "total")
    ],
    (HISTORY_2, "total is a string", but(HISTORY, "pagination_info", "total", "2")),
    (HISTORY_2, "total is null", but(HISTORY, "pagination_info", "total", None)),
    (HISTORY_2, "count is a fraction", but(HISTORY, "pagination_info", "count", 1.5)),
    (HISTORY_2, "51 orders", but(HISTORY, "orders", HISTORY["orders"][:1] * 51)),
    (HISTORY_2, "orders is an object", but(HISTORY, "orders", {})),
    (HISTORY_2, "a bare list", HISTORY["orders"]),
    *[
        (HISTORY_2, f"no {field} of an order", but(HISTORY, "orders", 0, field, GONE))
        for field in ("id", "origin", "origin_id", "channel", "placed_at", "status", "currency", "items", "totals")
    ],
    (HISTORY_1, "a string", "no orders"),
    (HISTORY_1, "orders is an object", {"orders": {}}),
    (PRICES_ANSWER, "no currency", but(PRICES, "currency", GONE)),
    (PRICES_ANSWER, "no items", but(PRICES, "items", GONE)),
    (PRICES_ANSWER, "product without status", but(PRICES, "items", 0, "status", GONE)),
    (PRICES_ANSWER, "product whose status is null", but(PRICES, "items", 0, "status", None)),
    (PRICES_ANSWER, "no type", but(PRICES, "items", 1, "type", GONE)),
    (PRICES_ANSWER, "no price", but(PRICES, "items", 1, "price", GONE)),
    *[(PRICES_ANSWER, f"no {part}", but(PRICES, "items", 2, "price", part, GONE)) for part in ("gross", "net", "tax")],
    (PRICES_ANSWER, "gross is a string", but(PRICES, "items", 0, "price", "gross", "231.60")),
    (CANCEL_STATUS, "cancelable is a string", {"cancelable": "true", "canceled": False, "is_safe": True}),
    (CANCEL_STATUS, "canceled is null", {"cancelable": True, "canceled": None, "is_safe": True}),
    (CANCEL_STATUS, "no cancelable", {"canceled": False, "is_safe": True}),
    (CANCEL_STATUS, "no canceled", {"cancelable": False, "is_safe": True}),
    (GRACE, "no due_at", {}),
    (GRACE, "due_at is null", {"due_at": None}),
    (GRACE, "due_at without a zone", {"due_at": "2019-08-24T14:15:22"}),
    (GRACE, "due_at is a number", {"due_at": 1566656122}),
    (GRACE, "due_at is no time", {"due_at": "in 15 minutes"}),
    (CANCEL_REFUSED, "message is a list", {"message": ["a"]}),
    (INTERNAL_REFUSED, "a string", "bad_request"),
]
OPEN = [
    (PRICES_REQUEST, "one item", items(product())),
    (PRICES_REQUEST, "500 items", items(*[product()] * 500)),
    (PRICES_REQUEST, "no id of shipping", items({"type": "shipping"}, {"type": "gift-wrapping"})),
    (PRICES_REQUEST, "an id of shipping", items({"type": "shipping", "id": None})),
    (PRICES_REQUEST, "36 characters that are no UUID", items(product(id="ä" * 36))),
    (PRICES_REQUEST, "unknown members", items(product(unknown=1)) | {"unknown": []}),
    (SERIALS, "500 items", items(*[serial()] * 500)),
    (SERIALS, "empty serial number", items(serial(serial_number=""))),
    (SERIALS, "epc", items(serial(epc={"code": "a", "external_id": "b", "serial_number": "c"}))),
    (SERIALS, "empty epc", items(serial(epc={}))),
    (SERIALS, "unknown members", items(serial(unknown=1, epc={"unknown": 1})) | {"unknown": []}),
    (CANCEL, "reason alone", {"reason": "a"}),
    (CANCEL, "note is null", {"reason": "a", "note": None}),
    (CANCEL, "empty note", {"reason": "a", "note": ""}),
    (CANCEL, "unknown members", {"reason": "a", "unknown": 1}),
    (ORDER_1, "unknown field", ORDER | {"unknown": {"a": [1]}}),
    (ORDER_1, "unknown field of an item", but(ORDER, "items", 0, "unknown", 1)),
    (ORDER_1, "unknown status", but(ORDER, "status", "awaiting_review")),
    (ORDER_1, "unknown status of an item", but(ORDER, "items", 0, "status", "LOST")),
    (ORDER_1, "unknown origin", but(ORDER, "origin", "elsewhere")),
    *[
        (ORDER_1, f"{field} is null", ORDER | {field: None})
        for field in (
            *("channel_type", "fulfillment_type", "store_id", "associate_id", "is_offline", "customer", "tax_method"),
            *("shipping_address", "billing_address", "gift_wrapping", "extended_attributes", "shipments"),
            *("tax_exempt", "shop_locale", "payment_history"),
        )
    ],
    *[
        (ORDER_1, f"no {field}", but(ORDER, field, GONE))
        for field in (
            *("store_id", "customer", "shipping_address", "gift_wrapping", "shipments", "tax_method"),
            *("channel_type", "fulfillment_type"),
        )
    ],
    *[
        (ORDER_1, f"no {field} of an item", but(ORDER, "items", 0, field, GONE))
        for field in ("origin_id", "product_attributes")
    ],
    *[(HISTORY_2, f"no {field}", but(HISTORY, "orders", 0, field, GONE)) for field in ("customer", "fulfillment_type")],
    (HISTORY_2, "channel without its type", but(HISTORY, "orders", 0, "channel", "type", GONE)),
    (ORDER_1, "empty payment history", ORDER | {"payment_history": []}),
    (ORDER_1, "payment history", ORDER | {"payment_history": [{"amount": 1, "method": "cash", "unknown": 1}]}),
    (ORDER_1, "no items left", ORDER | {"items": []}),
    (ORDER_1, "zip code is a number", but(ORDER, "shipping_address", "zip_code", 2111)),
    (ORDER_1, "zip code is null", but(ORDER, "shipping_address", "zip_code", None)),
    (ORDER_1, "epc as it was assigned", but(ORDER, "items", 0, "external_identifier", "epc", {"code": "4567"})),
    (ORDER_1, "whole numbers", but(ORDER, "totals", "total", 109)),
    (ORDER_1, "a total is null", but(ORDER, "totals", "shipping", None)),
    (ORDER_1, "placed_at with a zone", but(ORDER, "placed_at", "2021-11-22T12:51:39.30Z")),
    (ORDER_2, "channel as in the history", but(ORDER_VERSION_2, "channel_type", GONE) | {"channel": {"type": "web"}}),
    *[
        (
            place,
            f"{digits} fraction digits",
            but(body, *way, at(digits)),
        )
        for place, body, way in (
            (ORDER_2, ORDER_VERSION_2, ("placed_at",)),
            (HISTORY_2, HISTORY, ("orders", 0, "placed_at")),
            (GRACE, {}, ("due_at",)),
        )
        for digits in range(10)
    ],
    *[
        (HISTORY_2, f"placed_at {time}", but(HISTORY, "orders", 0, "placed_at", time))
        for time in ("2021-11-22T12:51:39.30+00:00", "2021-11-22T14:51:39+02:00", "2021-11-22t12:51:39z")
    ],
    (HISTORY_2, "no orders", {"pagination_info": {"count": 10, "offset": 0, "total": 0}, "orders": []}),
    (HISTORY_2, "50 orders", but(HISTORY, "orders", HISTORY["orders"] * 25)),
    (HISTORY_2, "unknown fields", but(HISTORY, "pagination_info", "next", None) | {"unknown": 1}),
    (HISTORY_2, "no origin_id of an item", HISTORY),
    (HISTORY_2, "customer is null", but(HISTORY, "orders", 0, "customer", None)),
    (HISTORY_1, "an object", {"orders": [ORDER]}),
    (HISTORY_1, "a bare list", [ORDER]),
    (HISTORY_1, "orders of any shape", {"orders": [{"unknown": 1}]}),
    (HISTORY_1, "no orders", {"orders": []}),
    (HISTORY_1, "another name", {"items": [ORDER]}),
    (PRICES_ANSWER, "gross is not net and tax", but(PRICES, "items", 0, "price", "gross", 1)),
    (PRICES_ANSWER, "unknown status", but(PRICES, "items", 0, "status", "captured")),
    (PRICES_ANSWER, "shipping with a status", but(PRICES, "items", 1, "status", None)),
    (PRICES_ANSWER, "no id", but(PRICES, "items", 1, "id", GONE)),
    (PRICES_ANSWER, "unknown field", but(PRICES, "items", 0, "price", "discount", 1)),
    (CANCEL_STATUS, "unknown field", {"cancelable": False, "canceled": True, "is_safe": False, "unknown": 1}),
    (CANCEL_STATUS, "no is_safe", {"cancelable": False, "canceled": True}),
    *[
        (GRACE, f"due_at {time}", {"due_at": time})
        for time in ("2019-08-24T16:15:22+02:00", "2019-08-24T14:15:22-00:00", "2019-08-24t14:15:22z")
    ],
    *[(place, "empty problem", {}) for place in (CANCEL_REFUSED, INTERNAL_REFUSED)],
    *[
        (place, "other problem", {"type": "about:blank", "status": 400, "title": "Bad Request"})
        for place in (CANCEL_REFUSED, INTERNAL_REFUSED)
    ],
]


@pytest.mark.parametrize(
    ("place", "body"), [pytest.param(place, body, id=f"{place[0]} {place[1]}: {why}") for place, why, body in REFUSED]
)
def test_a_broken_body_is_refused(place, body):
    # Many validators take `format` for a note, so what is broken must show without it.
    assert not accepts(place, body, formats=False)


@pytest.mark.parametrize(
    ("place", "body"), [pytest.param(place, body, id=f"{place[0]} {place[1]}: {why}") for place, why, body in OPEN]
)
def test_an_open_body_is_taken(place, body):
    assert accepts(place, body, formats=True)
