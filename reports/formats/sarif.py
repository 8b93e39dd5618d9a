"""SARIF 2.1.0: a result for each way in which a rule is broken, for GitHub code scanning and other alert lists.

A result is placed at the target file, since only files of a repository can have alerts. A waived result is a suppressed
note. A run that did not judge every rule adds a result of its own: an upload without results closes every alert, as if
all rules were kept.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, timedelta
from typing import Any
from urllib.parse import quote

from orderproof.reports.completeness import RUN_ID, RUN_TITLE, shortfall
from orderproof.reports.explanation import finding_lines, source_line
from orderproof.reports.redaction.harmless import harmless, one_line, shortened
from orderproof.reports.redaction.jsontext import json_text
from orderproof.reports.timing import started
from orderproof.reports.verdict import exit_code_of
from orderproof.reports.waivers import fingerprint

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVEL_OF = {"fail": "error", "warn": "warning", "waived": "note"}
_MESSAGE_LIMIT = 4_000
# The usual name of a target file: an alert needs a place even where there was no target file.
_NO_FILE = "target.yaml"


def render(record: Mapping[str, Any]) -> str:
    """The record as SARIF JSON."""
    driver = {
        "name": "orderproof",
        "semanticVersion": record["orderproof"],
        "rules": [_run_rule(), *(_rule(row, record) for row in record["rules"])],
    }
    indices = {rule["id"]: index for index, rule in enumerate(driver["rules"])}
    results = [{**result, "ruleIndex": indices[result["ruleId"]]} for result in _results(record)]
    run = {
        "tool": {"driver": driver},
        # GitHub tells the alerts of several targets apart by this id.
        "automationDetails": {"id": f"orderproof/{_plain(record['target']['name'])}/"},
        "invocations": [_invocation(record)],
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return json_text({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name)[:100] or "target"


def _invocation(record: Mapping[str, Any]) -> dict[str, Any]:
    stopped = record["void"] or record["cut_short"]
    begun = started(record).astimezone(UTC)
    ended = begun + timedelta(seconds=record["duration_s"])
    invocation: dict[str, Any] = {
        "executionSuccessful": record["verdict"] != "void" and not stopped,
        "exitCode": exit_code_of(record),
        "startTimeUtc": begun.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "endTimeUtc": ended.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    if stopped:
        invocation["toolExecutionNotifications"] = [{"level": "error", "message": {"text": _message(stopped)}}]
    return invocation


def _run_rule() -> dict[str, Any]:
    words = "A run that did not judge every rule in scope says nothing about the other rules."
    return _descriptor(RUN_ID, RUN_TITLE, words, words, "error", "run")


def _rule(row: Mapping[str, Any], record: Mapping[str, Any]) -> dict[str, Any]:
    words = f"“{row['source']['words']}”"
    text = f"{row['title']}\n\n{words}\n\n{source_line(row, record)}"
    level = "error" if row["level"] != "advisory" else "warning"
    return _descriptor(row["id"], row["title"], words, text, level, row["level"])


def _descriptor(rule_id: str, title: str, words: str, text: str, level: str, tag: str) -> dict[str, Any]:
    return {
        "id": rule_id,
        "shortDescription": {"text": _message(title)},
        "fullDescription": {"text": _message(words)},
        "help": {"text": _message(text)},
        "defaultConfiguration": {"level": level},
        "properties": {"tags": [tag]},
    }


def _results(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    reason = shortfall(record)
    if reason:
        yield _result(RUN_ID, "error", reason, RUN_ID, record)
    for row in record["rules"]:
        if row["verdict"] not in _LEVEL_OF:
            continue
        # All findings of one check share a fingerprint, and so one alert.
        firsts = {fingerprint(row, finding): finding for finding in reversed(row["findings"])}
        for mark, finding in reversed(firsts.items()):
            text = "\n".join([row["title"], *finding_lines(row, finding, record)])
            result = _result(row["id"], _LEVEL_OF[row["verdict"]], text, mark, record)
            if row["verdict"] == "waived":
                why = _message(one_line(row["reason"], 1_000))
                result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": why}]
            yield result
        if not firsts:
            yield _result(row["id"], _LEVEL_OF[row["verdict"]], row["reason"], row["id"], record)


def _result(rule_id: str, level: str, text: str, mark: str, record: Mapping[str, Any]) -> dict[str, Any]:
    region = {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 2}
    file = quote(record["target"].get("file") or _NO_FILE)
    place = {"artifactLocation": {"uri": file}, "region": region}
    return {
        "ruleId": rule_id,
        "level": level,
        "message": {"text": _message(text)},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"primaryLocationLineHash": mark},
    }


def _message(text: str) -> str:
    """A text without links: SARIF reads `[words](target)` as a link in plain text too (3.11.6)."""
    return re.sub(r"([\\\[\]])", r"\\\1", shortened(harmless(text), _MESSAGE_LIMIT))
