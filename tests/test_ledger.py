"""The ledger accounts for every word of the documents, and for every rule that rests on one."""

import json
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from orderproof.spec.catalogue import Rule, catalogue
from orderproof.spec.ledger import LEDGER_FILE, Entry, LedgerError, ledger, read_ledger
from orderproof.spec.yamlfile import read_yaml
from tests.samples import SPEC, Sample, samples
from tests.wording import CITING, DESCRIPTION_OF, TEXT, normalised

EVERY_OPERATION = ", of every operation"


def spans(entries: Iterable[Entry], text: str) -> list[str]:
    """Walk a document along the ledger's entries; the words that each covers. Nothing may stand between two."""
    covered = []
    position = 0
    for entry in entries:
        if entry.is_sample:
            _, length = json.JSONDecoder(strict=False).raw_decode(text[position:])
        else:
            length = len(normalised(entry.text))
        words = text[position : position + length]
        place = f"{entry.document}, {entry.section}: the ledger goes on with {entry.text!r}"
        assert entry.is_sample or words == normalised(entry.text), (
            f"{place}, and the document with {text[position : position + 80]!r}"
        )
        position += length
        assert text[position : position + 1] in ("", " "), f"{place}, which ends in the middle of a word"
        position += 1
        covered.append(words)
    assert position >= len(text), f"the ledger ends, and the document goes on with {text[position : position + 80]!r}"
    return covered


def entries_of(rule: Rule) -> list[tuple[Entry, str]]:
    """The entries that name a rule, in the document that the rule cites, each with the words that it covers."""
    entries = ledger()[rule.source.document]
    return [
        (entry, words)
        for entry, words in zip(entries, spans(entries, TEXT[rule.source.document]), strict=True)
        if rule.id in entry.rules
    ]


def name_of(sample: Sample) -> str:
    """A sample as the ledger names it: method, path, status or `request`, media type, and its title if it has one."""
    asked = f"{sample.method.upper()} {sample.path}"
    return ": ".join([f"{asked} {sample.status or 'request'} {sample.media_type}", *sample.names[-1:]])


def is_of_section(entry: Entry, rule: Rule) -> bool:
    section = rule.source.section
    if section.endswith(EVERY_OPERATION):
        return entry.section.endswith(f", {section.removesuffix(EVERY_OPERATION)}")
    return entry.section == section


@pytest.mark.parametrize("document", TEXT)
def test_every_word_of_a_document_is_accounted_for_in_its_order(document):
    covered = spans(ledger()[document], TEXT[document])

    assert " ".join(covered) == TEXT[document]


@pytest.mark.parametrize("document", TEXT)
def test_every_sample_of_a_document_has_its_entry(document):
    expected = [name_of(sample) for sample in samples(DESCRIPTION_OF[document])]

    assert [entry.text for entry in ledger()[document] if entry.is_sample] == expected


@pytest.mark.parametrize("document", TEXT)
def test_every_entry_names_rules_of_the_catalogue_or_a_reason(document):
    for entry in ledger()[document]:
        unknown = [rule_id for rule_id in entry.rules if rule_id not in catalogue()]
        assert not unknown, f"{document}, {entry.section}: {entry.text!r} names {unknown}, which the catalogue lacks"
        assert bool(entry.rules) != bool(entry.excluded.strip()), f"{entry.text!r} needs rules or a reason, not both"


@pytest.mark.parametrize("document", TEXT)
def test_the_open_choices_that_entries_name_are_in_the_register(document):
    register = {choice["id"] for choice in read_yaml(SPEC / "open-choices.yaml")["choices"]}

    unknown = {name for entry in ledger()[document] for name in entry.open} - register
    assert not unknown, f"the register of open choices has no {', '.join(sorted(unknown))}"


def test_a_rule_stands_in_the_ledger_beside_the_words_that_it_cites():
    for name, rule in CITING.items():
        words = normalised(rule.source.words)
        beside = [
            entry
            for entry, covered in entries_of(rule)
            if is_of_section(entry, rule) and (words in covered or covered in words)
        ]
        assert beside, (
            f"{name}: no entry of the ledger in {rule.source.document}, {rule.source.section} names {rule.id} beside "
            f"{rule.source.words!r}"
        )


def test_a_word_that_the_ledger_leaves_out_is_found():
    entries = ledger()["S1"]

    with pytest.raises(AssertionError, match="and the document with 'Team Order Management: team-order"):
        spans([entry for entry in entries if not entry.text.startswith("Team Order")], TEXT["S1"])
    with pytest.raises(AssertionError, match="the document goes on with 'Copyright"):
        spans(entries[:-1], TEXT["S1"])


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        (("excluded: heading", "rules: [INT-1], excluded: heading"), "S1, The page, entry 6"),
        (("excluded: heading", "excluded: ''"), "S1, The page, entry 6"),
        (("excluded: heading", "because: heading"), "S1, The page, entry 6"),
        (("rules: [INT-2]", "rules: [INT2]"), "S1, Cancel line item, entry 2"),
        (("\nS1:", "\nS2:"), "the file"),
        (("  - section: The page", "  - part: The page"), "S1, section 1"),
    ],
)
def test_a_ledger_that_breaks_its_schema_is_refused_and_the_place_is_named(tmp_path: Path, changed, says):
    kept, _, internal = LEDGER_FILE.read_text(encoding="utf-8").partition("\nS1:")
    path = tmp_path / "ledger.yaml"
    path.write_text(kept + f"\nS1:{internal}".replace(*changed, 1), encoding="utf-8")

    with pytest.raises(LedgerError, match=rf"^ledger\.yaml: {re.escape(says)}: "):
        read_ledger(path)


def test_a_key_given_twice_in_the_ledger_is_refused(tmp_path: Path):
    path = tmp_path / "ledger.yaml"
    path.write_text("S0: []\nS0: []\n", encoding="utf-8")

    with pytest.raises(LedgerError, match=r"ledger\.yaml: line 2: the key 'S0' is given twice"):
        read_ledger(path)
