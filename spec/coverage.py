"""Which rules ask what of which operation: a table of all rules, and the reason for every cell without a rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from orderproof.spec.catalogue import AREAS, Rule, catalogue
from orderproof.spec.description import operations
from orderproof.spec.yamlfile import read_yaml

COVERAGE_FILE = Path(__file__).with_name("coverage.yaml")
THE_REST = "what it does"
"""The kind of the rules that no row of the file names: what is special to an operation."""


@dataclass(frozen=True, slots=True)
class Row:
    """A kind of question: the ids of its rules, and the reasons for its empty cells, by operationId.

    `only` are the operations that a rule about all of them is judged on, by its id.
    """

    kind: str
    rules: tuple[str, ...]
    only: Mapping[str, tuple[str, ...]]
    empty: Mapping[str, str]

    def cell(self, operation: str) -> tuple[str, ...]:
        """The ids of the rules that ask this of an operation."""
        return tuple(one for one in self.rules if self._concerns(catalogue()[one], operation))

    def _concerns(self, rule: Rule, operation: str) -> bool:
        if rule.operation is not None:
            return rule.operation == operation
        return operation in self.only.get(rule.id, (operation,))


@cache
def coverage() -> Sequence[Row]:
    """The rows of the table, the rules that no row of the file names last."""
    rows = [
        Row(
            kind=row["kind"],
            rules=tuple(row["rules"]),
            only={rule: tuple(judged) for rule, judged in row.get("only", {}).items()},
            empty={operation: entry["because"] for entry in row.get("empty", ()) for operation in entry["of"]},
        )
        for row in read_yaml(COVERAGE_FILE)["rows"]
    ]
    named = {rule for row in rows for rule in row.rules}
    return [*rows, Row(THE_REST, tuple(rule for rule in catalogue() if rule not in named), {}, {})]


def columns() -> Mapping[str, str]:
    """The operations by operationId, with the names of their areas."""
    first = {rule.operation: AREAS[rule.area] for rule in reversed(list(catalogue().values())) if rule.operation}
    return {operation: first[operation] for operation in operations()}
