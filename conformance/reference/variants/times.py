"""How a time is written: the freedoms of RFC 3339."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference.behaviours import Variant

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Call


class PlacedAtV1WithOffset(Variant):
    """`placed_at` in plain JSON has an offset."""

    def placed_at_v1(self, call: Call, placed_at: datetime) -> str:
        """Two hours ahead of UTC."""
        return f"{super().placed_at_v1(call, placed_at + timedelta(hours=2))}+02:00"


class PlacedAtV1InUtc(Variant):
    """`placed_at` in plain JSON says that it is UTC."""

    def placed_at_v1(self, call: Call, placed_at: datetime) -> str:
        """As in the vendor type."""
        return self.placed_at_v2(call, placed_at)


class PlacedAtWithNineDigits(Variant):
    """`placed_at` in the vendor type has nanoseconds."""

    readings: ClassVar[tuple[str, ...]] = ("fraction-digits/nine",)

    def placed_at_v2(self, call: Call, placed_at: datetime) -> str:
        """Nine digits of a fraction."""
        return f"{placed_at.replace(tzinfo=None).isoformat(timespec='microseconds')}000Z"


class PlacedAtWithOneDigit(Variant):
    """`placed_at` has tenths of seconds, in both media types, as in `YYYY-MM-DDThh:mm:ss.sZ`."""

    readings: ClassVar[tuple[str, ...]] = ("fraction-digits/one",)

    def placed_at(self, call: Call, placed_at: datetime) -> str:
        """One digit of a fraction."""
        text = placed_at.replace(tzinfo=None).isoformat(timespec="milliseconds")[:-2]
        return f"{text}Z" if self.is_v2(call) else text


class PlacedAtOfHistoryWithOffset(Variant):
    """`placed_at` in a history of the vendor type has an offset: UTC is said of an order by its id alone."""

    warned_by: ClassVar[tuple[str, ...]] = ("HIS-38",)

    def history_document(self, call: Call, document: dict[str, Any]) -> dict[str, Any]:
        """Two hours ahead of UTC, the same instant."""
        shown = super().history_document(call, document)
        ahead = datetime.fromisoformat(shown["placed_at"]).astimezone(timezone(timedelta(hours=2)))
        return shown | {"placed_at": ahead.isoformat(timespec="milliseconds")}


class PlacedAtWithoutFraction(Variant):
    """`placed_at` has whole seconds, in both media types."""

    readings: ClassVar[tuple[str, ...]] = ("fraction-digits/none",)

    def placed_at(self, call: Call, placed_at: datetime) -> str:
        """No digit of a fraction."""
        text = placed_at.replace(tzinfo=None).isoformat(timespec="seconds")
        return f"{text}Z" if self.is_v2(call) else text


class DueAtInLowerCase(Variant):
    """The letters of `due_at` are small."""

    readings: ClassVar[tuple[str, ...]] = ("due-at-offset/lower-case",)

    def due_at(self, call: Call, due_at: datetime) -> str:
        """RFC 3339 takes them as they are."""
        return super().due_at(call, due_at).lower()


class DueAtWithZeroOffset(Variant):
    """`due_at` is in UTC, with an offset of zero in place of `Z`."""

    readings: ClassVar[tuple[str, ...]] = ("due-at-offset/zero-offset",)

    def due_at(self, call: Call, due_at: datetime) -> str:
        """The same time."""
        return super().due_at(call, due_at).replace("Z", "+00:00")


class DueAtWithOffset(Variant):
    """`due_at` has an offset other than `Z`."""

    readings: ClassVar[tuple[str, ...]] = ("due-at-offset/other-offset",)

    def due_at(self, call: Call, due_at: datetime) -> str:
        """Five and a half hours ahead of UTC."""
        return f"{(due_at.replace(tzinfo=None) + timedelta(hours=5, minutes=30)).isoformat()}+05:30"


class DueAtWithFraction(Variant):
    """`due_at` has a fraction of a second."""

    def due_at(self, call: Call, due_at: datetime) -> str:
        """Nine digits of it."""
        return f"{due_at.replace(tzinfo=None).isoformat(timespec='microseconds')}000Z"
