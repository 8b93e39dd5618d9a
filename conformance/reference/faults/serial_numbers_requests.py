"""Faults in what is asked for: serial numbers that are taken and should not be, or the other way round."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.decisions.serials import Serial
from orderproof.conformance.reference.exchange import SERIAL_NUMBERS
from orderproof.conformance.reference.faults.shared.identities import faults_in_finding
from orderproof.conformance.reference.faults.shared.item_lists import faults_in_lists
from orderproof.conformance.reference.faults.shared.statuses import wrong_status
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Item, Order


class SerialRequestFault(Fault):
    """A fault in requests with serial numbers."""

    operation: ClassVar[str] = SERIAL_NUMBERS


class SerialsOf501Items(SerialRequestFault):
    """501 items are accepted."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-11",)

    def serial_limits(self, call: Call) -> tuple[int, int]:
        """One too many."""
        return (1, 501)


class SerialsForNoUuidCrash(SerialRequestFault):
    """A serial number for 36 characters that are no UUID crashes the server."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-22", "ROB-1")

    def find_item(self, call: Call, order: Order, identifier: str) -> Item | None:
        """Its database has a type for UUIDs."""
        UUID(identifier)
        return super().find_item(call, order, identifier)


class SerialsCountedByItem(SerialRequestFault):
    """The limit of 500 counts the items that are named, so that one item may be named 501 times."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-11",)

    def counted_serials(self, call: Call, items: list[dict[str, Any]]) -> int:
        """Each but once."""
        return min(len(items), len({str(item.get("id")) for item in items}))


class SerialsRefuse500Items(SerialRequestFault):
    """500 items are refused."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-10",)

    def serial_limits(self, call: Call) -> tuple[int, int]:
        """One too few."""
        return (1, 499)


class SerialsOfTheFirst100(SerialRequestFault):
    """Only the first 100 items get their serial numbers."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-10",)

    def write_serials(self, call: Call, order: Order, targets: list[tuple[Item, Serial]]) -> None:
        """The others are forgotten."""
        super().write_serials(call, order, targets[:100])


class SerialsOfNothing(SerialRequestFault):
    """An empty list of items is accepted."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-12", "SER-91")

    def serial_limits(self, call: Call) -> tuple[int, int]:
        """No lower limit."""
        return (0, 500)


class SerialsTruncateIds(SerialRequestFault):
    """An id of more than 36 characters is cut off, and the item found."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-16", "SER-91")

    def check_serial_id(self, call: Call, item: dict[str, Any]) -> str:
        """Cut off what is too much."""
        given = item.get("id")
        return super().check_serial_id(call, item | {"id": given[:36]} if isinstance(given, str) else item)


class SerialsCompleteIds(SerialRequestFault):
    """An id of 35 characters is completed to the item that begins with it."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-16", "SER-91")

    def check_serial_id(self, call: Call, item: dict[str, Any]) -> str:
        """Find the item by its beginning."""
        given = item.get("id")
        if isinstance(given, str) and len(given) == 35:
            return next((i for tenant in self.tenants_searched(call) for i in tenant.items if i[:35] == given), given)
        return super().check_serial_id(call, item)


class SerialsAsNumbers(SerialRequestFault):
    """A serial number that is a JSON number is accepted."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-17", "SER-91")

    def check_serial_number(self, call: Call, item: dict[str, Any]) -> str:
        """Anything becomes text."""
        value = item.get("serial_number")
        return str(value) if isinstance(value, int) else super().check_serial_number(call, item)


class SerialsWithoutNumber(SerialRequestFault):
    """A missing serial number is accepted."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-17", "SER-91")

    def check_serial_number(self, call: Call, item: dict[str, Any]) -> str:
        """Nothing becomes the empty text."""
        return super().check_serial_number(call, {"serial_number": ""} | item)


class SerialsTakeAnyEpc(SerialRequestFault):
    """An epc that is no object is accepted."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-18", "SER-91")

    def check_epc(self, call: Call, item: dict[str, Any]) -> dict[str, Any] | None:
        """Whatever it is."""
        return item["epc"] if isinstance(item.get("epc"), dict) else None


