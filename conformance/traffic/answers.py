"""What one answer proves by itself, beyond its form: nothing that anybody else does can make it right."""

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from orderproof.conformance.kit.times import Instant, parse_time
from orderproof.conformance.traffic.seen import Seen, Told
from orderproof.conformance.transport.mediatype import JSON, parse_media_type
from orderproof.conformance.transport.shortened import shortened

_NOT_THERE = object()


def _order(seen: Seen) -> Iterator[Told]:
    order, asked = seen.document, seen.recorded.parameter("id_type")
    if asked == "external" and isinstance(order.get("id"), str):
        requested = seen.recorded.path.get("id", "")
        is_own = order["id"].casefold() == requested.casefold()
        # An order of the external OMS may also be found by the UUID that it has there.
        if is_own or "origin_id" not in order or str(order["origin_id"]).casefold() != requested.casefold():
            yield _told("ORD-18", seen, is_own, "shows another id", f"id {requested}", f"id {order['id']}")
    if asked == "internal":
        shown = order.get("payment_history")
        is_empty = shown in (None, [], {}, "")
        yield _told(
            "ORD-12",
            seen,
            is_empty,
            "shows a payment_history, although id_type is internal",
            "payment_history absent, null or empty",
            f"payment_history: {shortened(str(shown))}",
        )
    if seen.asks_v2 and "placed_at" in order:
        placed = order["placed_at"]
        is_utc = isinstance(placed, str) and parse_time(placed) is not None and placed.endswith("Z")
        wanted = "YYYY-MM-DDThh:mm:ss.sZ, with any number of fraction digits"
        yield _told(
            "ORD-10",
            seen,
            is_utc,
            "shows a placed_at that is not a UTC time in the documented format",
            wanted,
            f"{placed!r}",
        )
    ids = [str(one["id"]).casefold() for one in _objects(order.get("items")) if "id" in one]
    if ids:
        twice = sorted({one for one in ids if ids.count(one) > 1}) if len(set(ids)) < len(ids) else []
        yield _told("ORD-29", seen, not twice, "shows an item more than once", "each item once", ", ".join(twice[:3]))
    yield from _without_accept("ORD-14", seen)


def _without_accept(rule: str, seen: Seen) -> Iterator[Told]:
    recorded = seen.recorded
    if not recorded.headers_known or not recorded.type_known or recorded.exchange.request_header("Accept") is not None:
        return
    given = recorded.exchange.response_header("Content-Type")
    found = parse_media_type(given)
    is_json = found is not None and found.essence == JSON
    yield _told(rule, seen, is_json, "has another media type without an Accept header", JSON, str(given))


def _history(seen: Seen) -> Iterator[Told]:
    yield from _without_accept("HIS-27", seen)
    entries = _objects(seen.document.get("orders"))
    times = [_time(one.get("placed_at")) for one in entries]
    known = [time for time in times if time is not None]
    if len(known) == len(times) and len(set(known)) > 1:
        # A time without a zone is local time somewhere, the same for all orders of a list.
        wrong = next(((one, other) for one, other in pairwise(known) if other > one), None)
        observed = f"placed_at {wrong[0]} before {wrong[1]}" if wrong else ""
        rule = "HIS-1" if seen.asks_v2 else "HIS-26"
        yield _told(rule, seen, wrong is None, "does not list the newest order first", "the newest first", observed)
    if not seen.asks_v2:
        return
    ids = [str(one["id"]) for one in entries if "id" in one]
    if len(ids) > 1:
        twice = sorted({one for one in ids if ids.count(one) > 1}) if len(set(ids)) < len(ids) else []
        yield _told("HIS-2", seen, not twice, "lists an order twice", "each order once", ", ".join(twice[:3]))
    yield from _pagination(seen, len(entries))


def _pagination(seen: Seen, listed: int) -> Iterator[Told]:
    shown = seen.document.get("pagination_info")
    if not isinstance(shown, dict) or not isinstance(seen.document.get("orders"), list):
        return
    count, offset = requested(seen, "count", 10), requested(seen, "offset", 0)
    if offset is not None and "offset" in shown:
        is_own = shown["offset"] == offset
        yield _told("HIS-17", seen, is_own, "shows another offset", f"offset {offset}", f"offset {shown['offset']}")
    if count is not None and "count" in shown:
        is_one = shown["count"] in (count, listed)
        yield _told("HIS-18", seen, is_one, "shows another count", f"count {count}", f"count {shown['count']}")


def requested(seen: Seen, name: str, default: int) -> int | None:
    """What a request asks for by `count` or `offset`; None if it does not do so validly."""
    if seen.recorded.is_without(name):
        return default
    value = seen.recorded.parameter(name)
    is_plain = value is not None and value.isascii() and value.isdigit() and len(value) < 10
    return int(value) if is_plain and value is not None else None


def _prices(seen: Seen) -> Iterator[Told]:
    asked = seen.sent.get("items") if isinstance(seen.sent, dict) else None
    lines = seen.document.get("items")
    if not isinstance(asked, list) or not isinstance(lines, list):
        return
    wanted = {one["id"].casefold() for one in _objects(asked) if _is_product(one)}
    found = [one["id"].casefold() for one in _objects(lines) if _is_product(one)]
    # Whether an item that is asked for twice has one line or two is another matter.
    is_own = set(found) == wanted and (len(found) == len(wanted) or len(wanted) < len(asked))
    yield _told(
        "PRI-3",
        seen,
        is_own,
        "does not show one line for each product",
        f"lines for {_some(sorted(wanted))}",
        f"lines for {_some(found)}",
    )


def _is_product(line: Mapping[str, Any]) -> bool:
    return line.get("type") == "product" and isinstance(line.get("id"), str)


def _some(ids: list[str]) -> str:
    return shortened(", ".join(ids) or "no product")


def _status(seen: Seen) -> Iterator[Told]:
    shown = seen.document
    if shown.get("canceled") is True and isinstance(shown.get("cancelable"), bool):
        yield _told(
            "CAN-4",
            seen,
            not shown["cancelable"],
            "shows a canceled order that is cancelable",
            "cancelable false",
            "canceled true, cancelable true",
        )


def _told(rule: str, seen: Seen, is_kept: bool, what: str, expected: str, observed: str) -> Told:
    return Told(rule) if is_kept else Told(rule, f"{seen.request} {what}", expected, observed)


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _time(text: Any) -> Instant | None:
    return parse_time(text, zoneless=True) if isinstance(text, str) else None


_BY_OPERATION: Mapping[str, Callable[[Seen], Iterator[Told]]] = {
    "showSalesOrderByIdAndIdType": _order,
    "showOrderHistoryForCustomer": _history,
    "createPriceInformationForItems": _prices,
    "showCancellationStatus": _status,
}

RULES = frozenset(
    {"ORD-10", "ORD-12", "ORD-14", "ORD-18", "ORD-29", "HIS-1", "HIS-2", "HIS-17", "HIS-18", "HIS-26", "HIS-27"}
    | {"PRI-3", "CAN-4"}
)


def of_answer(seen: Seen) -> Iterator[Told]:
    """What an answer proves by itself."""
    if seen.is_success and seen.document and seen.operation in _BY_OPERATION:
        yield from _BY_OPERATION[seen.operation](seen)
