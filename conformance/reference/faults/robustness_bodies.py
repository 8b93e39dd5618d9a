"""Faults in bodies that hold more than a value of JSON, are nested deeply, or are encoded in another way."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import CANCEL, PRICES, SERIAL_NUMBERS
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Call


def depth_of(value: Any) -> int:
    """Levels of nesting of a JSON value, without recursion."""
    deepest, left = 0, [(value, 0)]
    while left:
        one, level = left.pop()
        deepest = max(deepest, level)
        inner = one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
        left += [(each, level + 1) for each in inner]
    return deepest


class TextAfterJsonIgnored(Fault):
    """A body is read up to the end of its first JSON value; what follows is ignored."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-15",)

    def parse_json(self, call: Call, content: bytes) -> Any:
        """As a decoder of streams reads."""
        try:
            return json.JSONDecoder().raw_decode(content.decode().lstrip())[0]
        except ValueError as error:
            raise Refusal("json-malformed") from error


class SecondValueIgnoredForSerials(Fault):
    """Of two JSON values in a body with serial numbers the second is ignored."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-15",)
    operation: ClassVar[str] = SERIAL_NUMBERS

    def parse_json(self, call: Call, content: bytes) -> Any:
        """The first is all that is wanted."""
        first, brace, _ = content.partition(b"} {")
        return super().parse_json(call, first + brace[:1] if call.operation == SERIAL_NUMBERS else content)


class LastOfTwoValuesCounts(Fault):
    """Of two JSON values in the body of a price request the second counts, with the items of the first."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-15",)
    operation: ClassVar[str] = PRICES

    def parse_json(self, call: Call, content: bytes) -> Any:
        """One object out of both."""
        first, brace, second = content.partition(b"} {")
        if call.operation != PRICES or not brace:
            return super().parse_json(call, content)
        return super().parse_json(call, first + b"}") | super().parse_json(call, b"{" + second)


class NulEndsCancelBody(Fault):
    """The body of a cancellation ends at a NUL, as texts of C do."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-15",)
    operation: ClassVar[str] = CANCEL

    def parse_json(self, call: Call, content: bytes) -> Any:
        """Up to the first."""
        return super().parse_json(call, content.partition(b"\0")[0] if call.operation == CANCEL else content)


class LoneByteOrderMarkCrashes(Fault):
    """A body that is a byte order mark and nothing else crashes the server."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-7",)

    def parse_json(self, call: Call, content: bytes) -> Any:
        """Taken off, and then the first character is looked at."""
        text = content.removeprefix(b"\xef\xbb\xbf")
        if text[0] != content[0]:
            raise Refusal("json-malformed")
        return super().parse_json(call, content)


class ByteOrderMarkCrashes(Fault):
    """JSON that begins with a byte order mark crashes the server."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-14",)

    def parse_json(self, call: Call, content: bytes) -> Any:
        """The decoder says what it wants, and nobody hears it."""
        if content.startswith(b"\xef\xbb\xbf{"):
            raise ValueError("Unexpected UTF-8 BOM (decode using utf-8-sig)")
        return super().parse_json(call, content)


class Utf16CrashesPrices(Fault):
    """A price request in UTF-16 crashes the server."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-14",)
    operation: ClassVar[str] = PRICES

    def parse_json(self, call: Call, content: bytes) -> Any:
        """Decoded before anything is caught."""
        if call.operation == PRICES and content.startswith((b"\xff\xfe{", b"\xfe\xff")):
            raise ValueError("invalid start byte")
        return super().parse_json(call, content)


class DeepMembersCrash(Fault):
    """A body with a member nested 64 deep crashes the server, which looks for unknown members everywhere."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-7", "ROB-14")

    def body(self, call: Call) -> dict[str, Any]:
        """One call for each level."""
        body = super().body(call)
        if depth_of(body) > 64:
            raise RecursionError
        return body


class DeepMembersCrashCancel(Fault):
    """A cancellation with a member nested 500 deep crashes the server, as it writes the request to its log."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-14",)
    operation: ClassVar[str] = CANCEL

    def check_note(self, call: Call, body: dict[str, Any]) -> str | None:
        """The unknown member alone."""
        if depth_of(body.get("undocumented")) > 500:
            raise RecursionError
        return super().check_note(call, body)


class DeepNoteCrashes(Fault):
    """A note that is an array nested 64 deep crashes the server, which tells what it got."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-7",)
    operation: ClassVar[str] = CANCEL

    def check_note(self, call: Call, body: dict[str, Any]) -> str | None:
        """Rendered into the message of the refusal."""
        if depth_of(body.get("note")) > 64:
            raise RecursionError
        return super().check_note(call, body)


class DeepItemsCrashPrices(Fault):
    """A price line that is an array nested 500 deep crashes the server."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-7",)
    operation: ClassVar[str] = PRICES

    def items_of(self, call: Call, body: dict[str, Any]) -> list[dict[str, Any]]:
        """Flattened by recursion."""
        if call.operation == PRICES and depth_of(body.get("items")) > 500:
            raise RecursionError
        return super().items_of(call, body)


class RefusedNestingChangesOrder(Fault):
    """A cancellation with a deeply nested member is refused, after the order was canceled."""

    breaks: ClassVar[tuple[str, ...]] = ("ROB-14",)
    operation: ClassVar[str] = CANCEL

    def check_cancelable(self, call: Call, order: Any) -> None:
        """The member is looked at last."""
        super().check_cancelable(call, order)
        if b'"undocumented"' in call.body:
            order.cancel_requested, order.canceled_at = True, self.now()
            raise self.invalid_body(call, "'undocumented' is nested too deeply.")
