"""Reading a record (`report.json`): what does not describe a whole run is refused, each case with its own message."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from orderproof.reports import digest
from orderproof.reports.record import SCHEMA
from orderproof.reports.verdict import conclude, results_in
from orderproof.spec.catalogue import catalogue, is_selected

_SCHEMA_FILE = Path(__file__).with_name("report.schema.json")


class RecordError(ValueError):
    """A record that cannot be relied on; the message says why."""


@cache
def _validator() -> jsonschema_rs.Validator:
    schema = json.loads(_SCHEMA_FILE.read_text(encoding="utf-8"))
    # The views calculate with the start time of a run.
    return jsonschema_rs.validator_for(schema, validate_formats=True)


def read(path: Path, *, allow_shard: bool = False) -> dict[str, Any]:
    """Read the record of a whole run. Raises `RecordError`.

    Refused, each with its own message: a file that is missing, empty, not JSON or not a record; another schema; a run
    that was cut short; one shard of several (unless `allow_shard`); a verdict that its own rules contradict; what was
    changed since it was written.
    """
    record = load(path)
    if record["cut_short"]:
        raise RecordError(f"{path}: the run was cut short ({record['cut_short']}); run it again")
    if record["shard"] and not allow_shard:
        index, count = record["shard"]
        raise RecordError(f"{path}: is shard {index} of {count}; merge the shards first")
    if wrong := digest.problem(record):
        raise RecordError(f"{path}: {wrong}; take the original file (`orderproof verify {path}` looks for the change)")
    _check_rows(record, path)
    _check_exchanges(record, path)
    concluded = conclude(results_in(record["rules"]), void=record["void"])
    if concluded.verdict != record["verdict"] or concluded.summary != record["summary"]:
        raise RecordError(f"{path}: its verdict is {record['verdict']}, but its rules say {concluded.verdict}")
    return record


def load(path: Path) -> dict[str, Any]:
    """Read any record, also one that cannot be relied on, as long as it has the form of one. Raises `RecordError`."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise RecordError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise RecordError(f"{path}: is not UTF-8 text, so it is not a report.json") from None
    if not text.strip():
        raise RecordError(f"{path}: is empty; run orderproof again, or take another report.json")
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RecordError(f"{path}: is not valid JSON ({error})") from None
    if not isinstance(record, dict) or "schema" not in record:
        raise RecordError(f"{path}: is not the record of a run (the key schema is missing); give a report.json")
    if record["schema"] != SCHEMA:
        raise RecordError(
            f"{path}: has the schema {record['schema']!r}, but this version of orderproof reads {SCHEMA!r}"
        )
    try:
        fault = next(iter(_validator().iter_errors(record)), None)
    except (ValueError, RecursionError) as error:
        raise RecordError(f"{path}: cannot be checked against its schema ({error})") from None
    if fault is not None:
        where = "/".join(str(part) for part in fault.instance_path) or "the record"
        raise RecordError(f"{path}: does not match its schema at {where}: {fault.message[:200]}")
    return record


def _check_rows(record: Mapping[str, Any], path: Path) -> None:
    """Refuse a record whose rules were tampered with or lost: `conclude` believes what each row says of itself."""
    rows = record["rules"]
    ids = [row["id"] for row in rows]
    if len(set(ids)) != len(ids):
        raise RecordError(f"{path}: holds a rule twice")
    if not record["selection"] and len(rows) != record["spec"]["rules"]:
        raise RecordError(f"{path}: holds {len(rows)} of the catalogue's {record['spec']['rules']} rules")
    # A catalogue of another size belongs to another version, whose rules are unknown here.
    if record["spec"]["rules"] == len(catalogue()):
        for rule_id in catalogue():
            if rule_id not in ids and is_selected(rule_id, record["selection"]):
                raise RecordError(f"{path}: lacks the rule {rule_id}, which the run was asked to judge")
    for row in rows:
        if row["verdict"] == "pass" and (row["findings"] or not any(one["outcome"] == "pass" for one in row["checks"])):
            raise RecordError(f"{path}: says that {row['id']} is kept, but its own evidence says otherwise")


def _check_exchanges(record: Mapping[str, Any], path: Path) -> None:
    """Refuse a record that lost exchanges: its findings would show nothing, or the wrong evidence."""
    count = len(record["exchanges"])
    if count != record["requests"] or any(one["number"] != at for at, one in enumerate(record["exchanges"])):
        raise RecordError(f"{path}: holds {count} of its {record['requests']} exchanges, or holds them out of order")
    for row in record["rules"]:
        for finding in row["findings"]:
            steps = [entry["exchange"] for key in ("story", "timeline") for entry in finding.get(key, ())]
            for number in (finding["decisive"], *finding["exchanges"], *steps):
                if number is not None and not 0 <= number < count:
                    raise RecordError(f"{path}: a finding of {row['id']} names exchange {number}, which is missing")
