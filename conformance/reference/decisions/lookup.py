"""Finding orders, items and customers: exactly the one that is named, and only the tenant's own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from orderproof.conformance.reference.decisions.errors import Errors
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Customer, Item, Order, Tenant

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Lookup(Errors):
    """Decisions about identity."""

    def tenants_searched(self, call: Call) -> Sequence[Tenant]:
        """Whose data is looked at: the isolation of tenants."""
        return (call.tenant,)

    def normal_uuid(self, call: Call, text: str) -> str:
        """The form in which a UUID is compared: its digits have no case."""
        return text.lower()

    def is_uuid(self, call: Call, text: str) -> bool:
        """Whether a text is a UUID."""
        return _UUID.fullmatch(self.normal_uuid(call, text)) is not None

    def not_a_uuid(self, call: Call, text: str) -> Refusal:
        """The refusal of an internal identifier that is no UUID."""
        return Refusal("id-not-a-uuid", "The identifier is not a valid UUID.")

    def find_internal(self, call: Call, identifier: str) -> Order | None:
        """The order with this UUID in the platform's database."""
        identifier = self.normal_uuid(call, identifier)
        return next((t.orders[identifier] for t in self.tenants_searched(call) if identifier in t.orders), None)

    def find_external(self, call: Call, identifier: str) -> Order | None:
        """The order with this readable id in the platform's database."""
        return next((t.readable[identifier] for t in self.tenants_searched(call) if identifier in t.readable), None)

    def find_order(self, call: Call, identifier: str, id_type: str) -> Order | None:
        """The order that an id of this kind names."""
        if id_type == "external":
            return self.find_external(call, identifier)
        if not self.is_uuid(call, identifier):
            raise self.not_a_uuid(call, identifier)
        return self.find_internal(call, identifier)

    def order_not_found(self, call: Call, identifier: str, id_type: str) -> Refusal:
        """The refusal when no order has this id."""
        return Refusal("order-not-found")

    def existing_order(self, call: Call, identifier: str, id_type: str) -> Order:
        """The order that an id of this kind names, or a refusal."""
        order = self.find_order(call, identifier, id_type)
        if order is None:
            raise self.order_not_found(call, identifier, id_type)
        return order

    def find_item(self, call: Call, order: Order, identifier: str) -> Item | None:
        """The line of an order with this id."""
        return order.items.get(self.normal_uuid(call, identifier))

    def existing_item(self, call: Call, order: Order, identifier: str) -> Item:
        """The line of an order with this id, or a refusal."""
        item = self.find_item(call, order, identifier)
        if item is None:
            raise Refusal("item-not-found")
        return item

    def find_order_of_item(self, call: Call, identifier: str) -> Order | None:
        """The order that has a line with this id."""
        identifier = self.normal_uuid(call, identifier)
        return next((t.items[identifier] for t in self.tenants_searched(call) if identifier in t.items), None)

    def find_customer(self, call: Call, identifier: str) -> Customer | None:
        """The customer with this id: a UUID, or a token where personal data is tokenized."""
        return next((t.customers[identifier] for t in self.tenants_searched(call) if identifier in t.customers), None)
