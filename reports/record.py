"""The record of a run (`report.json`): the one source of every view.

`build` makes it, `write` puts it in place whole or not at all; `orderproof.reports.reading` reads it.
"""

import base64
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from orderproof.reports.curl import curl_line
from orderproof.reports.evidence import collect
from orderproof.reports.outcome import (
    BODY_LIMIT,
    CITED_LIMIT,
    EVIDENCE_LIMIT,
    LONGEST_SENTENCE,
    SENTENCE_LIMIT,
    WHOLE_LIMIT,
    Outcome,
)
from orderproof.reports.redaction.harmless import shortened
from orderproof.reports.redaction.jsontext import json_pieces
from orderproof.reports.redaction.masking import Masker
from orderproof.reports.traffic import traffic_in
from orderproof.reports.verdict import QUICK, judge
from orderproof.reports.waits import asked_to_wait
from orderproof.spec.catalogue import AREAS, DOCUMENTS, Rule, catalogue
from orderproof.spec.description import DESCRIPTIONS, description

SCHEMA = "orderproof.report/1"
RECORD_NAME = "report.json"

# A server may send 64 kB as one header.
_HEADER_LIMIT = 2_000
# What makes of an exchange more, or less, evidence than its answer alone would.
_MARKS = ("repeats", "dropped", "only_proves", "misdirected")


@dataclass(frozen=True, slots=True)
class Run:
    """What is known of a run besides the outcomes of its checks.

    `secrets` may stand nowhere in the record; `secret_headers` are headers, in lower case, whose value is one.
    `traffic` tells of the recorded exchanges that were judged in place of a run, as the record has it.
    """

    version: str
    target: Mapping[str, Any]
    started_at: str
    duration_s: float
    seed: int
    profile: str
    requests_before: Sequence[Mapping[str, Any]] = ()
    secrets: frozenset[str] = frozenset()
    secret_headers: frozenset[str] = frozenset()
    keep_personal_data: bool = False
    selection: Sequence[str] = ()
    shard: tuple[int, int] | None = None
    read_only: bool = False
    out_of_scope: Mapping[str, str] = field(default_factory=dict)
    missing_states: Mapping[str, str] = field(default_factory=dict)
    void: str | None = None
    cut_short: str | None = None
    traffic: Mapping[str, Any] | None = None


def moment_text(moment: datetime) -> str:
    """A moment in UTC as a record has it: RFC 3339, to the millisecond."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def build(run: Run, rules: Sequence[Rule], outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Make the record of a run. `requests_before` are the exchanges of the preflight."""
    before = Outcome("preflight", (), exchanges=tuple(run.requests_before))
    evidence, exchanges = collect(rules, [before, *outcomes])
    verdict = judge(
        rules,
        evidence,
        out_of_scope=run.out_of_scope,
        void=run.void,
        cut_short=run.cut_short,
        selection=run.selection,
        read_only=run.read_only,
        is_quick=run.profile == QUICK,
        missing_states=run.missing_states,
        traffic=traffic_in({"traffic": run.traffic}),
    )
    masker = Masker(run.secrets, run.keep_personal_data, run.secret_headers)
    rows = [row.to_dict() for row in verdict.rows]
    findings = [finding for row in rows for finding in row["findings"]]
    limits = dict.fromkeys((number for finding in findings for number in finding["exchanges"]), CITED_LIMIT)
    limits |= {finding["decisive"]: EVIDENCE_LIMIT for finding in findings if finding["decisive"] is not None}
    shown = [_exchange(number, exchange, masker, limits.get(number)) for number, exchange in enumerate(exchanges)]
    for exchange in shown:
        _forget_persons(exchange, masker)
    for row in rows:
        row["reason"] = _masked_sentence(row["reason"], masker)
        row["checks"] = [{**entry, "reason": _masked_sentence(entry["reason"], masker)} for entry in row["checks"]]
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
        "headline": _masked_sentence(verdict.headline, masker),
        "summary": verdict.summary,
        "requests": len(exchanges),
        "selection": list(run.selection),
        "shard": list(run.shard) if run.shard else None,
        **({"read_only": True} if run.read_only else {}),
        **({"traffic": run.traffic} if run.traffic else {}),
        "cut_short": _masked_sentence(run.cut_short, masker) if run.cut_short else None,
        "void": _masked_sentence(run.void, masker) if run.void else None,
        "missing_states": {
            name: _masked_sentence(reason, masker) for name, reason in sorted(run.missing_states.items())
        },
        "rules": rows,
        "exchanges": shown,
        **({"asked_to_wait": asked} if (asked := asked_to_wait(exchanges, outcomes)) else {}),
    }


