"""Faults in reasons and notes that look like something else: words for nothing, numbers, formulas."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import CANCEL

if TYPE_CHECKING:
    from orderproof.conformance.reference.decisions.cancellation import Cancellation
    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Order


class CancelTextFault(Fault):
    """A fault in the texts of a cancellation."""

    operation: ClassVar[str] = CANCEL


class NullReasonsRefused(CancelTextFault):
    """A reason that is the word `null` is taken for none."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-9",)

    def check_reason(self, call: Call, body: dict[str, Any]) -> str:
        """Nothing was given, it seems."""
        reason = super().check_reason(call, body)
        if reason.lower() in ("null", "none", "undefined"):
            raise self.invalid_body(call, "'reason' should be non-empty.")
        return reason


class FalseReasonsRefused(CancelTextFault):
    """A reason that is the word `false` is taken for none."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-9",)

    def check_reason(self, call: Call, body: dict[str, Any]) -> str:
        """As a lenient reader of forms does."""
        reason = super().check_reason(call, body)
        if reason.lower() in ("false", "no", "off"):
            raise self.invalid_body(call, "'reason' should be non-empty.")
        return reason


class NumbersAreNoReasons(CancelTextFault):
    """A reason that reads as a number is refused."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-9",)

    def check_reason(self, call: Call, body: dict[str, Any]) -> str:
        """Whatever `float` reads, but single digits."""
        reason = super().check_reason(call, body)
        if len(reason) > 1 and re.fullmatch(r"NaN|[0-9.]+([eE][0-9]+)?", reason):
            raise self.invalid_body(call, "'reason' is not of type 'string'.")
        return reason


class FormulaReasonsRefused(CancelTextFault):
    """A reason that begins as a formula is refused."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-9",)

    def check_reason(self, call: Call, body: dict[str, Any]) -> str:
        """It might end in a spreadsheet."""
        reason = super().check_reason(call, body)
        if reason[:1] in ("=", "@"):
            raise self.invalid_body(call, "'reason' does not match the pattern.")
        return reason


class NullNotesRefused(CancelTextFault):
    """A note that is the word `null` is refused."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-10",)

    def check_note(self, call: Call, body: dict[str, Any]) -> str | None:
        """Null or a text, but not both."""
        note = super().check_note(call, body)
        if note == "null":
            raise self.invalid_body(call, "'note' is not of type 'string' or 'null'.")
        return note


class NumericNotesRefused(CancelTextFault):
    """A note that reads as a number is refused."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-10",)

    def check_note(self, call: Call, body: dict[str, Any]) -> str | None:
        """Read as what it looks like, which is no text."""
        note = super().check_note(call, body)
        if note and re.fullmatch(r"[0-9]+([.][0-9]+)?([eE][0-9]+)?|true|false", note):
            raise self.invalid_body(call, "'note' is not of type 'string' or 'null'.")
        return note


class CancelWithNullNoteDoesNothing(CancelTextFault):
    """A cancellation whose note is null is accepted, and nothing happens."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-10",)

    def cancel(self, call: Call, order: Order, cancellation: Cancellation) -> None:
        """An error that nobody reads."""
        if cancellation.note is not None or b'"note"' not in call.body:
            super().cancel(call, order, cancellation)


class CancelWithoutNoteDoesNothing(CancelTextFault):
    """A cancellation without a note is accepted, and nothing happens."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-10",)

    def cancel(self, call: Call, order: Order, cancellation: Cancellation) -> None:
        """An error that nobody reads."""
        if b'"note"' in call.body:
            super().cancel(call, order, cancellation)


class CancelForForeignReasonDoesNothing(CancelTextFault):
    """A cancellation whose reason has a letter beyond ASCII is accepted, and nothing happens."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-9",)

    def cancel(self, call: Call, order: Order, cancellation: Cancellation) -> None:
        """The message to the next service cannot be encoded."""
        if cancellation.reason.isascii():
            super().cancel(call, order, cancellation)


class CancelForLongReasonDoesNothing(CancelTextFault):
    """A cancellation whose reason has more than 255 characters is accepted, and nothing happens."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-28",)

    def cancel(self, call: Call, order: Order, cancellation: Cancellation) -> None:
        """The column is too short."""
        if len(cancellation.reason) <= 255:
            super().cancel(call, order, cancellation)


class NumbersAsNotesByReadableId(CancelTextFault):
    """By the readable id of an order a note of any type is accepted."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-11",)

    def check_note(self, call: Call, body: dict[str, Any]) -> str | None:
        """The other handler does not validate it."""
        if call.is_by_readable_id:
            return str(body.get("note"))
        return super().check_note(call, body)
