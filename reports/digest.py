"""The digest of a record: whether it still is what was written.

It is the SHA-256 over the record's canonical form without the member `digest`: JSON in UTF-8 with the members of every
object in the order of their code points, without blanks, characters as they are (only the quotation mark, the backslash
and control characters escaped), and numbers as they stand in `report.json`. It is no signature: who edits a record can
make a new one, and what the record's own evidence says then is for `orderproof verify`.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

MEMBER = "digest"
# What this and earlier versions wrote has no digest.
_LAST_WITHOUT = (0, 2)
_encoded = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def digest_of(record: Mapping[str, Any]) -> str:
    """The digest of a record, as its member `digest` has it."""
    digest = hashlib.sha256()
    for piece in _canonical(record):
        # JSON can hold half a surrogate pair.
        digest.update(piece.encode("utf-8", "surrogatepass"))
    return f"sha256:{digest.hexdigest()}"


def _canonical(record: Mapping[str, Any]) -> Iterator[str]:
    """The canonical form in pieces: all of a long record at once would take as much memory as a run."""
    before = "{"
    for name in sorted(record.keys() - {MEMBER}):
        yield f"{before}{_encoded(name)}:"
        before = ","
        value = record[name]
        if not isinstance(value, list | tuple):
            yield _encoded(value)
            continue
        yield "["
        for index, one in enumerate(value):
            yield f"{',' if index else ''}{_encoded(one)}"
        yield "]"
    yield "}"


def sealed(record: Mapping[str, Any]) -> dict[str, Any]:
    """The record with its digest, as its last member."""
    plain = {name: value for name, value in record.items() if name != MEMBER}
    return {**plain, MEMBER: digest_of(plain)}


def problem(record: Mapping[str, Any]) -> str | None:
    """What is wrong with a record's digest, in a clause; None where it fits, or where none is due."""
    if MEMBER in record:
        if digest_of(record) == record[MEMBER]:
            return None
        return "was changed after it was written: its digest does not fit"
    if not is_due(record):
        return None
    return f"has no digest, which orderproof {record['orderproof']} writes: it was changed after it was written"


def is_due(record: Mapping[str, Any]) -> bool:
    """Whether the version that wrote a record gives every record a digest."""
    numbers = re.match(r"(\d+)\.(\d+)", record["orderproof"])
    return numbers is None or (int(numbers[1]), int(numbers[2])) > _LAST_WITHOUT
