"""What a server does, where the documents leave it open."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from email.utils import formatdate
from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference.behaviours import Variant
from orderproof.conformance.reference.exchange import JSON
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from datetime import datetime

    from orderproof.conformance.reference.decisions.paging import Page
    from orderproof.conformance.reference.exchange import Answer, Call
    from orderproof.conformance.reference.store import Customer, Order

#: How much later a cancellation takes effect that does not at once.
LATER = timedelta(milliseconds=300)


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


class ExtensionsQueued(Variant):
    """Concurrent extensions wait for one another: each gets 200, each 15 minutes further."""

    choice: ClassVar[int] = 6
    readings: ClassVar[tuple[str, ...]] = ("concurrent-extensions/queued",)

    async def extend(self, call: Call, order: Order) -> datetime:
        """One after the other."""
        lock: asyncio.Lock = order.marks.setdefault("extensions", asyncio.Lock())
        async with lock:
            return await super().extend(call, order)


class ExtensionsRetried(Variant):
    """An extension that lost the race is tried again, until it is written."""

    choice: ClassVar[int] = 6
    readings: ClassVar[tuple[str, ...]] = ("concurrent-extensions/queued",)

    async def lost_the_race(self, call: Call, order: Order) -> datetime:
        """Once more from the start."""
        return await self.extend(call, order)


class CanceledLater(Variant):
    """A cancellation is only initiated by its 200: for a moment the order is neither cancelable nor canceled."""

    choice: ClassVar[int] = 7
    readings: ClassVar[tuple[str, ...]] = ("cancellation-takes-effect/later",)

    def canceled_from(self, call: Call, order: Order) -> datetime:
        """In a moment."""
        return self.now() + LATER


class CanceledLaterInEveryRespect(Variant):
    """A cancellation is only initiated by its 200: for a moment the cancellation status is what it was."""

    choice: ClassVar[int] = 7
    readings: ClassVar[tuple[str, ...]] = ("cancellation-takes-effect/later",)

    def canceled_from(self, call: Call, order: Order) -> datetime:
        """In a moment."""
        return self.now() + LATER

    def cancellation_status(self, call: Call, order: Order) -> dict[str, Any]:
        """As it was, until it is done."""
        if order.cancel_requested and not self.has_effect(call, order):
            return {"cancelable": True, "canceled": False, "is_safe": True}
        return super().cancellation_status(call, order)


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


class OmsKnowsHouseholds(Variant):
    """Customers share the e-mail address by which the external OMS knows them: each has their neighbours' orders."""

    async def oms_history(self, call: Call, customer: Customer) -> list[dict[str, Any]]:
        """Those of the customers stored just before and after as well."""
        known = list(call.tenant.customers.values())
        place = known.index(customer)
        household = known[max(place - 1, 0) : place + 2]
        told = []
        for one in household:
            told += await super().oms_history(call, one)
        return told

    def oms_order_document(self, call: Call, payload: dict[str, Any]) -> dict[str, Any]:
        """With the address of all."""
        shared = payload["customer"] | {"email": "the.does@example.com"}
        return super().oms_order_document(call, payload | {"customer": shared})


class PricesByReadableId(Variant):
    """`prices` takes the readable id in its path."""

    choice: ClassVar[int] = 8
    readings: ClassVar[tuple[str, ...]] = ("prices-order-id/readable",)

    def price_id_type(self, call: Call) -> str:
        """The other kind."""
        return "external"


class PricesByEitherId(Variant):
    """`prices` takes either kind of order id."""

    choice: ClassVar[int] = 8
    readings: ClassVar[tuple[str, ...]] = ("prices-order-id/either",)

    def price_id_type(self, call: Call) -> str:
        """Whichever it is."""
        return "internal" if self.is_uuid(call, call.path["id"]) else "external"


class CancelableAfterGracePeriod(Variant):
    """An open order can be canceled when its grace period is over."""

    choice: ClassVar[int] = 9

    def is_cancelable(self, call: Call, order: Order) -> bool:
        """As long as it is open."""
        return order.status == "open" and not order.cancel_requested


class CanceledStatus(Variant):
    """A canceled order has a status of its own."""

    choice: ClassVar[int] = 9
    readings: ClassVar[tuple[str, ...]] = ("status-of-canceled-order/canceled",)

    def status_when_canceled(self, call: Call, order: Order) -> str:
        """A word that no document has."""
        return "canceled"


