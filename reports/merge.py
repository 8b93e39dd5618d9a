"""Joining the records of a run's shards: their evidence is joined and judged again by the one verdict function."""

from collections.abc import Mapping, Sequence
from typing import Any

from orderproof.reports.evidence import CheckEntry, Evidence, shifted
from orderproof.reports.explanation import is_embedded
from orderproof.reports.verdict import QUICK, joined_checks, judge
from orderproof.spec.catalogue import catalogue

_SAME = ("orderproof", "spec", "target", "seed", "profile", "selection", "read_only")


class MergeError(ValueError):
    """Records that are not the shards of one run; the message says why."""


def merge(records: Sequence[tuple[str, Mapping[str, Any]]]) -> dict[str, Any]:
    """Join (name, record) pairs, one pair a shard. Raises `MergeError`."""
    _check_shards(records)
    first_name, first = records[0]
    for name, record in records[1:]:
        for key in _SAME:
            if _comparable(record, key) != _comparable(first, key):
                raise MergeError(
                    f"{name}: its {key} differs from the {key} of {first_name}, so these are not shards of one run"
                )
    in_order = [record for _, record in sorted(records, key=lambda pair: pair[1]["shard"])]
    exchanges: list[Any] = []
    evidence: dict[str, Evidence] = {row["id"]: Evidence() for row in first["rules"]}
    left_out = _left_out(in_order)
    for record in in_order:
        shift = len(exchanges)
        exchanges += [{**exchange, "number": exchange["number"] + shift} for exchange in record["exchanges"]]
        for row in record["rules"]:
            evidence[row["id"]].checks += [_moved(entry, shift) for entry in row["checks"]]
            evidence[row["id"]].findings += [shifted(finding, shift) for finding in row["findings"]]
    for entry in evidence.values():
        entry.checks = joined_checks(entry.checks)
    missing_states = {name: why for record in in_order for name, why in record["missing_states"].items()}
    voids = [record["void"] for record in in_order if record["void"]]
    verdict = judge(
        [catalogue()[rule_id] for rule_id in evidence],
        evidence,
        out_of_scope=left_out,
        void=voids[0] if voids else None,
        selection=first["selection"],
        read_only="read_only" in first,
        is_quick=first["profile"] == QUICK,
        missing_states=missing_states,
    )
    return {
        # What was accepted of a shard says nothing about the whole run.
        **{key: value for key, value in first.items() if key != "accepted"},
        "started_at": min(record["started_at"] for record in in_order),
        "duration_s": max(record["duration_s"] for record in in_order),
        "verdict": verdict.verdict,
        "headline": verdict.headline,
        "summary": verdict.summary,
        "requests": sum(record["requests"] for record in in_order),
        "shard": None,
        "void": voids[0] if voids else None,
        "missing_states": missing_states,
        "rules": [row.to_dict() for row in verdict.rows],
        "exchanges": exchanges,
        **_asked_to_wait(in_order),
    }


def _asked_to_wait(records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """How often the server asked the shards to wait, and the lowest of the rates that they came to."""
    asked = [record["asked_to_wait"] for record in records if "asked_to_wait" in record]
    if not asked:
        return {}
    rates = [one["rate_per_s"] for one in asked if one["rate_per_s"]]
    return {"asked_to_wait": {"times": sum(one["times"] for one in asked), "rate_per_s": min(rates, default=None)}}


def _comparable(record: Mapping[str, Any], key: str) -> Any:
    """What must be the same in all shards: not the address of the embedded server, which each shard starts anew."""
    if key == "read_only":
        # A record has it only where it is true.
        return key in record
    value = record[key]
    if key == "target" and is_embedded(value):
        return {name: one for name, one in value.items() if not name.endswith("base_url")}
    return value


def _left_out(records: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Operations that the target leaves out, with the reason.

    An operation counts only if every shard says so for each of its rules without findings: a single check that does not
    apply must not take the operation's other rules with it.
    """
    reasons: dict[str, set[str]] = {}
    for record in records:
        for row in record["rules"]:
            if row["operation"] and not row["findings"]:
                reason = row["reason"] if row["verdict"] == "not-applicable" else ""
                reasons.setdefault(row["operation"], set()).add(reason)
    return {operation: min(given) for operation, given in reasons.items() if "" not in given}


def _check_shards(records: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
    seen: dict[int, str] = {}
    total = None
    for name, record in records:
        if not record["shard"]:
            raise MergeError(f"{name}: is a whole run, not a shard; leave it out")
        index, count = record["shard"]
        if total not in (None, count):
            raise MergeError(f"{name}: is a shard of {count}, but others are shards of {total}")
        if index in seen:
            raise MergeError(f"{name}: shard {index} was given twice (also {seen[index]})")
        seen[index], total = name, count
    for name, record in records:
        if record["cut_short"]:
            raise MergeError(f"{name}: the run was cut short ({record['cut_short']}); run this shard again")
    missing = sorted(set(range(1, (total or 0) + 1)) - set(seen))
    if missing:
        raise MergeError(f"shard {missing[0]} of {total} is missing")


def _moved(entry: CheckEntry, shift: int) -> CheckEntry:
    return {**entry, "exchanges": [shift + number for number in entry["exchanges"]]} if "exchanges" in entry else entry
