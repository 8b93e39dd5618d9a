"""The first screen: the verdict, what was judged, what was not, and what is waived."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orderproof.reports import traffic, waits
from orderproof.reports.acceptance import accepted_sentence
from orderproof.reports.headline import selected
from orderproof.reports.needs import as_keys, to_add
from orderproof.reports.page.markup import clipped, counted, duration, sentence
from orderproof.reports.page.words import RULE_WORDS, UNJUDGED, run_meaning
from orderproof.reports.verification import told

Row = Mapping[str, Any]

_COLOURS = {
    "fail": "#b3261e",
    "warn": "#b26a00",
    "waived": "#8a7a1f",
    "inconclusive": "#7a4fb0",
    "not-run": "#1a7f9c",
    "pass": "#2e7d4f",
    "not-applicable": "#a09c92",
}


@dataclass(frozen=True, slots=True)
class Group:
    """Rules that share a reason. `rules` are their ids."""

    reason: str
    rules: Sequence[str]


@dataclass(frozen=True, slots=True)
class Overview:
    """The texts of the first screen, as plain text: the template escapes them.

    `scope` are (term, description) pairs; `limits` are sentences that say why the run is not a whole one; `unjudged`,
    `out_of_scope` and `waived` are rules grouped by reason, the largest group first.
    """

    verdict: str
    explanation: str
    meaning: str
    limits: Sequence[str]
    scope: Sequence[tuple[str, str]]
    unjudged: Sequence[Group]
    unjudged_count: int
    unjudged_gating: int
    to_add: Sequence[str]
    out_of_scope: Sequence[Group]
    waived: Sequence[Group]


def overview(record: Mapping[str, Any], verified: str | None = None) -> Overview:
    """The first screen of a record. `verified` says whether it was verified; None where nobody did."""
    rows = record["rules"]
    unjudged = [row for row in rows if row["verdict"] in UNJUDGED]
    out_of_scope = [row for row in rows if row["verdict"] == "not-applicable"]
    waived = [row for row in rows if row["verdict"] == "waived"]
    return Overview(
        verdict=record["verdict"].capitalize(),
        explanation=headline(record),
        meaning=run_meaning(record["verdict"], waived=len(waived)),
        limits=list(_limits(record)),
        scope=[*_scope(record, unjudged, out_of_scope), ("Record", sentence(verified or told(record, None)))],
        unjudged=_grouped(unjudged),
        unjudged_count=len(unjudged),
        unjudged_gating=sum(row["level"] != "advisory" for row in unjudged),
        to_add=as_keys(to_add(record)),
        out_of_scope=_grouped(out_of_scope),
        # A waiver's reason begins with its date, so the first to expire comes first.
        waived=sorted(_grouped(waived), key=lambda group: group.reason),
    )


def headline(record: Mapping[str, Any]) -> str:
    """The record's headline without the verdict, which is shown beside it."""
    return sentence(record["headline"].removeprefix(f"{record['verdict']}: "))


def _limits(record: Mapping[str, Any]) -> Iterable[str]:
    if record["cut_short"]:
        yield f"The run was cut short: {clipped(record['cut_short'], 200)}."
    if "read_only" in record:
        yield "The run was read-only: it sent GET alone. This is not the whole catalogue."
    if record["selection"]:
        yield f"Selected: {clipped(selected(record['selection']), 200)}. This is not the whole catalogue."
    if record["shard"]:
        index, count = record["shard"]
        yield f"This is shard {index} of {count}: merge it with the others to get the result of the run."
    if "rejudged" in record:
        yield (
            f"The recorded answers were judged anew by orderproof {clipped(record['rejudged']['by'], 40)}. What its "
            f"checks came to is what orderproof {clipped(record['orderproof'], 40)} found in the run."
        )
    yield from traffic.lines(record)
    if asked := waits.told(record):
        yield asked
    if "accepted" in record:
        yield f"This partial result was {accepted_sentence(record['accepted'])}."


def _scope(
    record: Mapping[str, Any], unjudged: Sequence[Row], out_of_scope: Sequence[Row]
) -> Iterable[tuple[str, str]]:
    total = len(record["rules"])
    in_scope = total - len(out_of_scope)
    judged = in_scope - len(unjudged)
    yield "Rules", f"{judged:,} of {in_scope:,} in scope judged"
    if out_of_scope:
        commonest, _ = Counter(row["reason"] for row in out_of_scope).most_common(1)[0]
        yield "Out of scope", f"{counted(len(out_of_scope), 'rule')}: {clipped(commonest, 120)}"
    whole = record["spec"]["rules"]
    yield "Catalogue", f"{whole:,} rules of orderproof {record['orderproof']}"
    used = {row["source"]["document"] for row in record["rules"]}
    documents = [name for key, name in record["spec"]["documents"].items() if key in used]
    if documents:
        yield "Documents", "; ".join(documents)
    if "traffic" in record:
        yield "Traffic", f"{counted(record['traffic']['exchanges'], 'exchange')} over {duration(record['duration_s'])}"
        return
    yield "Effort", f"{counted(record['requests'], 'request')} in {duration(record['duration_s'])}"
    yield "Settings", f"profile {record['profile']}, seed {record['seed']}"


def _grouped(rows: Sequence[Row]) -> list[Group]:
    groups: dict[str, list[str]] = {}
    for row in rows:
        groups.setdefault(sentence(clipped(row["reason"], 400)), []).append(row["id"])
    return [Group(reason, ids) for reason, ids in sorted(groups.items(), key=lambda pair: -len(pair[1]))]


def counts(summary: Mapping[str, int]) -> list[tuple[str, int]]:
    """The verdicts that occur in the record, the gravest first, with the number of their rules."""
    return [(verdict, summary[verdict]) for verdict in RULE_WORDS if summary[verdict]]


def bar(summary: Mapping[str, int], width: str = "100%", height: int = 12) -> str:
    """The share of each verdict as a bar (SVG), with the same as text. The size is for browsers that drop the style."""
    parts = counts(summary)
    total = sum(number for _, number in parts)
    if not total:
        return ""
    said = ", ".join(f"{number} {RULE_WORDS[verdict].name}" for verdict, number in parts)
    # A single broken rule among ten thousand must stay visible.
    least = 4.0
    scale = (1000 - least * len(parts)) / total
    x, drawn = 0.0, []
    for verdict, number in parts:
        share = least + number * scale
        drawn.append(
            f'<rect class="{verdict}" x="{x:.1f}" y="0" width="{share:.1f}" height="10" fill="{_COLOURS[verdict]}"/>'
        )
        x += share
    return (
        f'<svg class="bar" role="img" aria-label="{said}" viewBox="0 0 1000 10" width="{width}" height="{height}" '
        f'preserveAspectRatio="none">{"".join(drawn)}</svg>'
    )
