"""What follows from the order of requests about one order.

Other clients may have acted in between, which the traffic does not show. Each rule here says why none of them can
explain what breaks it; where one could, the rule is judged only in traffic that is `complete`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from orderproof.conformance.kit.polling import PATIENT_SECONDS
from orderproof.conformance.kit.times import parse_time
from orderproof.conformance.model.order import REFUSED
from orderproof.conformance.traffic.identities import Identities
from orderproof.conformance.traffic.numbers import Number, is_plain, shown
from orderproof.conformance.traffic.seen import Seen, Told

QUARTER_HOUR = timedelta(minutes=15)
# A server may store fractions of a second, and show none.
_ROUNDING = timedelta(seconds=1)
# Refusals that may be about the caller, or about an order that this caller may not see.
_OF_THE_ORDER = REFUSED - {403}

RULES: Mapping[str, str] = {
    "GRA-1": "each accepted extension moves due_at by 15 minutes, and nothing moves it back: one that moved it by "
    "less, or not by a multiple of 15 minutes, was not carried out as documented",
    "GRA-12": "no request revives a canceled order",
    "CAN-3": "no request revives a canceled order; a read less than 10 seconds later may be of a copy that lags behind",
    "CAN-4": "as for CAN-3",
    "CAN-21": "no request revives a canceled order",
    "CST-5": "as for CAN-3, and both ids are those of one order",
    "LIN-7": "no request revives a canceled line item",
    "INT-6": "no request revives a canceled line item",
    "INT-11": "no request revives a canceled line item",
}
"""The rules judged here, and why no action of another client can explain what breaks them."""

COMPLETE_RULES: Mapping[str, str] = {
    "GRA-1": "more than 15 minutes further, since another client may have extended it too",
    "SER-1": "another client may have written another serial number",
    "SER-5": "another client may have written the earlier serial number again",
}
"""What is judged only in complete traffic, and what another client could have done otherwise."""


@dataclass(slots=True, eq=False)
class _Life:
    """What is known of an order: the first read that showed it canceled, and what was accepted for it.

    `further` is an extension that moved due_at too far, unless the next one was under way too. `is_changed`: what its
    items show may be another's doing; `is_unanswered`: so may be its due_at.
    """

    canceled: Seen | None = None
    cancellation: Seen | None = None
    is_changed: bool = False
    extension: tuple[Seen, datetime] | None = None
    further: tuple[Seen, Told] | None = None
    is_unanswered: bool = False
    numbers: dict[str, Number | None] = field(default_factory=dict)


@dataclass(slots=True)
class _Line:
    """What is known of a line item: the first read that showed it canceled, and what accepted its cancellation."""

    canceled: Seen | None = None
    accepted_by: str | None = None


class Lives:
    """The orders of one file, by their ids. Requests must come in the order of their times.

    `identities` say which ids are of one order.
    """

    def __init__(self, identities: Identities) -> None:
        self._identities = identities
        self._lives: dict[tuple[str, str], _Life] = {}
        self._lines: dict[str, _Line] = {}
        self._further: list[tuple[_Life, Told]] = []

    def see(self, seen: Seen) -> Iterator[Told]:
        """What an exchange says, after those before it."""
        found = _BY_OPERATION.get(seen.operation)
        if found is not None:
            yield from found(self, seen)

    def finish(self) -> Iterator[Told]:
        """What is known only when no more requests come."""
        for life in self._lives.values():
            self._settle(life, None)
        for life, told in self._further:
            if not life.is_unanswered and not self._may_have_another_id(life):
                yield told

    def _settle(self, life: _Life, following: Seen | None) -> None:
        """Keep the extension that moved due_at too far, unless another one that was under way may have come first."""
        if life.further is None:
            return
        seen, told = life.further
        life.further = None
        if following is None or seen.ended_before(following):
            self._further.append((life, told))

    def _may_have_another_id(self, life: _Life) -> bool:
        """Whether one of the orders that were extended by the other kind of id may be this one."""
        kind, id_ = next(key for key, one in self._lives.items() if one is life)
        if kind == "internal" and self._identities.is_known(id_):
            return False
        return any(
            other != kind and one.extension is not None and not (other == "internal" and self._identities.is_known(id_))
            for (other, id_), one in self._lives.items()
        )

    def _life(self, seen: Seen) -> _Life:
        """The order that a request is about."""
        path = seen.recorded.path
        if "id" not in path:
            return self._of("internal", path.get("order_uuid") or path.get("uuid") or "")
        return self._of(seen.recorded.parameter("id_type") or "", path["id"])

    def _of(self, id_type: str, id_: str) -> _Life:
        uuid = self._identities.uuid_of(id_) if id_type == "external" else None
        key = ("internal", uuid) if uuid else (id_type, id_.casefold())
        return self._lives.setdefault(key, _Life())

    def _status(self, seen: Seen) -> Iterator[Told]:
        life, shown = self._life(seen), seen.document.get("canceled")
        if not isinstance(shown, bool):
            return
        earlier = life.canceled
        if earlier is not None and earlier.ended_before(seen):
            rule = "CST-5" if earlier.recorded.path != seen.recorded.path else "CAN-3"
            if shown:
                yield Told(rule)
            elif earlier.ended_before(seen, PATIENT_SECONDS):
                yield _of_canceled(rule, seen, earlier)
        elif life.cancellation is not None:
            if shown:
                yield Told("CAN-3")
            elif life.cancellation.ended_before(seen, PATIENT_SECONDS):
                yield from _never_canceled(seen, life.cancellation)
        if shown and earlier is None:
            life.canceled = seen

    def _cancel(self, seen: Seen) -> Iterator[Told]:
        life = self._life(seen)
        yield from _attempt("CAN-21", seen, life.canceled, "canceled an order again that was canceled before")
        if seen.is_success and life.cancellation is None:
            life.cancellation = seen
        life.is_changed = life.is_changed or not 400 <= seen.status < 500

    def _extend(self, seen: Seen) -> Iterator[Told]:
        life = self._life(seen)
        yield from _attempt("GRA-12", seen, life.canceled, "extended the grace period of a canceled order")
        text = seen.document.get("due_at")
        time = parse_time(text) if isinstance(text, str) else None
        life.is_unanswered = life.is_unanswered or (time is None and not 400 <= seen.status < 500)
        self._settle(life, seen)
        if time is None:
            return
        if life.extension is not None and life.extension[0].ended_before(seen):
            yield from self._moved(seen, time.moment, life)
        if life.extension is None or time.moment >= life.extension[1]:
            life.extension = seen, time.moment

    def _moved(self, seen: Seen, due_at: datetime, life: _Life) -> Iterator[Told]:
        assert life.extension is not None
        last, earlier = life.extension
        moved = due_at - earlier
        steps = round(moved / QUARTER_HOUR)
        is_whole = abs(moved - steps * QUARTER_HOUR) <= _ROUNDING
        if is_whole and steps == 1:
            yield Told("GRA-1")
            return
        is_explained = is_whole and steps > 1
        minutes = f"{moved / timedelta(minutes=1):.6g}"
        told = Told(
            "GRA-1",
            f"{seen.request} moved due_at by {minutes} min from that of the extension before",
            f"due_at {(earlier + QUARTER_HOUR).isoformat()}",
            f"due_at {due_at.isoformat()}",
            (last.number,),
            is_explained,
            seen.number,
        )
        if is_explained:
            # Another one that was under way may have come first.
            life.further = seen, told
        else:
            yield told

    def _number(self, seen: Seen) -> Iterator[Told]:
        life = self._life(seen)
        items = seen.sent.get("items") if isinstance(seen.sent, dict) else None
        if 400 <= seen.status < 500:
            return
        if not seen.is_success or not isinstance(items, list):
            # It may have been written, or not.
            life.is_changed = True
            return
        for item in items:
            if isinstance(item, dict) and isinstance(item.get("id"), str):
                self._written(life, item["id"].casefold(), item.get("serial_number"), seen)
        yield from ()

    def _written(self, life: _Life, item: str, text: Any, seen: Seen) -> None:
        known = life.numbers.get(item)
        is_first = item not in life.numbers
        if not is_plain(text) or (not is_first and (known is None or not known.seen.ended_before(seen))):
            life.numbers[item] = None
        else:
            life.numbers[item] = Number(text, known.text if known else None, seen)

    def _read(self, seen: Seen) -> Iterator[Told]:
        items = [one for one in seen.document.get("items") or () if isinstance(one, dict)]
        for item in items:
            status = item.get("status")
            if isinstance(status, str) and status.casefold() in ("cancelled", "canceled"):
                line = self._lines.setdefault(str(item.get("id")).casefold(), _Line())
                line.canceled = line.canceled or seen
        life = self._life(seen)
        if life.is_changed or not any(isinstance(one.get("external_identifier"), dict) for one in items):
            return
        for item in items:
            id_ = str(item.get("id")).casefold()
            number = life.numbers.get(id_)
            # What is canceled need not keep its serial number.
            is_canceled = id_ in self._lines
            if number is not None and not is_canceled and number.seen.ended_before(seen):
                yield from shown(seen, item, number)

    def _line_of(self, seen: Seen) -> _Line:
        path = seen.recorded.path
        return self._lines.setdefault((path.get("item_uuid") or path.get("uuid") or "").casefold(), _Line())

    def _cancel_line(self, seen: Seen) -> Iterator[Told]:
        line = self._line_of(seen)
        is_other = line.accepted_by not in (None, seen.operation)
        rule = "INT-11" if is_other else "INT-6" if seen.operation == "cancelLineItem" else "LIN-7"
        yield from _attempt(rule, seen, line.canceled, "canceled a line item again that was canceled before")
        if seen.is_success and line.accepted_by is None:
            line.accepted_by = seen.operation


def _never_canceled(seen: Seen, cancellation: Seen) -> Iterator[Told]:
    """A status that is still open, long after a cancellation was accepted."""
    wrong = [("CAN-3", "canceled false", "canceled true")]
    if seen.document.get("cancelable") is True:
        wrong.append(("CAN-4", "cancelable true", "cancelable false"))
    for rule, observed, wanted in wrong:
        message = (
            f"{seen.request} shows {observed}, {PATIENT_SECONDS:.0f} s or more after {cancellation.request} succeeded"
        )
        yield Told(rule, message, wanted, observed, (cancellation.number,))


def _of_canceled(rule: str, seen: Seen, earlier: Seen) -> Told:
    """A status that is open, though an earlier one was canceled."""
    message = f"{seen.request} shows canceled false, although {earlier.request} showed canceled true before"
    return Told(rule, message, "canceled true", "canceled false", (earlier.number,))


def _attempt(rule: str, seen: Seen, canceled: Seen | None, what: str) -> Iterator[Told]:
    """A request that changes what a read had shown to be canceled."""
    if canceled is None or not canceled.ended_before(seen):
        return
    if seen.is_success:
        yield Told(rule, f"{seen.request} {what}", "a refusal (4xx)", str(seen.status), (canceled.number,))
    elif seen.status in _OF_THE_ORDER:
        yield Told(rule)


_BY_OPERATION: Mapping[str, Callable[[Lives, Seen], Iterator[Told]]] = {
    "showCancellationStatus": Lives._status,
    "createCancellation": Lives._cancel,
    "createGracePeriod": Lives._extend,
    "updateSalesOrderSerialNumbers": Lives._number,
    "showSalesOrderByIdAndIdType": Lives._read,
    "createLineItemCancellation": Lives._cancel_line,
    "cancelLineItem": Lives._cancel_line,
}
