"""Waivers: known failures that do not gate until they expire.

A file of `[[waiver]]` tables with `id`, `reason`, `issue`, `owner`, `expires` (a date) and, optionally, the
`fingerprint` of the finding that is waived. A waiver that has expired, that names an unknown rule, whose rule is kept
or whose fingerprint meets no finding is a problem of its own: a waiver that nobody needs hides the next failure.
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from orderproof.reports.traffic import traffic_in
from orderproof.reports.verdict import QUICK, conclude, results_in
from orderproof.spec.catalogue import catalogue
from orderproof.spec.structure import mistake

_SCHEMA_FILE = Path(__file__).with_name("waivers.schema.json")


class WaiverError(ValueError):
    """A waiver file that cannot be used; the message says which waiver is wrong and why."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """A known failure that is accepted to the end of the day `expires`."""

    id: str
    reason: str
    issue: str
    owner: str
    expires: date
    fingerprint: str | None = None


def read_waivers(path: Path) -> list[Waiver]:
    """Read a waiver file. Raises `WaiverError`."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise WaiverError(f"{path}: cannot be read ({error.strerror})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WaiverError(f"{path}: is not valid TOML ({error})") from None
    told = mistake(_as_texts(data), json.loads(_SCHEMA_FILE.read_text(encoding="utf-8")))
    if told:
        # People count from one.
        counted = re.sub(r"^waiver\[(\d+)\][.:]?\s*", lambda match: f"waiver {int(match[1]) + 1}: ", told)
        raise WaiverError(f"{path}: {counted}")
    return [_waiver(f"{path}: waiver {number}", entry) for number, entry in enumerate(data.get("waiver", []), 1)]


def _as_texts(data: Any) -> Any:
    """TOML has dates, which JSON writes as texts; a date with a time is not one."""
    if isinstance(data, dict):
        return {key: _as_texts(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_as_texts(value) for value in data]
    return data.isoformat() if isinstance(data, date | time) else data


def _waiver(where: str, entry: Mapping[str, Any]) -> Waiver:
    try:
        expires = date.fromisoformat(str(entry["expires"]))
    except ValueError:
        raise WaiverError(
            f"{where}: expires: {entry['expires']!r} is not a date; write for example 2026-12-01"
        ) from None
    return Waiver(**{**entry, "expires": expires})


def fingerprint(row: Mapping[str, Any], finding: Mapping[str, Any]) -> str:
    """A finding's name across runs: made from its rule and check, without ids and times, which differ each time."""
    return hashlib.sha256(f"{row['id']}\n{finding['check']}".encode()).hexdigest()[:16]


def apply(
    record: Mapping[str, Any], waivers: Sequence[Waiver], today: date | None = None, *, drops_others: bool = False
) -> tuple[dict[str, Any], list[str]]:
    """The record with its waived failures marked, and the problems of the waivers themselves.

    Only these waivers count: a rule that other waivers covered when the record was made is broken again. Without
    waivers the record stays as it is, unless it `drops_others`.
    """
    if not (waivers or drops_others):
        return dict(record), []
    today = today or datetime.now(UTC).date()
    problems = []
    live: list[Waiver] = []
    rows = {row["id"]: _unwaived(row) for row in record["rules"]}
    for waiver in waivers:
        problem = _problem(waiver, rows.get(waiver.id), today)
        if problem:
            problems.append(f"the waiver for {waiver.id} {problem}")
        else:
            live.append(waiver)
    changed = [_waived(row, [waiver for waiver in live if waiver.id == row["id"]]) for row in rows.values()]
    used = {row["id"] for row in changed if row["verdict"] == "waived"}
    verdict = conclude(
        results_in(changed),
        void=record["void"],
        cut_short=record["cut_short"],
        selection=record["selection"],
        read_only="read_only" in record,
        is_quick=record["profile"] == QUICK,
        traffic=traffic_in(record),
        waived_until=min((waiver.expires for waiver in live if waiver.id in used), default=None),
        waiver_problems=problems,
    )
    return {
        **record,
        "rules": changed,
        "verdict": verdict.verdict,
        "summary": verdict.summary,
        "headline": verdict.headline,
    }, problems


def _problem(waiver: Waiver, row: Mapping[str, Any] | None, today: date) -> str | None:
    """What is wrong with a waiver, and what to do; `row` is its rule's result, None where the run did not judge it."""
    if waiver.id not in catalogue():
        return "names no rule: correct its id or remove it"
    verdict = row["verdict"] if row else None
    if verdict in ("pass", "not-applicable"):
        return f"is not needed any more (the rule is {'kept' if verdict == 'pass' else 'out of scope'}): remove it"
    if waiver.expires < today:
        who = f"owner {waiver.owner}, {waiver.issue}"
        return f"expired on {waiver.expires} ({who}): repair the rule or agree on a new date"
    if row and row["findings"] and waiver.fingerprint:
        known = sorted({fingerprint(row, finding) for finding in row["findings"]})
        if waiver.fingerprint not in known:
            return (
                f"meets no finding: none has the fingerprint {waiver.fingerprint}, but {' and '.join(known[:3])}; "
                "correct the fingerprint or remove the waiver"
            )
    return None


def _unwaived(row: Mapping[str, Any]) -> dict[str, Any]:
    if row["verdict"] != "waived":
        return dict(row)
    return {**row, "verdict": "fail", "reason": row["findings"][0]["message"] if row["findings"] else row["reason"]}


def _waived(row: Mapping[str, Any], waivers: Iterable[Waiver]) -> dict[str, Any]:
    waivers = list(waivers)
    if row["verdict"] != "fail" or not waivers:
        return dict(row)
    prints = {waiver.fingerprint for waiver in waivers}
    if None not in prints and any(fingerprint(row, finding) not in prints for finding in row["findings"]):
        return dict(row)
    first = waivers[0]
    reason = f"waived until {first.expires}: {first.reason} ({first.issue}, {first.owner})"
    return {**row, "verdict": "waived", "reason": reason}
