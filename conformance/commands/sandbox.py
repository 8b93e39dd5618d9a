"""What `orderproof serve` says of its server: requests that work as they are printed, and a target file."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from orderproof.conformance.reference.server import Running

_V2 = "application/x.newstore.orders+json;version=2"
_PRICE = {"item_price": 20, "item_list_price": 20, "item_tax_lines": [{"amount": 2, "name": "Sales tax", "rate": 0.1}]}
# An example of a request that the Order Injection API takes.
_ORDER: dict[str, Any] = {
    "external_id": "sandbox-1",
    "shop": "storefront-us",
    "shop_locale": "en-US",
    "channel_type": "web",
    "channel_name": "shopify",
    "currency": "USD",
    "shipments": [
        {
            "items": [{"external_item_id": "1", "product_id": "10000100", "price": _PRICE}],
            "shipping_option": {"service_level_identifier": "STANDARD", "price": 5, "tax": 0.5},
        }
    ],
}


def introduction(running: Running, target_file: str | None) -> str:
    """Where a server is, three requests to try on orders made for them, and its target file."""
    token = running.token
    customer = running.state("customer-with-orders", orders=3)["customer_id"]
    order_id = running.state("order-cancelable")["order_id"]
    path = f"/orders/{quote(order_id, safe='')}/cancel?id_type=external"
    history = f"/orders?customer_id={quote(customer, safe='')}"
    if target_file:
        target = f"Target file: {target_file}. Judge the server: orderproof run --target {shlex.quote(target_file)}\n"
    else:
        text = target_text(running.base_url, running.state_url, token)
        target = f"A target file for orderproof run (or serve --write-target FILE):\n\n{text}"
    return "\n".join(
        (
            f"The order API is served at {running.base_url}",
            f"Token:  {token}",
            f"States: {running.state_url}\n",
            "Try, in another terminal:\n",
            "# the orders of a customer, newest first",
            f"{_curl(running.base_url + history, token)} -H {shlex.quote(f'Accept: {_V2}')}\n",
            "# make an order (the same external_id again gives the same answer)",
            f"{_curl(running.base_url + '/d/fulfill_order', token, _ORDER)}\n",
            "# cancel an order",
            f"{_curl(running.base_url + path, token, {'reason': 'Customer remorse'})} -i\n",
            target,
            "Stop with Ctrl-C.",
        )
    )


def _curl(url: str, token: str, body: Any = None) -> str:
    words = ["curl", "-sS", url, "-H", f"Authorization: Bearer {token}"]
    if body is not None:
        words += ["-H", "Content-Type: application/json", "-d", json.dumps(body)]
    return shlex.join(words)


def target_text(base_url: str, state_url: str, token: str) -> str:
    """A target file for a server: its states come from its callback, or as on a real tenant by injection."""
    return f"""\
name: sandbox
base_url: {base_url}
internal_base_url: {base_url}
auth:
  bearer: {json.dumps(token).replace("$", "$$")}
states:
  callback: {state_url}
  # As on a real tenant, without a callback: then orderproof makes its orders itself.
  # injection:
  #   shop: storefront-us
  #   shop_locale: en-US
  #   channel: {{type: web, name: shopify}}
  #   currency: USD
  #   products: ["10000100", "10000101"]
  #   preordered_products: ["10000900"]
  #   shipping: {{service_level_identifier: STANDARD, price: 5, tax: 0.5}}
"""
