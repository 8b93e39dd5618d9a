"""Forging records as a malicious vendor would: each edit with all that depends on it, and a fresh digest."""

import copy
from collections.abc import Callable, Collection
from typing import Any

from orderproof.conformance.runner.recorded import prove
from orderproof.conformance.runner.rejudging import judged_in, judged_on
from orderproof.reports.digest import sealed
from orderproof.reports.evidence import PASSIVE, Evidence
from orderproof.spec.catalogue import catalogue

Record = dict[str, Any]


def tidied(record: Record) -> Record:
    """The record with rows, counts, totals and digest that fit its checks, findings and exchanges."""
    proofs = [prove(told, is_marked=True) for told in record["exchanges"]]
    for row in record["rules"]:
        for entry in row["checks"]:
            if entry["check"] == PASSIVE:
                entry["requests"] = judged_on(row["id"], row, proofs)
            else:
                counted = [one for one in record["exchanges"] if one["check"] == entry["check"]]
                entry["requests"] = sum("only_proves" not in one for one in counted)
    verdict = judged_in(
        record,
        [catalogue()[row["id"]] for row in record["rules"]],
        {row["id"]: Evidence(row["checks"], row["findings"]) for row in record["rules"]},
    )
    totals = {name: getattr(verdict, name) for name in ("verdict", "headline", "summary")}
    rows = [one.to_dict() for one in verdict.rows]
    return sealed({**record, **totals, "requests": len(record["exchanges"]), "rules": rows})


def without(record: Record, numbers: Collection[int]) -> Record:
    """The record without some exchanges: all that names others names them by their new numbers."""
    kept = [one for one in record["exchanges"] if one["number"] not in numbers]
    new = {one["number"]: at for at, one in enumerate(kept)}
    record["exchanges"] = [{**one, "number": at} for at, one in enumerate(kept)]
    for row in record["rules"]:
        row["findings"] = [one for one in row["findings"] if not numbers & set(one["exchanges"])]
        for entry in (*row["checks"], *row["findings"]):
            if "exchanges" in entry:
                entry["exchanges"] = [new[number] for number in entry["exchanges"] if number in new]
        for finding in row["findings"]:
            finding["decisive"] = new.get(finding["decisive"])
            for step in (*finding.get("story", ()), *finding.get("timeline", ())):
                step["exchange"] = new.get(step["exchange"])
    return record


def row(record: Record, rule: str) -> Any:
    """The row of a rule."""
    return next(one for one in record["rules"] if one["id"] == rule)


def acquit(record: Record, rule: str) -> Record:
    """The record as if a rule was kept: no finding of it, and every check of it passed."""
    told = row(record, rule)
    told["findings"] = []
    told["checks"] = [
        {**{name: one for name, one in entry.items() if name != "exchanges"}, "outcome": "pass", "reason": ""}
        for entry in told["checks"]
    ]
    return record


def forged(record: Record, edit: Callable[[Record], Any]) -> Record:
    """A copy of the record with an edit and all that follows from it."""
    changed = copy.deepcopy(record)
    edit(changed)
    return tidied(changed)
