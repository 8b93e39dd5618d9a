"""CTRF, the Common Test Report Format: a test a rule, for tools that compare and chart runs."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from orderproof.reports.completeness import RUN_ID, RUN_TITLE, shortfall
from orderproof.reports.explanation import explanation
from orderproof.reports.redaction.harmless import harmless, one_line
from orderproof.reports.redaction.jsontext import json_text
from orderproof.reports.timing import seconds_by_rule, started

_STATUSES = ("passed", "failed", "skipped", "pending", "other")
# Pending: in scope, but not judged yet. Skipped: out of scope. A warning cannot fail a release, so it passes.
_STATUS_OF = {
    "pass": "passed",
    "warn": "passed",
    "fail": "failed",
    "inconclusive": "other",
    "not-run": "pending",
    "not-applicable": "skipped",
    "waived": "skipped",
}


def render(record: Mapping[str, Any]) -> str:
    """The record as CTRF JSON."""
    start = int(started(record).timestamp() * 1000)
    duration = int(record["duration_s"] * 1000)
    seconds = seconds_by_rule(record)
    tests = [_run_test(record), *(_test(row, seconds[row["id"]], record) for row in record["rules"])]
    counts = Counter(test["status"] for test in tests)
    summary = {
        "tests": len(tests),
        **{status: counts[status] for status in _STATUSES},
        "start": start,
        "stop": start + duration,
        "duration": duration,
    }
    facts = {name: record[name] for name in ("verdict", "headline", "seed", "profile", "requests", "selection")}
    return json_text(
        {
            "reportFormat": "CTRF",
            "specVersion": "0.0.0",
            "timestamp": record["started_at"],
            "generatedBy": f"orderproof {record['orderproof']}",
            "results": {
                "tool": {"name": "orderproof", "version": record["orderproof"]},
                "summary": summary,
                "tests": tests,
                "environment": {
                    "appName": one_line(record["target"]["name"]),
                    "extra": {"base_url": one_line(record["target"]["base_url"])},
                },
            },
            "extra": {**facts, "headline": one_line(record["headline"], 1_000)},
        }
    )


def _run_test(record: Mapping[str, Any]) -> dict[str, Any]:
    reason = shortfall(record)
    test = {"testId": RUN_ID, "name": f"{RUN_ID} {RUN_TITLE}", "suite": ["The run"], "duration": 0}
    # Failed, not `other`: tools call a run green if no test failed.
    return {**test, "status": "failed", "message": reason} if reason else {**test, "status": "passed"}


def _test(row: Mapping[str, Any], seconds: float, record: Mapping[str, Any]) -> dict[str, Any]:
    test: dict[str, Any] = {
        "testId": row["id"],
        "name": f"{row['id']} {one_line(row['title'])}",
        "suite": [harmless(record["spec"]["areas"].get(row["area"], row["area"]))],
        "status": _STATUS_OF[row["verdict"]],
        "rawStatus": row["verdict"],
        "duration": int(seconds * 1000),
        "tags": [row["level"]],
    }
    if row["reason"]:
        test["message"] = f"{row['verdict']}: {one_line(row['reason'], 1_000)}"
    if row["findings"]:
        test["trace"] = explanation(row, record)
    return test
