"""Serial numbers of order items."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from orderproof.conformance.reference.decisions.bodies import Bodies
from orderproof.conformance.reference.decisions.lookup import Lookup
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Answer, Call
    from orderproof.conformance.reference.store import Item, Order


class Serial(NamedTuple):
    """A serial number for an item; no `epc` leaves the one that is there."""

    item_id: str
    serial_number: str
    epc: dict[str, Any] | None


class SerialNumbers(Bodies, Lookup):
    """Decisions about serial numbers."""

    def serial_limits(self, call: Call) -> tuple[int, int]:
        """The least and the greatest number of items in one request."""
        return (1, 500)

    def counted_serials(self, call: Call, items: list[dict[str, Any]]) -> int:
        """How many of the items count for the limits: all."""
        return len(items)

    def check_serial_count(self, call: Call, items: list[dict[str, Any]]) -> None:
        """Refuse too few and too many items."""
        least, most = self.serial_limits(call)
        counted = self.counted_serials(call, items)
        if counted < least:
            raise Refusal("items-too-few")
        if counted > most:
            raise Refusal("items-too-many")

    def check_serial_id(self, call: Call, item: dict[str, Any]) -> str:
        """The id of the item: required, 36 characters."""
        if "id" not in item:
            raise self.invalid_body(call, "'id' is a required property.")
        if not self.valid_item_id(call, item["id"]):
            raise self.invalid_body(call, "'id' is not a string of 36 characters.")
        return str(item["id"])

    def check_serial_number(self, call: Call, item: dict[str, Any]) -> str:
        """The serial number: required, a string."""
        if "serial_number" not in item:
            raise self.invalid_body(call, "'serial_number' is a required property.")
        if not isinstance(item["serial_number"], str):
            raise self.invalid_body(call, "'serial_number' is not of type 'string'.")
        return item["serial_number"]

    def check_epc(self, call: Call, item: dict[str, Any]) -> dict[str, Any] | None:
        """The epc: an object, or not there."""
        if "epc" not in item:
            return None
        if not isinstance(item["epc"], dict):
            raise self.invalid_body(call, "'epc' is not of type 'object'.")
        return item["epc"]

    def serial_request(self, call: Call) -> list[Serial]:
        """The serial numbers, each of them well-formed; nothing has happened yet."""
        items = self.items_of(call, self.body(call))
        self.check_serial_count(call, items)
        return [
            Serial(self.check_serial_id(call, i), self.check_serial_number(call, i), self.check_epc(call, i))
            for i in items
        ]

    def unknown_serial_item(self, call: Call, order: Order, identifier: str) -> Item | None:
        """What becomes of an item that the order does not have; None skips it."""
        raise Refusal("item-not-found")

    def serial_targets(self, call: Call, order: Order, serials: list[Serial]) -> list[tuple[Item, Serial]]:
        """Every item with its serial number; found before the first is written, so that it is all or nothing."""
        targets = []
        for serial in serials:
            item = self.find_item(call, order, serial.item_id) or self.unknown_serial_item(call, order, serial.item_id)
            if item is not None:
                targets.append((item, serial))
        return targets

    def stored_serial_number(self, call: Call, item: Item, serial: Serial) -> str | None:
        """What is stored as an item's serial number: exactly what was sent."""
        return serial.serial_number

    def stored_epc(self, call: Call, item: Item, serial: Serial) -> str | None:
        """What is stored as an item's epc: of the object that was sent, its first text."""
        if serial.epc is None:
            return item.epc
        texts = (serial.epc.get(name) for name in ("code", "external_id", "serial_number"))
        return next((text for text in texts if isinstance(text, str)), item.epc)

    def write_serial(self, call: Call, order: Order, item: Item, serial: Serial) -> None:
        """Attach a serial number to an item; one that is there is overwritten."""
        item.serial_number = self.stored_serial_number(call, item, serial)
        item.epc = self.stored_epc(call, item, serial)

    def write_serials(self, call: Call, order: Order, targets: list[tuple[Item, Serial]]) -> None:
        """Attach all of the serial numbers."""
        for item, serial in targets:
            self.write_serial(call, order, item, serial)

    async def store_serials(self, call: Call, order: Order, targets: list[tuple[Item, Serial]]) -> None:
        """Read, change and write the order's serial numbers: in one go, so that nothing comes in between."""
        self.write_serials(call, order, targets)

    def serial_answer(self, call: Call, order: Order) -> Answer:
        """What is answered when all is written."""
        return self.empty_answer(call, 204)
