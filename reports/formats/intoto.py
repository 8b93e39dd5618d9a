"""An in-toto statement with the predicate test-result v0.1: the verdict for those who sign and verify supply chains.

Its subject is the record, by the SHA-256 of `report.json` as a file and by the record's own digest, which does not
depend on how the file is written. Whoever knows the digest of the judged server can attest the predicate for that.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from orderproof.reports.completeness import RUN_ID, shortfall
from orderproof.reports.redaction.harmless import one_line
from orderproof.reports.redaction.jsontext import json_text
from orderproof.reports.redaction.jsontext import render as record_text


def render(record: Mapping[str, Any]) -> str:
    """The record as an in-toto statement."""
    digest = hashlib.sha256(record_text(record).encode()).hexdigest()
    return json_text(
        {
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [{"name": "report.json", "digest": {"sha256": digest}}, *_by_its_own_digest(record)],
            "predicateType": "https://in-toto.io/attestation/test-result/v0.1",
            "predicate": {
                "result": _result(record),
                "configuration": _configuration(record),
                "passedTests": _ids(record, "pass"),
                "warnedTests": _ids(record, "warn", "waived"),
                # A reader who looks only at failed tests must see that not every rule was judged.
                "failedTests": [*([RUN_ID] if shortfall(record) else []), *_ids(record, "fail")],
            },
        }
    )


def _by_its_own_digest(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The record as a subject by its member `digest`, where it has one: only records of earlier versions lack it."""
    if "digest" not in record:
        return []
    algorithm, _, value = record["digest"].partition(":")
    return [{"name": "report.json (canonical form)", "digest": {algorithm: value}}]


def _result(record: Mapping[str, Any]) -> str:
    if record["verdict"] != "conforming":
        return "FAILED"
    return "WARNED" if _ids(record, "warn", "waived") else "PASSED"


def _ids(record: Mapping[str, Any], *verdicts: str) -> list[str]:
    return [row["id"] for row in record["rules"] if row["verdict"] in verdicts]


def _configuration(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    target = record["target"]
    settings = {name: record[name] for name in ("seed", "profile", "selection", "read_only") if name in record}
    spec = {name: record["spec"][name] for name in ("orders", "order-lines", "rules")}
    return [
        {"name": "orderproof", "annotations": {"version": record["orderproof"], **settings, **spec}},
        {"name": one_line(target["name"]) or "target", "uri": one_line(target["base_url"], 2_000)},
    ]
