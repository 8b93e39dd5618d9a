"""How `placed_at` is written, in an order and in a history: the freedoms of RFC 3339."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from orderproof.conformance.reference.behaviours import Variant
from orderproof.conformance.reference.exchange import HISTORY

if TYPE_CHECKING:
    from datetime import datetime

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
    warned_by: ClassVar[tuple[str, ...]] = ("ORD-33",)

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


class PlacedAtWithoutFraction(Variant):
    """`placed_at` has whole seconds, in both media types."""

    readings: ClassVar[tuple[str, ...]] = ("fraction-digits/none",)

    def placed_at(self, call: Call, placed_at: datetime) -> str:
        """No digit of a fraction."""
        text = placed_at.replace(tzinfo=None).isoformat(timespec="seconds")
        return f"{text}Z" if self.is_v2(call) else text


class PlacedAtV1Rounded(Variant):
    """`placed_at` in plain JSON is rounded to tenths of seconds, in the vendor type cut off after three digits."""

    warned_by: ClassVar[tuple[str, ...]] = ("ORD-33",)

    def placed_at_v1(self, call: Call, placed_at: datetime) -> str:
        """Perhaps up."""
        rounded = placed_at + timedelta(milliseconds=50)
        return rounded.replace(tzinfo=None).isoformat(timespec="milliseconds")[:-2]


class PlacedAtOfHistoryInSeconds(Variant):
    """`placed_at` in a history has whole seconds, in an order three digits more."""

    warned_by: ClassVar[tuple[str, ...]] = ("HIS-47",)

    def placed_at(self, call: Call, placed_at: datetime) -> str:
        """As an index has it that sorts by seconds."""
        text = super().placed_at(call, placed_at)
        return f"{text[:19]}{text[23:]}" if call.operation == HISTORY else text


class PlacedAtOfHistoryRoundedElsewhere(Variant):
    """`placed_at` in a history is rounded to milliseconds, in an order cut off after them."""

    warned_by: ClassVar[tuple[str, ...]] = ("HIS-47",)

    def placed_at(self, call: Call, placed_at: datetime) -> str:
        """At most one more."""
        is_history = call.operation == HISTORY
        return super().placed_at(call, placed_at + timedelta(microseconds=500) if is_history else placed_at)
