"""What an operation on an order leaves as it was: facts that no sentence about the operation lets it change."""

from collections.abc import Callable, Collection, Iterator
from typing import Any

from orderproof.conformance.checks.support.facts import is_canceled, poll_until
from orderproof.conformance.checks.support.reading import items_by_id
from orderproof.conformance.checks.support.same_facts import differences, number_items, object_in
from orderproof.conformance.checks.support.serials import Serials
from orderproof.conformance.kit import Answer, Finding, Inconclusive, Orders, State, require

# Totals and prices are left out: an order that loses items may show others.
_KEPT = ("id", "origin", "origin_id", "placed_at", "currency")


def expect_kept(before: Answer, after: Answer, what: str, *, amounts: bool = False) -> None:
    """Expect the same ids, placed_at and currency in two answers that show an order; with `amounts`, the same prices.

    `what` came in between, as the subject of a sentence. Both must be read by the same id and in the same media type.
    """
    one, other = before.json, after.json
    if not isinstance(one, dict) or not isinstance(other, dict):
        raise Inconclusive("an answer is not an order, so it cannot be compared", before.exchange, after.exchange)
    changed = [(name, one.get(name), other.get(name)) for name in _KEPT if one.get(name) != other.get(name)]
    if amounts:
        changed += [each for each in differences(one, other) if "totals." in each.name or ".price." in each.name]
    for name, was, now in changed:
        raise Finding(
            f"{what} changed the order's {name} from {was!r} to {now!r}",
            f"{name}: {was!r}",
            f"{name}: {now!r}",
            before.exchange,
            after.exchange,
        )


def numbered(orders: Orders, order: State) -> Answer:
    """An order whose items were given serial numbers and epcs, as it shows them, at once or after a moment.

    Until then a reading may show what was there before, which would look changed afterwards. Where they were refused,
    or never show, it is the order as it is.
    """
    return Serials(orders, order).glance_until(number_items(orders, order)).answer


def expect_items_kept(
    orders: Orders,
    before: Answer,
    after: Answer,
    read: Callable[[], Answer],
    what: str,
    *,
    besides: Collection[str] = (),
) -> None:
    """Expect that items still have their serial numbers, their epcs and their prices, and that none was canceled.

    `what` came in between, as the subject of a sentence; `besides` are items that it may change. Where `after` shows
    something else, the order is read again for a while: what was added last may not show everywhere yet.
    """
    if any(_changes(before, after, besides)):
        after = poll_until(orders, lambda: require(read()), lambda seen: not any(_changes(before, seen, besides)))
    for name, was, now in _changes(before, after, besides):
        raise Finding(
            f"{what} changed {name} from {was!r} to {now!r}",
            f"{name}: {was!r}",
            f"{name}: {now!r}",
            before.exchange,
            after.exchange,
        )


def _changes(before: Answer, after: Answer, besides: Collection[str]) -> Iterator[tuple[str, Any, Any]]:
    """What two answers show differently of the items that both show: the name of the fact, and both values."""
    left_out = {item.casefold() for item in besides}
    first, second = (items_by_id(answer.at("items")) for answer in (before, after))
    for item_id in sorted((first.keys() & second.keys()) - left_out):
        one, other = first[item_id], second[item_id]
        had, has = (object_in(item, "external_identifier") for item in (one, other))
        for name in ("serial_number", "epc"):
            if had.get(name) and had.get(name) != has.get(name):
                yield f"the {name} of the item {item_id}", had.get(name), has.get(name)
        for each in differences({"items": [one]}, {"items": [other]}):
            if ".price." in each.name:
                yield f"the {each.name.rpartition('.')[2]} price of the item {item_id}", each.one, each.other
        was, now = one.get("status"), other.get("status")
        # The platform may change a status on its own, but not to that of a canceled item.
        if is_canceled(now) and not is_canceled(was):
            yield f"the status of the item {item_id}", was, now
