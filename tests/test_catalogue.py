"""The catalogue keeps its own schema, quotes the documents to the letter, and has a check for every rule."""

import json
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import jsonschema_rs
import pytest

from orderproof.spec.catalogue import AREAS, KINDS, RULES_FOLDER, CatalogueError, Rule, catalogue, read_catalogue
from orderproof.spec.description import operations
from orderproof.spec.yamlfile import read_yaml
from tests.samples import SPEC
from tests.wording import CITING, TEXT, normalised

GENERATED = 90
"""Numbers from here on are for the rules that generated requests judge, in every area the same."""

# Collects the checks in a process of their own, and prints each with its rules: their plugins stay out of this one.
COLLECT = """
import json, sys, pytest
from orderproof.conformance import checks
class Collected:
    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items):
        named = {item.nodeid: item.iter_markers("orderproof_rule") for item in items}
        names = {nodeid: [one for mark in marks for one in mark.args] for nodeid, marks in named.items()}
        print("COLLECTED", json.dumps(names))
folder = checks.__path__[0]
arguments = ["-q", "--collect-only", "-p", "no:cacheprovider", f"-c{folder}/pytest.ini", folder]
sys.exit(pytest.main(arguments, [Collected()]))
"""

FILE = """\
operation: createGracePeriod
rules:
  GRA-1:
    title: An extension moves the timer
    level: documented
    kind: prose
    source: {document: S0, section: Update grace period, words: extend the}
"""

FILES = sorted(RULES_FOLDER.glob("*.yaml"))


@pytest.fixture(scope="module")
def rules_by_check() -> dict[str, list[str]]:
    """The rules that each check names."""
    ended = subprocess.run([sys.executable, "-c", COLLECT], capture_output=True, text=True, timeout=1200, check=False)
    line = next((line for line in ended.stdout.splitlines() if line.startswith("COLLECTED ")), None)
    assert line, f"the checks could not be collected:\n{ended.stdout}{ended.stderr}"
    assert ended.returncode == 0, f"a check module could not be loaded:\n{ended.stdout}"
    return json.loads(line.removeprefix("COLLECTED "))


def test_every_rule_has_a_check_or_is_judged_in_passing(rules_by_check):
    checked = {rule_id for rules in rules_by_check.values() for rule_id in rules}

    unchecked = [rule.id for rule in catalogue().values() if rule.id not in checked and not rule.passive]
    assert not unchecked, f"no check names {', '.join(unchecked)}: write one, or set `passive`"


def test_every_check_names_a_rule(rules_by_check):
    nameless = [check for check, rules in rules_by_check.items() if not rules]

    assert not nameless, f"without a rule a check judges nothing: {', '.join(nameless)}"


def test_every_check_names_rules_of_the_catalogue_only(rules_by_check):
    unknown = {rule_id for rules in rules_by_check.values() for rule_id in rules} - set(catalogue())

    assert not unknown, f"checks name rules that the catalogue lacks: {', '.join(sorted(unknown))}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_of_the_catalogue_keeps_the_schema(path: Path):
    schema = json.loads((SPEC / "rules.schema.json").read_text(encoding="utf-8"))

    jsonschema_rs.validator_for(schema).validate(read_yaml(path))


def test_the_rules_of_an_area_are_numbered_from_one_without_a_gap():
    numbers = defaultdict(list)
    for rule in catalogue().values():
        number = int(rule.id.partition("-")[2])
        if number < GENERATED:
            numbers[rule.area].append(number)

    assert list(numbers) == list(AREAS), "every area has rules, and the catalogue's order is that of the areas"
    for area, found in numbers.items():
        assert found == list(range(1, len(found) + 1)), f"{area}: {found}"


def test_the_level_of_a_rule_follows_from_the_kind_of_its_source():
    for rule in catalogue().values():
        if rule.level not in KINDS[rule.kind]:
            assert rule.kind in ("sample", "title"), rule.id
            assert len(rule.gates_because) > 20, f"{rule.id} gates on a {rule.kind}, and no reason is given"
        else:
            assert not rule.gates_because, f"{rule.id} needs no reason to gate"


