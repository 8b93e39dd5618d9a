"""Faults in histories beside an external OMS, in histories in plain JSON, and in which of the orders they leave out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference.decisions.paging import Page
from orderproof.conformance.reference.exchange import HISTORY, VENDOR_V2
from orderproof.conformance.reference.faults.history import HistoryFault
from orderproof.conformance.reference.faults.shared.identities import is_always_true, without_quotes
from orderproof.conformance.reference.faults.shared.patterns import is_like

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderproof.conformance.reference.decisions.history import Entry
    from orderproof.conformance.reference.decisions.serials import Serial
    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Customer, Item, Order


Document = dict[str, Any]


class ClosedOrdersNotListed(HistoryFault):
    """A history lists what still happens: no order that was closed."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-46",)

    def platform_orders(self, call: Call, customer: Customer) -> Sequence[Order]:
        """A canceled order is not closed by that."""
        return [order for order in customer.orders if order.cancel_requested or order.status != "closed"]


class PreordersNotListed(HistoryFault):
    """A history leaves out orders with a pre-ordered item."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-46",)

    def platform_orders(self, call: Call, customer: Customer) -> Sequence[Order]:
        """They have a list of their own."""
        return [order for order in customer.orders if not any(item.preordered for item in order.items.values())]


class HistoryAsFirstRead(HistoryFault):
    """An order is shown in histories as the first of them showed it."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-32",)

    def entry_document_v2(self, call: Call, entry: Entry) -> dict[str, Any]:
        """From a cache that no change reaches."""
        document = super().entry_document_v2(call, entry)
        if isinstance(entry.source, dict):
            return document
        first: dict[str, Any] = entry.source.marks.setdefault("listed", document)
        return first


class SortedByLastChange(HistoryFault):
    """The order whose serial numbers were written last comes first."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-1",)

    async def store_serials(self, call: Call, order: Order, targets: list[tuple[Item, Serial]]) -> None:
        """When that was is remembered."""
        await super().store_serials(call, order, targets)
        order.marks["changed"] = self.now()

    def sort_key(self, call: Call, entry: Entry) -> Any:
        """By that, or else by the time at which it was placed."""
        changed = None if isinstance(entry.source, dict) else entry.source.marks.get("changed")
        return changed or entry.placed_at, entry.number


class CanceledListedLast(HistoryFault):
    """Canceled orders are listed after all others."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-1",)

    def sort(self, call: Call, entries: list[Entry]) -> list[Entry]:
        """The newest first among those that are canceled, and among the others."""
        listed = super().sort(call, entries)
        return sorted(listed, key=lambda entry: not isinstance(entry.source, dict) and entry.source.cancel_requested)


class OmsHistoryNotPaged(HistoryFault):
    """Where there is an external OMS, `count` and `offset` are ignored in the vendor type, whatever they are."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-40", "HIS-41")

    def page(self, call: Call) -> Page:
        """All that the OMS tells."""
        return super().page(call) if self.webhook(call) is None else Page(0, 100)


class OmsHistoryOldestFirst(HistoryFault):
    """Where there is an external OMS, the oldest order comes first in the vendor type."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-39",)

    def sort(self, call: Call, entries: list[Entry]) -> list[Entry]:
        """The other way round."""
        is_wrong = self.is_v2(call) and self.webhook(call) is not None
        return super().sort(call, entries)[:: -1 if is_wrong else 1]


class OmsOrdersTwiceInV2(HistoryFault):
    """Every order of the external OMS is twice in a history of the vendor type."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-39",)

    async def oms_entries_v2(self, call: Call, customer: Customer) -> list[Entry]:
        """And again."""
        return [entry for entry in await super().oms_entries_v2(call, customer) for _ in range(2)]


class TotalWithoutOmsOrders(HistoryFault):
    """`total` counts the platform's own orders alone."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-42",)

    def reported_total(self, call: Call, total: int) -> int:
        """None, where the orders are the external OMS's."""
        return super().reported_total(call, total) if self.webhook(call) is None else 0


class TotalOfOmsOrdersIsThatOfThePage(HistoryFault):
    """Where there is an external OMS, `total` is the number of orders on the page."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-42",)

    def pagination_info(self, call: Call, page: Page, selected: int, total: int) -> dict[str, Any]:
        """The OMS was asked for no more."""
        return super().pagination_info(call, page, selected, total if self.webhook(call) is None else selected)


class PlainJsonOfThePreviousCustomer(HistoryFault):
    """With plain JSON the orders of the customer stored before are in the history, too."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-43",)

    async def oms_history(self, call: Call, customer: Customer) -> list[Document]:
        """Too many."""
        own = await super().oms_history(call, customer)
        others = [one for one in call.tenant.customers.values() if one is not customer]
        if self.is_v2(call) or not others:
            return own
        return own + await super().oms_history(call, others[-1])


