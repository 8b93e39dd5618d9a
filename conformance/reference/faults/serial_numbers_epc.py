"""Faults in what an epc contains."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import SERIAL_NUMBERS
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from orderproof.conformance.reference.decisions.serials import Serial
    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Item, Order


class EpcFault(Fault):
    """What the faults of this file share: where they go wrong."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-38",)
    operation: ClassVar[str] = SERIAL_NUMBERS


class NullInEpcCrashes(EpcFault):
    """A member of an epc that is null crashes the server."""

    def check_epc(self, call: Call, item: dict[str, Any]) -> dict[str, Any] | None:
        """Every member is taken for a text."""
        epc = super().check_epc(call, item)
        for value in (epc or {}).values():
            if value is None:
                raise AttributeError("'NoneType' object has no attribute 'strip'")
        return epc


class DeepEpcCrashes(EpcFault):
    """An epc nested 64 deep crashes the server."""

    def check_epc(self, call: Call, item: dict[str, Any]) -> dict[str, Any] | None:
        """Copied level by level."""
        epc = super().check_epc(call, item)
        value, level = epc, 0
        while isinstance(value, dict) and value:
            value, level = next(iter(value.values())), level + 1
        if level > 64:
            raise RecursionError
        return epc


class HugeNumberInEpcCrashes(EpcFault):
    """A number in an epc that is beyond every range crashes the server."""

    def check_epc(self, call: Call, item: dict[str, Any]) -> dict[str, Any] | None:
        """Written as JSON for the store, which has no infinity."""
        epc = super().check_epc(call, item)
        try:
            json.dumps(epc, allow_nan=False)
        except RecursionError:
            raise Refusal("json-malformed") from None
        return epc


class NanInEpcIsShown(EpcFault):
    """NaN in an epc is accepted, and shown as it is, which is no JSON."""

    def parse_json(self, call: Call, content: bytes) -> Any:
        """Python's reader knows it."""
        try:
            return json.loads(content.decode())
        except (ValueError, RecursionError) as error:
            raise Refusal("json-malformed") from error

    def stored_epc(self, call: Call, item: Item, serial: Serial) -> Any:
        """Whatever it is."""
        code = (serial.epc or {}).get("code")
        return code if isinstance(code, float) else super().stored_epc(call, item, serial)

    def encode(self, call: Call, document: Any) -> bytes:
        """And so does its writer."""
        return json.dumps(document).encode()


class SurrogateInEpcBreaksOrder(EpcFault):
    """Half of a pair of surrogates in an epc is accepted, and the order cannot be read any more."""

    def parse_json(self, call: Call, content: bytes) -> Any:
        """Escaped, it is a text like any other."""
        try:
            return json.loads(content.decode())
        except (ValueError, RecursionError) as error:
            raise Refusal("json-malformed") from error

    def encode(self, call: Call, document: Any) -> bytes:
        """Unescaped, it is no UTF-8."""
        return json.dumps(document, ensure_ascii=False).encode()


class RefusedEpcLeavesSerialNumber(EpcFault):
    """An entry whose epc is refused for its content has its serial number written all the same."""

    def write_serial(self, call: Call, order: Order, item: Item, serial: Serial) -> None:
        """One after the other."""
        super().write_serial(call, order, item, serial)
        if serial.epc is not None and None in serial.epc.values():
            raise self.invalid_body(call, "'code' is null.")


class EpcNotOverwritten(EpcFault):
    """An epc that is there stays."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-40",)

    def stored_epc(self, call: Call, item: Item, serial: Serial) -> str | None:
        """Only where there is none."""
        return item.epc or super().stored_epc(call, item, serial)


class EpcForAllItems(EpcFault):
    """All items of the order get the epc of the first in the request."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-40",)

    def write_serials(self, call: Call, order: Order, targets: list[tuple[Item, Serial]]) -> None:
        """It is kept with the order."""
        super().write_serials(call, order, targets)
        for item in order.items.values():
            item.epc = targets[0][0].epc or item.epc


class EpcOfOthersLost(EpcFault):
    """Items that the request does not name lose their epc."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-40",)

    def write_serials(self, call: Call, order: Order, targets: list[tuple[Item, Serial]]) -> None:
        """All epcs of the order are replaced."""
        super().write_serials(call, order, targets)
        named = [item.id for item, _ in targets]
        for item in order.items.values():
            item.epc = item.epc if item.id in named else None


class EpcOfTheFirstItemOnly(EpcFault):
    """Of several epcs in a request the first alone is written."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-20",)

    def write_serials(self, call: Call, order: Order, targets: list[tuple[Item, Serial]]) -> None:
        """The others keep what they had."""
        others = [(item, item.epc) for item, _ in targets[1:]]
        super().write_serials(call, order, targets)
        for item, epc in others:
            item.epc = epc
