"""The page as people use it, in Chromium: filters, links, keys, copying, walks, races and exchanges."""

import pytest
from playwright.sync_api import expect

from tests.pages import FEW, RACE, WALK, fragment_of, record_of, told, visible_rules, wait_for_fragment

# One browser and one set of runs for all of these, whichever worker has them.
pytestmark = pytest.mark.xdist_group("browser")


def test_filters_narrow_the_rules_and_stand_in_the_address(open_page, pages):
    page, rows = open_page("non-conforming"), record_of(pages["non-conforming"])["rules"]

    page.locator("label.chip.fail").click()
    assert visible_rules(page) == [row["id"] for row in rows if row["verdict"] == "fail"]
    page.locator("#area").select_option("CST")
    wanted = [row["id"] for row in rows if row["verdict"] == "fail" and row["area"] == "CST"]
    assert visible_rules(page) == wanted
    assert page.locator("#shown").inner_text() == f"{len(wanted)} of {len(rows)} rules"
    assert fragment_of(page) == "verdict=fail&area=CST"

    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    assert visible_rules(page) == wanted

    page.locator("#clear").click()
    assert len(visible_rules(page)) == len(rows)
    assert fragment_of(page) == ""

    page.locator("#level").select_option("implied")
    assert visible_rules(page) == [row["id"] for row in rows if row["level"] == "implied"]
    page.locator("#text").fill("no rule has these words")
    assert visible_rules(page) == []
    assert page.locator("#none").is_visible()


def test_the_text_finds_titles_sentences_and_findings(open_page, pages):
    page, rows = open_page("non-conforming"), record_of(pages["non-conforming"])["rules"]
    row = next(one for one in rows if one["id"] == "GRA-1")

    for words in (row["title"], row["source"]["words"], row["findings"][0]["message"], "gra-1  MINUTES"):
        page.locator("#text").fill(words)
        assert "GRA-1" in visible_rules(page), words
        assert len(visible_rules(page)) < len(rows)


def test_a_deep_link_opens_its_rule_and_keeps_the_filter(open_page):
    page = open_page("non-conforming", "GRA-1")
    head = page.locator(".rule", has=page.locator("[id='GRA-1']")).locator("summary").first
    assert page.locator("[id='GRA-1'] .finding").is_visible()
    expect(head).to_be_focused()
    assert 0 <= head.bounding_box()["y"] < 400

    page = open_page("non-conforming", "verdict=fail&rule=GRA-1")
    assert page.locator("[id='GRA-1'] .finding").is_visible()
    assert fragment_of(page) == "verdict=fail&rule=GRA-1"
    page.locator(".broken a", has_text="HIS-9").click()
    wait_for_fragment(page, "verdict=fail&rule=HIS-9")

    page = open_page("non-conforming", "GRA-1.1")
    assert page.locator("[id='GRA-1.1']").is_visible()


def test_a_link_to_a_rule_that_the_filter_hides_shows_it(open_page):
    page = open_page("non-conforming", "verdict=pass")
    assert "GRA-1" not in visible_rules(page)

    page.locator(".broken a", has_text="GRA-1").click()

    expect(page.locator("[id='GRA-1'] .finding")).to_be_visible()
    assert "GRA-1" in visible_rules(page)


@pytest.mark.parametrize("fragment", ["NOPE-9", "verdict=fail&rule=NOPE-9", f"rule={'<b>' * 20}", "GRA-1.99"])
def test_a_link_to_a_rule_that_is_not_there_says_so_and_shows_all(open_page, pages, fragment):
    page, rows = open_page("non-conforming", fragment), record_of(pages["non-conforming"])["rules"]
    note = page.locator("#unknown")
    name = fragment.rpartition("=")[2]
    shown = name if len(name) <= 40 else f"{name[:40]}…"
    remedy = "The filter is cleared and all rules are shown; check the id in the address."
    expect(note).to_have_text(f"There is no rule {shown} on this page. {remedy}")
    expect(note).to_be_in_viewport()
    assert len(visible_rules(page)) == len(rows)
    expect(page.locator("#said")).to_have_text(note.inner_text())

    # It goes with the next thing that is asked for.
    page.locator("#level").select_option("implied")
    expect(note).to_be_hidden()
    page.evaluate("location.hash = 'NOPE-9'")
    expect(note).to_be_visible()
    page.evaluate("location.hash = 'GRA-1'")
    expect(page.locator("[id='GRA-1'] .finding")).to_be_visible()
    expect(note).to_be_hidden()


@pytest.mark.parametrize("fragment", ["verdict=<b>&area=nowhere&level=x&rule=%FF", "%E0%A4%A", "=&=&", "rule=../x"])
def test_an_odd_fragment_does_no_harm(open_page, fragment):
    page = open_page("non-conforming", fragment)

    assert page.locator("#clear").is_disabled()
    assert visible_rules(page)


