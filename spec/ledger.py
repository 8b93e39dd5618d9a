"""The ledger: every sentence, constraint and sample of the documents, and what became of it.

`ledger.yaml` reads from top to bottom in the order of the documents. Each entry names the rules that hold a server to
its words, or says why no rule does.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from orderproof.spec.yamlfile import YamlError, read_yaml

LEDGER_FILE = Path(__file__).with_name("ledger.yaml")
_SCHEMA_FILE = Path(__file__).with_name("ledger.schema.json")


class LedgerError(ValueError):
    """A ledger that breaks its own schema; the message names the document, the section and the entry."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Some words of a document, or one of its samples, and what became of them.

    A sample's `text` is its name, since its words are a JSON document. Either `rules` or `excluded` says something,
    never both; `open` names the choices that the words leave open (see `open-choices.yaml`).
    """

    document: str
    section: str
    text: str
    is_sample: bool
    rules: tuple[str, ...]
    excluded: str
    open: tuple[str, ...]


def _entries(document: str, data: Any) -> Iterator[Entry]:
    for part in data:
        for given in part["entries"]:
            yield Entry(
                document=document,
                section=part["section"],
                text=given.get("text") or given["sample"],
                is_sample="sample" in given,
                rules=tuple(given.get("rules", ())),
                excluded=given.get("excluded", ""),
                open=tuple(given.get("open", ())),
            )


def _place(data: Any, path: list[str | int]) -> str:
    """A place in the ledger as a reader finds it: `S0, Cancel order, Responses, entry 3`."""
    if len(path) < 2 or not isinstance(path[1], int):
        return "/".join(str(step) for step in path) or "the file"
    section = data[path[0]][path[1]]
    name = section.get("section", f"section {path[1] + 1}") if isinstance(section, dict) else f"section {path[1] + 1}"
    entry = f", entry {int(path[3]) + 1}" if len(path) > 3 and path[2] == "entries" else ""
    return f"{path[0]}, {name}{entry}"


def read_ledger(path: Path) -> Mapping[str, tuple[Entry, ...]]:
    """Read a ledger: the entries of each document, in its order. Raises `LedgerError` when it breaks the schema."""
    try:
        data = read_yaml(path)
    except YamlError as error:
        raise LedgerError(f"{path.name}: {error}") from None
    validator = jsonschema_rs.validator_for(json.loads(_SCHEMA_FILE.read_text(encoding="utf-8")))
    for slip in validator.iter_errors(data):
        raise LedgerError(f"{path.name}: {_place(data, list(slip.instance_path))}: {slip.message}")
    return {document: tuple(_entries(document, sections)) for document, sections in data.items()}


@cache
def ledger() -> Mapping[str, tuple[Entry, ...]]:
    """What became of every word of the documents, by document."""
    return read_ledger(LEDGER_FILE)
