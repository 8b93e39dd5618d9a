"""The request of an injection: its JSON Schema, and what no schema can say of its money and its times."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Document = dict[str, Any]


class InvalidInjection(ValueError):  # noqa: N818 - an answer, not an error of the program
    """The request is not valid; the message says what is wrong, and where."""


def _text(most: int | None = None) -> Document:
    return {"type": "string", "minLength": 1, **({"maxLength": most} if most else {})}


def _object(required: Document, optional: Document | None = None) -> Document:
    return {"type": "object", "required": list(required), "properties": {**required, **(optional or {})}}


_MONEY = {"type": "number", "minimum": 0}
_TAX_LINE = _object({"amount": _MONEY, "name": _text(), "rate": {"type": "number"}})
_PRICE = _object(
    {"item_price": _MONEY, "item_list_price": _MONEY, "item_tax_lines": {"type": "array", "items": _TAX_LINE}}
)
_ITEM = _object({"external_item_id": _text(), "product_id": _text(), "price": _PRICE})
_SHIPMENT = _object(
    {
        "items": {"type": "array", "minItems": 1, "items": _ITEM},
        "shipping_option": _object({"service_level_identifier": _text(), "price": _MONEY, "tax": _MONEY}),
    }
)
_ADDRESS = _object({"address_line_1": _text(), "country": {"type": "string", "pattern": "^[A-Z]{2}$"}})
_PAYMENT = _object(
    {
        "amount": _MONEY,
        "correlation_ref": _text(),
        "method": _text(),
        "processed_at": _text(),
        "processor": _text(),
        "type": _text(),
    }
)
FLAGS = ("is_preconfirmed", "is_fulfilled", "is_historical", "is_offline")
SCHEMA = _object(
    {
        "external_id": _text(64),
        "shop": _text(),
        "shop_locale": _text(128),
        "channel_type": {"enum": ["web", "mobile", "store"]},
        "channel_name": _text(64),
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
        "shipments": {"type": "array", "minItems": 1, "maxItems": 10, "items": _SHIPMENT},
    },
    {
        "external_customer_id": _text(64),
        "customer_email": _text(64),
        "customer_name": _text(128),
        "placed_at": _text(),
        "shipping_address": _ADDRESS,
        "billing_address": _ADDRESS,
        "payments": {"type": "array", "items": _PAYMENT},
        "price_method": _text(),
        "extended_attributes": {"type": "array", "maxItems": 100},
        **{flag: {"type": "boolean"} for flag in FLAGS},
    },
)
# RFC 3339; `fromisoformat` takes more than that.
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_DECIMALS = {"JPY": 0, "KRW": 0}
_MOST_AHEAD = timedelta(minutes=5)


def check(document: Document, now: datetime) -> None:
    """Raise `InvalidInjection` for a request that the vendor's pages do not allow."""
    error = next(iter(_validator().iter_errors(document)), None)
    if error is not None:
        place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.instance_path)
        raise InvalidInjection(f"{place.lstrip('.') or 'the request'}: {error.message}")
    ids = [item["external_item_id"] for item in items_of(document)]
    twice = next((one for index, one in enumerate(ids) if one in ids[:index]), None)
    if twice is not None:
        raise InvalidInjection(f"the external_item_id '{twice}' is given twice.")
    placed_at = placed_at_of(document, now)
    if placed_at > now + _MOST_AHEAD:
        raise InvalidInjection("placed_at is in the future.")
    _check_money(document)


def items_of(document: Document) -> list[Document]:
    """The items of all shipments."""
    return [item for shipment in document["shipments"] for item in shipment["items"]]


def placed_at_of(document: Document, now: datetime) -> datetime:
    """When the order was placed: now, unless the request says otherwise. Raises `InvalidInjection`."""
    text = document.get("placed_at")
    if text is None:
        return now
    try:
        if not _TIME.fullmatch(text):
            raise ValueError
        return datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInjection(f"placed_at: '{text}' is not a time of RFC 3339.") from None


def cents(amount: float) -> int:
    """An amount in cents, without the error of binary fractions."""
    return int(Decimal(str(amount)) * 100)


def item_money(item: Document) -> tuple[int, int]:
    """The price of an item and its tax, in cents."""
    price = item["price"]
    return cents(price["item_price"]), sum(cents(line["amount"]) for line in price["item_tax_lines"])


def shipping_money(document: Document) -> tuple[int, int]:
    """The price of all shipping and its tax, in cents."""
    options = [shipment["shipping_option"] for shipment in document["shipments"]]
    return sum(cents(one["price"]) for one in options), sum(cents(one["tax"]) for one in options)


def _check_money(document: Document) -> None:
    currency, payments = document["currency"], document.get("payments")
    most = _DECIMALS.get(currency, 2)
    for amount in _amounts(document):
        exact = Decimal(str(amount))
        if exact != round(exact, most):
            raise InvalidInjection(f"the amount {amount} has more than the {most} decimals of {currency}.")
    if payments is None:
        return
    net, tax = (
        sum(parts) for parts in zip(*map(item_money, items_of(document)), shipping_money(document), strict=True)
    )
    total = net if "included" in document.get("price_method", "") else net + tax
    paid = sum(cents(payment["amount"]) for payment in payments)
    if paid != total:
        raise InvalidInjection(f"the payments are {paid / 100:g}, not {total / 100:g} as the items and the shipping.")


def _amounts(document: Document) -> Iterator[float]:
    for item in items_of(document):
        yield from (item["price"][name] for name in ("item_price", "item_list_price"))
        yield from (line["amount"] for line in item["price"]["item_tax_lines"])
    for shipment in document["shipments"]:
        yield from (shipment["shipping_option"][name] for name in ("price", "tax"))
    yield from (payment["amount"] for payment in document.get("payments", ()))


@cache
def _validator() -> Any:
    # A server that nobody injects an order into does without it.
    import jsonschema_rs

    return jsonschema_rs.validator_for(SCHEMA)


__all__ = ["FLAGS", "InvalidInjection", "cents", "check", "item_money", "items_of", "placed_at_of", "shipping_money"]
