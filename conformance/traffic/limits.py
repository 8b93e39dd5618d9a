"""Requests that break a documented limit: whatever state an order is in, and whoever else is at work, they are refused.

That one was refused shows a rule to be kept only where a valid request for the same order or customer succeeds: before
that, anything else may have been the reason.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from orderproof.conformance.model.order import REFUSED
from orderproof.conformance.traffic.seen import CUT_OFF, NO_BODY, UNKNOWN, Seen, Told
from orderproof.spec.description import operations
from orderproof.strategies.paging import MAX_COUNT

MOST_ITEMS = 500
_ID_LENGTH = 36
_INTEGER = re.compile(r"-?\d{1,40}", re.ASCII)
# Whole numbers in another notation are left out, as are letters that may be a hexadecimal number.
_NO_INTEGER = re.compile(r"(?=.*[g-z])[a-z]{2,40}|\d{1,9}\.\d{0,9}[1-9]", re.ASCII | re.IGNORECASE)

_READS = ("showSalesOrderByIdAndIdType", "showOrderHistoryForCustomer", "createPriceInformationForItems")


class Limit(NamedTuple):
    """A documented limit: its rule, and why a request breaks it, None where it does not."""

    rule: str
    breach: Callable[[Seen], str | None]


def _id_type_missing(seen: Seen) -> str | None:
    return "id_type is missing" if seen.recorded.is_without("id_type") else None


def _id_type_unknown(seen: Seen) -> str | None:
    value = seen.recorded.parameter("id_type")
    # A lenient server may know another spelling, or take a blank for nothing; an empty text is none of the two.
    if value is None or (value and value.strip().casefold() in ("", "internal", "external")):
        return None
    return f"id_type is {value!r}"


def _id_type_wrong(seen: Seen) -> str | None:
    return _id_type_missing(seen) or _id_type_unknown(seen)


def _customer_missing(*, in_v2: bool) -> Callable[[Seen], str | None]:
    def breach(seen: Seen) -> str | None:
        is_meant = seen.asks_v2 if in_v2 else seen.recorded.exchange.request_header("Accept") == "application/json"
        return "customer_id is missing" if is_meant and seen.recorded.is_without("customer_id") else None

    return breach


def _out_of_range(name: str, is_wrong: Callable[[int], bool]) -> Callable[[Seen], str | None]:
    def breach(seen: Seen) -> str | None:
        # What count and offset do to another media type is open.
        value = seen.recorded.parameter(name) if seen.asks_v2 else None
        is_integer = value is not None and _INTEGER.fullmatch(value)
        return f"{name} is {value}" if value and is_integer and is_wrong(int(value)) else None

    return breach


def _no_integer(seen: Seen) -> str | None:
    for name in ("count", "offset") if seen.asks_v2 else ():
        value = seen.recorded.parameter(name)
        if value and _NO_INTEGER.fullmatch(value):
            return f"{name} is {value!r}"
    return None


def _body(is_wrong: Callable[[Any], str | None]) -> Callable[[Seen], str | None]:
    """A limit of a body that is known."""

    def breach(seen: Seen) -> str | None:
        return None if seen.sent is UNKNOWN else is_wrong(seen.sent)

    return breach


def _absent(sent: Any) -> str | None:
    return "there is no body" if sent is NO_BODY else None


def _cut_off(sent: Any) -> str | None:
    return "the JSON of the body is cut off" if sent is CUT_OFF else None


def _absent_or_cut_off(sent: Any) -> str | None:
    return _absent(sent) or _cut_off(sent)


def _no_object(sent: Any) -> str | None:
    is_value = sent is not NO_BODY and sent is not CUT_OFF
    return "the body is no object" if is_value and not isinstance(sent, dict) else None


def _member(is_wrong: Callable[[Mapping[str, Any]], str | None]) -> Callable[[Seen], str | None]:
    return _body(lambda sent: is_wrong(sent) if isinstance(sent, dict) else None)


def _no_reason(sent: Mapping[str, Any]) -> str | None:
    return "the reason is missing" if "reason" not in sent else None


def _empty_reason(sent: Mapping[str, Any]) -> str | None:
    return "the reason is empty" if sent.get("reason") == "" else None


def _reason_of_another_type(sent: Mapping[str, Any]) -> str | None:
    is_wrong = "reason" in sent and not isinstance(sent["reason"], str)
    return f"the reason is {sent['reason']!r}" if is_wrong else None


def _note_of_another_type(sent: Mapping[str, Any]) -> str | None:
    return f"the note is {sent['note']!r}" if not isinstance(sent.get("note"), str | None) else None


def _no_items(sent: Mapping[str, Any]) -> str | None:
    return "items is no array" if not isinstance(sent.get("items"), list) else None


def _items_empty(sent: Mapping[str, Any]) -> str | None:
    return "items is empty" if sent.get("items") == [] else None


def _too_many_items(sent: Mapping[str, Any]) -> str | None:
    items = sent.get("items")
    is_wrong = isinstance(items, list) and len(items) > MOST_ITEMS
    return f"items has {len(items)} entries" if is_wrong and isinstance(items, list) else None


def _entry(is_wrong: Callable[[Any], str | None]) -> Callable[[Seen], str | None]:
    def breach(sent: Mapping[str, Any]) -> str | None:
        items = sent.get("items")
        return next(filter(None, map(is_wrong, items)), None) if isinstance(items, list) else None

    return _member(breach)


def _entry_no_object(entry: Any) -> str | None:
    return "an entry of items is no object" if not isinstance(entry, dict) else None


def _no_text(name: str, *, of_type: str | None = None) -> Callable[[Any], str | None]:
    def is_wrong(entry: Any) -> str | None:
        if not isinstance(entry, dict) or (of_type and entry.get("type") != of_type):
            return None
        return f"the {name} of an entry is no text" if not isinstance(entry.get(name), str) else None

    return is_wrong


def _id_of_another_length(*, of_type: str | None = None) -> Callable[[Any], str | None]:
    def is_wrong(entry: Any) -> str | None:
        if not isinstance(entry, dict) or (of_type and entry.get("type") != of_type):
            return None
        value = entry.get("id")
        is_other = isinstance(value, str) and len(value) != _ID_LENGTH
        return f"the id of an entry has {len(value)} characters" if is_other and isinstance(value, str) else None

    return is_wrong


def _epc_no_object(entry: Any) -> str | None:
    # Whether null stands for nothing is open.
    epc = entry.get("epc") if isinstance(entry, dict) else None
    return "the epc of an entry is no object" if epc is not None and not isinstance(epc, dict) else None


LIMITS: Mapping[str, tuple[Limit, ...]] = {
    "showSalesOrderByIdAndIdType": (Limit("ORD-8", _id_type_missing), Limit("ORD-9", _id_type_unknown)),
    "showCancellationStatus": (Limit("CST-9", _id_type_wrong),),
    "createGracePeriod": (Limit("GRA-8", _id_type_wrong),),
    "createLineItemCancellation": (Limit("LIN-15", _id_type_wrong),),
    "showOrderHistoryForCustomer": (
        Limit("HIS-7", _out_of_range("count", lambda count: count < 1)),
        Limit("HIS-8", _out_of_range("count", lambda count: count > MAX_COUNT)),
        Limit("HIS-10", _out_of_range("offset", lambda offset: offset < 0)),
        Limit("HIS-12", _no_integer),
        Limit("HIS-23", _customer_missing(in_v2=True)),
        Limit("HIS-44", _customer_missing(in_v2=False)),
    ),
    "createCancellation": (
        Limit("CAN-6", _member(_no_reason)),
        Limit("CAN-7", _member(_empty_reason)),
        Limit("CAN-8", _member(_reason_of_another_type)),
        Limit("CAN-11", _member(_note_of_another_type)),
        Limit("CAN-12", _body(_absent)),
        Limit("CAN-13", _body(_no_object)),
        Limit("CAN-14", _body(_cut_off)),
        Limit("CAN-20", _id_type_wrong),
    ),
    "createPriceInformationForItems": (
        Limit("PRI-14", _member(_too_many_items)),
        Limit("PRI-16", _member(_items_empty)),
        Limit("PRI-17", _member(_no_items)),
        Limit("PRI-18", _entry(_entry_no_object)),
        Limit("PRI-19", _entry(_no_text("type"))),
        Limit("PRI-21", _entry(_no_text("id", of_type="product"))),
        Limit("PRI-22", _entry(_id_of_another_length(of_type="product"))),
        Limit("PRI-24", _body(_no_object)),
        Limit("PRI-25", _body(_absent_or_cut_off)),
    ),
    "updateSalesOrderSerialNumbers": (
        Limit("SER-11", _member(_too_many_items)),
        Limit("SER-12", _member(_items_empty)),
        Limit("SER-13", _member(_no_items)),
        Limit("SER-14", _entry(_entry_no_object)),
        Limit("SER-15", _entry(_no_text("id"))),
        Limit("SER-16", _entry(_id_of_another_length())),
        Limit("SER-17", _entry(_no_text("serial_number"))),
        Limit("SER-18", _entry(_epc_no_object)),
        Limit("SER-27", _body(_no_object)),
        Limit("SER-28", _body(_absent_or_cut_off)),
    ),
}
"""The limits of each operation. None depends on a state, so no action of another client can explain a success."""

RULES = frozenset(limit.rule for limits in LIMITS.values() for limit in limits)


_Subject = tuple[str, ...]


def _subjects(seen: Seen) -> list[_Subject]:
    """What a request is about: its order, item or customer; any customer's history stands for requests without one."""
    if seen.operation != "showOrderHistoryForCustomer":
        return [(seen.operation, *(value.casefold() for value in seen.recorded.path.values()))]
    customer = seen.recorded.parameter("customer_id")
    return [(seen.operation, customer), (seen.operation, "")] if customer else [(seen.operation, "")]