class CancelledStatus(Variant):
    """A canceled order has the status that canceled items have."""

    choice: ClassVar[int] = 9
    readings: ClassVar[tuple[str, ...]] = ("status-of-canceled-order/cancelled",)

    def status_when_canceled(self, call: Call, order: Order) -> str:
        """The word of the items."""
        return self.item_status_when_canceled(call, order)


class CanceledOrdersStayOpen(Variant):
    """A canceled order is open, and its items are as they were."""

    choice: ClassVar[int] = 9
    readings: ClassVar[tuple[str, ...]] = ("status-of-canceled-order/unchanged",)

    def cancel(self, call: Call, order: Order, cancellation: Any) -> None:
        """Canceled, and nothing else."""
        order.cancel_requested, order.canceled_at = True, self.canceled_from(call, order)
        order.version += 1


class CancelAnswersStatus(Variant):
    """A cancellation answers with a body: none is documented, none is forbidden."""

    choice: ClassVar[int] = 9

    def cancel_answer(self, call: Call, order: Order) -> Answer:
        """The cancellation status."""
        return self.success(call, self.cancellation_status(call, order))


class LineCancelAnswersObject(Variant):
    """Canceling a line answers with an empty object."""

    choice: ClassVar[int] = 9

    def line_answer(self, call: Call, order: Order, item: Any) -> Answer:
        """Nothing, in JSON."""
        return self.json_answer(call, 200, {}, JSON)


class TokensBeforePaths(Variant):
    """Who asks is known before what: an unknown path gets 401 without a token."""

    choice: ClassVar[int] = 1

    async def admit(self, call: Call) -> None:
        """The token first."""
        self.authenticate(call)


class RateLimited(Variant):
    """More than 60 requests a second get 429, and `Retry-After` says when to come back."""

    choice: ClassVar[int] = 11
    readings: ClassVar[tuple[str, ...]] = ("rate-limit/status-429",)

    def __init__(self, *world: Any) -> None:
        """An empty window."""
        super().__init__(*world)
        self._window, self._requests = 0, 0

    async def admit(self, call: Call) -> None:
        """Count within the second."""
        second = int(self.now().timestamp())
        if second != self._window:
            self._window, self._requests = second, 0
        self._requests += 1
        if self._requests > 60:
            raise Refusal("rate-limited", headers={"retry-after": "1"})


class RateLimitedUntilDate(RateLimited):
    """More than 60 requests a second get 429, and `Retry-After` is the second from which on to come back."""

    readings: ClassVar[tuple[str, ...]] = ("rate-limit/retry-after-date",)

    def error_headers(self, call: Call, refusal: Refusal) -> dict[str, str]:
        """The next full second."""
        headers = super().error_headers(call, refusal)
        if refusal.reason == "rate-limited":
            return headers | {"retry-after": formatdate(int(self.now().timestamp()) + 1, usegmt=True)}
        return headers


class NoGracePeriodWithPreorderedItems(Variant):
    """An order that waits for a pre-ordered item has no grace period: it waits anyway."""

    choice: ClassVar[int] = 9

    def within_grace_period(self, call: Call, order: Order) -> bool:
        """Nothing promises one for it."""
        is_preordered = any(item.preordered for item in order.items.values())
        return not is_preordered and super().within_grace_period(call, order)


class BusyNowAndThen(Variant):
    """Every 200th request gets 503 with `Retry-After`."""

    choice: ClassVar[int] = 11
    readings: ClassVar[tuple[str, ...]] = ("rate-limit/status-503",)

    def __init__(self, *world: Any) -> None:
        """Not busy yet."""
        super().__init__(*world)
        self._requests = 0

    async def admit(self, call: Call) -> None:
        """Count all of them."""
        self._requests += 1
        if self._requests % 200 == 0:
            raise Refusal("oms-unavailable", headers={"retry-after": "0"})


class SlowAnswers(Variant):
    """An answer takes a moment."""

    async def before_answer(self, call: Call, answer: Answer) -> None:
        """Twenty milliseconds."""
        await asyncio.sleep(0.02)


class UnknownFieldsRefused(Variant):
    """A field in a request that no document names is refused."""

    choice: ClassVar[int] = 9

    def body(self, call: Call) -> dict[str, Any]:
        """Nothing but what is documented."""
        body = super().body(call)
        if set(body) - {"items", "reason", "note"}:
            raise self.invalid_body(call, "Additional properties are not allowed.")
        return body