def spec_versions() -> dict[str, Any]:
    """What the run was judged against: versions of the descriptions, the documents, the size of the catalogue."""
    versions = {api: description(api)["info"]["version"] for api in DESCRIPTIONS}
    return {**versions, "rules": len(catalogue()), "areas": dict(AREAS), "documents": dict(DOCUMENTS)}


def _masked_sentence(text: str, masker: Masker) -> str:
    """A sentence without secrets, shortened. Masking all of a megabyte would take long."""
    return shortened(masker.mask_message(shortened(text, LONGEST_SENTENCE)), SENTENCE_LIMIT)


def _forget_persons(exchange: dict[str, Any], masker: Masker) -> None:
    """Mask personal data that any answer of the run contained, wherever this answer repeats it."""
    body = exchange["response_body"]
    body["text"] = masker.mask_known_values(body["text"])
    exchange["response_headers"] = [
        [name, masker.mask_known_values(value)] for name, value in exchange["response_headers"]
    ]


def _exchange(number: int, exchange: Mapping[str, Any], masker: Masker, limit: int | None) -> dict[str, Any]:
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
        "response_body": _body(response_body, masker, limit, exchange),
        "started_at": round(exchange["started_at"], 6),
        "duration_s": round(exchange["duration"], 6),
        "error": _masked_sentence(exchange["error"], masker) if exchange["error"] else None,
        "waited": exchange["waited"],
        **{name: True for name in _MARKS if exchange.get(name)},
        **({"allowed_5xx": list(exchange["allowed_5xx"])} if exchange["allowed_5xx"] else {}),
        **({"headers_left_out": exchange["headers_left_out"]} if exchange.get("headers_left_out") else {}),
    }


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text)


def _body(body: bytes, masker: Masker, limit: int | None, answer: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A body as the record shows it; of an `answer` only the beginning of which was kept, its length and digest too.

    Without a `limit`, one that is not too long is shown whole.
    """
    size = answer.get("body_bytes") if answer else None
    if limit is None:
        limit = WHOLE_LIMIT if size is None and len(body) <= WHOLE_LIMIT else BODY_LIMIT
    # Masking a whole long body only to show its beginning would take most of the time of writing a record.
    is_long = len(body) > 4 * limit or size is not None
    text = masker.excerpt(body, limit, is_cut=size is not None) if is_long else masker.body(body)
    if text is None:
        # Binary bytes may hold a token too; what is left of them after masking is shown.
        text, encoding = masker.latin_1(body), "latin-1"
    else:
        encoding = "utf-8"
    told = {"text": text[:limit], "encoding": encoding, "bytes": len(body) if size is None else size}
    digest = answer.get("body_sha256") if answer else None
    return {**told, "cut": is_long or len(text) > limit, **({"sha256": digest} if digest else {})}


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
        # A binary body, or one without anything to mask, is repeated byte for byte.
        lines.append(curl_line(shown[number], masked.encode() if masked is not None else body, masker.secret_headers))
    steps = {
        key: [
            {
                **entry,
                "text": _masked_sentence(entry["text"], masker),
                "answer": _masked_sentence(entry["answer"], masker),
            }
            for entry in finding[key]
        ]
        for key in ("story", "timeline")
        if key in finding
    }
    return {
        **finding,
        **steps,
        "message": _masked_sentence(finding["message"], masker),
        "expected": _masked_sentence(finding["expected"], masker),
        "observed": _masked_sentence(finding["observed"], masker),
        "curl": lines,
    }


def write(record: Mapping[str, Any], path: Path) -> None:
    """Write the record under its name, whole or not at all."""
    write_text(path, json_pieces(record))


def write_text(path: Path, text: str | Iterable[str]) -> None:
    """Write a file under a temporary name and rename it, so that no reader meets half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="surrogatepass", newline="\n") as file:
            file.writelines([text] if isinstance(text, str) else text)
        # mkstemp makes files that only their owner can read; a report is read by others.
        umask = os.umask(0)
        os.umask(umask)
        Path(name).chmod(0o666 & ~umask)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
