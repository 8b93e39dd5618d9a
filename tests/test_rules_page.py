"""`orderproof rules --markdown`, and the page that it writes."""

import re
from pathlib import Path

import pytest

from orderproof.spec.catalogue import AREAS, catalogue
from orderproof.spec.ledger import ledger
from orderproof.spec.rules_page import OPEN_CHOICES_FILE, rules_page
from orderproof.spec.yamlfile import read_yaml
from tests.running import orderproof

PAGE = Path(__file__).parent.parent / "docs" / "rules.md"


def test_the_page_of_rules_is_up_to_date():
    is_up_to_date = PAGE.read_text(encoding="utf-8") == rules_page()

    assert is_up_to_date, "docs/rules.md is out of date; run: orderproof rules --markdown > docs/rules.md"


def test_the_command_prints_the_page(tmp_path):
    ran = orderproof(tmp_path, "rules", "--markdown", PYTHONIOENCODING="utf-8")

    assert (ran.code, ran.out) == (0, rules_page())


@pytest.mark.parametrize("chosen", [["GRA-*"], ["explain", "GRA-1"], ["--level", "advisory"], ["--json"]])
def test_the_page_is_of_all_rules(tmp_path, chosen):
    ran = orderproof(tmp_path, "rules", "--markdown", *chosen)

    assert ran.code == 2
    assert "--markdown prints the page of all rules" in ran.err


def test_every_rule_and_every_open_choice_has_its_row():
    rows = [line.strip("| ").split(" ")[0] for line in rules_page().splitlines() if line.startswith("| ")]

    for name in (*catalogue(), *(choice["id"] for choice in read_yaml(OPEN_CHOICES_FILE)["choices"])):
        assert rows.count(name) == 1, name


def test_every_reason_of_the_ledger_has_its_row():
    page = rules_page()

    reasons = {entry.excluded for document in ledger().values() for entry in document if entry.excluded}
    assert [reason for reason in reasons if f"\n| {reason} | " not in page] == []


def test_the_rows_of_a_table_have_as_many_cells_as_its_head():
    for table in re.findall(r"(?:^\|.*\n)+", rules_page(), re.MULTILINE):
        cells = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(cells) == 1, table


def test_links_within_the_page_lead_to_its_headings():
    page = rules_page()
    headings = {re.sub(r"[^\w -]", "", name.lower()).replace(" ", "-") for name in re.findall(r"^## (.+)$", page, re.M)}

    assert set(re.findall(r"\]\(#([^)]+)\)", page)) == headings
    assert len(headings) == len(AREAS) + 3
