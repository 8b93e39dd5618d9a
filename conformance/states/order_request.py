"""Requests of the vendor's Order Injection API: an order of certain products, with money that adds up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from orderproof.conformance.config.injection import Injection, decimals_of

_TAX_RATE = Decimal("0.1")
# Items of one order have different prices, which some rules need; with a prime number of prices, 89 in a row do.
_LOWEST_PRICE, _PRICES = 20, 89


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """An order to make: its own id and its customer's at whoever injects it, and the products, an item each.

    `placed_at` is None for now; `flags` are the documented ones that are true.
    """

    external_id: str
    customer: str
    products: Sequence[str]
    placed_at: datetime | None = None
    flags: tuple[str, ...] = ()

    def item_id(self, index: int) -> str:
        """The id of an item at whoever injects the order."""
        return f"{self.external_id}-{index + 1}"

    def document(self, injection: Injection) -> dict[str, Any]:
        """The request's JSON object, with what the target file adds to it."""
        items = [self._item(index, injection) for index in range(len(self.products))]
        placed = {"placed_at": as_rfc3339(self.placed_at)} if self.placed_at else {}
        document = {
            "external_id": self.external_id,
            "external_customer_id": self.customer,
            "customer_email": f"{self.customer}@example.com",
            "shop": injection.shop,
            "shop_locale": injection.shop_locale,
            "channel_type": injection.channel_type,
            "channel_name": injection.channel_name,
            "currency": injection.currency,
            **placed,
            **dict.fromkeys(self.flags, True),
            "shipments": [{"items": items, "shipping_option": _shipping(injection)}],
            "payments": [self._payment(items, injection)],
            **injection.extra,
        }
        return {name: value for name, value in document.items() if value is not None}

    def _item(self, index: int, injection: Injection) -> dict[str, Any]:
        price = Decimal(_LOWEST_PRICE + 7 * index % _PRICES)
        tax = round(price * _TAX_RATE, decimals_of(injection.currency))
        return {
            "external_item_id": self.item_id(index),
            "product_id": self.products[index],
            "price": {
                "item_price": _number(price),
                "item_list_price": _number(price),
                "item_tax_lines": [{"amount": _number(tax), "name": "Sales tax", "rate": _number(_TAX_RATE)}],
            },
        }

    def _payment(self, items: Sequence[Mapping[str, Any]], injection: Injection) -> dict[str, Any]:
        """One payment of all that the order costs: the vendor refuses any other sum."""
        price, tax = (Decimal(injection.shipping[name]) for name in ("price", "tax"))
        for item in items:
            price += Decimal(str(item["price"]["item_price"]))
            tax += sum(Decimal(str(line["amount"])) for line in item["price"]["item_tax_lines"])
        # Where prices include their taxes, these are not paid a second time.
        is_included = "included" in str(injection.extra.get("price_method"))
        return {
            "amount": _number(price if is_included else price + tax),
            "correlation_ref": self.external_id,
            "processed_at": as_rfc3339(datetime.now(UTC)),
            **injection.payment,
        }


def _shipping(injection: Injection) -> dict[str, Any]:
    shipping = injection.shipping
    return {
        "service_level_identifier": shipping["service_level_identifier"],
        **{name: _number(Decimal(shipping[name])) for name in ("price", "tax")},
    }


def _number(amount: Decimal) -> int | float:
    """An amount as JSON writes it: `5`, not `5.0`. A float shows the few decimals of a currency as they are."""
    return int(amount) if amount == int(amount) else float(amount)


def as_rfc3339(moment: datetime) -> str:
    """A moment in UTC, such as `2024-03-28T12:43:36.000Z`."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
