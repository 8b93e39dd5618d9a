"""The races that a record tells of, judged again from their timelines: whether one life explains all answers after all.

A record does not say what was known of an order before a race. So the search begins with every state that the order
may have been in: what it finds impossible is proven, and what it can explain contradicts nothing.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import inf
from typing import Any, NamedTuple

from orderproof.conformance.kit import (
    ANY,
    READS,
    Cancel,
    CancelLine,
    Extend,
    Line,
    Number,
    Operation,
    Order,
    ReadOrder,
    ReadStatus,
    Reply,
    Request,
    asked_to_wait,
    explained,
)
from orderproof.conformance.runner.recorded import exchange_of
from orderproof.reports.derived import Disagreement, has_mark

_BY = r" by its (?:UUID|readable id)"
_ASKED = re.compile(
    r"(?:(?P<order>order \d+): )?(?:"
    rf"(?P<extend>extend the grace period{_BY})|(?P<cancel>cancel the order{_BY})|"
    rf"(?P<status>read the cancellation status{_BY})|(?P<read>read the order{_BY})|"
    rf"cancel item (?P<line>\d+) (?:by the internal API|of the order{_BY})|"
    r"add serial numbers \((?P<numbers>item \d+: .*)\))(?:, sent \d+ times)?"
)
_EXTENSIONS = re.compile(r", due_at = start(?: \+ (-?[\d.]+) extensions?)?")
_STATUS = re.compile(r", cancelable (true|false), canceled (true|false)")
_ITEM = re.compile(r"item \d+: (status changed|status unchanged|any status), (.*)")
_SEVERAL = re.compile(r", sent \d+ times$")
_CLOCK_SECONDS = 0.5
_GAVE_WAY = (409, 423)
_MOST_LINES = 4


@dataclass(slots=True)
class Races:
    """Races that findings tell of: how many were `found`, how many `proven` impossible, and what contradicts them."""

    found: int = 0
    proven: int = 0
    disagreements: list[Disagreement] = field(default_factory=list)


class _Event(NamedTuple):
    """A request of a race: of which order, what in the model's terms, and whether the record calls it impossible."""

    order: str
    operation: Operation
    is_impossible: bool


def races(record: Mapping[str, Any]) -> Races:
    """Judge the races of a record again."""
    found = Races()
    for row in record["rules"]:
        for finding in row["findings"]:
            if "timeline" not in finding:
                continue
            found.found += 1
            found.disagreements += _shown_otherwise(row["id"], finding["timeline"], record["exchanges"])
            found.disagreements += _at_other_times(row["id"], finding["timeline"], record["exchanges"])
            found.proven += _is_proven(finding["timeline"], record["exchanges"])
    return found


def _shown_otherwise(
    rule: str, timeline: Sequence[Mapping[str, Any]], exchanges: Sequence[Mapping[str, Any]]
) -> Iterator[Disagreement]:
    """Where a timeline has another cancellation status than the answer."""
    for event in timeline:
        told = _STATUS.search(event["answer"])
        if told is None or event["exchange"] is None or event["exchange"] >= len(exchanges):
            continue
        text = exchanges[event["exchange"]]["response_body"]["text"]
        try:
            body = json.loads(text)
            shown = tuple(str(body[name]).lower() for name in ("cancelable", "canceled"))
        except (ValueError, TypeError, KeyError, RecursionError):
            continue
        if shown != told.groups() and not has_mark(text):
            proven = f"exchange {event['exchange']} shows cancelable {shown[0]}, canceled {shown[1]}"
            yield Disagreement(rule, f"the answer to “{event['text']}”", event["answer"], proven)


def _at_other_times(
    rule: str, timeline: Sequence[Mapping[str, Any]], exchanges: Sequence[Mapping[str, Any]]
) -> Iterator[Disagreement]:
    """Where the requests of a timeline were sent at other times: whether they met decides what is possible."""
    sent = [
        (event, exchanges[event["exchange"]]["started_at"] - event["start_s"])
        for event in timeline
        # One that came again was first sent earlier.
        if event["exchange"] is not None
        and not _SEVERAL.search(event["text"])
        and "repeats" not in exchanges[event["exchange"]]
    ]
    beginning = min((start for _, start in sent), default=0.0)
    for event, start in sent:
        if start - beginning > _CLOCK_SECONDS:
            proven = f"exchange {event['exchange']} was sent {start - beginning:.3f} s later"
            yield Disagreement(rule, f"the time of “{event['text']}”", f"{event['start_s']} s", proven)
            return


