"""One fact in two places: what an order shows by either of its ids, in either media type, and in a history.

Compared is what both places show: a member that may be null may also be left out.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from orderproof.conformance.checks.support.instants import contradict, seconds_apart
from orderproof.conformance.checks.support.pricing import AMOUNTS, CENT_FRACTION, is_number
from orderproof.conformance.checks.support.reading import items_by_id
from orderproof.conformance.checks.support.serials import entries, epc_of, owned
from orderproof.conformance.kit import Answer, Finding, Inconclusive, Orders, State


def number_items(orders: Orders, order: State) -> Mapping[str, str]:
    """Give every item a serial number and an epc of its own, so that they show; other rules judge their acceptance.

    Whether an epc is accepted is open: where it is not, the serial numbers alone are added. Returns those that were, by
    item; empty if they were refused.
    """
    texts = owned(dict.fromkeys(order.item_uuids, "Sn-"))
    numbers = entries(texts)
    answer = orders.add_serial_numbers(order, [one | {"epc": epc_of(one["id"])} for one in numbers])
    if answer.is_refusal:
        answer = orders.add_serial_numbers(order, numbers)
    return texts if answer.is_success else {}


class Place(NamedTuple):
    """An answer that shows an order, the order in it, and how a sentence names the place."""

    answer: Answer
    order: Any
    name: str


class Difference(NamedTuple):
    """A fact that two places show differently: its name and both values."""

    name: str
    one: Any
    other: Any


def expect_same_facts(
    orders: Orders, first: tuple[Place, Place], again: Callable[[], tuple[Place, Place]], about: str
) -> None:
    """Two places show the same status, placed_at, totals, customer and items of an order, at once or after a moment.

    `first` is what both showed, and `again` reads both anew: an order may progress between two reads, so only a
    persistent difference is a finding. `about` names the order in a sentence.
    """
    before = None
    one, other = first
    for is_last in orders.patience.attempts("two places to show the same facts"):
        if before is not None:
            one, other = again()
        found = next(differences(one.order, other.order), None)
        if found is None:
            return
        if is_last and found == before:
            raise Finding(
                f"{other.name} shows {found.name} {found.other} for {about}, but {one.name} shows {found.one}",
                f"{found.name}: {found.one}",
                f"{found.name}: {found.other}",
                one.answer.exchange,
                other.answer.exchange,
            )
        before = found
    raise Inconclusive(f"{about} changed between all reads", one.answer.exchange, other.answer.exchange)


def differences(one: Any, other: Any) -> Iterator[Difference]:
    """The facts that two documents of an order both show, and show differently."""
    if not isinstance(one, dict) or not isinstance(other, dict):
        return
    yield from _texts("status", one.get("status"), other.get("status"))
    yield from _instants(one, other)
    yield from _numbers(object_in(one, "totals"), object_in(other, "totals"), "totals")
    yield from _texts("customer.id", object_in(one, "customer").get("id"), object_in(other, "customer").get("id"))
    items = [items_by_id(each["items"]) if isinstance(each.get("items"), list) else {} for each in (one, other)]
    for item_id in sorted(items[0].keys() & items[1].keys()):
        item, other_item = items[0][item_id], items[1][item_id]
        yield from _texts(f"items.{item_id}.status", item.get("status"), other_item.get("status"))
        for name in ("serial_number", "epc"):
            pair = (object_in(one, "external_identifier").get(name) for one in (item, other_item))
            yield from _texts(f"items.{item_id}.{name}", *pair, is_exact=True)
        # What a discount is deducted from is not documented.
        yield from _numbers(_amounts(item), _amounts(other_item), f"items.{item_id}.price")


def object_in(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A member that is an object; an empty one where it is none."""
    found = holder.get(name)
    return found if isinstance(found, dict) else {}


def _amounts(item: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: amount for name, amount in object_in(item, "price").items() if name in AMOUNTS}


def _instants(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[Difference]:
    first, second = one.get("placed_at"), other.get("placed_at")
    apart = seconds_apart(first, second)
    if apart is not None and contradict(str(first), str(second), apart):
        yield Difference("placed_at", first, second)


def _numbers(one: Mapping[str, Any], other: Mapping[str, Any], where: str) -> Iterator[Difference]:
    for name in sorted(one.keys() & other.keys()):
        pair = one[name], other[name]
        if all(map(is_number, pair)) and abs(pair[0] - pair[1]) > CENT_FRACTION:
            yield Difference(f"{where}.{name}", *pair)


def _texts(name: str, one: Any, other: Any, *, is_exact: bool = False) -> Iterator[Difference]:
    if not isinstance(one, str) or not isinstance(other, str):
        return
    if one != other if is_exact else one.casefold() != other.casefold():
        yield Difference(name, one, other)
