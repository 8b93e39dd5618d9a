"""The page as people meet it, in Chromium: filters, links, keys, copying, both themes, paper, and no script at all."""

import json
import re
from importlib.resources import files
from urllib.parse import unquote

import pytest
from playwright.sync_api import expect

from reports.page.matrix import render_matrix
from tests.browser import chromium
from tests.pages import FEW, RACE, WALK, kept, real_runs, record_of, told, written
from tests.records import all_kept, exchange, large, outcome, record

# One browser and one set of runs for all of these, whichever worker has them.
pytestmark = pytest.mark.xdist_group("browser")

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
JENKINS = "sandbox; default-src 'none'; img-src 'self'; style-src 'self';"
SITE = "http://localhost:1/report.html"
RUNS = ("conforming", "non-conforming", "partial", "void")
LARGE = 10_000


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Pages by name: of a real run of each verdict, and made-up ones."""
    folder = tmp_path_factory.mktemp("pages")
    found = real_runs(folder)
    found["told"] = written(folder, "told", told(FEW))
    found["large"] = written(folder, "large", large(LARGE))
    matrix = folder / "matrix.html"
    matrix.write_text(render_matrix([kept(FEW), told(FEW)]), encoding="utf-8")
    found["matrix"] = matrix
    return found


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture
def open_page(browser, pages):
    """Opens a page by its name; a request that leaves the page, an error and a console message fail the test."""
    contexts, troubles = [], []

    def opened(name, fragment="", **options):
        context = browser.new_context(viewport={"width": 1280, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda message: troubles.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: troubles.append(f"error: {error}"))
        page.on("request", lambda request: request.is_navigation_request() or troubles.append(f"sent: {request.url}"))
        page.goto(f"{pages[name].as_uri()}#{fragment}" if fragment else pages[name].as_uri())
        if options.get("java_script_enabled", True):
            page.wait_for_selector("html[data-ready]", state="attached")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert troubles == []


def visible_rules(page):
    return page.locator(".rule:not([hidden]) [role=heading] code").all_text_contents()


def fragment_of(page):
    return unquote(page.evaluate("location.hash")).removeprefix("#")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", [*RUNS, "told", "matrix"])
def test_axe_finds_no_violation(open_page, name, scheme):
    # The policy of the page would keep axe out as well.
    page = open_page(name, color_scheme=scheme, bypass_csp=True)
    page.evaluate(AXE)

    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")

    assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []
    assert len(found["passes"]) > 20


@pytest.mark.parametrize("name", RUNS)
def test_the_first_screen_says_verdict_scope_and_what_was_not_judged(open_page, pages, name):
    page, of = open_page(name), record_of(pages[name])

    assert page.locator(".result").inner_text().lower() == name
    unjudged = of["summary"]["inconclusive"] + of["summary"]["not-run"]
    judged = page.locator("section", has=page.locator("#not-judged")).inner_text()
    assert (f"{unjudged} rule" if unjudged else "every rule in scope was judged") in judged
    for place in ("#title", "#scope", "#not-judged", "#waivers"):
        box = page.locator(place).bounding_box()
        assert box["y"] + box["height"] < 900, f"{place} is not on the first screen"


@pytest.mark.parametrize("name", ["non-conforming", "told", "matrix"])
def test_nothing_hangs_over_the_side(open_page, name):
    page = open_page(name)

    for width in (320, 400, 800, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


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
    assert fragment_of(page) == "verdict=fail&rule=HIS-9"

    page = open_page("non-conforming", "GRA-1.1")
    assert page.locator("[id='GRA-1.1']").is_visible()


def test_a_link_to_a_rule_that_the_filter_hides_shows_it(open_page):
    page = open_page("non-conforming", "verdict=pass")
    assert "GRA-1" not in visible_rules(page)

    page.locator(".broken a", has_text="GRA-1").click()

    assert "GRA-1" in visible_rules(page)
    assert page.locator("[id='GRA-1'] .finding").is_visible()


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
    assert page.locator(".led .exchange").count() == 0

    page.locator(".story a").first.click()
    assert fragment_of(page).startswith("x")
    assert page.locator(":target .exchange").is_visible()


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


@pytest.mark.parametrize("name", RUNS)
def test_all_is_there_without_javascript(open_page, pages, name):
    page, of = open_page(name, java_script_enabled=False), record_of(pages[name])
    text = " ".join(page.locator("body").text_content().split())

    assert of["headline"].partition(": ")[2][1:60] in text
    for row in of["rules"]:
        assert row["title"] in text
        assert " ".join(row["source"]["words"].split()) in text
        for finding in row["findings"][:5]:
            assert finding["message"][1:60] in text
            assert " ".join(finding["curl"][-1].split())[:300] in text
    assert not page.locator("#filter").is_visible()
    assert not page.locator("button:visible").count()


def test_disclosures_and_deep_links_work_without_javascript(open_page):
    page = open_page("non-conforming", "CST-1", java_script_enabled=False)
    assert page.locator("[id='CST-1'] blockquote").is_visible()

    page = open_page("told", java_script_enabled=False)
    page.locator(".story a").first.click()
    assert page.locator(":target .exchange").is_visible()


def test_paper_shows_what_is_closed_and_nothing_to_press(open_page):
    page = open_page("conforming")
    page.emulate_media(media="print")

    assert page.locator("blockquote").first.is_visible()
    assert page.locator("button:visible:not(td button)").count() == 0
    assert not page.locator("nav.contents").is_visible()


def test_both_themes_can_be_chosen_by_hand(open_page):
    page = open_page("told", color_scheme="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)

    page.locator("#theme").click()
    assert page.evaluate(ground) == light
    page.locator("#theme").click()
    assert page.evaluate(ground) != light


def test_the_page_can_be_read_under_the_policy_of_jenkins(browser, pages):
    context = browser.new_context(viewport={"width": 1000, "height": 900})
    page = context.new_page()
    body = pages["told"].read_text(encoding="utf-8")
    page.route(
        SITE,
        lambda route: route.fulfill(body=body, content_type="text/html", headers={"Content-Security-Policy": JENKINS}),
    )

    page.goto(SITE)

    assert page.evaluate("document.documentElement.dataset.ready") is None
    assert page.locator("h1").inner_text() == "acme Non-conforming"
    assert not page.locator("#filter").is_visible()
    assert page.locator("#GRA-7").is_visible()
    # One line a rule, although no style says so.
    assert page.locator(".rule:not([open]) summary").first.bounding_box()["height"] < 40
    context.close()


def test_ten_thousand_rules_are_there_and_can_be_filtered(open_page):
    page = open_page("large")
    assert page.locator("#shown").inner_text() == f"{LARGE:,} of {LARGE:,} rules"

    page.locator("label.chip.fail").click()
    page.locator("#text").fill("ORD-1")

    found = visible_rules(page)
    assert found
    assert all(rule.startswith("ORD-1") for rule in found)
    page.locator("#text").fill("")
    page.locator("label.chip.fail").click()
    last = page.locator("div.rule").last.get_attribute("id")
    page.goto(f"{page.url.partition('#')[0]}#{last}")
    assert page.locator(f"#{last}").is_visible()
    assert 0 <= page.locator(f"#{last}").bounding_box()["y"] < 900


PAYLOADS = (
    "<script>document.body.dataset.hit = 1</script>",
    "<img src=x onerror='document.body.dataset.hit = 1'>",
    '" autofocus onfocus="document.body.dataset.hit = 1" x="',
    "</pre></details></script><svg onload='document.body.dataset.hit = 1'>",
    "</style><style>body { display: none }</style>",
    "<!--",
    "<base href='http://evil.example/'>",
    "<meta http-equiv=refresh content='0;url=http://evil.example/'>",
    "{{ 7 * 7 }} {% raw %}",
    "\u202e\x1b]0;owned\x07\x00\ud800",
    "::error::owned",
)


def test_what_a_server_sends_is_shown_and_does_nothing(open_page, pages, tmp_path):
    hostile = "\n".join(PAYLOADS)
    sent = exchange(
        url=f"http://acme.example/v0/orders/{hostile}",
        method="GET",
        response_headers=[[hostile, hostile]],
        response_body=(hostile.replace("\ud800", "") * 3).encode() + b"\xff",
        operation=None,
        error=hostile,
    )
    finding = {
        "message": hostile,
        "expected": hostile,
        "observed": f"{hostile}!",
        "story": [{"text": hostile, "answer": hostile, "exchange": 0}],
        "timeline": [{**RACE[0], "text": hostile, "answer": hostile}],
    }
    of = record(
        [*all_kept("GRA-7"), outcome("GRA-7", result="fail", check="x.py::y", exchanges=[sent], finding=finding)],
        target={"name": hostile, "base_url": hostile, "internal_base_url": None},
        missing_states={"order": hostile},
    )
    pages["hostile"] = written(tmp_path, "hostile", json.loads(json.dumps(of)))

    page = open_page("hostile", "GRA-7")

    page.locator("td[data-status] button").last.click()
    page.locator("#map-exchanges .listed details summary").first.click()
    assert page.evaluate("document.body.dataset.hit") is None
    assert page.locator("base, img, iframe, object, embed, style:not(head > style)").count() == 0
    assert page.locator("#GRA-7 .message").is_visible()
    assert "<script>document.body.dataset.hit = 1</script>" in page.locator("#GRA-7").text_content()
    assert re.search("[\u202e\x1b\x00]", page.locator("body").text_content()) is None


def test_the_matrix_filters_by_agreement(open_page):
    page = open_page("matrix")
    rows = page.locator("tbody tr[data-agreement]:not([hidden]) th > code")

    page.locator("label.chip.differ").click()

    assert rows.all_text_contents() == ["GRA-7"]
    assert fragment_of(page) == "agreement=differ"
    page.locator("#text").fill("extensions")
    assert fragment_of(page) == "agreement=differ&text=extensions"
