"""Documents in which one fact is another than it is: for faults that show it so in one place alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from orderproof.conformance.reference.behaviours import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from orderproof.conformance.reference.exchange import Call

Document = dict[str, Any]


class OtherFact(NamedTuple):
    """A fault as data: its name, its docstring, how it changes a document, and the rule that must find it."""

    name: str
    says: str
    change: Callable[[Document], Document]
    breaks: str


def faults_of(
    others: Iterable[OtherFact], *, module: str, operation: str, where: Callable[[Fault, Call], bool]
) -> tuple[type[Fault], ...]:
    """Servers that show another fact in the answers of one operation, but only `where` it says."""
    return tuple(_fault_of(other, module, operation, where) for other in others)


def _fault_of(other: OtherFact, module: str, operation: str, where: Callable[[Fault, Call], bool]) -> type[Fault]:
    class Made(Fault):
        def finished_document(self, call: Call, document: Document) -> Document:
            shown = super().finished_document(call, document)
            return other.change(shown) if call.operation == operation and where(self, call) else shown

    Made.__name__ = Made.__qualname__ = other.name
    Made.__doc__, Made.__module__ = other.says, module
    Made.breaks, Made.operation = (other.breaks,), operation
    return Made


def gross_is_net(document: Document) -> Document:
    """The gross total is the net amount."""
    return document | {"totals": document["totals"] | {"gross": document["totals"]["net"]}}


def total_without_cents(document: Document) -> Document:
    """The total is cut to whole units; of 10.00 there is one less."""
    total = document["totals"]["total"]
    return document | {"totals": document["totals"] | {"total": int(total) if total != int(total) else total - 1}}


def closed(document: Document) -> Document:
    """The status is that of an order that is done."""
    return document | {"status": "closed" if document["status"] == "open" else "open"}


def customer_of_the_order(document: Document) -> Document:
    """The customer's id is the order's."""
    return document | {"customer": document["customer"] | {"id": document["origin_id"]}}


def of_items(change: Callable[[Document], Document]) -> Callable[[Document], Document]:
    """The same for a fact of every item."""
    return lambda document: document | {"items": [change(item) for item in document["items"]]}


def net_is_gross(item: Document) -> Document:
    """The net price of an item is its gross price."""
    return item | {"price": item["price"] | {"net": item["price"]["gross"]}}


def complete(item: Document) -> Document:
    """An item is complete, or pending if it is."""
    return item | {"status": "pending" if item["status"] == "complete" else "complete"}


def serial_number_in_small_letters(item: Document) -> Document:
    """The serial number of an item is in small letters."""
    identifiers = item["external_identifier"]
    number = identifiers.get("serial_number")
    return item if number is None else item | {"external_identifier": identifiers | {"serial_number": number.lower()}}


def epc_is_the_serial_number(item: Document) -> Document:
    """The epc of an item is its serial number."""
    identifiers = item["external_identifier"]
    if identifiers.get("epc") is None:
        return item
    return item | {"external_identifier": identifiers | {"epc": identifiers["serial_number"]}}


def canceled_with_one(document: Document) -> Document:
    """Every item is cancelled if one of them is."""
    if all(item["status"] != "cancelled" for item in document["items"]):
        return document
    return document | {"items": [item | {"status": "cancelled"} for item in document["items"]]}


def as_placed(document: Document) -> Document:
    """A canceled order is open, and its items are pending."""
    if any(item["status"] != "cancelled" for item in document["items"]):
        return document
    return document | {"status": "open", "items": [item | {"status": "pending"} for item in document["items"]]}


def prices_swapped(document: Document) -> Document:
    """Every item has the price of the next one."""
    items = document["items"]
    prices = [item["price"] for item in (*items[1:], *items[:1])]
    return document | {"items": [item | {"price": price} for item, price in zip(items, prices, strict=True)]}


def some_milliseconds_later(document: Document) -> Document:
    """The order was placed some milliseconds later."""
    text = document["placed_at"]
    later = datetime.fromisoformat(text) + timedelta(milliseconds=7)
    return document | {"placed_at": later.replace(tzinfo=None).isoformat(timespec="milliseconds") + zone_of(text)}


def at_a_whole_second(document: Document) -> Document:
    """The fraction of the second in which the order was placed is lost, but looks exact."""
    text = document["placed_at"]
    return document | {"placed_at": f"{text[:19]}.000{zone_of(text)}"}


def without_fraction(document: Document) -> Document:
    """The second in which the order was placed is shown without its fraction."""
    text = document["placed_at"]
    return document | {"placed_at": f"{text[:19]}{zone_of(text)}"}


def zone_of(time: str) -> str:
    """`Z` or nothing, as a time ends."""
    return "Z" if time.endswith("Z") else ""
