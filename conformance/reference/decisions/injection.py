"""Orders that are made through the vendor's Order Injection API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orderproof.conformance.reference import injection_request as request
from orderproof.conformance.reference.decisions.bodies import Bodies
from orderproof.conformance.reference.decisions.lookup import Lookup
from orderproof.conformance.reference.factory import GRACE_PERIOD, new_customer, new_order
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Customer, Order

Document = dict[str, Any]

#: What the shop sells, and whether it can only be pre-ordered.
PRODUCTS = {"10000100": False, "10000101": False, "10000900": True}
# The stock-keeping unit of the first product.
_FIRST_SKU = 1000012


class Injections(Bodies, Lookup):
    """Decisions about the injection of orders."""

    def most_injected_items(self, call: Call) -> int:
        """How many items an order may have."""
        return 501

    def injection_request(self, call: Call) -> Document:
        """The order that is to be made; nothing has happened yet."""
        document = self.body(call)
        try:
            request.check(document, self.now())
        except request.InvalidInjection as mistake:
            raise self.invalid_body(call, str(mistake)) from None
        items = request.items_of(document)
        most = self.most_injected_items(call)
        if len(items) > most:
            raise Refusal("injection-too-large", f"The number of items can't exceed {most}.")
        unknown = next((item["product_id"] for item in items if item["product_id"] not in PRODUCTS), None)
        if unknown is not None:
            raise self.invalid_body(call, f"the product '{unknown}' is unknown.")
        return document

    def earlier_injection(self, call: Call, document: Document) -> Document | None:
        """The answer to the same request, if it was sent before; another one under its `external_id` is refused."""
        earlier = call.tenant.injections.get(document["external_id"])
        if earlier is None:
            return None
        if earlier[0] != document:
            raise Refusal("injection-id-used", f"The external_id '{document['external_id']}' is another order's.")
        return earlier[1]

    async def before_injection(self, call: Call, document: Document) -> None:
        """The moment before an order is made."""

    async def after_injection(self, call: Call, document: Document) -> None:
        """The moment between the order and the answer."""

    def grace_period(self, call: Call) -> timedelta:
        """How long a new order stays in its grace period."""
        return GRACE_PERIOD

    def injected_customer(self, call: Call, document: Document) -> Customer:
        """The customer who placed the order: known by `external_customer_id`, or new."""
        external_id = document.get("external_customer_id")
        known = call.tenant.external_customers
        if external_id not in known:
            customer = new_customer(self.store, call.tenant)
            if external_id is None:
                return customer
            known[external_id] = customer
        return known[external_id]

    def is_closed_when_injected(self, call: Call, document: Document) -> bool:
        """Whether nothing is done to the order any more."""
        is_fulfilled = document.get("is_fulfilled", False) and document.get("is_preconfirmed", False)
        return bool(is_fulfilled or document.get("is_historical", False))

    def injected_status(self, call: Call, document: Document, placed_at: datetime) -> tuple[str, str]:
        """The status of the order, and of its items: the grace period counts from when it was placed."""
        if self.is_closed_when_injected(call, document):
            return "closed", "complete"
        return "open", "pending" if placed_at + self.grace_period(call) > self.now() else "in_fulfillment"

    def inject(self, call: Call, document: Document) -> Order:
        """Make the order, and store it."""
        placed_at = request.placed_at_of(document, self.now())
        items = request.items_of(document)
        status, item_status = self.injected_status(call, document, placed_at)
        order = new_order(
            self.store,
            self.injected_customer(call, document),
            placed_at=placed_at,
            due_at=placed_at + self.grace_period(call),
            items=len(items),
            status=status,
            item_status=item_status,
        )
        order.currency, order.shipping = document["currency"], request.shipping_money(document)
        for line, item in zip(order.items.values(), items, strict=True):
            line.net, line.tax = request.item_money(item)
            line.product = int(item["product_id"]) - _FIRST_SKU
            line.preordered = PRODUCTS[item["product_id"]]
        self.store_injected(call, order)
        return order

    def store_injected(self, call: Call, order: Order) -> None:
        """Let the order be found."""
        call.tenant.add(order)

    def injection_document(self, call: Call, document: Document, order: Order) -> Document:
        """What an injection answers."""
        return {
            "id": order.uuid,
            "external_id": document["external_id"],
            "items": [
                {"id": line.id, "external_item_id": item["external_item_id"], "product_id": item["product_id"]}
                for line, item in zip(order.items.values(), request.items_of(document), strict=True)
            ],
        }
