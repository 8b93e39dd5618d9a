"""The rules on the page: a section for each area, and in it a disclosure for each rule.

The rows are made with f-strings, in a ninth of the time of a template, and grouped in blocks that a browser lays out
only when they come into view. They have as few elements as possible: ten thousand rows must load in about a second.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orderproof.reports.page.exchanges import line
from orderproof.reports.page.findings import citation, findings
from orderproof.reports.page.markup import attribute, clipped, counted, sentence, text
from orderproof.reports.page.words import RULE_WORDS, UNJUDGED

MOST_ROWS = 20_000
"""Above this number of rules and findings only rules that are not kept are shown, to keep browsers quick."""

LARGE = 2_000
"""Above this number of rules, a browser lays out only what comes into view, and rules without findings are always open:
disclosures take time."""

_BLOCK = 20
_CHECKS_SHOWN = 12
# The findings of the first broken rules are open; a page with a hundred open findings would be unreadable.
_OPEN_RULES = 3


@dataclass(frozen=True, slots=True)
class Area:
    """An area's section. `counts`: its rules by verdict, the gravest first; `blocks`: its rows as HTML."""

    key: str
    name: str
    counts: Mapping[str, int]
    blocks: Sequence[str]

    @property
    def total(self) -> int:
        """Number of rules, shown or not."""
        return sum(self.counts.values())


def rendered(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The rows that the page shows: all, or, if they are too many, those of rules that are not kept."""
    if len(rows) + sum(len(row["findings"]) for row in rows) <= MOST_ROWS:
        return list(rows)
    return [row for row in rows if row["verdict"] != "pass"][:MOST_ROWS]


def areas(record: Mapping[str, Any], shown: Sequence[Mapping[str, Any]], cited: Mapping[int, str]) -> list[Area]:
    """The areas of the record's rules, in its order. `shown`: see `rendered`; `cited`: see `cited_on_page`."""
    is_large = len(shown) > LARGE
    opened = set() if is_large else {row["id"] for row in [one for one in shown if one["findings"]][:_OPEN_RULES]}
    names = record["spec"]["areas"]
    by_area: dict[str, dict[str, int]] = {}
    for row in record["rules"]:
        counts = by_area.setdefault(row["area"], dict.fromkeys(RULE_WORDS, 0))
        counts[row["verdict"]] += 1
    rows_of: dict[str, list[Mapping[str, Any]]] = {area: [] for area in by_area}
    for row in shown:
        rows_of[row["area"]].append(row)
    return [
        Area(
            area,
            names.get(area, area),
            {verdict: count for verdict, count in counts.items() if count},
            list(_blocks(rows_of[area], record, cited, opened, is_large)),
        )
        for area, counts in by_area.items()
    ]


def _blocks(
    rows: Sequence[Mapping[str, Any]],
    record: Mapping[str, Any],
    cited: Mapping[int, str],
    opened: set[str],
    is_large: bool,
) -> Iterator[str]:
    for first in range(0, len(rows), _BLOCK):
        yield "".join(
            _plain(row, record)
            if is_large and not row["findings"]
            else _disclosure(row, record, cited, row["id"] in opened)
            for row in rows[first : first + _BLOCK]
        )


def _disclosure(row: Mapping[str, Any], record: Mapping[str, Any], cited: Mapping[int, str], is_open: bool) -> str:
    found = findings(row, record, cited) if row["findings"] else ""
    opened = " open" if is_open else ""
    return (
        f'<details class="rule" data-verdict="{row["verdict"]}" data-level="{row["level"]}"{opened}>'
        f'<summary>{_head(row)}</summary><div id="{attribute(row["id"])}">{_source(row, record)}'
        f"{found}{_checks(row, record)}</div></details>"
    )


def _plain(row: Mapping[str, Any], record: Mapping[str, Any]) -> str:
    return (
        f'<div class="rule" id="{attribute(row["id"])}" data-verdict="{row["verdict"]}" data-level="{row["level"]}">'
        f"<div>{_head(row)}</div>{_source(row, record)}{_checks(row, record)}</div>"
    )


def _head(row: Mapping[str, Any]) -> str:
    # The style adds the mark; the verdict's name says the same.
    return (
        f'<b role="heading" aria-level="4"><code>{text(row["id"])}</code> {text(row["title"])}</b> '
        f"<em>{row['level']}</em> <strong>{RULE_WORDS[row['verdict']].name}</strong>"
    )


def _source(row: Mapping[str, Any], record: Mapping[str, Any]) -> str:
    reason = ""
    if row["verdict"] in (*UNJUDGED, "not-applicable", "waived"):
        why = text(sentence(clipped(row["reason"], 1_200)))
        label = "Waived" if row["verdict"] == "waived" else "Why it was not judged"
        reason = f'<p class="reason"><b>{label}:</b> {why}</p>'
    return f"{citation(row['source'], record)}{reason}"


def _checks(row: Mapping[str, Any], record: Mapping[str, Any]) -> str:
    """What the verdict rests on: requests, and checks with their results."""
    strength, checks = row["strength"], row["checks"]
    states = f", using {counted(strength['states'], 'state')}" if strength["states"] else ""
    rests = f"Rests on {counted(strength['requests'], 'request')} by {counted(strength['checks'], 'check')}{states}"
    if not strength["checks"]:
        rests = "No check of this rule came to a result"
    if not checks:
        return f'<p class="checks">{rests}.</p>'
    if len(checks) == 1:
        return f'<p class="checks">{rests}. {_check(checks[0])}.</p>{_sent(checks[0], record)}'
    items = "".join(f"<li>{_check(one)}{_sent(one, record)}</li>" for one in checks[:_CHECKS_SHOWN])
    hidden = len(checks) - _CHECKS_SHOWN
    more = f"<li>and {counted(hidden, 'more check')}, in report.json</li>" if hidden > 0 else ""
    return f'<p class="checks">{rests}.</p><ul class="checks">{items}{more}</ul>'


def _sent(check: Mapping[str, Any], record: Mapping[str, Any]) -> str:
    """The requests of several checks about a state, of which one did more than it was asked."""
    if not check.get("exchanges"):
        return ""
    sent = [record["exchanges"][number] for number in check["exchanges"]]
    items = "".join(f"<li>{line(one, record['target'])} by <code>{text(one['check'])}</code></li>" for one in sent)
    return f'<p class="checks">The requests about its state, in their order:</p><ol class="checks">{items}</ol>'


def _check(check: Mapping[str, Any]) -> str:
    word = RULE_WORDS[check["outcome"]].name if check["outcome"] != "pass" else "passed"
    # A failed check explains itself in its finding.
    reason = f": {text(clipped(check['reason'], 300))}" if check["reason"] and check["outcome"] != "fail" else ""
    return f"<code>{text(check['check'])}</code> {word}, {counted(check['requests'], 'request')}{reason}"
