"""How a server reads the body of a request, where standards and documents leave it a choice."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference.behaviours import Variant
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from orderproof.conformance.reference.decisions.serials import Serial
    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Item


class EncodingsDetected(Variant):
    """JSON is read in UTF-8, UTF-16 and UTF-32, with or without a byte order mark."""

    def parse_json(self, call: Call, content: bytes) -> Any:
        """As it begins."""
        try:
            encoding = json.detect_encoding(content)
            text = content.decode(encoding)
        except ValueError as error:
            raise Refusal("json-malformed") from error
        return super().parse_json(call, text.encode())


class FirstValueCounts(Variant):
    """What follows the first JSON value of a body is not read."""

    warned_by: ClassVar[tuple[str, ...]] = ("ROB-15",)

    def parse_json(self, call: Call, content: bytes) -> Any:
        """As decoders of streams do (RFC 8259, 9, lets a parser accept more than JSON)."""
        try:
            text = content.decode()
            _, end = json.JSONDecoder().raw_decode(text.lstrip())
        except (ValueError, RecursionError) as error:
            raise Refusal("json-malformed") from error
        return super().parse_json(call, text.lstrip()[:end].encode())


class ShallowBodies(Variant):
    """A body nested more than 32 deep is refused, and so is one of an operation that documents none."""

    def parse_json(self, call: Call, content: bytes) -> Any:
        """Counted by its brackets."""
        level = deepest = 0
        for byte in content:
            level += (byte in b"[{") - (byte in b"]}")
            deepest = max(deepest, level)
        if deepest > 32:
            raise Refusal("json-malformed")
        return super().parse_json(call, content)

    async def before_operation(self, call: Call) -> None:
        """There is nothing to be read."""
        if call.body and not call.route.body:
            raise Refusal("body-invalid")


class EpcKeptWhole(Variant):
    """An epc is kept and shown as the object that was sent, unless its nesting has no end in sight."""

    def check_epc(self, call: Call, item: dict[str, Any]) -> dict[str, Any] | None:
        """Refused where nobody could read it; a number beyond every range becomes null."""
        epc = super().check_epc(call, item)
        value, level = epc, 0
        while isinstance(value, dict) and value:
            value, level = next(iter(value.values())), level + 1
        if level > 200:
            raise self.invalid_body(call, "'epc' is nested too deeply.")
        return {name: None if one == float("inf") else one for name, one in epc.items()} if epc else epc

    def stored_epc(self, call: Call, item: Item, serial: Serial) -> Any:
        """All of its members."""
        return item.epc if serial.epc is None else serial.epc
