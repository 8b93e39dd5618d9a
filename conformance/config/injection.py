"""The states source `injection` of a target file: what the vendor's Order Injection API needs to know of a tenant.

Money is kept as the text of a decimal number: a float would not say which decimals were written.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from orderproof.conformance.config.fields import check_token, check_url, text_of
from orderproof.conformance.errors import UsageError

# ISO 4217: how many decimals a currency has, where these are not two.
_DECIMALS: Mapping[str, int] = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"), 0),
    **dict.fromkeys(("RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
_PAYMENT = {"method": "credit_card", "processor": "orderproof", "type": "authorized"}
LONGEST_LOCALE, LONGEST_NAME = 128, 64
"""How many characters the API takes of a locale, and of a channel's name."""

_TOO_MUCH = Decimal(10**9)
# What makes an order the state that was asked for: another value would make it another state.
_RESERVED = (
    "external_id",
    "external_customer_id",
    "shipments",
    "currency",
    "placed_at",
    "is_preconfirmed",
    "is_fulfilled",
    "is_historical",
    "is_offline",
)


def decimals_of(currency: str) -> int:
    """How many decimals an amount in a currency has."""
    return _DECIMALS.get(currency, 2)


@dataclass(frozen=True, slots=True)
class Injection:
    """How orders are made: the shop and channel they come from, the products they are of, and what shipping costs.

    `url` is None for the documented path below the target's `base_url`, `token` None for the target's own, which is
    sent to the target's origin alone. `shipping` has `service_level_identifier`, `price` and `tax`; `payment` the
    `method`, `processor` and `type` of the payment. `extra` is merged into every request; a null leaves a field out.
    """

    shop: str
    shop_locale: str
    channel_type: str
    channel_name: str
    currency: str
    products: list[str]
    shipping: Mapping[str, str]
    preordered_products: list[str] = field(default_factory=list)
    payment: Mapping[str, str] = field(default_factory=lambda: dict(_PAYMENT))
    extra: Mapping[str, Any] = field(default_factory=dict)
    url: str | None = None
    token: str | None = field(default=None, repr=False)


def injection_of(data: Mapping[str, Any], where: str) -> Injection:
    """The source that `states.injection` of a target file describes; `data` keeps the schema. Raises `UsageError`."""
    channel, shipping = data["channel"], data["shipping"]
    currency = data["currency"]
    for key in data.get("extra", {}):
        if key in _RESERVED:
            raise UsageError(f"{where}.extra: {key} is set by orderproof itself; remove it")
    _check_is_json(data.get("extra", {}), f"{where}.extra")
    plain = _products(data["products"], f"{where}.products")
    preordered = _products(data.get("preordered_products", []), f"{where}.preordered_products")
    twice = next((one for one in preordered if one in plain), None)
    if twice is not None:
        raise UsageError(
            f"{where}: the product {twice!r} is under products and preordered_products; it can be only one"
        )
    return Injection(
        shop=text_of(data["shop"], f"{where}.shop"),
        shop_locale=short_text(data["shop_locale"], f"{where}.shop_locale", LONGEST_LOCALE),
        channel_type=channel["type"],
        channel_name=short_text(channel["name"], f"{where}.channel.name", LONGEST_NAME),
        currency=currency,
        products=plain,
        preordered_products=preordered,
        shipping={
            "service_level_identifier": text_of(
                shipping["service_level_identifier"], f"{where}.shipping.service_level_identifier"
            ),
            **{key: amount_of(shipping.get(key, 0), currency, f"{where}.shipping.{key}") for key in ("price", "tax")},
        },
        payment={
            **_PAYMENT,
            **{key: text_of(value, f"{where}.payment.{key}") for key, value in data.get("payment", {}).items()},
        },
        extra=data.get("extra", {}),
        url=check_url(data["url"], f"{where}.url") if "url" in data else None,
        token=check_token(data["token"], f"{where}.token") if "token" in data else None,
    )


def _check_is_json(extra: Mapping[str, Any], where: str) -> None:
    try:
        json.dumps(extra, allow_nan=False)
    except (TypeError, ValueError):
        raise UsageError(
            f"{where} holds a value that JSON does not have; write texts, numbers, lists and mappings"
        ) from None


def _products(data: list[str], where: str) -> list[str]:
    return [text_of(product, f"{where}[{index}]") for index, product in enumerate(data)]


def short_text(value: str, where: str, most: int) -> str:
    """A text of at most so many characters. Raises `UsageError`."""
    text = text_of(value, where)
    if len(text) > most:
        raise UsageError(f"{where} has {len(text)} characters; the Order Injection API takes at most {most}")
    return text


def amount_of(value: Any, currency: str, where: str) -> str:
    """An amount of money as text, such as `5` or `0.5`. Raises `UsageError`."""
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        amount = Decimal("nan")
    if not amount.is_finite() or not 0 <= amount < _TOO_MUCH:
        raise UsageError(f"{where}: {value!r} is not an amount of money; write for example 5 or 0.5")
    most = decimals_of(currency)
    if amount != round(amount, most):
        raise UsageError(f"{where}: {value} has more decimals than {currency}, which has {most}; round it")
    return f"{amount:f}"
