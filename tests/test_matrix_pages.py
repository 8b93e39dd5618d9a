"""Pages that are tables: records side by side, and the kill matrix."""

import json
import re

import pytest

from orderproof.conformance.reference.faults import all_faults
from orderproof.reports.page.kills import render_kills
from orderproof.reports.page.matrix import agreement, render_matrix
from orderproof.spec.catalogue import catalogue
from tests.outline import Outline
from tests.pages import FEW, fragment_of, kept, kill_matrix
from tests.records import all_kept, broken, record
from tests.running import orderproof


@pytest.mark.parametrize(
    ("verdicts", "wanted"),
    [
        (["pass", "pass", "pass"], "agree"),
        (["not-run", "not-run"], "agree"),
        (["pass", "fail", "not-run"], "differ"),
        (["warn", "pass"], "differ"),
        (["fail", "waived"], "differ"),
        (["pass", "not-run"], "unknown"),
        (["fail", "absent", "fail"], "unknown"),
        (["not-run", "inconclusive"], "unknown"),
    ],
)
def test_what_records_agree_on(verdicts, wanted):
    assert agreement(verdicts) == wanted


def test_the_matrix_has_every_rule_of_every_record_and_says_how_they_were_made_apart():
    first, second, third = kept(FEW), broken("GRA-1", seed=2), record(all_kept("GRA-2"), FEW)
    text = " ".join(Outline(render_matrix([first, second, third])).text.split())

    # Three records of one target: told apart by their numbers.
    assert "acme (1), acme (2), acme (3)" in text
    assert "different seeds: acme (1) 1; acme (2) 2; acme (3) 1." in text
    for row in second["rules"]:
        assert row["title"] in text
    assert "not in this record ✓ kept not in this record ? not all judged" in text
    assert re.search(r"GRA-1 .{0,400}✓ kept ✗ broken ✓ kept ≠ differ", text)
    assert re.search(r"GRA-2 .{0,400}✓ kept ✓ kept – not run \? not all judged", text)


def test_the_matrix_of_two_says_what_became_of_a_rule():
    text = " ".join(Outline(render_matrix([broken("GRA-1"), broken("GRA-2")])).text.split())

    assert "✗ broken ✓ kept ≠ fixed" in text
    assert "✓ kept ✗ broken ≠ regressed" in text


def test_compare_writes_the_page_and_keeps_its_exit_code(tmp_path):
    for name, of in (("old", kept()), ("new", broken("GRA-1"))):
        (tmp_path / f"{name}.json").write_text(json.dumps(of), encoding="utf-8")

    ran = orderproof(tmp_path, "compare", "old.json", "new.json", "--html", "out/matrix.html")
    blocked = orderproof(tmp_path, "compare", "old.json", "new.json", "--html", "old.json/matrix.html")

    assert ran.code == 1
    assert "regressed (1)" in ran.out
    assert "Rules side by side" in (tmp_path / "out" / "matrix.html").read_text(encoding="utf-8")
    assert blocked.code == 2
    assert "--html: old.json/matrix.html cannot be written" in blocked.err


def test_the_kill_matrix_tells_what_was_caught_what_escaped_and_what_fired_elsewhere():
    page = Outline(render_kills(kill_matrix()))
    text = " ".join(page.text.split())

    assert "1 of 2 faults escaped" in text
    assert "1 of 2 correct servers set off a false alarm." in text
    assert "extends-expired Not found by GRA-15 (found by: GRA-4, CST-1)" in text
    assert "pretty-json A correct server was judged non-conforming: ORD-1" in text
    assert f"extends-by-10-minutes {all_faults()['extends-by-10-minutes'].__doc__} ✓ caught GRA-1 – 40 in 1.5 s" in text
    assert re.search(r"extends-expired .{0,120}✗ escaped GRA-4 GRA-15 CST-1 40 in", text)
    for rule in catalogue().values():
        assert f"{rule.id} {rule.title} {rule.level}" in text
    assert re.search(r"GRA-4 [^–]+ documented 1 extends-expired – ", text)
    assert re.search(r"CST-1 [^–]+ documented 0 – extends-expired ", text)
    assert "A fault was judged only by the rules that must find it." in text
    assert {link.removeprefix("#") for link in page.links if link.startswith("#")} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))


def test_a_drawing_of_few_faults_is_no_higher_than_wide():
    width, height = re.search(r'<svg viewBox="-40 0 (\d+) (\d+)" role="img"', render_kills(kill_matrix())).groups()
    assert int(width) > int(height) == 3 * len(catalogue())


def test_a_kill_matrix_without_faults_or_without_servers_is_a_page_too():
    of = kill_matrix()
    for kind in ("fault", "variant"):
        part = {**of, "judgements": [row for row in of["judgements"] if row["kind"] == kind], "is_whole": True}
        text = Outline(render_kills(part)).text
        assert "of 0 faults escaped" in " ".join(text.split()) or kind == "fault"
        assert "was judged by the rules that it names" not in text


@pytest.mark.xdist_group("browser")
def test_the_matrix_filters_by_agreement(open_page):
    page = open_page("matrix")
    rows = page.locator("tbody tr[data-agreement]:not([hidden]) th > code")

    page.locator("label.chip.differ").click()

    assert rows.all_text_contents() == ["GRA-7"]
    assert fragment_of(page) == "agreement=differ"
    page.locator("#text").fill("extensions")
    assert fragment_of(page) == "agreement=differ&text=extensions"


@pytest.mark.xdist_group("browser")
def test_the_kill_matrix_filters_by_result_and_finds_a_fault(open_page):
    page = open_page("kills")
    rows = page.locator("tbody tr[data-result]:not([hidden]) th > code")

    page.locator("label.chip.escaped").click()
    assert rows.all_text_contents() == ["extends-expired"]
    assert page.locator("#shown").inner_text() == "1 of 4 servers"
    page.locator("#clear").click()
    page.locator("#text").fill("pretty-json")
    assert rows.all_text_contents() == ["pretty-json"]
    assert fragment_of(page) == "text=pretty-json"

    page = open_page("kills", "extends-expired")
    assert page.evaluate("document.activeElement.id") == "extends-expired"