class SerialsRefuseEpc(SerialRequestFault):
    """An epc is refused."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-19",)

    def check_epc(self, call: Call, item: dict[str, Any]) -> dict[str, Any] | None:
        """None at all."""
        if "epc" in item:
            raise self.invalid_body(call, "'epc' is not known.")
        return None


class SerialsSkipInvalidItems(SerialRequestFault):
    """Of several items those that are not valid are left out, with 204."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-21",)

    def serial_request(self, call: Call) -> list[Serial]:
        """Drop what is wrong, unless nothing is left."""
        items = self.items_of(call, self.body(call))
        self.check_serial_count(call, items)
        serials, refusals = [], []
        for item in items:
            try:
                number = self.check_serial_number(call, item)
                serials.append(Serial(self.check_serial_id(call, item), number, self.check_epc(call, item)))
            except Refusal as refusal:
                refusals.append(refusal)
        if not serials:
            raise refusals[0]
        return serials


class SerialsLookAt100Items(SerialRequestFault):
    """Of many items only the first 100 are looked at; others that are not valid are left out."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-21",)

    def items_of(self, call: Call, body: dict[str, Any]) -> list[dict[str, Any]]:
        """Drop what is wrong."""
        items = super().items_of(call, body)
        if call.operation != SERIAL_NUMBERS:
            return items
        valid = (i for i in items[100:] if len(str(i.get("id"))) == 36 and isinstance(i.get("serial_number"), str))
        return items[:100] + list(valid)


class SerialsSkipUnknownItems(SerialRequestFault):
    """An item that the order does not have is left out, with 204."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-22", "SER-23")

    def unknown_serial_item(self, call: Call, order: Order, identifier: str) -> Item | None:
        """Left out."""
        return None


class SerialsOfOtherOrders(SerialRequestFault):
    """An item is found whichever order it belongs to."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-23",)

    def unknown_serial_item(self, call: Call, order: Order, identifier: str) -> Item | None:
        """Found in another order."""
        other = self.find_order_of_item(call, identifier)
        if other is None:
            return super().unknown_serial_item(call, order, identifier)
        return self.existing_item(call, other, identifier)


class SerialsByUuidPrefix(SerialRequestFault):
    """The order is found by the beginning of its UUID."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-25",)

    def find_order(self, call: Call, identifier: str, id_type: str) -> Order | None:
        """The one that begins so."""
        if call.operation == SERIAL_NUMBERS and len(identifier) == 35:
            orders = (order for tenant in self.tenants_searched(call) for order in tenant.orders.values())
            return next((order for order in orders if order.uuid.startswith(identifier)), None)
        return super().find_order(call, identifier, id_type)


class SerialsByReadableId(SerialRequestFault):
    """The order is found by its readable id, too."""

    breaks: ClassVar[tuple[str, ...]] = ("SER-26",)

    def find_order(self, call: Call, identifier: str, id_type: str) -> Order | None:
        """Either will do."""
        by_readable_id = self.find_external(call, identifier) if call.operation == SERIAL_NUMBERS else None
        return by_readable_id or super().find_order(call, identifier, id_type)


_OWN_STATUS = tuple(
    wrong_status(name, says, module=__name__, breaks=breaks, operation=SERIAL_NUMBERS, refused=reason, status=status)
    for name, reason, status, breaks, says in (
        ("SerialsOf501ItemsAreTooLarge", "items-too-many", 413, ("SER-11",), "501 items are refused with 413."),
        ("SerialsOfUnknownOrderAre400", "order-not-found", 400, ("SER-24",), "An order that is not found gets 400."),
        ("SerialsOfNoUuidAre422", "id-not-a-uuid", 422, ("SER-25",), "An id that is no UUID gets 422."),
        (
            "SerialsOfUnknownItemsAre409",
            "item-not-found",
            409,
            ("SER-22", "SER-23"),
            "An item that the order does not have gets 409.",
        ),
    )
)

GENERATED = (
    *_OWN_STATUS,
    *faults_in_lists(
        "Serials",
        SERIAL_NUMBERS,
        {
            "TakeOneItem": ("SER-13",),
            "TakeBareLists": ("SER-27",),
            "RepairJson": ("SER-28",),
            "TakeAnyContentType": ("SER-29",),
            "RefuseCharsets": ("SER-30", "SER-33"),
            "RefuseCapitalsInContentType": ("SER-33",),
            "UnwrapIds": ("SER-15",),
            "ReadEntriesFromTexts": ("SER-14",),
        },
        module=__name__,
    ),
    *faults_in_finding(
        "Numbering",
        SERIAL_NUMBERS,
        "adding serial numbers",
        {"TakesQuotedUuids": ("SER-24",), "TakesUuidComments": ("SER-24",)},
        module=__name__,
    ),
)
