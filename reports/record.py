"""The record of a run (`report.json`): the one source of every view.

`build` makes it, `write` puts it in place whole or not at all, and `read` refuses every record that does not tell a
whole run, each with its own message.
"""

import base64
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from reports.curl import curl_line
from reports.evidence import collect
from reports.formats import FORMATS
from reports.masking import Masker
from reports.verdict import Verdict, conclude, judge
from spec.catalogue import AREAS, DOCUMENTS, Rule, catalogue
from spec.description import DESCRIPTIONS, description

SCHEMA = "orderproof.report/1"
RECORD_NAME = "report.json"
PAGE_NAME = "report.html"
_SCHEMA_FILE = Path(__file__).with_name("report.schema.json")

# Evidence of a finding is kept whole; of the thousands of other exchanges, enough to see what went on.
_BODY_LIMIT = 2_000
_EVIDENCE_LIMIT = 200_000


class RecordError(ValueError):
    """A record that cannot be relied on; the message says in which way."""


@dataclass(frozen=True, slots=True)
class Run:
    """What is known of a run besides the outcomes of its checks."""

    version: str
    target: Mapping[str, Any]
    started_at: str
    duration_s: float
    seed: int
    profile: str
    requests_before: Sequence[Mapping[str, Any]] = ()
    secrets: frozenset[str] = frozenset()
    keep_personal_data: bool = False
    selection: Sequence[str] = ()
    shard: tuple[int, int] | None = None
    out_of_scope: Mapping[str, str] = field(default_factory=dict)
    missing_states: Mapping[str, str] = field(default_factory=dict)
    void: str | None = None
    cut_short: str | None = None


def build(run: Run, rules: Sequence[Rule], outcomes: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], Verdict]:
    """Make the record of a run and its verdict. `requests_before` are the exchanges of the preflight."""
    before = {"check": "preflight", "rules": [], "passive": {}, "exchanges": list(run.requests_before)}
    evidence, exchanges = collect(rules, [before, *outcomes])
    verdict = judge(rules, evidence, out_of_scope=run.out_of_scope, void=run.void, cut_short=run.cut_short)
    masker = Masker(run.secrets, run.keep_personal_data)
    cited = {number for row in verdict.rows for finding in row["findings"] for number in finding["exchanges"]}
    shown = [_exchange(number, exchange, masker, number in cited) for number, exchange in enumerate(exchanges)]
    for row in verdict.rows:
        row["reason"] = masker.telling(row["reason"])
        row["checks"] = [{**entry, "reason": masker.telling(entry["reason"])} for entry in row["checks"]]
        row["findings"] = [_finding(finding, exchanges, shown, masker) for finding in row["findings"]]
    record = {
        "schema": SCHEMA,
        "orderproof": run.version,
        "spec": spec_versions(),
        "target": run.target,
        "started_at": run.started_at,
        "duration_s": round(run.duration_s, 3),
        "seed": run.seed,
        "profile": run.profile,
        "verdict": verdict.verdict,
        "headline": masker.telling(verdict.headline),
        "summary": verdict.summary,
        "requests": len(exchanges),
        "selection": list(run.selection),
        "shard": list(run.shard) if run.shard else None,
        "cut_short": run.cut_short,
        "void": masker.telling(run.void) if run.void else None,
        "missing_states": {name: masker.telling(reason) for name, reason in sorted(run.missing_states.items())},
        "rules": verdict.rows,
        "exchanges": shown,
    }
    return record, verdict


def spec_versions() -> dict[str, Any]:
    """What the run judged against: the versions of the descriptions, the documents, and the size of the catalogue."""
    versions = {api: description(api)["info"]["version"] for api in DESCRIPTIONS}
    return {**versions, "rules": len(catalogue()), "areas": dict(AREAS), "documents": dict(DOCUMENTS)}


def _exchange(number: int, exchange: Mapping[str, Any], masker: Masker, cited: bool) -> dict[str, Any]:
    limit = _EVIDENCE_LIMIT if cited else _BODY_LIMIT
    request_body, response_body = _bytes(exchange["request_body"]), _bytes(exchange["response_body"]) or b""
    return {
        "number": number,
        "check": exchange["check"],
        "operation": exchange["operation"],
        "method": exchange["method"],
        "url": masker.text(exchange["url"]),
        "request_headers": masker.headers(exchange["request_headers"]),
        "request_body": None if request_body is None else _body(request_body, masker, limit, whole=cited),
        "status": exchange["status"],
        "response_headers": masker.headers(exchange["response_headers"] or ()),
        "response_body": _body(response_body, masker, limit, whole=cited),
        "started_at": round(exchange["started_at"], 6),
        "duration_s": round(exchange["duration"], 6),
        "error": masker.text(exchange["error"]) if exchange["error"] else None,
        "waited": exchange["waited"],
    }


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text)


