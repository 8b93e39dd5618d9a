"""Faults in which orders of a history are on a page, and in what the page says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from orderproof.conformance.reference.faults.history import HistoryFault
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from orderproof.conformance.reference.decisions.paging import Page
    from orderproof.conformance.reference.exchange import Call


T = TypeVar("T")


class PagesOverlap(HistoryFault):
    """The last order of a page comes again as the first of the next."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-2", "HIS-9", "HIS-11", "HIS-19", "HIS-40")

    def select(self, call: Call, entries: list[T], page: Page) -> list[T]:
        """One too early."""
        start = max(page.offset - 1, 0)
        return entries[start : start + page.count]


class PagesSkipOne(HistoryFault):
    """Between two pages one order is lost."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-2", "HIS-9", "HIS-11", "HIS-40")

    def select(self, call: Call, entries: list[T], page: Page) -> list[T]:
        """One too late."""
        start = page.offset + (page.offset > 0)
        return entries[start : start + page.count]


class OffsetInPages(HistoryFault):
    """`offset` counts pages, not orders."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-2", "HIS-4", "HIS-9", "HIS-11")

    def select(self, call: Call, entries: list[T], page: Page) -> list[T]:
        """Multiplied."""
        start = page.offset * page.count
        return entries[start : start + page.count]


class OffsetIgnored(HistoryFault):
    """Every page is the first."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-2", "HIS-9", "HIS-11", "HIS-13", "HIS-19", "HIS-40")

    def select(self, call: Call, entries: list[T], page: Page) -> list[T]:
        """From the start."""
        return entries[: page.count]


class LastPageDropped(HistoryFault):
    """A page that is not full is empty."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-2", "HIS-9", "HIS-11")

    def select(self, call: Call, entries: list[T], page: Page) -> list[T]:
        """All or nothing, but for the first page."""
        selected = super().select(call, entries, page)
        return [] if page.offset and len(selected) < page.count else selected


class BeyondTheEndIs400(HistoryFault):
    """A page beyond the end of the list is refused."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-13", "HIS-19", "HIS-90")

    def select(self, call: Call, entries: list[T], page: Page) -> list[T]:
        """Nothing there."""
        if page.offset >= len(entries) > 0:
            raise Refusal("parameter-invalid")
        return super().select(call, entries, page)


class BeyondTheEndIsTheLastPage(HistoryFault):
    """Beyond the end of the list the last page comes again."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-9", "HIS-13", "HIS-19")

    def select(self, call: Call, entries: list[T], page: Page) -> list[T]:
        """As far as it goes."""
        return super().select(call, entries, page) or entries[-page.count :]


class OffsetNotRepeated(HistoryFault):
    """`pagination_info.offset` is always 0."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-17",)

    def reported_offset(self, call: Call, page: Page) -> int:
        """Wherever it is."""
        return 0


class CountIsTotal(HistoryFault):
    """`pagination_info.count` is the number of all orders."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-18",)

    def pagination_info(self, call: Call, page: Page, selected: int, total: int) -> dict[str, Any]:
        """The same number twice."""
        return super().pagination_info(call, page, selected, total) | {"count": total}


class TotalOfPage(HistoryFault):
    """`total` never exceeds 10, the size of a page."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-16",)

    def reported_total(self, call: Call, total: int) -> int:
        """As much as a page holds."""
        return min(total, 10)


class TotalOneTooMany(HistoryFault):
    """`total` counts one order too many."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-16", "HIS-42")

    def reported_total(self, call: Call, total: int) -> int:
        """One more."""
        return total + 1


class TotalOfAtMost50(HistoryFault):
    """`total` never exceeds 50, the largest page."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-16",)

    def reported_total(self, call: Call, total: int) -> int:
        """Counted on one page of the database."""
        return min(super().reported_total(call, total), 50)


class PagesOfNothingAre404(HistoryFault):
    """A page is asked for, and the customer has no orders: that is 404, though the whole history is empty."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-20", "HIS-21")

    def select(self, call: Call, entries: list[T], page: Page) -> list[T]:
        """There is no such page."""
        if not entries and call.parameters("offset"):
            raise Refusal("customer-not-found")
        return super().select(call, entries, page)
