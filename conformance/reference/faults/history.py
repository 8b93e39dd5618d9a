"""Faults in the order history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from conformance.reference.exchange import HISTORY
from conformance.reference.problems import Refusal
from conformance.reference.seeds import Fault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.reference.decisions.history import Entry
    from conformance.reference.decisions.paging import Page
    from conformance.reference.exchange import Call
    from conformance.reference.store import Customer, Order

T = TypeVar("T")


class HistoryFault(Fault):
    """A fault in the history."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS",)
    operation: ClassVar[str] = HISTORY


class CountOf0(HistoryFault):
    """`count=0` is accepted."""

    def count_limits(self, call: Call) -> tuple[int, int]:
        """No lower limit."""
        return (0, 50)


class CountOf51(HistoryFault):
    """`count=51` is accepted and honoured."""

    def count_limits(self, call: Call) -> tuple[int, int]:
        """One too many."""
        return (1, 51)


class CountOf50Refused(HistoryFault):
    """`count=50` is refused."""

    def count_limits(self, call: Call) -> tuple[int, int]:
        """One too few."""
        return (1, 49)


class CountCapped(HistoryFault):
    """A `count` beyond 50 is taken for 50 instead of being refused."""

    def check_count(self, call: Call, count: int) -> int:
        """At most 50."""
        return super().check_count(call, min(count, 50))


class NegativeOffset(HistoryFault):
    """`offset=-1` is accepted, as 0."""

    def check_offset(self, call: Call, offset: int) -> int:
        """Not below 0."""
        return max(offset, 0)


class LenientIntegers(HistoryFault):
    """A `count` or `offset` that is no integer is ignored."""

    def parse_integer(self, call: Call, name: str, text: str) -> int:
        """A default in place of a refusal."""
        if text.lstrip("-").isdecimal():
            return super().parse_integer(call, name, text)
        return 10 if name == "count" else 0


class IntegersCutTo32Bits(HistoryFault):
    """A `count` or `offset` that no int32 can hold loses what does not fit."""

    def parse_integer(self, call: Call, name: str, text: str) -> int:
        """As a cast does it."""
        if not text.lstrip("-").isdecimal():
            return super().parse_integer(call, name, text)
        return (int(text) + 2**31) % 2**32 - 2**31


class OffsetOf16Bits(HistoryFault):
    """An `offset` above 65535 is refused."""

    def check_offset(self, call: Call, offset: int) -> int:
        """Half as long."""
        if offset > 65535:
            raise Refusal("parameter-invalid")
        return super().check_offset(call, offset)


class DefaultCountOf20(HistoryFault):
    """Without `count` there are 20 orders on a page."""

    def default_count(self, call: Call) -> int:
        """Twice as many."""
        return 20


class DefaultOffsetOf1(HistoryFault):
    """Without `offset` the newest order is left out."""

    def default_offset(self, call: Call) -> int:
        """One too far."""
        return 1


class PagingHonouredInPlainJson(HistoryFault):
    """`count` is honoured with `application/json`."""

    async def history_v1(self, call: Call, identifier: str) -> list[dict[str, Any]]:
        """Only so many."""
        orders = await super().history_v1(call, identifier)
        counts = call.parameters("count")
        return orders[: int(counts[0])] if counts and counts[0].isdecimal() else orders

    def check_paging_v1(self, call: Call) -> None:
        """Accepted."""


class OffsetHonouredInPlainJson(HistoryFault):
    """`offset` is honoured with `application/json`."""

    async def history_v1(self, call: Call, identifier: str) -> list[dict[str, Any]]:
        """From there on."""
        orders = await super().history_v1(call, identifier)
        offsets = call.parameters("offset")
        return orders[int(offsets[0]) :] if offsets and offsets[0].isdecimal() else orders

    def check_paging_v1(self, call: Call) -> None:
        """Accepted."""


class OldestFirst(HistoryFault):
    """The oldest order comes first."""

    def sort(self, call: Call, entries: list[Entry]) -> list[Entry]:
        """The other way round."""
        return super().sort(call, entries)[::-1]


class SortedById(HistoryFault):
    """Orders are sorted by their UUID, not by the time at which they were placed."""

    def sort_key(self, call: Call, entry: Entry) -> Any:
        """Random as far as time goes."""
        return entry.source["id"] if isinstance(entry.source, dict) else entry.source.uuid


class PagesOverlap(HistoryFault):
    """The last order of a page comes again as the first of the next."""

    def select(self, call: Call, entries: list[T], page: Page) -> list[T]:
        """One too early."""
        start = max(page.offset - 1, 0)
        return entries[start : start + page.count]


class PagesSkipOne(HistoryFault):
    """Between two pages one order is lost."""

    def select(self, call: Call, entries: list[T], page: Page) -> list[T]:
        """One too late."""
        start = page.offset + (page.offset > 0)
        return entries[start : start + page.count]


class OffsetInPages(HistoryFault):
    """`offset` counts pages, not orders."""

    def select(self, call: Call, entries: list[T], page: Page) -> list[T]:
        """Multiplied."""
        start = page.offset * page.count
        return entries[start : start + page.count]


class OffsetIgnored(HistoryFault):
    """Every page is the first."""

    def select(self, call: Call, entries: list[T], page: Page) -> list[T]:
        """From the start."""
        return entries[: page.count]


class LastPageDropped(HistoryFault):
    """A page that is not full is empty."""

    def select(self, call: Call, entries: list[T], page: Page) -> list[T]:
        """All or nothing, but for the first page."""
        selected = super().select(call, entries, page)
        return [] if page.offset and len(selected) < page.count else selected


class BeyondTheEndIs400(HistoryFault):
    """A page beyond the end of the list is refused."""

    def select(self, call: Call, entries: list[T], page: Page) -> list[T]:
        """Nothing there."""
        if page.offset >= len(entries) > 0:
            raise Refusal("parameter-invalid")
        return super().select(call, entries, page)


class BeyondTheEndIsTheLastPage(HistoryFault):
    """Beyond the end of the list the last page comes again."""

    def select(self, call: Call, entries: list[T], page: Page) -> list[T]:
        """As far as it goes."""
        return super().select(call, entries, page) or entries[-page.count :]


class OffsetNotRepeated(HistoryFault):
    """`pagination_info.offset` is always 0."""

    def reported_offset(self, call: Call, page: Page) -> int:
        """Wherever it is."""
        return 0


class CountIsTotal(HistoryFault):
    """`pagination_info.count` is the number of all orders."""

    def pagination_info(self, call: Call, page: Page, selected: int, total: int) -> dict[str, Any]:
        """The same number twice."""
        return super().pagination_info(call, page, selected, total) | {"count": total}


class TotalOfPage(HistoryFault):
    """`total` never exceeds 10, the size of a page."""

    def reported_total(self, call: Call, total: int) -> int:
        """As much as a page holds."""
        return min(total, 10)


class TotalOneTooMany(HistoryFault):
    """`total` counts one order too many."""

    def reported_total(self, call: Call, total: int) -> int:
        """One more."""
        return total + 1


class OrdersOfOthers(HistoryFault):
    """The history holds the orders of other customers, too."""

    def platform_orders(self, call: Call, customer: Customer) -> Sequence[Order]:
        """Everybody's."""
        return list(call.tenant.orders.values())


class UnknownCustomerIs404InV2(HistoryFault):
    """With the vendor type an unknown customer gets 404, which is for `application/json` only."""

    def unknown_customer_v2(self, call: Call, identifier: str) -> list[Entry]:
        """As with plain JSON."""
        self.unknown_customer_v1(call, identifier)
        return []
