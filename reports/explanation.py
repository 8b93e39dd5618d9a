"""A broken rule in plain lines that a stranger understands: what every text format shows of it."""

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from orderproof.reports.curl import secret_options
from orderproof.reports.redaction.harmless import harmless, one_line, shortened
from orderproof.reports.waivers import fingerprint

FINDINGS_SHOWN = 3
CURL_LIMIT = 1_200
# The name of the embedded server as a target.
_EMBEDDED = "reference"
_STEPS_SHOWN = 20
_TEXT_LIMIT = 2_000


def is_embedded(target: Mapping[str, Any]) -> bool:
    """Whether a record's target is the embedded reference server, which has another address in each run."""
    return bool(target["name"] == _EMBEDDED and not target.get("file"))


def place_of(source: Mapping[str, str], record: Mapping[str, Any]) -> str:
    """The document and section in which a source's words stand."""
    document = record["spec"]["documents"].get(source["document"], source["document"])
    return f"{document}, {source['section']}"


def source_line(row: Mapping[str, Any], record: Mapping[str, Any]) -> str:
    """A rule's document, section and level."""
    return f"{place_of(row['source'], record)} ({row['level']})"


def own_source(row: Mapping[str, Any], finding: Mapping[str, Any]) -> Mapping[str, str] | None:
    """The source of a finding that breaks other words than its row shows, those of another operation; mostly None."""
    source: Mapping[str, str] = finding.get("source", row["source"])
    return None if source == row["source"] else source


def decisive_curl(finding: Mapping[str, Any]) -> str | None:
    """The `curl` line of the exchange that shows a finding, harmless; None if there is no such exchange."""
    lines, decisive = finding["curl"], finding["decisive"]
    if decisive is None or not lines:
        return None
    at = finding["exchanges"].index(decisive) if decisive in finding["exchanges"] else -1
    line: str = lines[at]
    if len(line) > CURL_LIMIT:
        return f"(the curl line has {len(line)} characters; copy it from report.html)"
    return harmless(line)


def earlier_requests(finding: Mapping[str, Any]) -> str | None:
    """What the `curl` line alone does not show: a race, or requests to send before it. None if it shows everything."""
    numbers, decisive = finding["exchanges"], finding["decisive"]
    if decisive not in numbers or len(numbers) < 2:
        return None
    if finding.get("timeline"):
        return "One request of a race; alone it shows nothing, so use the command under “again”"
    at, total = numbers.index(decisive) + 1, len(numbers)
    if at == 1:
        return f"First of {total} requests"
    place = "Last" if at == total else f"Number {at}"
    return f"{place} of {total} requests; run the earlier ones first (script in report.html)"


def command_again(row: Mapping[str, Any], record: Mapping[str, Any]) -> str:
    """The command that judges a rule again on the same server, for a POSIX shell.

    A record holds no secret and no file of states: where a run on a URL had a token or secret headers, the command
    takes them from the variables of the `curl` lines. The embedded server's fault or variant has to be named again.
    """
    target = record["target"]
    if "traffic" in record:
        files = (shlex.quote(one["name"]) for one in record["traffic"]["files"])
        whole = " --complete" if record["traffic"]["complete"] else ""
        return harmless(f"orderproof traffic {' '.join(files)} --base-url {shlex.quote(target['base_url'])}{whole}")
    words = ["orderproof run"]
    if target.get("file"):
        words.append(f"--target {shlex.quote(target['file'])}")
    elif not is_embedded(target):
        words.append(shlex.quote(target["base_url"]))
        words += secret_options(line for finding in row["findings"] for line in finding["curl"])
    # Without it the command would write to a server that the run only read.
    words += ["--read-only"] if "read_only" in record else []
    words += [f"--rules {row['id']}", f"--seed {record['seed']}"]
    if record["profile"] != "default":
        words.append(f"--profile {record['profile']}")
    return harmless(" ".join(words))


def again_note(record: Mapping[str, Any]) -> str:
    """What `command_again` leaves out, to print after it; mostly empty."""
    if is_embedded(record["target"]):
        return " (with the same --fault or --variant, if any)"
    return " (with the same --order and --customer, if any)" if "read_only" in record else ""


def finding_lines(row: Mapping[str, Any], finding: Mapping[str, Any], record: Mapping[str, Any]) -> Iterator[str]:
    """A finding: its message, expected and observed, its story or race, and the request that shows it again."""
    yield harmless(shortened(finding["message"], _TEXT_LIMIT))
    own = own_source(row, finding)
    if own:
        yield harmless(f"“{own['words']}” ({place_of(own, record)})")
    for label in ("expected", "observed"):
        if finding[label]:
            yield f"{label}: {harmless(shortened(finding[label], _TEXT_LIMIT))}"
    for number, step in enumerate(finding.get("story", ())[:_STEPS_SHOWN], 1):
        yield f"{number}. {one_line(step['text'])}: {one_line(step['answer'])}"
    for event in finding.get("timeline", ())[:_STEPS_SHOWN]:
        end = "no answer" if event["end_s"] is None else f"{event['end_s'] * 1000:.1f} ms"
        operation = f"{event['start_s'] * 1000:.1f} ms to {end}: {one_line(event['text'])}: {one_line(event['answer'])}"
        yield f"{operation} (no sequence explains it)" if event["impossible"] else operation
    curl = decisive_curl(finding)
    if curl:
        note = earlier_requests(finding)
        yield from [f"{note}:", curl] if note else [curl]
    yield f"fingerprint: {fingerprint(row, finding)}"


def explanation(row: Mapping[str, Any], record: Mapping[str, Any], limit: int = 10_000) -> str:
    """A broken rule in full: the document's sentence, the findings, and the command that judges the rule again."""
    lines = [f"“{harmless(row['source']['words'])}”", harmless(source_line(row, record))]
    for finding in row["findings"][:FINDINGS_SHOWN]:
        lines += ["", *finding_lines(row, finding, record)]
    hidden = len(row["findings"]) - FINDINGS_SHOWN
    if hidden > 0:
        lines += ["", f"and {hidden} more findings in report.json"]
    lines += ["", f"again: {command_again(row, record)}{again_note(record)}"]
    return shortened("\n".join(lines), limit)
