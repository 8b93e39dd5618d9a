"""The page about recorded traffic names the rules that traffic can prove."""

from pathlib import Path

from orderproof.conformance.traffic.judging import provable_rules
from orderproof.spec.catalogue import catalogue
from tests.traffic_table import table

PAGE = Path(__file__).parent.parent / "docs" / "traffic.md"


def test_the_table_of_the_page_is_that_of_the_rules():
    assert table() in PAGE.read_text(encoding="utf-8")


def test_every_rule_that_traffic_proves_is_in_the_catalogue():
    assert provable_rules() < set(catalogue())
