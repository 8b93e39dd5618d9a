"""A customer's order history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from orderproof.conformance.reference.decisions.oms import ExternalOms
from orderproof.conformance.reference.decisions.paging import Paging
from orderproof.conformance.reference.decisions.rendering import Rendering
from orderproof.conformance.reference.problems import Refusal
from orderproof.conformance.reference.store import Order

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Customer


class Entry(NamedTuple):
    """One order of a history, the platform's own or the external OMS's."""

    placed_at: datetime
    number: int
    source: Order | dict[str, Any]


class History(Paging, ExternalOms, Rendering):
    """Decisions about histories."""

    def customer_id(self, call: Call) -> str:
        """Whose history is asked for."""
        value = self.parameter(call, "customer_id")
        if not value:
            raise Refusal("parameter-missing", "The query parameter 'customer_id' is required.")
        return value

    def check_paging_v1(self, call: Call) -> None:
        """What `offset` and `count` do with plain JSON: they are not accepted."""
        if call.parameters("offset") or call.parameters("count"):
            raise Refusal("paging-not-accepted")

    def check_oms_v1(self, call: Call) -> None:
        """Plain JSON is only for tenants with an external OMS."""
        if self.webhook(call) is None:
            raise Refusal("oms-not-configured")

    def unknown_customer_v1(self, call: Call, identifier: str) -> list[dict[str, Any]]:
        """What becomes of a customer that nobody knows, with plain JSON."""
        raise Refusal("customer-not-found")

    def unknown_customer_v2(self, call: Call, identifier: str) -> list[Entry]:
        """What becomes of a customer that nobody knows, with the vendor type: never a 404."""
        return []

    async def history_v1(self, call: Call, identifier: str) -> list[dict[str, Any]]:
        """The orders of a customer, from the external OMS."""
        customer = self.find_customer(call, identifier)
        if customer is None:
            return self.unknown_customer_v1(call, identifier)
        payloads = await self.oms_history(call, customer)
        entries = [self.oms_entry(call, payload) for payload in payloads]
        return [self.entry_document_v1(call, entry) for entry in self.sort(call, entries)]

    def entry_document_v1(self, call: Call, entry: Entry) -> dict[str, Any]:
        """An order in a history in plain JSON."""
        if isinstance(entry.source, Order):
            return self.order_document(call, entry.source, "external")
        return self.oms_order_document(call, entry.source)

    def history_body_v1(self, call: Call, orders: list[dict[str, Any]]) -> Any:
        """A history in plain JSON."""
        return {"orders": orders}

    def platform_orders(self, call: Call, customer: Customer) -> Sequence[Order]:
        """The orders of a customer in the platform's database."""
        return customer.orders

    async def oms_entries_v2(self, call: Call, customer: Customer) -> list[Entry]:
        """The orders of a customer in the external OMS, if there is one; its troubles are none of the caller's."""
        if self.webhook(call) is None:
            return []
        try:
            payloads = await self.oms_history(call, customer)
        except Refusal as trouble:
            return self.oms_trouble_v2(call, trouble)
        return [self.oms_entry(call, payload) for payload in payloads]

    def oms_trouble_v2(self, call: Call, trouble: Refusal) -> list[Entry]:
        """What the vendor type's history does without the external OMS: the platform's own orders remain."""
        return []

    def platform_entry(self, call: Call, order: Order) -> Entry:
        """An order of the platform, to be sorted."""
        return Entry(order.placed_at, order.number, order)

    def oms_entry(self, call: Call, payload: dict[str, Any]) -> Entry:
        """An order of the external OMS, to be sorted."""
        return Entry(self.oms_placed_at(call, payload), 0, payload)

    async def entries_v2(self, call: Call, identifier: str) -> list[Entry]:
        """Every order of a customer, newest first."""
        customer = self.find_customer(call, identifier)
        if customer is None:
            return self.unknown_customer_v2(call, identifier)
        entries = [self.platform_entry(call, order) for order in self.platform_orders(call, customer)]
        entries += await self.oms_entries_v2(call, customer)
        return self.sort(call, entries)

    def sort_key(self, call: Call, entry: Entry) -> Any:
        """By what a history is sorted: the time, and among equal times always the same."""
        return (entry.placed_at, entry.number)

    def sort(self, call: Call, entries: list[Entry]) -> list[Entry]:
        """Newest first."""
        return sorted(entries, key=lambda entry: self.sort_key(call, entry), reverse=True)

    def entry_document_v2(self, call: Call, entry: Entry) -> dict[str, Any]:
        """An order in a history of the vendor type."""
        return self.history_document(call, self.entry_document_v1(call, entry))

    def history_body_v2(self, call: Call, info: dict[str, Any], orders: list[dict[str, Any]]) -> Any:
        """A page of a history."""
        return {"pagination_info": info, "orders": orders}
