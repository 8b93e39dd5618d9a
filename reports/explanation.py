"""A broken rule in plain lines that a stranger understands: what every text format says of it."""

from collections.abc import Iterator, Mapping
from typing import Any

from orderproof.reports.redaction.harmless import harmless, one_line, shortened
from orderproof.reports.waivers import fingerprint

FINDINGS_SHOWN = 3
CURL_LIMIT = 1_200
_STEPS_SHOWN = 20
_TEXT_LIMIT = 2_000


def source_line(row: Mapping[str, Any], record: Mapping[str, Any]) -> str:
    """Where a rule stands: document, section and level."""
    source = row["source"]
    document = record["spec"]["documents"].get(source["document"], source["document"])
    return f"{document}, {source['section']} ({row['level']})"


def decisive_curl(finding: Mapping[str, Any]) -> str | None:
    """The `curl` line of the exchange that shows a finding, harmless; None where it has none."""
    lines, decisive = finding["curl"], finding["decisive"]
    if decisive is None or not lines:
        return None
    at = finding["exchanges"].index(decisive) if decisive in finding["exchanges"] else -1
    line: str = lines[at]
    if len(line) > CURL_LIMIT:
        return f"(a body of {len(line)} characters: its curl line is in the record)"
    return harmless(line)


def finding_lines(row: Mapping[str, Any], finding: Mapping[str, Any]) -> Iterator[str]:
    """A finding: its message, what was expected and observed, its story or race, and how to show it again."""
    yield harmless(shortened(finding["message"], _TEXT_LIMIT))
    for label in ("expected", "observed"):
        if finding[label]:
            yield f"{label}: {harmless(shortened(finding[label], _TEXT_LIMIT))}"
    for number, step in enumerate(finding.get("story", ())[:_STEPS_SHOWN], 1):
        yield f"{number}. {one_line(step['text'])}: {one_line(step['answer'])}"
    for event in finding.get("timeline", ())[:_STEPS_SHOWN]:
        end = "no answer" if event["end_s"] is None else f"{event['end_s'] * 1000:.1f} ms"
        told = f"{event['start_s'] * 1000:.1f} ms to {end}: {one_line(event['text'])}: {one_line(event['answer'])}"
        yield f"{told} (no sequence explains it)" if event["impossible"] else told
    curl = decisive_curl(finding)
    if curl:
        yield curl
    yield f"fingerprint: {fingerprint(row, finding)}"


def explanation(row: Mapping[str, Any], record: Mapping[str, Any], limit: int = 10_000) -> str:
    """All of it: the document's sentence, the findings, and the command that judges the rule again."""
    lines = [f"“{harmless(row['source']['words'])}”", harmless(source_line(row, record))]
    for finding in row["findings"][:FINDINGS_SHOWN]:
        lines += ["", *finding_lines(row, finding)]
    hidden = len(row["findings"]) - FINDINGS_SHOWN
    if hidden > 0:
        lines += ["", f"and {hidden} more findings in the record"]
    lines += ["", f"again: orderproof run … --rules {row['id']} --seed {record['seed']}"]
    return shortened("\n".join(lines), limit)
