"""Faults in the serial numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from conformance.reference.exchange import SERIAL_NUMBERS
from conformance.reference.seeds import Fault

if TYPE_CHECKING:
    from conformance.reference.decisions.serials import Serial
    from conformance.reference.exchange import Call
    from conformance.reference.store import Item, Order


class SerialFault(Fault):
    """A fault in the serial numbers."""

    breaks: ClassVar[tuple[str, ...]] = ("SER",)
    operation: ClassVar[str] = SERIAL_NUMBERS


class SerialsOf501Items(SerialFault):
    """501 items are accepted."""

    def serial_limits(self, call: Call) -> tuple[int, int]:
        """One too many."""
        return (1, 501)


class SerialsRefuse500Items(SerialFault):
    """500 items are refused."""

    def serial_limits(self, call: Call) -> tuple[int, int]:
        """One too few."""
        return (1, 499)


class SerialsOfNothing(SerialFault):
    """An empty list of items is accepted."""

    def serial_limits(self, call: Call) -> tuple[int, int]:
        """No lower limit."""
        return (0, 500)


class SerialsTruncateIds(SerialFault):
    """An id of more than 36 characters is cut off, and the item found."""

    def check_serial_id(self, call: Call, item: dict[str, Any]) -> str:
        """Cut off what is too much."""
        given = item.get("id")
        return super().check_serial_id(call, item | {"id": given[:36]} if isinstance(given, str) else item)


class SerialsCompleteIds(SerialFault):
    """An id of 35 characters is completed to the item that begins with it."""

    def check_serial_id(self, call: Call, item: dict[str, Any]) -> str:
        """Find the item by its beginning."""
        given = item.get("id")
        if isinstance(given, str) and len(given) == 35:
            return next((i for tenant in self.tenants_searched(call) for i in tenant.items if i[:35] == given), given)
        return super().check_serial_id(call, item)


class SerialsHalfWritten(SerialFault):
    """When the last item is unknown, those before it are written all the same."""

    def serial_targets(self, call: Call, order: Order, serials: list[Serial]) -> list[tuple[Item, Serial]]:
        """Write while searching."""
        for serial in serials:
            for item, found in super().serial_targets(call, order, [serial]):
                self.write_serial(call, order, item, found)
        return []


class SerialsNotOverwritten(SerialFault):
    """A serial number that is there stays."""

    def stored_serial_number(self, call: Call, item: Item, serial: Serial) -> str | None:
        """The first one wins."""
        return item.serial_number if item.serial_number is not None else serial.serial_number


class SerialsNotWritten(SerialFault):
    """Nothing is written."""

    def write_serials(self, call: Call, order: Order, targets: list[tuple[Item, Serial]]) -> None:
        """Nothing."""


class SerialsOnlyFirstWritten(SerialFault):
    """Only the first item of the request gets its serial number."""

    def write_serials(self, call: Call, order: Order, targets: list[tuple[Item, Serial]]) -> None:
        """The others are forgotten."""
        super().write_serials(call, order, targets[:1])


class SerialsTruncated(SerialFault):
    """A serial number is cut off after eight characters."""

    def stored_serial_number(self, call: Call, item: Item, serial: Serial) -> str | None:
        """Cut off."""
        return serial.serial_number[:8]


class SerialsForNeighbour(SerialFault):
    """The next item of the order gets the serial number, too."""

    def write_serial(self, call: Call, order: Order, item: Item, serial: Serial) -> None:
        """Two at once."""
        items = list(order.items.values())
        super().write_serial(call, order, items[(item.index + 1) % len(items)], serial)
        super().write_serial(call, order, item, serial)


class SerialsSkipUnknownItems(SerialFault):
    """An item that the order does not have is left out, with 204."""

    def unknown_serial_item(self, call: Call, order: Order, identifier: str) -> Item | None:
        """Left out."""
        return None


class SerialsAsNumbers(SerialFault):
    """A serial number that is a JSON number is accepted."""

    def check_serial_number(self, call: Call, item: dict[str, Any]) -> str:
        """Anything becomes text."""
        value = item.get("serial_number")
        return str(value) if isinstance(value, int) else super().check_serial_number(call, item)


class SerialsWithoutNumber(SerialFault):
    """A missing serial number is accepted."""

    def check_serial_number(self, call: Call, item: dict[str, Any]) -> str:
        """Nothing becomes the empty text."""
        return super().check_serial_number(call, {"serial_number": ""} | item)
