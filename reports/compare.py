"""Comparing records: what got worse, what got better, and what is no longer judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

KINDS = ("regressed", "lost", "no longer followed", "fixed", "newly judged", "changed")
"""The kinds of change, the gravest first. `no longer followed` is advice, which cannot fail a release."""

JUDGED = ("pass", "fail", "warn", "waived")


@dataclass(frozen=True, slots=True)
class Change:
    """A rule whose verdict differs between two records. `kind` is one of `KINDS`."""

    kind: str
    id: str
    title: str
    before: str
    after: str

    @property
    def is_worse(self) -> bool:
        """Whether a gate must stop it: a rule that was judged and is no longer judged counts as a regression."""
        return self.kind in ("regressed", "lost")


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """The rules whose verdict differs, in the catalogue's order; a rule missing from a record counts as not judged."""
    rows = {row["id"]: row for record in (before, after) for row in record["rules"]}
    old = {row["id"]: row["verdict"] for row in before["rules"]}
    new = {row["id"]: row["verdict"] for row in after["rules"]}
    changes = []
    for rule_id, row in rows.items():
        was, now = old.get(rule_id, "absent"), new.get(rule_id, "absent")
        if was != now:
            # The later record's level, where it has the rule.
            is_advice = row["level"] == "advisory"
            changes.append(Change(_kind(was, now, is_advice), rule_id, row["title"], was, now))
    return changes


def _kind(was: str, now: str, is_advice: bool) -> str:
    if was == "pass" and now == "warn" and is_advice:
        return "no longer followed"
    if was in JUDGED and now not in JUDGED:
        return "lost"
    if was == "pass" and now in ("fail", "warn", "waived"):
        return "regressed"
    if now == "fail" and was in ("warn", "waived"):
        return "regressed"
    if was in JUDGED:
        return "fixed" if now == "pass" else "changed"
    if now == "fail":
        return "regressed"
    return "newly judged" if now in JUDGED else "changed"


def matrix(records: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, list[str]]]:
    """Rules by records: (id, title, the verdict in each record or `absent`)."""
    titles = {row["id"]: row["title"] for record in records for row in record["rules"]}
    verdicts = [{row["id"]: row["verdict"] for row in record["rules"]} for record in records]
    return [(rule_id, title, [one.get(rule_id, "absent") for one in verdicts]) for rule_id, title in titles.items()]