class MissingCustomerAcceptedInPlainJson(HistoryFault):
    """With plain JSON a request without `customer_id` gets the history of some customer."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-44",)

    def customer_id(self, call: Call) -> str:
        """Whoever was stored last."""
        if self.is_v2(call) or call.parameters("customer_id"):
            return super().customer_id(call)
        return next(reversed(call.tenant.customers), "")


class CustomersByPrefixInPlainJson(HistoryFault):
    """With plain JSON a customer is found by the beginning of their id."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-45",)

    def find_customer(self, call: Call, identifier: str) -> Customer | None:
        """From four characters on."""
        if self.is_v2(call) or len(identifier) < 4:
            return super().find_customer(call, identifier)
        return next((one for key, one in call.tenant.customers.items() if key.startswith(identifier)), None)


class CustomersByQuery(HistoryFault):
    """The id of a customer is put into a query as it is, so that one that is always true finds every customer."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-21", "HIS-22")

    def find_customer(self, call: Call, identifier: str) -> Customer | None:
        """The one with the most orders."""
        if is_always_true(identifier):
            return max(call.tenant.customers.values(), key=lambda one: len(one.orders), default=None)
        return super().find_customer(call, identifier)


class CustomersInQuotes(HistoryFault):
    """Quotes around the id of a customer are ignored."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-24", "HIS-45")

    def find_customer(self, call: Call, identifier: str) -> Customer | None:
        """As it would stand in a query."""
        return super().find_customer(call, without_quotes(identifier))


class CustomersByOperator(HistoryFault):
    """The parameter `customer_id[$ne]` is taken for a condition of a document store."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-23",)

    def customer_id(self, call: Call) -> str:
        """Every customer but the one that is named: the last of them."""
        if not call.parameters("customer_id[$ne]"):
            return super().customer_id(call)
        return next((key for key, one in reversed(call.tenant.customers.items()) if one.orders), "")


class CustomersAsPatterns(HistoryFault):
    """A customer is looked up by a pattern of SQL's LIKE."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-24", "HIS-45")

    def find_customer(self, call: Call, identifier: str) -> Customer | None:
        """The first that is like it."""
        known = call.tenant.customers.items()
        return next((customer for key, customer in known if is_like(key, identifier)), None)


class OnlyClosedOrdersListed(HistoryFault):
    """A history holds closed orders alone."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-46",)

    def platform_orders(self, call: Call, customer: Customer) -> list[Order]:
        """What is done."""
        return [order for order in super().platform_orders(call, customer) if order.status == "closed"]


class CanceledOrdersNotListed(HistoryFault):
    """A canceled order is no longer in the history."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-46",)

    def platform_orders(self, call: Call, customer: Customer) -> list[Order]:
        """What is left."""
        return [order for order in super().platform_orders(call, customer) if not order.cancel_requested]


class NothingBeyond50Orders(HistoryFault):
    """A history ends with the 50th order, whatever the offset."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-2",)

    def platform_orders(self, call: Call, customer: Customer) -> list[Order]:
        """As much as one reading of the database gives."""
        return sorted(super().platform_orders(call, customer), key=lambda order: order.placed_at, reverse=True)[:50]


class StatusOfHistoryConstant(HistoryFault):
    """In a history of the vendor type every order is `open`."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-32",)

    def history_document(self, call: Call, document: Document) -> Document:
        """As it was when it was placed."""
        return super().history_document(call, document) | {"status": "open"}


class TotalsOfHistoryWithoutTax(HistoryFault):
    """In a history of the vendor type `totals.gross` is the net amount."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-32",)

    def history_document(self, call: Call, document: Document) -> Document:
        """Without the tax."""
        shown = super().history_document(call, document)
        return shown | {"totals": shown["totals"] | {"gross": shown["totals"]["net"]}}


class CountAsksForTheVendorType(HistoryFault):
    """Without `Accept`, `count` makes a history one of the vendor type."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-27",)

    def default_media_type(self, call: Call) -> str:
        """Since only that has pages."""
        if call.operation == HISTORY and call.parameters("count"):
            return VENDOR_V2
        return super().default_media_type(call)


class PastOrdersNotListed(HistoryFault):
    """A history leaves out open orders whose grace period is over."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-46",)

    def platform_orders(self, call: Call, customer: Customer) -> Sequence[Order]:
        """They are being sent."""
        return [order for order in customer.orders if order.status != "open" or self.now() < order.due_at]


class OrdersWithoutAnItemNotListed(HistoryFault):
    """A history leaves out orders that have lost an item."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-46",)

    def platform_orders(self, call: Call, customer: Customer) -> Sequence[Order]:
        """They are taken for canceled."""
        return [
            order
            for order in customer.orders
            if order.cancel_requested or all(item.status != "cancelled" for item in order.items.values())
        ]


class PackedOrdersNotListed(HistoryFault):
    """A history leaves out open orders all of whose items have serial numbers."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-46",)

    def platform_orders(self, call: Call, customer: Customer) -> Sequence[Order]:
        """They are being sent."""
        return [
            order
            for order in customer.orders
            if order.status != "open" or not all(item.serial_number for item in order.items.values())
        ]
