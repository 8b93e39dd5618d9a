"""Verifying a record: what its parts prove of one another, and what follows from the order of a check's requests.

The rules that recorded traffic proves are proven by the exchanges of a record, too. Each check is looked at by itself:
what its own exchanges show broken, it cannot have found kept.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from orderproof.conformance.runner.recorded import exchange_of, is_body_known, is_type_known
from orderproof.conformance.runner.verifying import verify as verify_parts
from orderproof.conformance.traffic import answers, limits, listings, lives
from orderproof.conformance.traffic.entry import Recorded
from orderproof.conformance.traffic.identities import Identities
from orderproof.conformance.traffic.places import path_values
from orderproof.conformance.traffic.seen import Seen, Told
from orderproof.reports.derived import PREFLIGHT, Disagreement, has_mark
from orderproof.reports.redaction.harmless import shortened
from orderproof.reports.verification import Verification
from orderproof.spec.description import Operation, operations

_SHOWN = 300


class _Shown(NamedTuple):
    """What the exchanges of a check show of a rule: kept, or broken by the exchange with a number."""

    number: int
    told: Told


def verify(record: Mapping[str, Any]) -> Verification:
    """Derive again what a record's parts prove of one another. The record must have the form of one."""
    found = verify_parts(record)
    if found.is_known and "traffic" not in record and found.is_readable:
        shown = _shown(record["exchanges"])
        found.disagreements += _contradictions(record["rules"], shown)
        found.figures.ordered = sum(
            any(row["id"] in shown.get(entry["check"], ()) for entry in row["checks"]) for row in record["rules"]
        )
    return found


def _contradictions(
    rows: Sequence[Mapping[str, Any]], shown: Mapping[str, Mapping[str, _Shown]]
) -> Iterator[Disagreement]:
    for row in rows:
        for entry in row["checks"]:
            found = shown.get(entry["check"], {}).get(row["id"])
            if found is not None and found.told.message and entry["outcome"] == "pass":
                proven = f"exchange {found.number} proves it broken: {shortened(found.told.message, _SHOWN)}"
                yield Disagreement(row["id"], f"what {entry['check']} came to", "pass", proven)


def _shown(exchanges: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, _Shown]]:
    """What the exchanges of each check show, by check and rule; where a rule is broken, that."""
    by_check: dict[str, list[Seen]] = defaultdict(list)
    for told in exchanges:
        # What only proves a state may be of an earlier attempt, on an order that other checks had changed.
        if told["check"] == PREFLIGHT or "only_proves" in told:
            continue
        recorded = _recorded(told)
        if recorded is not None:
            by_check[told["check"]].append(Seen(told["number"], recorded))
    return {check: _first_of_each(seen) for check, seen in by_check.items()}


def _first_of_each(exchanges: Sequence[Seen]) -> dict[str, _Shown]:
    """By rule, the first exchange that breaks it, else one that keeps it."""
    found: dict[str, _Shown] = {}
    for number, told in _told(exchanges):
        known = found.get(told.rule)
        # What another client can explain is no contradiction: a shop works on its orders during a run, too.
        if not told.is_explained and (known is None or (told.message and not known.told.message)):
            found[told.rule] = _Shown(number, told)
    return found


def _told(exchanges: Sequence[Seen]) -> Iterator[tuple[int, Told]]:
    identities = Identities()
    for seen in exchanges:
        identities.note(seen)
    of_limits, of_lives, of_lists = limits.Limits(), lives.Lives(identities), listings.Listings()
    for seen in sorted(exchanges, key=lambda one: one.recorded.start or 0.0):
        if seen.recorded.is_judged:
            for told in (*of_limits.see(seen), *answers.of_answer(seen), *of_lists.see(seen)):
                yield seen.number if told.number is None else told.number, told
        for told in of_lives.see(seen):
            yield seen.number if told.number is None else told.number, told
    for told in (*of_lives.finish(), *of_lists.finish()):
        yield told.number or 0, told


def _recorded(told: Mapping[str, Any]) -> Recorded | None:
    """An exchange of a record as one of a recording; None for one that is not about an operation of the API."""
    operation = operations().get(told["operation"] or "")
    if operation is None or told["method"] != operation.method or has_mark(told["url"]) or "misdirected" in told:
        return None
    path = _path(operation, told["url"])
    if path is None:
        return None
    exchange, sent = exchange_of(told), told["request_body"]
    return Recorded(
        exchange,
        told["number"],
        path,
        parse_qsl(urlsplit(told["url"]).query, keep_blank_values=True),
        told["started_at"],
        told["started_at"] + told["duration_s"],
        body_known=is_body_known(exchange, told) and not exchange.masks,
        sent_known=sent is None or not (sent["cut"] or has_mark(sent["text"])),
        headers_known=True,
        type_known=is_type_known(exchange, told),
    )


def _path(operation: Operation, url: str) -> dict[str, str] | None:
    """The parameters in the path of a URL; None where it is not the operation's, as that of a malformed request."""
    names = operation.path.strip("/").split("/")
    values = urlsplit(url).path.split("/")[-len(names) :]
    is_own = len(values) == len(names) and all(
        name.startswith("{") or name == value for name, value in zip(names, values, strict=True)
    )
    return path_values(operation, "/" + "/".join(values)) if is_own else None
