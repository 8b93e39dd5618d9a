"""What several answers say of one thing that never changes: the pages of a history, and when an order was placed.

A new order moves all others, and may come between two pages, or between the parts of one answer; no order ever leaves a
history. So while `total` stays the same, the list stays the same.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from orderproof.conformance.checks.support.instants import contradict, seconds_apart
from orderproof.conformance.traffic.answers import requested
from orderproof.conformance.traffic.seen import Seen, Told
from orderproof.strategies.paging import DEFAULT_COUNT, MAX_COUNT

RULES: Mapping[str, str] = {
    "HIS-4": "two pages in a row have the wrong number of orders while total stays the same, so no order came between",
    "HIS-6": "as for HIS-4; and no action of anybody makes a page longer than was asked for",
    "HIS-9": "two pages show another order at the same place while total stays the same, so no order came between",
    "HIS-11": "two pages show an order at two places while total stays the same, so no order came between",
    "HIS-19": "as for HIS-4",
    "ORD-11": "nothing changes when an order was placed",
    "HIS-32": "nothing changes when an order was placed",
}
"""The rules judged here, and why no action of another client can explain what breaks them."""


# Some servers cannot count so far, and what they do then is another rule's matter.
_LARGE = 1_000_000
_MOST_REFUSED = 100


class _Page(NamedTuple):
    seen: Seen
    asked: int | None
    offset: int
    total: int
    ids: list[str]
    times: list[Any]


class _Placed(NamedTuple):
    """An order on a page: its id, when it was placed, and the answer that shows it."""

    id: str
    time: str
    seen: Seen


@dataclass(slots=True)
class _List:
    """The places of a customer's orders while `total` stays the same, and the answer that was wrong by its length."""

    first: Seen
    total: int
    at: dict[int, _Placed] = field(default_factory=dict)
    place_of: dict[str, tuple[int, _Placed]] = field(default_factory=dict)
    wrong: Seen | None = None
    refused: list[Seen] = field(default_factory=list)


class Listings:
    """Histories by their customers, and orders by their ids, of one file; requests come in the order of their times."""

    def __init__(self) -> None:
        self._lists: dict[str, _List] = {}
        self._placed: dict[tuple[str, str, bool], tuple[str, int]] = {}
        self._listed: dict[str, tuple[str, int]] = {}

    def see(self, seen: Seen) -> Iterator[Told]:
        """What an exchange says, after those before it."""
        if seen.operation == "showSalesOrderByIdAndIdType" and seen.document:
            yield from self._order(seen)
        elif seen.operation == "showOrderHistoryForCustomer" and seen.asks_v2:
            if seen.status == 400:
                self._refuse(seen)
            page = _page(seen)
            if page is not None:
                yield from self._page(page)
            yield from self._entries(seen)

    def finish(self) -> Iterator[Told]:
        """What is known only when no more requests come: valid pages that were refused after the last that was shown.

        Another client may have removed the customer meanwhile.
        """
        for known in self._lists.values():
            for seen in known.refused:
                yield from _refused_valid(seen, known.first, known.total, is_explained=True)

    def _refuse(self, seen: Seen) -> None:
        """A valid page was refused, though another one of this customer was shown."""
        known, count = self._lists.get(_customer(seen)), requested(seen, "count", DEFAULT_COUNT)
        offset = requested(seen, "offset", 0)
        is_valid = count is not None and 1 <= count <= MAX_COUNT and offset is not None and offset < _LARGE
        if known is not None and known.first.ended_before(seen) and is_valid and len(known.refused) < _MOST_REFUSED:
            known.refused.append(seen)

    def _order(self, seen: Seen) -> Iterator[Told]:
        """The same order by the same id in the other media type."""
        id_type, placed = seen.recorded.parameter("id_type"), seen.document.get("placed_at")
        accept = seen.recorded.exchange.request_header("Accept")
        if id_type not in ("internal", "external") or not isinstance(placed, str):
            return
        if not seen.asks_v2 and accept != "application/json":
            return
        id_ = seen.recorded.path["id"].casefold()
        other = self._placed.get((id_type, id_, not seen.asks_v2))
        if other is not None:
            yield from _same_instant("ORD-11", seen, placed, other, "the other media type")
        self._placed[id_type, id_, seen.asks_v2] = placed, seen.number
        listed = self._listed.get(id_) if id_type == "external" and seen.asks_v2 else None
        if listed is not None:
            yield from _same_instant("HIS-32", seen, placed, listed, "the history")

    def _entries(self, seen: Seen) -> Iterator[Told]:
        """Orders of a history that were read by themselves: by the readable id, from the same system."""
        orders = seen.document.get("orders")
        for entry in orders if isinstance(orders, list) else ():
            if isinstance(entry, dict) and isinstance(entry.get("placed_at"), str):
                id_ = str(entry.get("id")).casefold()
                own = self._placed.get(("external", id_, True))
                if own is not None:
                    yield from _same_instant("HIS-32", seen, entry["placed_at"], own, "the order itself")
                self._listed[id_] = entry["placed_at"], seen.number

    def _page(self, page: _Page) -> Iterator[Told]:
        known = self._lists.get(_customer(page.seen))
        is_same = known is not None and known.total == page.total and known.first.ended_before(page.seen)
        if known is None or known.total != page.total:
            # Of two lists of another length, nothing is known of the other.
            known = self._lists[_customer(page.seen)] = _List(page.seen, page.total)
        elif not is_same:
            return
        yield from _refused(page, known)
        yield from _length(page, known)
        yield from _places(page, known)


