"""Recorded traffic in a record: how its rules are judged, and what is told of its files."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from orderproof.reports.evidence import Evidence
from orderproof.spec.catalogue import Rule

NOT_SHOWN = "no exchange of the traffic shows it"
BEYOND = "recorded traffic cannot prove it; `orderproof run` judges it"


class Traffic(NamedTuple):
    """Recorded traffic: how many exchanges were judged, and the rules that such traffic can prove."""

    exchanges: int
    rules: Collection[str]


def traffic_in(record: Mapping[str, Any]) -> Traffic | None:
    """The recorded traffic that a record judged in place of a run; None for the record of a run."""
    told = record.get("traffic")
    return Traffic(told["exchanges"], told["rules"]) if told else None


def judged_in_traffic(rule: Rule, evidence: Evidence, traffic: Traffic, stopped: str | None) -> tuple[str, str]:
    """The verdict on a rule that no exchange broke, and the reason. What was not exercised is not run, never a pass."""
    seen = sum(entry["requests"] for entry in evidence.checks)
    if seen >= rule.floor:
        return "pass", f"judged on {seen} recorded exchange{'' if seen == 1 else 's'}"
    if seen:
        return "inconclusive", f"judged on {seen} requests only; at least {rule.floor} are needed"
    return "not-run", stopped or (NOT_SHOWN if rule.id in traffic.rules else BEYOND)


def files_line(record: Mapping[str, Any]) -> str:
    """The files of the traffic in one line."""
    return ", ".join(one["name"] for one in record["traffic"]["files"])


def lines(record: Mapping[str, Any]) -> Iterator[str]:
    """What was judged of recorded traffic and what was not, a line each; nothing for the record of a run."""
    told = record.get("traffic")
    if not told:
        return
    entries = sum(one["entries"] for one in told["files"])
    left_out = ", ".join(f"{count} {reason}" for reason, count in sorted(told["left_out"].items()))
    yield f"{entries} entries in {files_line(record)}; {told['exchanges']} judged" + (
        f"; left alone: {left_out}" if left_out else ""
    )
    for one in told["files"]:
        if one["cut"]:
            yield f"{one['name']}: {one['cut']}; the {one['entries']} whole entries before were judged"
    if told["exchanges"] > len(record["exchanges"]):
        yield f"The record holds {len(record['exchanges'])} of the exchanges: those that findings cite, and the first"
    if told["explained"] and not told["complete"]:
        rules = ", ".join(f"{rule} ({count})" for rule, count in told["explained"].items())
        yield (
            f"Answers that contradict the traffic unless another client acted in between: {rules}. "
            "If none did, judge them too with --complete."
        )