class Limits:
    """Holds requests that break a limit against their answers."""

    def __init__(self) -> None:
        self._refused: dict[_Subject, list[str]] = {}
        self._answered: set[_Subject] = set()

    def see(self, seen: Seen) -> Iterator[Told]:
        """What an exchange says of the limits."""
        breaches = [
            (limit.rule, why) for limit in LIMITS.get(seen.operation, ()) if (why := limit.breach(seen)) is not None
        ]
        subjects = _subjects(seen)
        if not breaches:
            for subject in subjects if seen.is_success else ():
                yield from self._valid(subject)
            return
        if seen.is_success:
            for rule, why in breaches:
                yield Told(rule, f"{seen.request} was accepted, although {why}", "a refusal (4xx)", str(seen.status))
        elif seen.status in REFUSED and len(breaches) == 1:
            if subjects[0] in self._answered:
                yield Told(breaches[0][0])
            else:
                self._refused.setdefault(subjects[0], []).append(breaches[0][0])

    def _valid(self, subject: _Subject) -> Iterator[Told]:
        """A valid request succeeded: what was refused before was refused for its own sake."""
        for rule in self._refused.pop(subject, ()):
            yield Told(rule)
        if subject[0] in _READS or operations()[subject[0]].method == "GET":
            self._answered.add(subject)
