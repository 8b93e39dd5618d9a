"""The catalogue of rules: what the documents demand, as data.

One YAML file an operation or concern in `spec/rules/`, each validated against `rules.schema.json`. A rule's id never
changes once released.
"""

import fnmatch
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

import jsonschema_rs

from orderproof.spec.yamlfile import YamlError, read_yaml

Level = Literal["documented", "implied", "advisory"]
LEVELS: tuple[Level, ...] = get_args(Level)

Kind = Literal["prose", "constraint", "status", "standard", "sample", "title", "vendor"]
KINDS: Mapping[Kind, tuple[Level, ...]] = {
    "prose": ("documented", "implied", "advisory"),
    "constraint": ("documented", "implied", "advisory"),
    "status": ("documented", "implied", "advisory"),
    # No document demands that a server keeps to a standard beyond what it says itself.
    "standard": ("implied", "advisory"),
    "sample": ("advisory",),
    "title": ("advisory",),
    "vendor": ("advisory",),
}
"""The kinds of words that a rule may rest on, and the levels that each allows; see `Rule.gates_because`."""

KIND_WORDS: Mapping[Kind, str] = {
    "prose": "a sentence of the document",
    "constraint": "a constraint that the document writes down",
    "status": "the description of a documented answer",
    "standard": "a sentence of a standard",
    "sample": "a sample",
    "title": "the title of a sample",
    "vendor": "the vendor's other pages",
}

AREAS: Mapping[str, str] = {
    "ORD": "Get order",
    "HIS": "Order history",
    "PRI": "Prices",
    "CAN": "Cancel order",
    "CST": "Cancellation status",
    "GRA": "Grace period",
    "SER": "Serial numbers",
    "LIN": "Cancel line item",
    "INT": "Cancel line item (internal API)",
    "OMS": "External order management system",
    "ERR": "Error answers",
    "SEC": "Authorization",
    "ROB": "Robustness",
}

DOCUMENTS: Mapping[str, str] = {
    "S0": "Order information retrieval API 0.1.0",
    "S1": "Order line internal APIs v0",
    "V": "the vendor's other pages",
    "RFC": "the standards that the documents rest on",
}

RULES_FOLDER = Path(__file__).with_name("rules")
_SCHEMA_FILE = Path(__file__).with_name("rules.schema.json")


class CatalogueError(ValueError):
    """A rule file that breaks the catalogue's own schema; the message names file and rule."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule stands: the document's key in `DOCUMENTS`, its section, and its own words."""

    document: str
    section: str
    words: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that the documents demand.

    `passive` names the kind of passive validation that judges the rule on every exchange (see
    `conformance/runner/passive.py`), or is None where checks do. `floor` is the least number of requests that a
    judgement of the rule must rest on: below it the rule is inconclusive. `gates_because` says why a rule gates of
    which only a sample or its title speaks: such a rule is advice otherwise. `sources_by_operation` are the words for
    the operations of which other words than those of `source` say it, or another document.
    """

    id: str
    area: str
    operation: str | None
    title: str
    level: Level
    source: Source
    kind: Kind = "prose"
    passive: str | None = None
    floor: int = 1
    note: str = ""
    gates_because: str = ""
    sources_by_operation: Mapping[str, Source] = field(default_factory=dict, hash=False)

    @property
    def gates(self) -> bool:
        """Whether breaking this rule makes a server non-conforming: advisory rules warn."""
        return self.level != "advisory"

    @property
    def has_a_level_of_its_kind(self) -> bool:
        """Whether the level follows from the kind of words: with a reason where it is an exception, else without."""
        is_allowed = self.level in KINDS[self.kind]
        is_exception = self.kind in ("sample", "title") and bool(self.gates_because)
        return is_allowed != is_exception

    def source_for(self, operation: str | None) -> Source:
        """The words to which the rule holds an answer of this operation."""
        return self.sources_by_operation.get(operation or "", self.source)

    def to_dict(self) -> dict[str, Any]:
        """What records and lists tell of the rule, as JSON-ready data."""
        return {
            "id": self.id,
            "title": self.title,
            "level": self.level,
            "area": self.area,
            "operation": self.operation,
            "source": asdict(self.source),
        }

    def sort_key(self) -> tuple[int, int]:
        """Areas in the catalogue's order, then by number."""
        return list(AREAS).index(self.area), int(self.id.rpartition("-")[2])


Catalogue = Mapping[str, Rule]


def _rules_of(path: Path, data: Any, validator: jsonschema_rs.Validator) -> Iterator[Rule]:
    for error in validator.iter_errors(data):
        where = "/".join(str(part) for part in error.instance_path) or "the file"
        raise CatalogueError(f"{path.name}: {where}: {error.message}")
    for rule_id, entry in data["rules"].items():
        area = rule_id.partition("-")[0]
        if area not in AREAS:
            raise CatalogueError(f"{path.name}: {rule_id}: no area {area!r} (areas: {', '.join(AREAS)})")
        yield Rule(
            id=rule_id,
            area=area,
            operation=entry.get("operation", data.get("operation")),
            title=entry["title"],
            level=entry["level"],
            source=Source(**entry["source"]),
            kind=entry["kind"],
            passive=entry.get("passive"),
            floor=entry.get("floor", 1),
            note=entry.get("note", ""),
            gates_because=entry.get("gates_because", ""),
            sources_by_operation={
                operation: Source(**source) for operation, source in entry.get("sources_by_operation", {}).items()
            },
        )


def read_catalogue(folder: Path) -> Catalogue:
    """Read every rule file of a folder: rules by id, in the order of areas and numbers.

    Raises `CatalogueError` when a file breaks the schema or two files give the same id.
    """
    validator = jsonschema_rs.validator_for(json.loads(_SCHEMA_FILE.read_text(encoding="utf-8")))
    rules: dict[str, Rule] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            data = read_yaml(path)
        except YamlError as error:
            raise CatalogueError(f"{path.name}: {error}") from None
        for rule in _rules_of(path, data, validator):
            if rule.id in rules:
                raise CatalogueError(f"{path.name}: {rule.id} is given twice")
            if not rule.has_a_level_of_its_kind:
                raise CatalogueError(f"{path.name}: {rule.id}: a rule that rests on a {rule.kind} is not {rule.level}")
            rules[rule.id] = rule
    return {rule.id: rule for rule in sorted(rules.values(), key=Rule.sort_key)}


@cache
def catalogue() -> Catalogue:
    """The rules that this version of orderproof judges, by id."""
    return read_catalogue(RULES_FOLDER)


def is_selected(rule_id: str, patterns: Sequence[str]) -> bool:
    """Whether patterns select a rule: `GRA-*` takes in, `!GRA-4` leaves out. Where none takes in, every rule is in."""
    named = [pattern.upper() for pattern in patterns if not pattern.startswith("!")]
    left_out = [pattern[1:].upper() for pattern in patterns if pattern.startswith("!")]
    return _matches(rule_id, named or ["*"]) and not _matches(rule_id, left_out)


def _matches(rule_id: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatchcase(rule_id, pattern) for pattern in patterns)
