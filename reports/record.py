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

from orderproof.reports.curl import curl_line
from orderproof.reports.evidence import collect
from orderproof.reports.outcome import Outcome
from orderproof.reports.redaction.harmless import shortened
from orderproof.reports.redaction.jsontext import json_text
from orderproof.reports.redaction.masking import Masker
from orderproof.reports.verdict import conclude, judge, verdicts_in
from orderproof.spec.catalogue import AREAS, DOCUMENTS, Rule, catalogue, is_selected
from orderproof.spec.description import DESCRIPTIONS, description

SCHEMA = "orderproof.report/1"
RECORD_NAME = "report.json"
_SCHEMA_FILE = Path(__file__).with_name("report.schema.json")

# The exchange that shows a finding is kept whole, be it the longest documented answer; of those that led there much,
# and of the thousands of others enough to see what went on.
_BODY_LIMIT = 2_000
_CITED_LIMIT = 20_000
_EVIDENCE_LIMIT = 200_000
# A server may send 64 kB as one header.
_HEADER_LIMIT = 2_000
# A sentence that quotes a server is no longer than this, whatever was sent.
_TOLD_LIMIT = 2_000


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


def build(run: Run, rules: Sequence[Rule], outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Make the record of a run. `requests_before` are the exchanges of the preflight."""
    before = Outcome("preflight", (), exchanges=tuple(run.requests_before))
    evidence, exchanges = collect(rules, [before, *outcomes])
    verdict = judge(rules, evidence, out_of_scope=run.out_of_scope, void=run.void, cut_short=run.cut_short)
    masker = Masker(run.secrets, run.keep_personal_data)
    rows = [row.to_dict() for row in verdict.rows]
    findings = [finding for row in rows for finding in row["findings"]]
    limits = dict.fromkeys((number for finding in findings for number in finding["exchanges"]), _CITED_LIMIT)
    limits |= {finding["decisive"]: _EVIDENCE_LIMIT for finding in findings if finding["decisive"] is not None}
    shown = [
        _exchange(number, exchange, masker, limits.get(number, _BODY_LIMIT))
        for number, exchange in enumerate(exchanges)
    ]
    for exchange in shown:
        _forget_persons(exchange, masker)
    for row in rows:
        row["reason"] = _told(row["reason"], masker)
        row["checks"] = [{**entry, "reason": _told(entry["reason"], masker)} for entry in row["checks"]]
        row["findings"] = [_finding(finding, exchanges, shown, masker) for finding in row["findings"]]
    return {
        "schema": SCHEMA,
        "orderproof": run.version,
        "spec": spec_versions(),
        "target": {key: masker.text(value) if isinstance(value, str) else value for key, value in run.target.items()},
        "started_at": run.started_at,
        "duration_s": round(run.duration_s, 3),
        "seed": run.seed,
        "profile": run.profile,
        "verdict": verdict.verdict,
        "headline": _told(verdict.headline, masker),
        "summary": verdict.summary,
        "requests": len(exchanges),
        "selection": list(run.selection),
        "shard": list(run.shard) if run.shard else None,
        "cut_short": _told(run.cut_short, masker) if run.cut_short else None,
        "void": _told(run.void, masker) if run.void else None,
        "missing_states": {name: _told(reason, masker) for name, reason in sorted(run.missing_states.items())},
        "rules": rows,
        "exchanges": shown,
    }


def spec_versions() -> dict[str, Any]:
    """What the run judged against: the versions of the descriptions, the documents, and the size of the catalogue."""
    versions = {api: description(api)["info"]["version"] for api in DESCRIPTIONS}
    return {**versions, "rules": len(catalogue()), "areas": dict(AREAS), "documents": dict(DOCUMENTS)}


def _told(text: str, masker: Masker) -> str:
    """A sentence without secrets, shortened. Masking all of a megabyte would take long."""
    return shortened(masker.mask_message(shortened(text, 2 * _TOLD_LIMIT)), _TOLD_LIMIT)


def _forget_persons(exchange: dict[str, Any], masker: Masker) -> None:
    """Mask what an answer says of the persons that any answer of the run told, wherever it says it."""
    body = exchange["response_body"]
    body["text"] = masker.mask_known_values(body["text"])
    exchange["response_headers"] = [
        [name, masker.mask_known_values(value)] for name, value in exchange["response_headers"]
    ]


def _exchange(number: int, exchange: Mapping[str, Any], masker: Masker, limit: int) -> dict[str, Any]:
    request_body, response_body = _bytes(exchange["request_body"]), _bytes(exchange["response_body"]) or b""
    return {
        "number": number,
        "check": exchange["check"],
        "operation": exchange["operation"],
        "method": exchange["method"],
        "url": masker.text(exchange["url"]),
        "request_headers": masker.headers(exchange["request_headers"]),
        "request_body": None if request_body is None else _body(request_body, masker, limit),
        "status": exchange["status"],
        "response_headers": [
            [name, shortened(value, _HEADER_LIMIT)]
            for name, value in masker.headers(exchange["response_headers"] or ())
        ],
        "response_body": _body(response_body, masker, limit),
        "started_at": round(exchange["started_at"], 6),
        "duration_s": round(exchange["duration"], 6),
        "error": _told(exchange["error"], masker) if exchange["error"] else None,
        "waited": exchange["waited"],
    }


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text)


def _body(body: bytes, masker: Masker, limit: int) -> dict[str, Any]:
    # Masking all of a long body only to show its beginning would take most of the time that a record takes.
    is_long = len(body) > 4 * limit
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
            {**entry, "text": _told(entry["text"], masker), "answer": _told(entry["answer"], masker)}
            for entry in finding[key]
        ]
        for key in ("story", "timeline")
        if key in finding
    }
    return {
        **finding,
        **told,
        "message": _told(finding["message"], masker),
        "expected": _told(finding["expected"], masker),
        "observed": _told(finding["observed"], masker),
        "curl": lines,
    }


def write(record: Mapping[str, Any], path: Path) -> None:
    """Write the record under its name, whole or not at all."""
    write_text(path, json_text(record))


def write_text(path: Path, text: str) -> None:
    """Write a file under a temporary name and rename it, so that no reader meets half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="surrogatepass", newline="\n") as file:
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
    schema = json.loads(_SCHEMA_FILE.read_text(encoding="utf-8"))
    # The views reckon with the time that a run began.
    return jsonschema_rs.validator_for(schema, validate_formats=True)


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
    _check_exchanges(record, path)
    concluded = conclude(verdicts_in(record["rules"]), void=record["void"])
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
    # A catalogue of another size is another version's, whose rules are not known here.
    if record["spec"]["rules"] == len(catalogue()):
        for rule_id in catalogue():
            if rule_id not in ids and is_selected(rule_id, record["selection"]):
                raise RecordError(f"{path}: does not tell of {rule_id}, which the run was to judge")
    for row in rows:
        if row["verdict"] == "pass" and (row["findings"] or not any(one["outcome"] == "pass" for one in row["checks"])):
            raise RecordError(f"{path}: calls {row['id']} kept, which its own evidence contradicts")


def _check_exchanges(record: Mapping[str, Any], path: Path) -> None:
    """Refuse a record that lost exchanges: its findings would show nothing, or another's evidence."""
    count = len(record["exchanges"])
    if count != record["requests"] or any(one["number"] != at for at, one in enumerate(record["exchanges"])):
        raise RecordError(f"{path}: tells of {count} of its {record['requests']} exchanges, or not in their sequence")
    for row in record["rules"]:
        for finding in row["findings"]:
            steps = [entry["exchange"] for key in ("story", "timeline") for entry in finding.get(key, ())]
            for number in (finding["decisive"], *finding["exchanges"], *steps):
                if number is not None and not 0 <= number < count:
                    raise RecordError(f"{path}: a finding of {row['id']} names exchange {number}, which is not there")
