"""Variants of the order history: its pages, its sequence, and how it is refused."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference.behaviours import Variant
from orderproof.conformance.reference.problems import Refusal
from orderproof.conformance.reference.store import Order
from orderproof.conformance.reference.variants.shared.later import LATER
from orderproof.conformance.reference.variants.shared.open_status import OpenStatus, variants_of

if TYPE_CHECKING:
    from orderproof.conformance.reference.decisions.history import Entry
    from orderproof.conformance.reference.decisions.paging import Page
    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Customer


def _every_two_minutes(time: datetime) -> datetime:
    return time.replace(minute=time.minute // 2 * 2, second=0, microsecond=0)


class PagingIgnoredInPlainJson(Variant):
    """`offset` and `count` with `application/json` are ignored, whatever they are."""

    choice: ClassVar[int] = 3
    readings: ClassVar[tuple[str, ...]] = ("paging-with-json/ignored",)

    def check_paging_v1(self, call: Call) -> None:
        """Not even read."""


class CountAsAskedFor(Variant):
    """`pagination_info.count` repeats what was asked for."""

    choice: ClassVar[int] = 4
    readings: ClassVar[tuple[str, ...]] = ("pagination-count/requested",)

    def reported_count(self, call: Call, page: Page, selected: int) -> int:
        """Even if there are fewer."""
        return page.count


class HistoryIsBehind(Variant):
    """A history is written a moment later: until then it lacks a new order, and one that was just canceled."""

    def platform_orders(self, call: Call, customer: Customer) -> list[Order]:
        """Those of which nothing is new."""
        before = self.now() - LATER
        return [
            order
            for order in super().platform_orders(call, customer)
            if order.placed_at <= before and (order.canceled_at is None or order.canceled_at <= before)
        ]


class HistoryShowsCancellationLater(Variant):
    """A history shows an order as it was, items included, for a moment after the order was canceled."""

    choice: ClassVar[int] = 7

    def entry_document_v2(self, call: Call, entry: Entry) -> dict[str, Any]:
        """Open and pending until then."""
        shown = super().entry_document_v2(call, entry)
        canceled_at = entry.source.canceled_at if isinstance(entry.source, Order) else None
        if canceled_at is None or self.now() - canceled_at > LATER:
            return shown
        return shown | {"status": "open", "items": [item | {"status": "pending"} for item in shown["items"]]}


class OrdersPlacedAtTheSameTime(Variant):
    """Several orders of a history have the same `placed_at`, and come in another sequence with every request."""

    choice: ClassVar[int] = 9

    def placed_at(self, call: Call, placed_at: datetime) -> str:
        """A clock that goes every two minutes."""
        return super().placed_at(call, _every_two_minutes(placed_at))

    def sort_key(self, call: Call, entry: Entry) -> Any:
        """Of equal times any may come first."""
        return (_every_two_minutes(entry.placed_at), hash((call.request_id, entry.number)))


class PlacedAtOfHistoryWithOffset(Variant):
    """`placed_at` in a history of the vendor type has an offset: UTC is said of an order by its id alone."""

    warned_by: ClassVar[tuple[str, ...]] = ("HIS-38",)

    def history_document(self, call: Call, document: dict[str, Any]) -> dict[str, Any]:
        """Two hours ahead of UTC, the same instant."""
        shown = super().history_document(call, document)
        ahead = datetime.fromisoformat(shown["placed_at"]).astimezone(timezone(timedelta(hours=2)))
        # No more digits than there are: a fraction of zeros would be another instant.
        return shown | {"placed_at": ahead.isoformat(timespec="milliseconds" if ahead.microsecond else "seconds")}


class UnknownCustomerIs400InV2(Variant):
    """With the vendor type an unknown customer gets 400."""

    choice: ClassVar[int] = 5
    readings: ClassVar[tuple[str, ...]] = ("unknown-customer-version-2/status-400",)

    def unknown_customer_v2(self, call: Call, identifier: str) -> list[Entry]:
        """Refused, but not as plain JSON refuses it."""
        raise Refusal("parameter-invalid", "The customer is not known.")


_NO_OMS = ("oms-not-configured",)

GENERATED = variants_of(
    OpenStatus(
        name="NoOmsIs{}",
        says="A tenant without external OMS gets {} for the v1 history.",
        point=5,
        reasons=_NO_OMS,
        statuses=(400, 404, 406, 409),
        choice="history-without-external-oms",
    ),
    OpenStatus("NoOmsIs{}", "A tenant without external OMS gets {} for the v1 history.", 5, _NO_OMS, (403,)),
    module=__name__,
)
