"""Faults in whose orders a history holds, and in how it shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import HISTORY
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from orderproof.conformance.reference.decisions.history import Entry
    from orderproof.conformance.reference.exchange import Answer, Call
    from orderproof.conformance.reference.store import Customer, Order


Document = dict[str, Any]


class CustomerFault(Fault):
    """A fault in a customer's history."""

    operation: ClassVar[str] = HISTORY


class OldestOrderLost(CustomerFault):
    """The order that was stored last is missing in a history of several."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-2", "HIS-16")

    def platform_orders(self, call: Call, customer: Customer) -> list[Order]:
        """One too few."""
        return customer.orders[:-1] or customer.orders


class OrdersOfThePreviousCustomer(CustomerFault):
    """The newest order of the customer stored before is in the history, too."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-3", "HIS-16", "HIS-19", "HIS-20", "HIS-33")

    def platform_orders(self, call: Call, customer: Customer) -> list[Order]:
        """One too many."""
        others = [one for one in call.tenant.customers.values() if one is not customer and one.orders]
        return [*customer.orders, *(order for one in others[-1:] for order in one.orders[:1])]


class EmptyHistoryIs400(CustomerFault):
    """The history of a customer without orders is refused."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-20",)

    async def entries_v2(self, call: Call, identifier: str) -> list[Entry]:
        """Nothing to show."""
        entries = await super().entries_v2(call, identifier)
        if not entries and self.find_customer(call, identifier) is not None:
            raise Refusal("parameter-invalid")
        return entries


class UnknownCustomerIsEmptyInPlainJson(CustomerFault):
    """With plain JSON an unknown customer has an empty history."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-22",)

    def unknown_customer_v1(self, call: Call, identifier: str) -> list[Document]:
        """Not a 404."""
        return []


class MissingCustomerAccepted(CustomerFault):
    """Without `customer_id` the history is empty."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-23", "HIS-91")

    def customer_id(self, call: Call) -> str:
        """Nobody."""
        return self.parameter(call, "customer_id") or ""


class CustomersByPrefix(CustomerFault):
    """A customer is found by the beginning of their id."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-24", "HIS-45")

    def find_customer(self, call: Call, identifier: str) -> Customer | None:
        """From four characters on."""
        known = [customer for key, customer in call.tenant.customers.items() if key.startswith(identifier)]
        return known[0] if known and len(identifier) > 3 else None


class PlainJsonWithoutOrders(CustomerFault):
    """With plain JSON every history is empty."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-25",)

    def history_body_v1(self, call: Call, orders: list[Document]) -> Any:
        """No orders at all."""
        return {"orders": []}


class OldestFirstInPlainJson(CustomerFault):
    """With plain JSON the oldest order comes first."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-26",)

    def history_body_v1(self, call: Call, orders: list[Document]) -> Any:
        """The other way round."""
        return super().history_body_v1(call, orders[::-1])


class PlainJsonIsBareList(CustomerFault):
    """With plain JSON a history is a bare list."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-34",)

    def history_body_v1(self, call: Call, orders: list[Document]) -> Any:
        """No object around it."""
        return orders


class OmsOrdersMissingInV2(CustomerFault):
    """With the vendor type a history lacks the orders of the external OMS."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-28",)

    async def oms_entries_v2(self, call: Call, customer: Customer) -> list[Entry]:
        """The platform's own must do."""
        return []


class HistoryIs206(CustomerFault):
    """A page of a history is answered with 206."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-28", "HIS-29")

    def final_answer(self, call: Call, answer: Answer) -> Answer:
        """Partial content, but where the caller's own tenant answers alone."""
        if call.operation == HISTORY and answer.status == 200 and self.is_v2(call) and self.webhook(call):
            answer.status = 206
        return answer


class HistoryWithoutTotals(CustomerFault):
    """The orders of a history have no `totals`."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-31",)

    def history_document(self, call: Call, document: Document) -> Document:
        """Left out."""
        shown = super().history_document(call, document)
        return {name: value for name, value in shown.items() if name != "totals"}


class PlacedAtOfHistoryLocal(CustomerFault):
    """`placed_at` in a history is local time that calls itself UTC."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-32",)

    def history_document(self, call: Call, document: Document) -> Document:
        """Some hours behind what the order itself says."""
        shown = super().history_document(call, document)
        hour = (int(shown["placed_at"][11:13]) + 19) % 24
        # The date stays, and so does the order of the list: all of it was placed within the same hours.
        return shown | {"placed_at": f"{shown['placed_at'][:11]}{hour:02}{shown['placed_at'][13:]}"}


class AnotherCustomerNamed(CustomerFault):
    """The orders of a history name a customer that nobody knows."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-33",)

    def history_document(self, call: Call, document: Document) -> Document:
        """An id of its own."""
        shown = super().history_document(call, document)
        return shown | {"customer": shown["customer"] | {"id": "6f94425d-ac7f-4bf6-a181-abd03922d0a5"}}


class PlainJsonEmptyWithoutOms(CustomerFault):
    """With plain JSON a tenant without an external OMS answers with an empty history."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-36", "HIS-49")

    def check_oms_v1(self, call: Call) -> None:
        """No matter."""

    async def oms_history(self, call: Call, customer: Customer) -> list[Document]:
        """Nobody to ask."""
        return [] if self.webhook(call) is None else await super().oms_history(call, customer)


class PlainJsonListsPlatformOrders(CustomerFault):
    """With plain JSON a tenant without an external OMS gets the platform's own orders."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-49",)

    def check_oms_v1(self, call: Call) -> None:
        """Every tenant is supported."""

    async def history_v1(self, call: Call, identifier: str) -> list[Document]:
        """As the vendor type lists them."""
        customer = self.find_customer(call, identifier)
        if customer is None or self.webhook(call) is not None:
            return await super().history_v1(call, identifier)
        entries = [self.platform_entry(call, order) for order in self.platform_orders(call, customer)]
        return [self.entry_document_v1(call, entry) for entry in self.sort(call, entries)]


class HistoryWearsOff(CustomerFault):
    """When a history is read for the third time, its newest order is gone."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-37",)

    def platform_orders(self, call: Call, customer: Customer) -> list[Order]:
        """Counted for requests that name no page."""
        if call.parameters("count") or call.parameters("offset"):
            return customer.orders
        marks = customer.orders[0].marks if customer.orders else {}
        marks["read"] = marks.get("read", 0) + 1
        newest_first = sorted(customer.orders, key=lambda order: order.placed_at, reverse=True)
        return newest_first[1 if marks["read"] > 2 else 0 :]
