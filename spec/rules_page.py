"""The catalogue as a page for people: every rule, what is no rule and why, and what the documents leave open."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from textwrap import shorten

from orderproof.spec.catalogue import AREAS, DOCUMENTS, LEVELS, Rule, Source, catalogue
from orderproof.spec.coverage import Row, columns, coverage
from orderproof.spec.ledger import ledger
from orderproof.spec.yamlfile import read_yaml

OPEN_CHOICES_FILE = Path(__file__).with_name("open-choices.yaml")

_MEANING = {
    "documented": "The document says it, in words or as a constraint. Breaking it makes a server non-conforming.",
    "implied": "It follows plainly from what the document says. Breaking it makes a server non-conforming.",
    "advisory": "Only a sample, the vendor's other pages or good practice say it. Breaking it warns and never fails.",
}
_LONGEST_WORDS = 160
"""A menu of the site has more words than anybody wants to read; the ledger has them all."""


def rules_page() -> str:
    """The page `docs/rules.md`, as Markdown."""
    rules = list(catalogue().values())
    blocks = [*_top(rules)]
    for area, name in AREAS.items():
        blocks += _area(name, [rule for rule in rules if rule.area == area])
    blocks += [*_by_operation(), *_excluded(), *_open_choices()]
    return "\n\n".join(blocks) + "\n"


def _top(rules: list[Rule]) -> Iterator[str]:
    levels = Counter(rule.level for rule in rules)
    gating = sum(rule.gates for rule in rules)
    yield "# Rules"
    yield "This page is made from the catalogue: `orderproof rules --markdown > docs/rules.md` writes it anew."
    yield (
        f"{len(rules)} rules, {gating} of which gate. `orderproof rules explain GRA-4` tells all about one; "
        "`orderproof run --rules 'GRA-*'` judges a part."
    )
    yield _table(
        ["level", "rules", "what it means"], [[level, str(levels[level]), _MEANING[level]] for level in LEVELS]
    )
    yield _table(
        ["area", "ids", "rules", "gate"],
        [
            [f"[{name}](#{_anchor(name)})", f"{area}-…", str(len(of_area)), str(sum(rule.gates for rule in of_area))]
            for area, name in AREAS.items()
            if (of_area := [rule for rule in rules if rule.area == area])
        ],
    )
    yield "The words stand in one of these:"
    yield _table(["key", "document"], [[key, name] for key, name in DOCUMENTS.items()])
    yield (
        "A rule marked ◉ is judged on every answer of a run, whichever check asked. Then come "
        f"[the rules by operation](#{_anchor(_BY_OPERATION)}), [what is no rule](#{_anchor(_NO_RULE)}) "
        f"and [what is left open](#{_anchor(_OPEN)})."
    )


def _area(name: str, rules: list[Rule]) -> Iterator[str]:
    if not rules:
        return
    yield f"## {name}"
    yield _table(
        ["id", "rule", "level", "operation", "the document's words", "note"],
        [
            [
                rule.id + (" ◉" if rule.passive else ""),
                _escaped(rule.title),
                f"{rule.level} ({rule.kind})",
                rule.operation or "all",
                "; ".join(map(_cited, dict.fromkeys((rule.source, *rule.sources_by_operation.values())))),
                _escaped(" ".join(filter(None, (rule.gates_because, rule.note)))),
            ]
            for rule in rules
        ],
    )


def _cited(source: Source) -> str:
    return f"“{_escaped(source.words)}” ({source.document}, {_escaped(source.section)})"


_BY_OPERATION = "Rules by operation"
_NO_RULE = "What is no rule, and why"
_OPEN = "What the documents leave open"


def _by_operation() -> Iterator[str]:
    yield f"## {_BY_OPERATION}"
    yield (
        "What is asked of each operation, by kind of question. A cell without a rule says why. A rule may stand in "
        "several rows; rules that stand in no other make up the last."
    )
    yield _table(
        ["question", *columns().values()],
        [[row.kind, *(_cell(row, operation) for operation in columns())] for row in coverage()],
    )


def _cell(row: Row, operation: str) -> str:
    return ", ".join(row.cell(operation)) or f"– {_escaped(row.empty[operation])}"


def _excluded() -> Iterator[str]:
    yield f"## {_NO_RULE}"
    entries = [entry for document in ledger().values() for entry in document]
    excluded: dict[str, list[str]] = {}
    for entry in entries:
        if entry.excluded:
            excluded.setdefault(entry.excluded, []).append(f"{entry.document} “{_short(entry.text)}”")
    yield (
        f"The [ledger](../spec/ledger.yaml) accounts for every word of the documents in {len(entries)} entries. "
        f"{sum(bool(entry.rules) for entry in entries)} of them are held by rules; these are not:"
    )
    yield _table(
        ["why", "the document's words"],
        [[_escaped(reason), ", ".join(_counted(words))] for reason, words in excluded.items()],
    )


def _counted(words: Iterable[str]) -> Iterator[str]:
    for text, times in Counter(words).items():
        yield text if times == 1 else f"{text} ({times} times)"


def _open_choices() -> Iterator[str]:
    yield f"## {_OPEN}"
    yield "Every reading conforms. The reference server can take each, and the suite's self-test demands that all pass."
    yield _table(
        ["choice", "question", "why it is open", "readings"],
        [
            [
                choice["id"],
                _escaped(choice["question"]),
                _escaped(choice["sentence"]),
                "<br>".join(f"{reading['id']}: {_escaped(reading['says'])}" for reading in choice["readings"]),
            ]
            for choice in read_yaml(OPEN_CHOICES_FILE)["choices"]
        ],
    )


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |".replace("|  |", "| |") for cells in lines)


def _escaped(text: str) -> str:
    """Text for a cell of a table: what Markdown would take for marks stands for itself. Code stays code."""
    parts = re.split(r"(`[^`]*`)", " ".join(text.split()))
    return "".join(
        part.replace("|", r"\|") if number % 2 else re.sub(r"[|<>*\[\]]|(?<!\w)_|_(?!\w)", r"\\\g<0>", part)
        for number, part in enumerate(parts)
    )


def _short(text: str) -> str:
    return _escaped(shorten(text, _LONGEST_WORDS, placeholder=" …"))


def _anchor(heading: str) -> str:
    """The anchor that a heading gets where Markdown is shown."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
