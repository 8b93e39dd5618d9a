"""The summary of a step in GitHub Actions, in Markdown.

What a server sent is shown only as code, where nothing is markup, a link or a mention. GitHub accepts 1 MiB for a step,
and several runs may share a step.
"""

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any

from orderproof.reports.completeness import missing_states, unjudged
from orderproof.reports.explanation import explanation
from orderproof.reports.headline import selected
from orderproof.reports.redaction.harmless import harmless, one_line, shortened

_MARKS = {"conforming": "✅", "non-conforming": "❌", "partial": "⚠️", "void": "⛔"}
_RULE_MARKS = {"fail": "❌", "warn": "⚠️"}
_LIMIT = 200_000
_REASONS_SHOWN = 30


def render(record: Mapping[str, Any]) -> str:
    """The record as Markdown."""
    parts = [*_head(record), *_rows(record)]
    length, shown = 0, []
    for part in parts:
        length += len(part.encode())
        if length > _LIMIT:
            shown.append("The summary is cut here; report.json holds the rest.\n")
            break
        shown.append(part)
    return "\n".join(shown)


def _head(record: Mapping[str, Any]) -> Iterator[str]:
    target, summary = record["target"], record["summary"]
    yield f"## {_MARKS[record['verdict']]} Order API: {record['verdict']}\n"
    yield f"{_code(record['headline'], 1_000)}\n"
    if record["selection"]:
        yield f"Selected rules: {_code(selected(record['selection']))}\n"
    seconds = f"{record['duration_s']:.1f}"
    yield (
        f"{_code(target['name'])} at {_code(target['base_url'])}: {record['requests']} requests in {seconds} s, "
        f"seed {record['seed']}, profile {record['profile']}, orderproof {_code(record['orderproof'])}\n"
    )
    names = [name for name, count in summary.items() if count]
    if names:
        cells = [" | ".join(names), " | ".join("---:" for _ in names), " | ".join(str(summary[name]) for name in names)]
        yield "".join(f"| {line} |\n" for line in cells)


def _rows(record: Mapping[str, Any]) -> Iterator[str]:
    yield from _explained(record, "fail", "Broken rules")
    yield from _listed("Not judged", unjudged(record))
    states = missing_states(record)
    if states and record["verdict"] != "void":
        yield f"### Missing states ({len(states)})\n"
        yield "".join(f"- {_code(state.name)}: {_code(state.reason)}\n" for state in states[:_REASONS_SHOWN])
    yield from _listed("Waived", [row for row in record["rules"] if row["verdict"] == "waived"])
    yield from _explained(record, "warn", "Advice not followed")


def _listed(title: str, rows: list[Mapping[str, Any]]) -> Iterator[str]:
    by_reason: dict[str, list[str]] = {}
    for row in rows:
        by_reason.setdefault(f"{row['verdict']}: {row['reason']}", []).append(row["id"])
    if rows:
        yield f"### {title} ({len(rows)})\n"
    shown = list(by_reason.items())[:_REASONS_SHOWN]
    lines = [f"- {', '.join(ids)}: {_code(reason)}\n" for reason, ids in shown]
    if len(shown) < len(by_reason):
        lines.append(f"- and {len(by_reason) - len(shown)} more reasons, in report.json\n")
    if lines:
        yield "".join(lines)


def _explained(record: Mapping[str, Any], verdict: str, title: str) -> Iterator[str]:
    rows = [row for row in record["rules"] if row["verdict"] == verdict]
    if rows:
        yield f"### {title} ({len(rows)})\n"
    for row in rows:
        yield _details(row, record)


def _details(row: Mapping[str, Any], record: Mapping[str, Any]) -> str:
    heading = f"{_RULE_MARKS[row['verdict']]} <b>{html.escape(row['id'])}</b> {html.escape(one_line(row['title']))}"
    block = _block(explanation(row, record))
    return f"<details><summary>{heading}</summary>\n\n{block}\n</details>\n"


def _code(text: str, limit: int = 300) -> str:
    """A text as inline code; its fence is longer than any run of backticks in the text."""
    shown = one_line(text, limit) or " "
    fence = _fence(shown, 1)
    return f"{fence} {shown} {fence}"


def _block(text: str) -> str:
    """A text as a code block."""
    shown = shortened(harmless(text), 8_000)
    fence = _fence(shown, 3)
    return f"{fence}text\n{shown}\n{fence}\n"


def _fence(text: str, least: int) -> str:
    return "`" * max(least, 1 + max(map(len, re.findall("`+", text)), default=0))
