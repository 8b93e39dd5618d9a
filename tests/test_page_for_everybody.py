"""Pages for everybody: read aloud, in both themes, on narrow screens and paper, without a script, large, hostile."""

import json
import re
from importlib.resources import files

import pytest
from playwright.sync_api import expect

from tests.pages import FEW, LARGE, RACE, RUNS, record_of, visible_rules, written
from tests.records import all_kept, exchange, outcome, record

# One browser and one set of runs for all of these, whichever worker has them.
pytestmark = pytest.mark.xdist_group("browser")

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
JENKINS = "sandbox; default-src 'none'; img-src 'self'; style-src 'self';"
SITE = "http://localhost:1/report.html"


# The rules of axe that colours decide: in the other theme nothing else differs.
OF_COLOURS = ["color-contrast", "link-in-text-block"]
# Elements that are marked up and coloured alike: axe sees two of a kind. A table keeps its columns.
LEAVE_OUT_REPEATED = """() => {
  for (const parent of document.querySelectorAll("main *:not(tr)")) {
    const seen = {};
    for (const child of [...parent.children]) {
      const { verdict, level, agreement, result, area } = child.dataset;
      const kind = [child.localName, child.className, child.open, verdict, level, agreement, result, area].join(" ");
      seen[kind] = (seen[kind] ?? 0) + 1;
      if (seen[kind] > 2) child.remove();
    }
  }
}"""


@pytest.mark.parametrize("name", [*RUNS, "told", "matrix", "kills"])
def test_axe_finds_no_violation_in_either_theme(open_page, name):
    # The policy of the page would keep axe out as well.
    page = open_page(name, color_scheme="light", bypass_csp=True)
    page.evaluate(LEAVE_OUT_REPEATED)
    page.evaluate(AXE)

    light = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate("rules => axe.run(document, {resultTypes: ['violations'], runOnly: rules})", OF_COLOURS)

    for found in (light, dark):
        assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []
    assert len(light["passes"]) > 20
    assert "color-contrast" in [one["id"] for one in dark["passes"]]


@pytest.mark.parametrize("name", RUNS)
def test_the_first_screen_says_verdict_scope_and_what_was_not_judged(open_page, pages, name):
    page, of = open_page(name), record_of(pages[name])

    assert page.locator(".result").inner_text().lower() == name
    unjudged = of["summary"]["inconclusive"] + of["summary"]["not-run"]
    judged = page.locator("section", has=page.locator("#not-judged")).inner_text()
    assert (f"{unjudged} not judged" if unjudged else "every rule in scope was judged") in judged
    for place in ("#title", "#scope", "#not-judged", "#waivers"):
        box = page.locator(place).bounding_box()
        assert box["y"] + box["height"] < 900, f"{place} is not on the first screen"


@pytest.mark.parametrize("name", ["non-conforming", "told", "matrix", "kills"])
def test_nothing_hangs_over_the_side(open_page, name):
    page = open_page(name)

    for width in (320, 400, 800, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


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
    expect(page.locator(":target .exchange")).to_be_visible()


def test_a_print_begins_with_verdict_scope_findings_and_evidence_and_leaves_the_catalogue_out(open_page, pages):
    page, rows = open_page("non-conforming"), record_of(pages["non-conforming"])["rules"]
    found = [row["id"] for row in rows if row["findings"]]
    page.locator("td[data-status] button").first.click()
    page.locator("#map-exchanges .listed").wait_for()

    page.emulate_media(media="print")

    assert sorted(visible_heads(page)) == sorted(found)
    assert 0 < len(found) < len(rows)
    for rule in found:
        assert page.locator(f"[id='{rule}'] blockquote").is_visible()
        assert page.locator(f"[id='{rule}.1'] .exchange").is_visible()
    order = ["#title", "#scope", "#broken", "#advice", "[id='GRA-1.1']", "[id='CST-4.1']", "#exchanges", "#unjudged"]
    tops = [page.locator(place).bounding_box()["y"] for place in [*order, "#observed", "#reading"]]
    assert tops == sorted(tops)
    without = page.locator(".printing").inner_text()
    assert without == f"Printed only on demand: {len(rows) - len(found)} rules without a finding"
    # Of the exchanges, those that a finding names; and nothing to press.
    assert not page.locator(".listed").is_visible()
    assert page.locator("button:visible:not(td button)").count() == 0
    assert not page.locator("nav.contents").is_visible()


def test_the_catalogue_is_printed_on_demand_behind_all_else_and_no_storage_remembers_it(open_page):
    page = open_page("told")
    short = page.pdf()

    page.get_by_label("Print the catalogue too").check()
    page.emulate_media(media="print")

    assert sorted(visible_heads(page)) == sorted(rule.id for rule in FEW)
    assert (
        page.locator(".rule[data-verdict=pass]").first.bounding_box()["y"]
        > page.locator("#reading").bounding_box()["y"]
    )
    assert 0 < sheets(short) < sheets(page.pdf())
    assert page.evaluate("[localStorage.length, sessionStorage.length, location.hash]") == [0, 0, ""]
    page.reload()
    assert not page.locator("#catalogue").is_checked()


def test_a_print_without_a_finding_says_what_it_leaves_out(open_page, pages):
    page, rows = open_page("conforming", java_script_enabled=False), record_of(pages["conforming"])["rules"]
    page.emulate_media(media="print")

    assert not page.locator("blockquote").first.is_visible()
    assert f"{len(rows)} rules without a finding" in page.locator(".printing").inner_text()


def visible_heads(page):
    return page.locator(".rule:visible [role=heading] code").all_text_contents()


def sheets(pdf):
    return len(re.findall(rb"/Type /Page\b", pdf))


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


def test_thousands_of_rules_are_there_and_can_be_filtered(open_page):
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
    expect(page.locator(f"#{last}")).to_be_in_viewport()


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
    expect(page.locator("#map-exchanges .listed .exchange").first).to_be_visible()
    assert page.evaluate("document.body.dataset.hit") is None
    assert page.locator("base, img, iframe, object, embed, style:not(head > style)").count() == 0
    assert page.locator("#GRA-7 .message").is_visible()
    assert "<script>document.body.dataset.hit = 1</script>" in page.locator("#GRA-7").text_content()
    assert re.search("[\u202e\x1b\x00]", page.locator("body").text_content()) is None
