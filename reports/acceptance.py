"""Which partial runs are accepted all the same: those that judged enough, or that left unjudged only what was named.

A run that is non-conforming, void or cut short has no result to accept, whatever was asked for.
"""

import fnmatch
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from typing import Any

from orderproof.reports.completeness import state_lacking, unjudged
from orderproof.reports.redaction.harmless import one_line
from orderproof.spec.catalogue import catalogue
from orderproof.spec.structure import did_you_mean

OPTION = "--accept-partial"

_FORMS = (
    f"write the share of gating rules that must be judged ({OPTION}=95%), their number ({OPTION}=250), or the rules "
    f"and states that may be missing ({OPTION}=LIN-*,oms-unavailable)"
)
_IDS_NAMED = 20
# How the reason of a rule that is judged in passing names the state that was missing.
_NEEDED = re.compile(r"; it needs the state ([a-z-]+)$")


class AcceptanceError(ValueError):
    """A value of `--accept-partial` that cannot be used; the message says why and which forms there are."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What makes a partial run acceptable, as it was asked for in `text`: one of the other fields.

    `percent` and `count` are how many of the gating rules in scope must have been judged; `globs` (of rule ids) and
    `states` name all that may be left unjudged.
    """

    text: str
    percent: Decimal | None = None
    count: int | None = None
    globs: tuple[str, ...] = ()
    states: frozenset[str] = frozenset()


def read_acceptance(text: str, states: Collection[str]) -> Acceptance:
    """Read a value of `--accept-partial`; `states` are the names of all states. Raises `AcceptanceError`."""
    number = re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?)%|(\d{1,9})", text, re.ASCII)
    if number is None:
        return _read_names(text, states)
    percent, count = number.groups()
    if Decimal(percent or count) == 0:
        raise AcceptanceError(f"{OPTION}={text} would accept a run that judged nothing; {_FORMS}")
    if percent and Decimal(percent) > 100:
        raise AcceptanceError(f"{OPTION}={text} is more than all rules; {_FORMS}")
    return Acceptance(text, percent=Decimal(percent)) if percent else Acceptance(text, count=int(count))


def _read_names(text: str, states: Collection[str]) -> Acceptance:
    names = [name.strip() for name in text.split(",")]
    globs = [name for name in names if name not in states]
    for glob in globs:
        if not any(_is_named(rule_id, [glob]) for rule_id in catalogue()):
            hint = did_you_mean(glob, [*states, *catalogue()])
            raise AcceptanceError(f"{OPTION}={text}: {glob!r} is no rule and no state{hint}; {_FORMS}")
    if all(_is_named(rule.id, globs) for rule in catalogue().values() if rule.gates):
        raise AcceptanceError(f"{OPTION}={text} would accept a run that judged nothing; {_FORMS}")
    return Acceptance(text, globs=tuple(globs), states=frozenset(names).intersection(states))


def why_not_accepted(record: Mapping[str, Any], acceptance: Acceptance) -> str | None:
    """Why a partial run is not accepted, in a clause; None where it is."""
    judged, in_scope = _counts(record)
    if record["cut_short"]:
        return "the run was cut short"
    if not judged:
        return "no gating rule was judged"
    if acceptance.percent is not None or acceptance.count is not None:
        # A part of a rule that is needed is a whole rule.
        least = acceptance.count or ceil((acceptance.percent or 0) * in_scope / 100)
        return None if judged >= least else f"{_told(judged, in_scope)}, and {least} are needed"
    others = [row["id"] for row in unjudged(record) if not _may_be_missing(row, acceptance)]
    return f"it does not cover {len(others)} that were not judged: {_listed(others)}" if others else None


def _may_be_missing(row: Mapping[str, Any], acceptance: Acceptance) -> bool:
    if _is_named(row["id"], acceptance.globs):
        return True
    reasons = [entry["reason"] for entry in row["checks"] if entry["outcome"] in ("inconclusive", "not-run")]
    # A rule that is judged in passing, or that rests on too few requests, has no check that says why.
    return all(_state_needed(reason) in acceptance.states for reason in reasons or [row["reason"]])


def _state_needed(reason: str) -> str | None:
    found = _NEEDED.search(reason)
    return state_lacking(reason) or (found[1] if found else None)


def _is_named(rule_id: str, globs: Sequence[str]) -> bool:
    return any(fnmatch.fnmatchcase(rule_id, glob.upper()) for glob in globs)


def with_acceptance(record: Mapping[str, Any], acceptance: Acceptance | None) -> tuple[dict[str, Any], str]:
    """The record with what was accepted in its member `accepted`, and a text for people, of one line or several.

    The text is empty, and the member missing, where there is nothing to decide: the run is not partial, or nobody
    asked. It is missing as well where the run is not accepted.
    """
    plain = {key: value for key, value in record.items() if key != "accepted"}
    if acceptance is None or record["verdict"] != "partial":
        return plain, ""
    why = why_not_accepted(record, acceptance)
    if why is not None:
        return plain, f"not accepted by {OPTION}={acceptance.text}: {why}"
    judged, in_scope = _counts(record)
    groups: dict[str, list[str]] = {}
    for row in unjudged(record):
        groups.setdefault(row["reason"], []).append(row["id"])
    accepted = {
        "by": acceptance.text,
        "judged": judged,
        "in_scope": in_scope,
        "unjudged": [{"reason": reason, "rules": ids} for reason, ids in groups.items()],
    }
    lines = [f"  not judged: {_listed(ids)}: {one_line(reason, 160)}" for reason, ids in groups.items()]
    return {**plain, "accepted": accepted}, "\n".join([accepted_sentence(accepted), *lines])


def accepted_sentence(accepted: Mapping[str, Any]) -> str:
    """What a record's member `accepted` says, in a sentence without a full stop."""
    told = _told(accepted["judged"], accepted["in_scope"])
    return f"accepted by {OPTION}={one_line(accepted['by'], 200)}: {told}"


def _counts(record: Mapping[str, Any]) -> tuple[int, int]:
    """How many gating rules were judged, and how many are in scope."""
    in_scope = [row for row in record["rules"] if row["level"] != "advisory" and row["verdict"] != "not-applicable"]
    return len(in_scope) - len(unjudged(record)), len(in_scope)


def _told(judged: int, in_scope: int) -> str:
    return f"{judged} of {in_scope} gating rules in scope were judged"


def _listed(ids: Sequence[str]) -> str:
    named = ", ".join(ids[:_IDS_NAMED])
    return named if len(ids) <= _IDS_NAMED else f"{named} and {len(ids) - _IDS_NAMED} more"
