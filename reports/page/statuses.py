"""The map of operations and statuses: what the description documents, and which answers the run got."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orderproof.spec.description import operations

NO_ANSWER = "none"
"""Column of requests without a complete answer."""


@dataclass(frozen=True, slots=True)
class Cell:
    """An operation and a status. `kind`: documented, by-default (only `default` covers it), undocumented or blank."""

    kind: str
    seen: int
    status: str
    says: str


@dataclass(frozen=True, slots=True)
class Line:
    """An operation's line of the map. `id` is its operationId, empty for requests of no documented operation."""

    id: str
    call: str
    name: str
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class StatusMap:
    """The map: a column for each status, a line for each operation."""

    statuses: Sequence[str]
    lines: Sequence[Line]


def status_map(exchanges: Sequence[Mapping[str, Any]]) -> StatusMap:
    """The map of a run's exchanges."""
    known = operations()
    seen: Counter[tuple[str, str]] = Counter(
        (_operation(exchange, known), NO_ANSWER if exchange["status"] is None else str(exchange["status"]))
        for exchange in exchanges
    )
    documented = {status for one in known.values() for status in one.responses if status.isdigit()}
    statuses = sorted(documented | {status for _, status in seen if status != NO_ANSWER}, key=_by_number)
    if any(status == NO_ANSWER for _, status in seen):
        statuses.append(NO_ANSWER)
    lines = [
        Line(
            one.id,
            f"{one.method} {one.path}",
            one.definition.get("summary", one.id),
            [_cell(status, seen[one.id, status], one.responses) for status in statuses],
        )
        for one in known.values()
    ]
    if any(operation == "" for operation, _ in seen):
        cells = [_cell(status, seen["", status], {}) for status in statuses]
        lines.append(Line("", "other requests", "Requests of no documented operation", cells))
    return StatusMap(statuses, lines)


def _by_number(status: str) -> tuple[int, str]:
    return len(status), status


def _operation(exchange: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    operation = exchange["operation"]
    return operation if operation in known else ""


def _cell(status: str, seen: int, responses: Mapping[str, Any]) -> Cell:
    if status in responses:
        return Cell("documented", seen, status, "documented, seen" if seen else "documented, not seen")
    if not seen:
        return Cell("blank", 0, status, "")
    if status == NO_ANSWER:
        return Cell("undocumented", seen, status, "no complete answer came")
    # The documents' default answer is an error, so it covers no status of success.
    if "default" in responses and status >= "400":
        return Cell("by-default", seen, status, "seen; documented only as “default”")
    return Cell("undocumented", seen, status, "seen; not documented" if responses else "seen")