def kind_by_section(rule: Rule) -> str:
    """The kind of source that a section of a document holds."""
    last = rule.source.section.rpartition(", ")[2]
    if last.endswith("samples"):
        is_media_type = re.fullmatch(r"application/[\w.+-]+(;version=2)?", rule.source.words) is not None
        return "constraint" if is_media_type else "sample" if '"' in rule.source.words else "title"
    if last == "Responses" or rule.source.section.startswith("Responses, "):
        return "status"
    if last.endswith("Parameters") or last == "Request Body schema" or "Authorizations" in rule.source.section:
        return "constraint"
    return "prose"


def test_the_kind_of_a_source_is_what_its_section_holds():
    wrong = {name: rule.kind for name, rule in CITING.items() if rule.kind != kind_by_section(rule)}

    assert not wrong


def test_a_rule_cites_words_that_stand_in_its_document():
    unsaid = {
        name: (rule.source.document, rule.source.words)
        for name, rule in CITING.items()
        if normalised(rule.source.words) not in TEXT[rule.source.document]
    }

    assert not unsaid


def test_every_rule_of_one_operation_names_one_that_there_is():
    unknown = {rule.id: rule.operation for rule in catalogue().values() if rule.operation not in (None, *operations())}

    assert not unknown, f"the descriptions have no such operation: {unknown}"


def test_a_title_is_one_sentence_without_its_full_stop():
    odd = [rule.id for rule in catalogue().values() if re.search(r"[.\n]$|[.] [A-Z]", rule.title)]

    assert not odd, f"a title is one sentence and has no full stop: {', '.join(odd)}"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("level: documented", "level: demanded", "rules/GRA-1/level: "),
        ("GRA-1:", "GRA-01:", 'rules: "GRA-01" '),
        ("GRA-1:", "XYZ-1:", "XYZ-1: no area 'XYZ' (areas: ORD, "),
        ("document: S0", "document: S9", "rules/GRA-1/source/document: "),
        (", words: extend the", "", 'rules/GRA-1/source: "words" is a required property'),
        ("    level: documented\n", "", 'rules/GRA-1: "level" is a required property'),
        ("level: documented", "level: documented\n    passive: colour", "rules/GRA-1/passive: "),
        ("level: documented", "level: documented\n    floor: 0", "rules/GRA-1/floor: "),
        ("level: documented", "level: documented\n    owner: me", "rules/GRA-1: Additional properties"),
        ("operation: ", "operations: ", "the file: Additional properties"),
        ("level: documented", "level: documented\n    level: implied", "line 6: the key 'level' is given twice"),
        ("rules:\n", "rules: [\n", "line "),
    ],
)
def test_a_slip_in_a_rule_file_is_named_with_its_place(tmp_path: Path, old, new, says):
    (tmp_path / "grace.yaml").write_text(FILE.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(CatalogueError, match=rf"^grace\.yaml: {re.escape(says)}"):
        read_catalogue(tmp_path)


def test_an_id_that_two_files_give_is_refused(tmp_path: Path):
    for name in ("first.yaml", "second.yaml"):
        (tmp_path / name).write_text(FILE, encoding="utf-8")

    with pytest.raises(CatalogueError, match=r"^second\.yaml: GRA-1 is given twice$"):
        read_catalogue(tmp_path)


def test_an_id_that_a_file_gives_twice_is_refused(tmp_path: Path):
    (tmp_path / "grace.yaml").write_text(FILE + FILE.partition("rules:\n")[2], encoding="utf-8")

    with pytest.raises(CatalogueError, match=r"^grace\.yaml: line 8: the key 'GRA-1' is given twice$"):
        read_catalogue(tmp_path)


def test_rules_come_in_the_order_of_areas_and_numbers(tmp_path: Path):
    ids = ["GRA-10", "ORD-1", "GRA-2"]
    for number, rule_id in enumerate(ids):
        (tmp_path / f"{number}.yaml").write_text(FILE.replace("GRA-1", rule_id), encoding="utf-8")

    assert list(read_catalogue(tmp_path)) == ["ORD-1", "GRA-2", "GRA-10"]
