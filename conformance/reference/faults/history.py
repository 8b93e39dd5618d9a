"""Faults in the order history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import HISTORY, JSON, VENDOR_TYPE
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from orderproof.conformance.reference.decisions.history import Entry
    from orderproof.conformance.reference.exchange import Call


class HistoryFault(Fault):
    """A fault in the history."""

    operation: ClassVar[str] = HISTORY


class CountOf0(HistoryFault):
    """`count=0` is accepted."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-7", "HIS-91")

    def count_limits(self, call: Call) -> tuple[int, int]:
        """No lower limit."""
        return (0, 50)


class CountOf51(HistoryFault):
    """`count=51` is accepted and honoured."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-8", "HIS-41", "HIS-91")

    def count_limits(self, call: Call) -> tuple[int, int]:
        """One too many."""
        return (1, 51)


class CountOf50Refused(HistoryFault):
    """`count=50` is refused."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-6", "HIS-90")

    def count_limits(self, call: Call) -> tuple[int, int]:
        """One too few."""
        return (1, 49)


class CountCapped(HistoryFault):
    """A `count` beyond 50 is taken for 50 instead of being refused."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-8", "HIS-41", "HIS-91")

    def check_count(self, call: Call, count: int) -> int:
        """At most 50."""
        return super().check_count(call, min(count, 50))


class NegativeOffset(HistoryFault):
    """`offset=-1` is accepted, as 0."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-10", "HIS-91")

    def check_offset(self, call: Call, offset: int) -> int:
        """Not below 0."""
        return max(offset, 0)


class LenientIntegers(HistoryFault):
    """A `count` or `offset` that is no integer is ignored."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-12", "HIS-91")

    def parse_integer(self, call: Call, name: str, text: str) -> int:
        """A default in place of a refusal."""
        if text.lstrip("-").isdecimal():
            return super().parse_integer(call, name, text)
        return 10 if name == "count" else 0


class IntegersCutTo32Bits(HistoryFault):
    """A `count` or `offset` that no int32 can hold loses what does not fit."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-8", "HIS-14")

    def parse_integer(self, call: Call, name: str, text: str) -> int:
        """As a cast does it."""
        if not text.lstrip("-").isdecimal():
            return super().parse_integer(call, name, text)
        return (int(text) + 2**31) % 2**32 - 2**31


class OffsetOf16Bits(HistoryFault):
    """An `offset` above 65535 is refused."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-13", "HIS-90")

    def check_offset(self, call: Call, offset: int) -> int:
        """Half as long."""
        if offset > 65535:
            raise Refusal("parameter-invalid")
        return super().check_offset(call, offset)


class DefaultCountOf20(HistoryFault):
    """Without `count` there are 20 orders on a page."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-4",)

    def default_count(self, call: Call) -> int:
        """Twice as many."""
        return 20


class DefaultOffsetOf1(HistoryFault):
    """Without `offset` the newest order is left out."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-5", "HIS-17")

    def default_offset(self, call: Call) -> int:
        """One too far."""
        return 1


class PagingHonouredInPlainJson(HistoryFault):
    """`count` is honoured with `application/json`."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-15",)

    async def history_v1(self, call: Call, identifier: str) -> list[dict[str, Any]]:
        """Only so many."""
        orders = await super().history_v1(call, identifier)
        counts = call.parameters("count")
        return orders[: int(counts[0])] if counts and counts[0].isdecimal() else orders

    def check_paging_v1(self, call: Call) -> None:
        """Accepted."""


class OffsetHonouredInPlainJson(HistoryFault):
    """`offset` is honoured with `application/json`."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-15",)

    async def history_v1(self, call: Call, identifier: str) -> list[dict[str, Any]]:
        """From there on."""
        orders = await super().history_v1(call, identifier)
        offsets = call.parameters("offset")
        return orders[int(offsets[0]) :] if offsets and offsets[0].isdecimal() else orders

    def check_paging_v1(self, call: Call) -> None:
        """Accepted."""


class OldestFirst(HistoryFault):
    """The oldest order comes first."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-1", "HIS-26", "HIS-39")

    def sort(self, call: Call, entries: list[Entry]) -> list[Entry]:
        """The other way round."""
        return super().sort(call, entries)[::-1]


class SortedById(HistoryFault):
    """Orders are sorted by their readable id, not by the time at which they were placed."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-1", "HIS-26", "HIS-39")

    def sort_key(self, call: Call, entry: Entry) -> Any:
        """Numbers are given as orders are stored."""
        return entry.source["id"] if isinstance(entry.source, dict) else entry.source.readable_id


class UnknownCustomerIs404InV2(HistoryFault):
    """With the vendor type an unknown customer gets 404, which is for `application/json` only."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-21",)

    def unknown_customer_v2(self, call: Call, identifier: str) -> list[Entry]:
        """As with plain JSON."""
        self.unknown_customer_v1(call, identifier)
        return []


class VendorTypeByDefault(HistoryFault):
    """Without `Accept` the history comes in the vendor type."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-27", "HIS-30")

    def default_media_type(self, call: Call) -> str:
        """The newest."""
        return self.offers(call)[1] if call.operation == HISTORY else JSON


class VendorTypeCalledJson(HistoryFault):
    """An answer of the vendor type is called `application/json`."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-30",)

    def content_type(self, call: Call, media_type: str) -> str:
        """One name for both."""
        return JSON if media_type.startswith(VENDOR_TYPE) else media_type
