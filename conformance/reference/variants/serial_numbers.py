"""Variants of serial numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference.behaviours import Variant
from orderproof.conformance.reference.exchange import SERIAL_NUMBERS
from orderproof.conformance.reference.problems import Refusal
from orderproof.conformance.reference.variants.shared.open_status import OpenStatus, variants_of

if TYPE_CHECKING:
    from orderproof.conformance.reference.decisions.serials import Serial
    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Item, Order


class UniqueSerialNumbers(Variant):
    """A serial number stands for one thing: no two items of a tenant may have the same, nor the same epc."""

    choice: ClassVar[int] = 9

    def write_serials(self, call: Call, order: Order, targets: list[tuple[Item, Serial]]) -> None:
        """Refused as a whole, if one of them is another item's."""
        named = {item.id for item, _ in targets}
        items = [item for one in call.tenant.orders.values() for item in one.items.values() if item.id not in named]
        owners = {number: item.id for item in items for number in (item.serial_number, item.epc)}
        for item, serial in targets:
            for number in {serial.serial_number, self.stored_epc(call, item, serial)} - {"", None}:
                if owners.setdefault(number, item.id) != item.id:
                    raise Refusal("body-invalid", "This serial number is that of another item.")
        super().write_serials(call, order, targets)


class SerialNumbersUpTo255Characters(Variant):
    """A serial number has at most 255 characters."""

    choice: ClassVar[int] = 9

    def check_serial_number(self, call: Call, item: dict[str, Any]) -> str:
        """As long as a column of a usual store."""
        number = super().check_serial_number(call, item)
        if len(number) > 255:
            raise self.invalid_body(call, "'serial_number' has more than 255 characters.")
        return number


class SerialNumbersTrimmed(Variant):
    """What a scanner adds at the ends of a serial number is not stored: white space, control characters, a BOM."""

    choice: ClassVar[int] = 9
    warned_by: ClassVar[tuple[str, ...]] = ("SER-37",)

    def stored_serial_number(self, call: Call, item: Item, serial: Serial) -> str | None:
        """All that any language trims."""
        return re.sub(r"^[\s\x00-\x1f\x7f\ufeff]+|[\s\x00-\x1f\x7f\ufeff]+$", "", serial.serial_number)


class ItemsHaveSerialNumbers(Variant):
    """Items have serial numbers from the beginning, as their maker gave them."""

    choice: ClassVar[int] = 9

    def item_document(self, call: Call, order: Order, item: Item) -> dict[str, Any]:
        """Until they are given another."""
        if item.serial_number is None:
            item.serial_number = f"FACTORY-{order.number}-{item.index}"
        return super().item_document(call, order, item)


GENERATED = variants_of(
    OpenStatus(
        name="UnknownSerialItemIs{}",
        says="An unknown item to number gets {}.",
        point=8,
        reasons=("item-not-found",),
        statuses=(400,),
        choice="unknown-item-in-serial-numbers",
        operation=SERIAL_NUMBERS,
    ),
    module=__name__,
)


class EpcShownByExternalId(Variant):
    """Of an epc its external id is shown; without one, its code."""

    choice: ClassVar[int] = 9

    def stored_epc(self, call: Call, item: Item, serial: Serial) -> str | None:
        """As a scanner reads it."""
        shown = (serial.epc or {}).get("external_id")
        return shown if isinstance(shown, str) and shown else super().stored_epc(call, item, serial)


class EpcRefused(Variant):
    """An entry with an epc is refused: the server knows none."""

    choice: ClassVar[int] = 9
    warned_by: ClassVar[tuple[str, ...]] = ("SER-19",)

    def check_epc(self, call: Call, item: dict[str, Any]) -> dict[str, Any] | None:
        """Not even a well-formed one."""
        if "epc" in item:
            raise self.invalid_body(call, "'epc' is not supported.")
        return None


class NumberedOrdersAreNotCancelable(Variant):
    """An order whose items have serial numbers is being packed, and cannot be canceled any more; its status says so."""

    def is_cancelable(self, call: Call, order: Order) -> bool:
        """Not once one item has a number."""
        return super().is_cancelable(call, order) and not any(item.serial_number for item in order.items.values())
