"""Orders as JSON documents, with the fields and the kind of values of the samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orderproof.conformance.reference.factory import GIFT_WRAPPING, ITEM_DISCOUNT

if TYPE_CHECKING:
    from orderproof.conformance.reference.store import Customer, Item, Order

Document = dict[str, Any]

ADDRESS: Document = {
    "title": "Dr.",
    "suffix": "Sr.",
    "salutation": "Mr.",
    "first_name": "Jay",
    "second_name": "Joy",
    "last_name": "Doubleyou",
    "phone": "202-555-0140",
    "address_line_1": "601 South Street",
    "address_line_2": "",
    "zip_code": "02111",
    "city": "Boston",
    "province": "",
    "state": "Massachusetts",
    "country_code": "US",
    "note": "some note",
}
TOKENIZED = ("first_name", "second_name", "last_name", "phone", "address_line_1", "zip_code", "city")
PRODUCT_ATTRIBUTES: Document = {
    "name": "Kate Dress",
    "size": "M",
    "color": "red",
    "image_url": "https://image.com/dress.jpeg",
    "additional_variant_1": "Regular fit",
    "additional_variant_2": "Red with highlights",
}
COLOUR: Document = {"name": "colour", "value": "blue"}


def money(cents: int) -> float | int:
    """An amount as the samples write it: `72`, `79.2`."""
    return cents // 100 if cents % 100 == 0 else cents / 100


def price(net: int, tax: int) -> Document:
    """The three amounts of a price."""
    return {"gross": money(net + tax), "net": money(net), "tax": money(tax)}


def customer_document(customer: Customer) -> Document:
    """A customer; on a tenant with tokenized personal data, tokens in place of the name and the address."""
    name = f"{customer.id}-name" if customer.tokenized else "John Doe"
    return {"id": customer.id, "name": name, "email": customer.email, "language": "en"}


def address_document(customer: Customer) -> Document:
    """A shipping or billing address."""
    if customer.tokenized:
        return ADDRESS | {name: f"{customer.id}-{name}" for name in TOKENIZED}
    return dict(ADDRESS)


def item_document(item: Item) -> Document:
    """A line of an order."""
    identifiers: Document = {"sku": f"{1000012 + item.product}"}
    if item.serial_number is not None:
        identifiers["serial_number"] = item.serial_number
    if item.epc is not None:
        identifiers["epc"] = item.epc
    attributes = [COLOUR]
    if item.preordered:
        attributes = [COLOUR, {"name": "is_preorder", "value": "true"}]
    return {
        "id": item.id,
        "origin_id": item.id,
        "status": item.status,
        "fulfillment_group_type": "SHIPPING",
        "shipping_method": "traditional_carrier",
        "price_catalog": money(item.net + ITEM_DISCOUNT),
        "price": price(item.net, item.tax) | {"discount": money(ITEM_DISCOUNT)},
        "tax_lines": [{"amount": money(item.tax), "rate": 10, "name": "MA State Tax", "country_code": "US"}],
        "product_attributes": dict(PRODUCT_ATTRIBUTES),
        "external_identifier": identifiers,
        "extended_attributes": attributes,
        "discounts": [
            {
                "level": "item",
                "value": money(ITEM_DISCOUNT),
                "price_adjustment": money(ITEM_DISCOUNT),
                "type": "fixed",
                "reason": "some reason",
                "coupon_code": "COUPON_CODE",
                "promotion_uuid": "d9465c0d-f4c4-4770-b9c3-1ece85d3ad77",
            }
        ],
    }


def totals_document(order: Order) -> Document:
    """The totals of an order: its lines, and what comes on top of them."""
    net, tax = (sum(getattr(item, part) for item in order.items.values()) for part in ("net", "tax"))
    return {
        "net": money(net),
        "tax": money(tax),
        "gross": money(net + tax),
        "total": money(net + tax + sum(order.shipping) + sum(GIFT_WRAPPING)),
        "shipping": money(sum(order.shipping)),
        "gift_wrapping": money(sum(GIFT_WRAPPING)),
        "discount": money(ITEM_DISCOUNT * len(order.items)),
    }


def payment_history_document(order: Order) -> list[Document]:
    """What was paid for an order."""
    total = totals_document(order)["total"]
    return [{"amount": total, "category": "authorization", "currency": order.currency, "method": "credit_card"}]


def order_document(order: Order) -> Document:
    """An order, but for what depends on the request: `placed_at` and `payment_history`."""
    shipping_tax = {"amount": money(order.shipping[1]), "rate": 0.136, "name": "shipping taxes", "country_code": "US"}
    gift_tax = {"amount": money(GIFT_WRAPPING[1]), "rate": 0.1, "name": "MA State Tax", "country_code": "US"}
    return {
        "id": order.readable_id,
        "origin": "external" if order.external else "newstore",
        "origin_id": order.readable_id if order.external else order.uuid,
        "channel_type": "web",
        "status": order.status,
        "currency": order.currency,
        "fulfillment_type": "traditional",
        "store_id": "NY5AVE",
        "associate_id": "b9a144c2-3bd2-4066-983e-b2f2aa0c21e3",
        "is_offline": False,
        "customer": customer_document(order.customer),
        "shipping_address": address_document(order.customer),
        "billing_address": address_document(order.customer),
        "items": [item_document(item) for item in order.items.values()],
        "gift_wrapping": {
            "message": "Congratulations!\nJohn Doe",
            "price": price(*GIFT_WRAPPING) | {"tax_code": "CRM_114"},
            "tax_lines": [gift_tax],
        },
        "extended_attributes": [COLOUR],
        "shipments": [{"id": order.shipment_id, "tax_lines": [shipping_tax], "price": price(*order.shipping)}],
        "totals": totals_document(order),
        "tax_method": "vat_excluded",
        "tax_exempt": False,
        "shop_locale": "en-us",
    }


ITEM_FIELDS = ("id", "status", "price", "product_attributes", "external_identifier", "extended_attributes")
ORDER_FIELDS = ("id", "origin", "origin_id", "status", "currency", "fulfillment_type", "totals", "shipping_address")


def history_document(document: Document) -> Document:
    """The same order in the updated schema, which the history has with the vendor's media type."""
    items = [
        {name: item[name] for name in ITEM_FIELDS if name in item}
        | {"product_id": item.get("external_identifier", {}).get("sku", "")}
        for item in document["items"]
    ]
    customer = document.get("customer", {})
    return {name: document[name] for name in ORDER_FIELDS if name in document} | {
        "channel": {"id": "storefront", "type": document.get("channel_type", "web")},
        "items": items,
        "tax_information": {
            "method": document.get("tax_method", "vat_excluded"),
            "is_exempt": document.get("tax_exempt", False),
        },
        "customer": {name: customer[name] for name in ("id", "email") if name in customer},
        "extended_attributes": document.get("extended_attributes", []),
        "shop": {"id": "storefront-catalog-en", "locale": document.get("shop_locale", "en-us")},
        "is_offline": document.get("is_offline", False),
        "is_historical": False,
    }