def _is_proven(timeline: Sequence[Mapping[str, Any]], exchanges: Sequence[Mapping[str, Any]]) -> bool:
    """Whether no life of an order explains a race, whatever the order was before it."""
    events = []
    for told in timeline:
        if told["exchange"] is not None and _came_again(told, exchanges):
            continue
        event = _event(told)
        if event is None:
            return False
        events.append(event)
    orders = {event.order for event in events if event.is_impossible}
    return any(_is_impossible(_history(events, order)) for order in orders)


def _came_again(told: Mapping[str, Any], exchanges: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a request was asked to come again: then it has no part in the race."""
    number = told["exchange"]
    return number < len(exchanges) and asked_to_wait(exchange_of(exchanges[number])) is not None


def _history(events: Sequence[_Event], order: str) -> list[Operation]:
    own = [event.operation for event in events if event.order == order]
    writes = [one for one in own if not isinstance(one.request, READS)]
    is_alone = len({event.order for event in events}) > 1 and len(writes) == 1
    if is_alone and not isinstance(writes[0].request, Extend) and _status(writes[0]) in _GAVE_WAY:
        # Something else was under way, of which no document says that it must not be refused.
        own.remove(writes[0])
    return own


def _status(operation: Operation) -> int | None:
    return operation.reply.status if operation.reply else None


def _is_impossible(history: Sequence[Operation]) -> bool:
    try:
        return explained(_starts(_lines_of(history)), history) is None
    except ValueError:
        # Longer than any race of a run.
        return False


def _lines_of(history: Sequence[Operation]) -> int:
    """How many items an order has at least, as far as a race tells."""
    lines = [1]
    for request, reply, *_ in history:
        if isinstance(request, CancelLine):
            lines.append(request.line + 1)
        if isinstance(request, Number):
            lines += [line + 1 for line, _ in request.numbers]
        if isinstance(request, ReadOrder) and reply and isinstance(reply.shows, tuple):
            lines.append(len(reply.shows))
    return min(max(lines), _MOST_LINES)


def _starts(lines: int) -> Iterator[Order]:
    for runs, cancelable, *preordered in product((True, False), repeat=2 + lines):
        yield Order(runs, cancelable, tuple(Line(one, number=ANY) for one in preordered))


def _event(told: Mapping[str, Any]) -> _Event | None:
    """A step of a timeline in the model's terms; None for one that is told in other words."""
    asked = _ASKED.fullmatch(told["text"])
    if asked is None:
        return None
    request = _request(asked)
    reply = None
    if told["end_s"] is not None:
        if not re.match(r"\d{3}", told["answer"]):
            return None
        reply = Reply(int(told["answer"][:3]), _shows(request, told["answer"][3:]))
    operation = Operation(request, reply, told["start_s"], inf if reply is None else told["end_s"])
    return _Event(asked["order"] or "", operation, told["impossible"])


def _request(asked: re.Match[str]) -> Request:
    if asked["line"]:
        return CancelLine(int(asked["line"]) - 1)
    if asked["numbers"]:
        pairs = [one.partition(": ") for one in re.split(r", (?=item \d+: )", asked["numbers"])]
        return Number(tuple((int(item.removeprefix("item ")) - 1, text) for item, _, text in pairs))
    kinds: Mapping[str, type[Extend | Cancel | ReadStatus | ReadOrder]] = {
        "extend": Extend,
        "cancel": Cancel,
        "status": ReadStatus,
        "read": ReadOrder,
    }
    return next(kind() for name, kind in kinds.items() if asked[name])


def _shows(request: Request, text: str) -> Any:
    """What an answer shows, from the words for it; `ANY` where it shows nothing that is known."""
    if isinstance(request, Extend) and (found := _EXTENSIONS.fullmatch(text)):
        return float(found[1] or 0)
    if isinstance(request, ReadStatus) and (found := _STATUS.fullmatch(text)):
        return found[1] == "true", found[2] == "true"
    if isinstance(request, ReadOrder) and text.startswith("; "):
        items = [_ITEM.fullmatch(one) for one in re.split(r"; (?=item \d+: )", text[2:])]
        return tuple(_item(one) for one in items if one) if all(items) else ANY
    return ANY


def _item(found: re.Match[str]) -> tuple[Any, Any]:
    moved = {"status changed": True, "status unchanged": False}.get(found[1], ANY)
    if found[2] in ("no serial number", "any serial number"):
        return moved, None if found[2].startswith("no") else ANY
    return moved, found[2].removeprefix("serial number ")