def _body(body: bytes, masker: Masker, limit: int, *, whole: bool) -> dict[str, Any]:
    # Masking all of a long body only to show its beginning would take most of the time that a record takes.
    is_long = not whole and len(body) > 4 * limit
    text = masker.excerpt(body, limit) if is_long else masker.body(body)
    if text is None:
        # Bytes that are no text may hold a token too; what is left of them after masking is shown.
        text, encoding = masker.latin_1(body), "latin-1"
    else:
        encoding = "utf-8"
    return {"text": text[:limit], "encoding": encoding, "bytes": len(body), "cut": is_long or len(text) > limit}


def _finding(
    finding: Mapping[str, Any],
    exchanges: Sequence[Mapping[str, Any]],
    shown: Sequence[Mapping[str, Any]],
    masker: Masker,
) -> dict[str, Any]:
    lines = []
    for number in finding["exchanges"]:
        body = _bytes(exchanges[number]["request_body"])
        masked = None if body is None else masker.body(body)
        # A body that is no text, or that holds nothing to mask, is repeated byte for byte.
        lines.append(curl_line(shown[number], masked.encode() if masked is not None else body))
    told = {
        key: [
            {**entry, "text": masker.telling(entry["text"]), "answer": masker.telling(entry["answer"])}
            for entry in finding[key]
        ]
        for key in ("story", "timeline")
        if key in finding
    }
    return {
        **finding,
        **told,
        "message": masker.telling(finding["message"]),
        "expected": masker.telling(finding["expected"]),
        "observed": masker.telling(finding["observed"]),
        "curl": lines,
    }


def write(record: Mapping[str, Any], path: Path) -> None:
    """Write the record under its name, whole or not at all."""
    write_text(path, FORMATS["json"](record))


def write_text(path: Path, text: str) -> None:
    """Write a file under a temporary name and rename it, so that no reader meets half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="surrogatepass") as file:
            file.write(text)
        # mkstemp makes files for their owner alone; a report is read by others.
        umask = os.umask(0)
        os.umask(umask)
        Path(name).chmod(0o666 & ~umask)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@cache
def _validator() -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(json.loads(_SCHEMA_FILE.read_text(encoding="utf-8")))


def read(path: Path, *, allow_shard: bool = False) -> dict[str, Any]:
    """Read a record that tells a whole run. Raises `RecordError`.

    Refused, each with its own message: a file that is missing, empty, no JSON or no record; another schema; a run that
    was cut short; one shard of several (unless `allow_shard`); a verdict that its own rules contradict.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise RecordError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise RecordError(f"{path}: is no record: not UTF-8 text") from None
    if not text.strip():
        raise RecordError(f"{path}: is empty")
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RecordError(f"{path}: is no whole JSON file ({error})") from None
    if not isinstance(record, dict) or "schema" not in record:
        raise RecordError(f"{path}: is no record of a run (it has no schema)")
    if record["schema"] != SCHEMA:
        raise RecordError(f"{path}: is of schema {record['schema']!r}, this version reads {SCHEMA!r}")
    try:
        fault = next(iter(_validator().iter_errors(record)), None)
    except (ValueError, RecursionError) as error:
        raise RecordError(f"{path}: cannot be checked against its schema ({error})") from None
    if fault is not None:
        where = "/".join(str(part) for part in fault.instance_path) or "the record"
        raise RecordError(f"{path}: breaks its schema at {where}: {fault.message[:200]}")
    if record["cut_short"]:
        raise RecordError(f"{path}: the run was cut short ({record['cut_short']})")
    if record["shard"] and not allow_shard:
        index, count = record["shard"]
        raise RecordError(f"{path}: is shard {index} of {count}; merge the shards first")
    _check_rows(record, path)
    concluded = conclude(record["rules"], void=record["void"])
    if concluded.verdict != record["verdict"] or concluded.summary != record["summary"]:
        raise RecordError(f"{path}: its verdict {record['verdict']!r} contradicts its own rules ({concluded.verdict})")
    return record


def _check_rows(record: Mapping[str, Any], path: Path) -> None:
    """Refuse a record whose rules were tampered with or lost: `conclude` believes what each row says of itself."""
    rows = record["rules"]
    ids = [row["id"] for row in rows]
    if len(set(ids)) != len(ids):
        raise RecordError(f"{path}: tells of a rule twice")
    if not record["selection"] and len(rows) != record["spec"]["rules"]:
        raise RecordError(f"{path}: tells of {len(rows)} of the catalogue's {record['spec']['rules']} rules")
    for row in rows:
        if row["verdict"] == "pass" and (row["findings"] or not any(one["outcome"] == "pass" for one in row["checks"])):
            raise RecordError(f"{path}: calls {row['id']} kept, which its own evidence contradicts")
