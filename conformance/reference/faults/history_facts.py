"""Faults that show a fact of an order otherwise in a history than in the order itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import HISTORY
from orderproof.conformance.reference.faults.shared.facts import (
    OtherFact,
    at_a_whole_second,
    closed,
    complete,
    customer_of_the_order,
    epc_is_the_serial_number,
    faults_of,
    gross_is_net,
    net_is_gross,
    of_items,
    serial_number_in_small_letters,
    some_milliseconds_later,
    total_without_cents,
    without_fraction,
)

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Call

Document = dict[str, Any]

_IN_VERSION_2 = (
    OtherFact(
        "TotalOfHistoryWithoutCents",
        "A history shows the total without its cents.",
        total_without_cents,
        "HIS-32",
    ),
    OtherFact(
        "CustomerOfHistoryIsTheOrder",
        "A history shows the order's id as the customer's.",
        customer_of_the_order,
        "HIS-32",
    ),
    OtherFact(
        "ItemsOfHistoryComplete",
        "A history shows every item with another status.",
        of_items(complete),
        "HIS-32",
    ),
    OtherFact(
        "NetOfHistoryIsGross",
        "A history shows the gross price of an item as net.",
        of_items(net_is_gross),
        "HIS-32",
    ),
    OtherFact(
        "PlacedAtOfHistoryLater",
        "A history shows a placed_at some milliseconds later.",
        some_milliseconds_later,
        "HIS-32",
    ),
    OtherFact("PlacedAtOfHistoryAtWholeSecond", "A history shows a placed_at with zeros.", at_a_whole_second, "HIS-32"),
    OtherFact(
        "PlacedAtOfHistoryWithoutFraction",
        "A history shows a placed_at without its fraction.",
        without_fraction,
        "HIS-47",
    ),
    OtherFact(
        "SerialsOfHistoryInSmallLetters",
        "A history shows serial numbers in small letters.",
        of_items(serial_number_in_small_letters),
        "HIS-32",
    ),
    OtherFact(
        "EpcOfHistoryIsTheSerialNumber",
        "A history shows the serial number of an item as its epc.",
        of_items(epc_is_the_serial_number),
        "HIS-32",
    ),
)
_IN_PLAIN_JSON = (
    OtherFact(
        "GrossOfPlainHistoryIsNet",
        "A history in plain JSON shows the net total as gross.",
        gross_is_net,
        "HIS-48",
    ),
    OtherFact("StatusOfPlainHistoryAnother", "A history in plain JSON shows another status.", closed, "HIS-48"),
    OtherFact(
        "PlacedAtOfPlainHistoryLater",
        "In a history in plain JSON an order was placed later.",
        some_milliseconds_later,
        "HIS-48",
    ),
    OtherFact(
        "ItemsOfPlainHistoryComplete",
        "A history in plain JSON shows every item with another status.",
        of_items(complete),
        "HIS-48",
    ),
)


class StatusOfHistoryAsPlaced(Fault):
    """A history shows a canceled order as open, as it was when it was placed."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-32",)
    operation: ClassVar[str] = HISTORY

    def history_document(self, call: Call, document: Document) -> Document:
        """What its items say is not looked at."""
        shown = super().history_document(call, document)
        canceled = all(item["status"] == "cancelled" for item in shown["items"])
        return shown | {"status": "open"} if canceled else shown


class ItemsOfHistoryAsPlaced(Fault):
    """A history shows the items of a canceled order as they were when it was placed."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-32",)
    operation: ClassVar[str] = HISTORY

    def history_document(self, call: Call, document: Document) -> Document:
        """Pending."""
        shown = super().history_document(call, document)
        items = [item | {"status": "pending"} if item["status"] == "cancelled" else item for item in shown["items"]]
        return shown | {"items": items}


class ItemsOfHistoryButTheFirstLost(Fault):
    """A history shows only the first item of an order."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-32",)
    operation: ClassVar[str] = HISTORY

    def history_document(self, call: Call, document: Document) -> Document:
        """One row of the join."""
        shown = super().history_document(call, document)
        return shown | {"items": shown["items"][:1]}


class StatusOfLaterPagesConstant(Fault):
    """On every page but the first the orders of a history are on hold."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-32",)
    operation: ClassVar[str] = HISTORY

    def history_document(self, call: Call, document: Document) -> Document:
        """Older orders come from an archive."""
        shown = super().history_document(call, document)
        return shown if self.page(call).offset == 0 else shown | {"status": "on_hold"}


class ItemsOfLaterPagesLost(Fault):
    """On every page but the first the orders of a history have no items."""

    breaks: ClassVar[tuple[str, ...]] = ("HIS-32",)
    operation: ClassVar[str] = HISTORY

    def history_document(self, call: Call, document: Document) -> Document:
        """Only the first page is joined."""
        shown = super().history_document(call, document)
        return shown if self.page(call).offset == 0 else shown | {"items": []}


GENERATED = (
    *faults_of(_IN_VERSION_2, module=__name__, operation=HISTORY, where=lambda fault, call: fault.is_v2(call)),
    *faults_of(_IN_PLAIN_JSON, module=__name__, operation=HISTORY, where=lambda fault, call: not fault.is_v2(call)),
)
