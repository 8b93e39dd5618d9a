"""Whether a run judged every rule in scope: every format shows it as a case of its own.

Most formats show a rule that was not judged as skipped, and count a run of skipped tests as passed. This case fails
where the verdict is partial or void, so that no format looks green.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from orderproof.reports.redaction.harmless import one_line

RUN_ID = "RUN"
RUN_TITLE = "Every rule in scope was judged"
_NAMED = 20
# How the reason of a check that was not run names the state that it lacked.
_LACKING = re.compile(r"^state ([a-z-]+): ")


def unjudged(record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The rows of gating rules in scope that were not judged."""
    return [
        row for row in record["rules"] if row["level"] != "advisory" and row["verdict"] in ("inconclusive", "not-run")
    ]


def shortfall(record: Mapping[str, Any]) -> str | None:
    """Why not every rule in scope was judged, in a sentence; None where every rule was."""
    if record["verdict"] == "void":
        return one_line(record["headline"], 1_000)
    reasons = [one_line(record["cut_short"], 500)] if record["cut_short"] else []
    rows = unjudged(record)
    if rows:
        names = ", ".join(row["id"] for row in rows[:_NAMED]) + (", …" if len(rows) > _NAMED else "")
        reasons.append(f"{len(rows)} of {len(record['rules'])} rules not judged: {names}")
    return "; ".join(reasons) or None


class MissingState(NamedTuple):
    """A missing state: its name, the reason, how many checks asked for it, and the rules that these would judge."""

    name: str
    reason: str
    checks: int
    rules: tuple[str, ...] = ()


def state_lacking(reason: str) -> str | None:
    """The state for want of which something was not judged, as its reason names it; None for any other reason."""
    found = _LACKING.match(reason)
    return found[1] if found else None


def _lacks(row: Mapping[str, Any], state: str) -> bool:
    """Whether a rule was not judged for want of a state."""
    return row["verdict"] == "not-run" and any(
        entry["outcome"] == "not-run" and state_lacking(entry["reason"]) == state for entry in row["checks"]
    )


def given_up(record: Mapping[str, Any]) -> list[str]:
    """Why sources of states were given up during the run, each reason once."""
    reasons = [
        one_line(_LACKING.sub("", reason)) for reason in record["missing_states"].values() if " was given up" in reason
    ]
    return list(dict.fromkeys(reasons))


def missing_states(record: Mapping[str, Any]) -> list[MissingState]:
    """The states that the run lacked, in the record's order."""
    waiting = {
        (entry["check"], entry["reason"])
        for row in record["rules"]
        for entry in row["checks"]
        if entry["outcome"] == "not-run"
    }
    return [
        MissingState(
            name,
            one_line(_LACKING.sub("", reason)),
            sum(state_lacking(why) == name for _, why in waiting),
            tuple(row["id"] for row in record["rules"] if _lacks(row, name)),
        )
        for name, reason in record["missing_states"].items()
    ]
