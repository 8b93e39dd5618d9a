"""Faults in the serial numbers that are written."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import SERIAL_NUMBERS
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from orderproof.conformance.reference.decisions.serials import Serial
    from orderproof.conformance.reference.exchange import Answer, Call
    from orderproof.conformance.reference.store import Item, Order


Targets = list[tuple["Item", "Serial"]]


class SerialFault(Fault):
    """A fault in the serial numbers."""

    operation: ClassVar[str] = SERIAL_NUMBERS


class SerialsNotWritten(SerialFault):
    """Nothing is written."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-1", "SER-2", "SER-10")

    def write_serials(self, call: Call, order: Order, targets: Targets) -> None:
        """Nothing."""


class SerialsOnlyFirstWritten(SerialFault):
    """Only the first item of the request gets its serial number."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-2", "SER-5", "SER-10")

    def write_serials(self, call: Call, order: Order, targets: Targets) -> None:
        """The others are forgotten."""
        super().write_serials(call, order, targets[:1])


class SerialsCrossed(SerialFault):
    """Two items get each other's serial number."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-2", "SER-5", "SER-10")

    def write_serials(self, call: Call, order: Order, targets: Targets) -> None:
        """In the wrong order."""
        items = [item for item, _ in reversed(targets)]
        super().write_serials(call, order, list(zip(items, (serial for _, serial in targets), strict=True)))


class SerialsOnlyAscii(SerialFault):
    """A serial number of other letters than those of ASCII is refused."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-3",)

    def stored_serial_number(self, call: Call, item: Item, serial: Serial) -> str | None:
        """Too far from home."""
        if not serial.serial_number.isascii():
            raise Refusal("body-invalid")
        return super().stored_serial_number(call, item, serial)


class SerialsTruncated(SerialFault):
    """A serial number is cut off after eight characters."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-3", "SER-4")

    def stored_serial_number(self, call: Call, item: Item, serial: Serial) -> str | None:
        """Cut off."""
        return serial.serial_number[:8]


class SerialsTrimmed(SerialFault):
    """Space at the ends of a serial number is lost."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-37",)

    def stored_serial_number(self, call: Call, item: Item, serial: Serial) -> str | None:
        """Trimmed."""
        return serial.serial_number.strip()


class SerialsCutAt1000(SerialFault):
    """A very long serial number is cut off."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-4",)

    def stored_serial_number(self, call: Call, item: Item, serial: Serial) -> str | None:
        """Cut off."""
        return serial.serial_number[:1000]


class SerialsNotOverwritten(SerialFault):
    """A serial number that is there stays."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-5",)

    def stored_serial_number(self, call: Call, item: Item, serial: Serial) -> str | None:
        """The first one wins."""
        return item.serial_number if item.serial_number is not None else serial.serial_number


class SerialsNotRepeated(SerialFault):
    """A serial number that an item has already is refused."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-6",)

    def serial_targets(self, call: Call, order: Order, serials: list[Serial]) -> Targets:
        """As if it were a conflict."""
        targets = super().serial_targets(call, order, serials)
        if any(item.serial_number == serial.serial_number for item, serial in targets):
            raise Refusal("body-invalid")
        return targets


class SerialsForNeighbour(SerialFault):
    """The next item of the order gets the serial number, too."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-7",)

    def write_serials(self, call: Call, order: Order, targets: Targets) -> None:
        """Unless it has one of its own in the request."""
        items, named = list(order.items.values()), {item.id for item, _ in targets}
        neighbours = [(items[(item.index + 1) % len(items)], serial) for item, serial in targets]
        super().write_serials(call, order, [*targets, *(pair for pair in neighbours if pair[0].id not in named)])


class SerialsReplaceAll(SerialFault):
    """The items that are not named lose their serial numbers."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-7",)

    def write_serials(self, call: Call, order: Order, targets: Targets) -> None:
        """As if the list were the whole of it."""
        for item in order.items.values():
            item.serial_number = None
        super().write_serials(call, order, targets)


class SerialsForTheNextOrder(SerialFault):
    """The order that was made next gets the serial numbers, too."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-8",)

    def write_serial(self, call: Call, order: Order, item: Item, serial: Serial) -> None:
        """The item at the same place there."""
        super().write_serial(call, order, item, serial)
        orders = list(call.tenant.orders.values())
        for other in orders[orders.index(order) + 1 :][:1]:
            for one in list(other.items.values())[item.index : item.index + 1]:
                one.serial_number = item.serial_number


class SerialsLostWhenSimultaneous(SerialFault):
    """All serial numbers of an order are read, changed and written back, whatever happened in between."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-9",)

    def write_serials(self, call: Call, order: Order, targets: Targets) -> None:
        """Only read so far."""
        numbers = {item.id: item.serial_number for item in order.items.values()}
        changed = {item.id: self.stored_serial_number(call, item, serial) for item, serial in targets}
        order.marks.setdefault("writes", {})[call.request_id] = numbers | changed
        for item, serial in targets:
            item.epc = self.stored_epc(call, item, serial)

    async def before_answer(self, call: Call, answer: Answer) -> None:
        """Written back a moment later."""
        if call.operation == SERIAL_NUMBERS and answer.status == 204:
            await asyncio.sleep(0.01)
            order = self.existing_order(call, call.path["uuid"], "internal")
            for item_id, number in order.marks["writes"].pop(call.request_id).items():
                order.items[item_id].serial_number = number
        await super().before_answer(call, answer)


class SerialsHalfOf501(SerialFault):
    """Of 501 items the first 500 are written, and then the request is refused."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-11",)

    def serial_limits(self, call: Call) -> tuple[int, int]:
        """Not looked at before."""
        return (1, 1_000_000)

    def write_serials(self, call: Call, order: Order, targets: Targets) -> None:
        """Too late."""
        super().write_serials(call, order, targets[:500])
        if len(targets) > 500:
            raise Refusal("items-too-many")


class SerialsForgetEpc(SerialFault):
    """An epc is accepted and not written."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-20",)

    def stored_epc(self, call: Call, item: Item, serial: Serial) -> str | None:
        """What was there before."""
        return item.epc


class SerialsHalfWritten(SerialFault):
    """When the last item is unknown, those before it are written all the same."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-22", "SER-23")

    def serial_targets(self, call: Call, order: Order, serials: list[Serial]) -> Targets:
        """Write while searching."""
        for serial in serials:
            for item, found in super().serial_targets(call, order, [serial]):
                self.write_serial(call, order, item, found)
        return []


class SerialsAnsweredWith200(SerialFault):
    """Success is 200, with an empty object."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-31", "SER-90")

    def serial_answer(self, call: Call, order: Order) -> Answer:
        """An object."""
        return self.success(call, {})


class SerialsAnnounceBody(SerialFault):
    """The 204 says that a body of two bytes follows, and none does."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-32",)

    def header_fields(self, call: Call, answer: Answer) -> dict[str, str]:
        """A length of nothing."""
        announced = call.operation == SERIAL_NUMBERS and answer.status == 204
        return super().header_fields(call, answer) | ({"content-length": "2"} if announced else {})


class SerialNumbersOfClosedOrdersHidden(SerialFault):
    """A closed order takes serial numbers and does not show them."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-4",)

    def write_serial(self, call: Call, order: Order, item: Item, serial: Serial) -> None:
        """They are not even stored."""
        if order.status != "closed":
            super().write_serial(call, order, item, serial)