def test_keys_find_walk_open_and_copy(open_page, pages):
    page = open_page("told", permissions=["clipboard-read", "clipboard-write"])
    page.keyboard.press("/")
    page.keyboard.type("GRA-7")
    assert visible_rules(page) == ["GRA-7"]
    page.keyboard.press("Escape")
    assert len(visible_rules(page)) == len(FEW)

    page.keyboard.press("/")
    page.keyboard.type("simultaneous extensions each")
    page.locator("#clear").focus()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.textContent").startswith("GRA-7")
    is_open = "document.activeElement.parentElement.open"
    before = page.evaluate(is_open)
    page.keyboard.press("Enter")
    assert page.evaluate(is_open) is not before
    page.keyboard.press("c")
    expect(page.locator("#said")).to_have_text("Copied.")
    finding = next(row for row in told(FEW)["rules"] if row["id"] == "GRA-7")["findings"][0]
    assert page.evaluate("navigator.clipboard.readText()") == finding["curl"][-1]

    page.keyboard.press("x")
    assert len(visible_rules(page)) == len(FEW)
    page.keyboard.press("j")
    first = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.textContent") == first


def test_single_keys_can_be_switched_off(open_page):
    page = open_page("told")
    page.keyboard.press("?")
    assert page.locator("#keys-help").is_visible()
    page.locator("#keys-on").uncheck()
    page.locator("#keys-help button").click()
    assert not page.locator("#keys-help").is_visible()

    page.keyboard.press("/")

    assert not page.locator("#text").evaluate("field => field === document.activeElement")


def test_a_curl_line_is_copied_as_the_record_has_it(open_page, pages):
    page = open_page("non-conforming", "CAN-1", permissions=["clipboard-read", "clipboard-write"])
    row = next(one for one in record_of(pages["non-conforming"])["rules"] if one["id"] == "CAN-1")
    finding = row["findings"][0]

    page.locator("[id='CAN-1.1'] .copy:visible").first.click()

    expect(page.locator("#said")).to_have_text("Copied.")
    wanted = finding["curl"][finding["exchanges"].index(finding["decisive"])]
    assert page.evaluate("navigator.clipboard.readText()") == wanted


def test_where_there_is_no_clipboard_the_line_is_copied_by_selecting(open_page):
    page = open_page("told", "GRA-7")
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")

    page.locator("[id='GRA-7.1'] .copy:visible").first.click()

    expect(page.locator("#said")).not_to_be_empty()
    assert page.evaluate("getSelection().toString()").startswith("curl -sS")


def test_a_walk_and_a_race_are_told_and_drawn(open_page):
    page = open_page("told", "GRA-7")
    finding = page.locator("[id='GRA-7.1']")

    for step, item in zip(WALK, finding.locator(".story li").all(), strict=True):
        assert item.inner_text().startswith(f"{step['text']} → {step['answer']}")
    lanes = finding.locator(".lane").all()
    assert len(lanes) == len(RACE)
    bars = [lane.locator("rect").bounding_box() for lane in lanes]
    # The first two overlap in time, and so do their bars.
    assert bars[0]["x"] < bars[1]["x"] < bars[0]["x"] + bars[0]["width"]
    assert "no answer came" in lanes[2].inner_text()
    assert lanes[2].get_by_role("img", name="no answer came").count() == 1
    assert finding.locator("mark").all_text_contents() == ["true", "false"]


def test_the_walk_can_be_saved_as_a_script(open_page):
    page = open_page("told", "GRA-7")
    page.locator(".script summary").click()

    with page.expect_download() as download:
        page.locator(".script .save").click()

    assert download.value.suggested_filename == "GRA-7.1.sh"
    assert download.value.path().read_text(encoding="utf-8") == page.locator("[id='GRA-7.1-script']").text_content()


def test_an_exchange_opens_where_it_is_named(open_page):
    page = open_page("told", "GRA-7")
    link = page.locator(".to-exchange").nth(1)

    link.click()
    assert '"reason": "late"' in page.locator(".led .exchange").inner_text()
    link.click()
    expect(page.locator(".led .exchange")).to_have_count(0)

    page.locator(".story a").first.click()
    expect(page.locator(":target .exchange")).to_be_visible()
    assert fragment_of(page).startswith("x")


def test_the_exchanges_of_the_run_are_unpacked_on_demand(open_page, pages):
    page, of = open_page("conforming"), record_of(pages["conforming"])
    cell = page.locator("td[data-operation=showCancellationStatus][data-status='404'] button")
    seen = [one for one in of["exchanges"] if (one["operation"], one["status"]) == ("showCancellationStatus", 404)]

    cell.click()

    listed = page.locator("#map-exchanges .listed")
    assert listed.locator(".aside").inner_text().endswith(f": {len(seen)}")
    entry = listed.locator("details").first
    entry.locator("summary").click()
    assert seen[0]["url"] in entry.inner_text()

    page.goto(page.url.partition("#")[0] + "#CST-6")
    page.locator("[id='CST-6'] .of-rule button").click()
    own = {check["check"] for row in of["rules"] if row["id"] == "CST-6" for check in row["checks"]}
    count = sum(one["check"] in own for one in of["exchanges"])
    assert page.locator("[id='CST-6'] .listed .aside").inner_text().endswith(f": {count}")
