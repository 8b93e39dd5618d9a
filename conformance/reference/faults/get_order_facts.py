"""Faults that show a fact of an order otherwise in one place than in another: by one id, or in one media type."""

from __future__ import annotations

from orderproof.conformance.reference.exchange import GET_ORDER
from orderproof.conformance.reference.faults.shared.facts import (
    OtherFact,
    as_placed,
    at_a_whole_second,
    closed,
    complete,
    customer_of_the_order,
    epc_is_the_serial_number,
    faults_of,
    gross_is_net,
    net_is_gross,
    of_items,
    prices_swapped,
    serial_number_in_small_letters,
    some_milliseconds_later,
    total_without_cents,
    without_fraction,
)

_IN_VERSION_2 = (
    OtherFact("GrossOfVersion2IsNet", "Version 2 shows the net total as gross.", gross_is_net, "ORD-13"),
    OtherFact(
        "TotalOfVersion2WithoutCents",
        "Version 2 shows the total without its cents.",
        total_without_cents,
        "ORD-13",
    ),
    OtherFact(
        "CustomerOfVersion2IsTheOrder",
        "Version 2 shows the order's id as the customer's.",
        customer_of_the_order,
        "ORD-13",
    ),
    OtherFact("ItemsOfVersion2Complete", "Version 2 shows every item as complete.", of_items(complete), "ORD-13"),
    OtherFact(
        "NetOfVersion2IsGross",
        "Version 2 shows the gross price of an item as net.",
        of_items(net_is_gross),
        "ORD-13",
    ),
    OtherFact("PricesOfVersion2Swapped", "Version 2 shows the price of the next item.", prices_swapped, "ORD-13"),
    OtherFact(
        "PlacedAtOfVersion2Later",
        "Version 2 shows a placed_at some milliseconds later.",
        some_milliseconds_later,
        "ORD-11",
    ),
    OtherFact(
        "PlacedAtOfVersion2AtWholeSecond", "Version 2 shows a placed_at with zeros.", at_a_whole_second, "ORD-11"
    ),
    OtherFact(
        "PlacedAtOfVersion2WithoutFraction",
        "Version 2 shows a placed_at without its fraction.",
        without_fraction,
        "ORD-33",
    ),
    OtherFact(
        "SerialsOfVersion2InSmallLetters",
        "Version 2 shows serial numbers in small letters.",
        of_items(serial_number_in_small_letters),
        "ORD-13",
    ),
    OtherFact(
        "EpcOfVersion2IsTheSerialNumber",
        "Version 2 shows the serial number of an item as its epc.",
        of_items(epc_is_the_serial_number),
        "ORD-13",
    ),
)
_BY_READABLE_ID = (
    OtherFact("StatusByReadableIdAnother", "By its readable id an order shows another status.", closed, "ORD-3"),
    OtherFact(
        "GrossByReadableIdIsNet",
        "By its readable id an order shows the net total as gross.",
        gross_is_net,
        "ORD-3",
    ),
    OtherFact(
        "CustomerByReadableIdIsTheOrder",
        "By its readable id an order shows its own id as the customer's.",
        customer_of_the_order,
        "ORD-3",
    ),
    OtherFact(
        "ItemsByReadableIdComplete",
        "By its readable id an order shows every item as complete.",
        of_items(complete),
        "ORD-3",
    ),
    OtherFact(
        "PricesByReadableIdSwapped",
        "By its readable id an order shows the price of the next item.",
        prices_swapped,
        "ORD-3",
    ),
    OtherFact(
        "PlacedAtByReadableIdLater",
        "By its readable id an order was placed some milliseconds later.",
        some_milliseconds_later,
        "ORD-3",
    ),
    OtherFact(
        "SerialsByReadableIdInSmallLetters",
        "By its readable id an order shows serial numbers in small letters.",
        of_items(serial_number_in_small_letters),
        "ORD-3",
    ),
    OtherFact(
        "ByReadableIdAsPlaced", "By its readable id a canceled order is shown as it was placed.", as_placed, "ORD-3"
    ),
    OtherFact(
        "EpcByReadableIdIsTheSerialNumber",
        "By its readable id an order shows serial numbers as epcs.",
        of_items(epc_is_the_serial_number),
        "ORD-3",
    ),
)


GENERATED = (
    *faults_of(_IN_VERSION_2, module=__name__, operation=GET_ORDER, where=lambda fault, call: fault.is_v2(call)),
    *faults_of(
        _BY_READABLE_ID,
        module=__name__,
        operation=GET_ORDER,
        where=lambda _, call: call.is_by_readable_id,
    ),
)