def _page(seen: Seen) -> _Page | None:
    """A page of a history; None where a part of it cannot be read, or the documents leave open what it is."""
    shown, orders = seen.document.get("pagination_info"), seen.document.get("orders")
    total = shown.get("total") if isinstance(shown, dict) else None
    count, offset = requested(seen, "count", DEFAULT_COUNT), requested(seen, "offset", 0)
    is_total = isinstance(total, int) and not isinstance(total, bool)
    if not isinstance(orders, list) or not all(isinstance(one, dict) for one in orders) or not is_total:
        return None
    if count is None or offset is None or not 1 <= count <= MAX_COUNT or not _customer(seen):
        return None
    is_asked = not seen.recorded.is_without("count")
    ids, times = [str(one.get("id")) for one in orders], [one.get("placed_at") for one in orders]
    return _Page(seen, count if is_asked else None, offset, int(total or 0), ids, times)


def _customer(seen: Seen) -> str:
    return seen.recorded.parameter("customer_id") or ""


def _length(page: _Page, known: _List) -> Iterator[Told]:
    count = DEFAULT_COUNT if page.asked is None else page.asked
    wanted = min(count, max(0, page.total - page.offset))
    rule = "HIS-19" if page.offset >= page.total else "HIS-4" if page.asked is None else "HIS-6"
    if len(page.ids) == wanted:
        # Where fewer are left than are asked for, a server may have looked at neither.
        if wanted in (0, count):
            yield Told(rule)
        return
    is_longer = len(page.ids) > count
    other, known.wrong = known.wrong, page.seen
    is_again = other is not None and other.ended_before(page.seen)
    yield Told(
        rule,
        f"{page.seen.request} lists {len(page.ids)} orders, of {page.total} from offset {page.offset} on",
        f"{wanted} orders",
        f"{len(page.ids)} orders",
        (other.number,) if is_again and other is not None else (),
        # A new order may come between the list and the total of one answer.
        is_explained=not (is_longer or is_again),
    )


def _refused(page: _Page, known: _List) -> Iterator[Told]:
    """Valid pages that were refused between two that were shown: neither the customer nor the caller was the reason."""
    for seen in [one for one in known.refused if one.ended_before(page.seen)]:
        known.refused.remove(seen)
        yield from _refused_valid(seen, page.seen, page.total)


def _refused_valid(seen: Seen, shown: Seen, total: int, *, is_explained: bool = False) -> Iterator[Told]:
    rule = "HIS-19" if (requested(seen, "offset", 0) or 0) >= total else "HIS-6"
    if _same_caller(seen, shown):
        message = f"{seen.request} was refused, while {shown.request} was not"
        yield Told(rule, message, "a page", str(seen.status), (shown.number,), is_explained, seen.number)


def _same_caller(one: Seen, other: Seen) -> bool:
    """Whether two requests carried the same credentials, as far as the recording tells."""
    return one.recorded.exchange.request_header("Authorization") == other.recorded.exchange.request_header(
        "Authorization"
    )


def _places(page: _Page, known: _List) -> Iterator[Told]:
    """Hold the places of orders against those on other pages. Orders placed at one time may change places."""
    if not all(isinstance(time, str) for time in page.times):
        return
    for index, (id_, time) in enumerate(zip(page.ids, page.times, strict=True)):
        own, place = _Placed(id_, time, page.seen), page.offset + index
        there, elsewhere = known.at.setdefault(place, own), known.place_of.setdefault(id_, (place, own))
        is_other = there is not own and there.seen.ended_before(page.seen) and there.time != time
        if is_other:
            yield _other_order(place, own, there)
        elif there is not own and there.id == id_:
            yield Told("HIS-9")
        if elsewhere[0] != place and elsewhere[1].seen.ended_before(page.seen):
            # Were it a tie, what was at its place before, and the order beside it on the side of the other place, would
            # have the same time.
            beside = index + (1 if elsewhere[0] > place else -1)
            if is_other or (0 <= beside < len(page.times) and page.times[beside] != time):
                yield _twice(place, own, *elsewhere)


def _other_order(place: int, own: _Placed, there: _Placed) -> Told:
    return Told(
        "HIS-9",
        f"{own.seen.request} shows the order {own.id} at place {place + 1} of the list, and {there.seen.request} "
        f"the order {there.id}, with the same total",
        there.id,
        own.id,
        (there.seen.number,),
    )


def _twice(place: int, own: _Placed, other_place: int, other: _Placed) -> Told:
    return Told(
        "HIS-11",
        f"{own.seen.request} shows the order {own.id} at place {place + 1} of the list, and {other.seen.request} "
        f"at place {other_place + 1}, with the same total",
        "each order at one place",
        f"{own.id} at two places",
        (other.seen.number,),
    )


def _same_instant(rule: str, seen: Seen, placed: str, other: tuple[str, int], where: str) -> Iterator[Told]:
    apart = seconds_apart(placed, other[0])
    if apart is None:
        return
    if contradict(placed, other[0], apart):
        message = f"{seen.request} shows another placed_at than {where}"
        yield Told(rule, message, f"the instant {other[0]}", placed, (other[1],))
    else:
        yield Told(rule)
