"""The page as a file: complete, the same for the same record, self-contained, and closed to what a server sends."""

import base64
import gzip
import hashlib
import json
import re
import shutil
import subprocess
from collections import Counter
from datetime import date

import pytest

from orderproof.reports import formats
from orderproof.reports.page import render, rules
from orderproof.reports.page.exchanges import island, whole
from orderproof.reports.page.matrix import render_matrix
from orderproof.reports.page.overview import overview
from orderproof.reports.page.statuses import status_map
from orderproof.reports.page.words import RULE_WORDS
from orderproof.reports.verdict import RULE_VERDICTS
from orderproof.reports.waivers import Waiver, apply
from tests.outline import Outline
from tests.pages import FEW, RACE, WALK, kept, told
from tests.records import ADVISORY, all_kept, broken, exchange, large, outcome, record


@pytest.fixture(scope="module")
def found():
    """The page of a run with a finding that tells a walk and a race, and its outline."""
    page = render(told())
    return page, Outline(page)


def unpacked(page):
    return json.loads(gzip.decompress(base64.b64decode(re.search(r'id="island">([^<]*)<', page)[1])))


def test_the_same_record_gives_the_same_page():
    assert render(told(FEW)) == render(told(FEW))


def test_it_is_a_format_of_reports():
    assert formats.render("html", kept(FEW)) == render(kept(FEW))


def test_every_rule_stands_there_with_its_sentence_level_verdict_and_strength(found):
    _, outline = found
    text = " ".join(outline.text.split())

    for row in told()["rules"]:
        assert f"{row['id']} {row['title']} {row['level']}" in text
        assert " ".join(row["source"]["words"].split()) in text
        assert row["id"] in outline.ids
    assert "Rests on 3 requests by 1 check, using 1 state." in text


def test_a_finding_shows_both_sides_the_exchange_the_request_and_the_command(found):
    page, outline = found
    finding = next(row for row in told()["rules"] if row["id"] == "GRA-7")["findings"][0]

    assert "<pre>canceled: <mark>true</mark></pre>" in page
    assert "<pre>canceled: <mark>false</mark></pre>" in page
    for curl in finding["curl"]:
        assert curl in outline.text
    token = '-H "Authorization: Bearer $ORDERPROOF_TOKEN"'
    assert f"orderproof run http://acme.example/v0 {token} --rules GRA-7 --seed 1" in outline.text
    assert '{"cancelable": true, "canceled": false}' in outline.text


@pytest.mark.parametrize("repeats", [False, True])
def test_a_request_that_was_sent_again_is_shown_as_such(repeats):
    made = record([outcome(FEW[0].id, result="fail", exchanges=[exchange(repeats=repeats)])])

    assert (", sent again on a new connection</p>" in whole(made["exchanges"][0])) is repeats


def test_all_exchanges_are_in_the_island_as_the_record_has_them(found):
    page, _ = found

    assert unpacked(page) == told()["exchanges"]


def test_the_island_says_nothing_of_when_it_was_packed():
    assert island([]) == island([])
    assert gzip.decompress(base64.b64decode(island([]))) == b"[]"


def test_the_policy_allows_the_one_script_and_the_one_style_and_nothing_else(found):
    page, outline = found
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)[1].replace("&#39;", "'")
    scripts = [text for text in outline.raw["script"] if "use strict" in text]

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for kind, (text,) in (("script", scripts), ("style", outline.raw["style"])):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    attributes = {name for tag in outline.tags for name in tag[1:]}
    assert not {name for name in attributes if name.startswith("on") or name in ("style", "src", "srcset", "srcdoc")}


def test_no_link_leads_away_and_each_leads_somewhere(found):
    _, outline = found
    inner = [link.removeprefix("#") for link in outline.links if link.startswith("#")]

    assert [link for link in outline.links if not link.startswith(("#", "data:image/svg+xml,"))] == []
    assert set(inner) <= set(outline.ids)
    assert max(Counter(outline.ids).values()) == 1


HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)></pre><!-- {{ 7*7 }} &lt; \u202e\x1b[31m\x00"


def test_a_hostile_text_wherever_it_stands_adds_no_element_and_no_attribute():
    def poisoned(node, poison, key=""):
        if isinstance(node, dict):
            return {name: poisoned(value, poison, name) for name, value in node.items()}
        if isinstance(node, list):
            return [poisoned(value, poison, key) for value in node]
        # What a schema limits to a few values cannot hold markup, and what is joined by its value must stay joined.
        fixed = ("verdict", "level", "area", "outcome", "encoding", "profile", "id", "document", "operation")
        return node if key in fixed or not isinstance(node, str) else poison + node

    plain, hostile = [], []
    for poison, pages in (("x\x1b", plain), (HOSTILE, hostile)):
        of = poisoned(told(FEW), poison)
        pages += [render(of), render_matrix([of, poisoned(kept(FEW), poison)])]

    for one, other in zip(plain, hostile, strict=True):
        # How much differs is the only thing that a text decides about.
        pairs = [Outline(page).tags for page in (one, other)]
        for tags in pairs:
            del tags[("mark",)]
        assert pairs[0] == pairs[1]
        assert not set("\u202e\x1b\x00") & set(other)


def test_no_token_is_on_the_page_nor_in_its_island():
    secret = "hunter2-token"
    echoed = exchange(
        url=f"http://acme.example/v0/orders/{secret}",
        response_headers=[["X-Echo", secret]],
        response_body=json.dumps({"message": f"no access with {secret}"}).encode(),
    )
    finding = {"message": f"it said {secret}", "observed": secret, "story": [{**WALK[0], "answer": secret}]}
    of = record([outcome("GRA-7", result="fail", exchanges=[echoed], finding=finding), *all_kept("GRA-7")])

    page = render(of)

    assert secret not in page
    assert secret not in json.dumps(unpacked(page))


def test_a_body_of_five_megabytes_is_shortened():
    long = exchange(response_body=b'["' + b"x" * 5_000_000 + b'"]')
    page = render(record([outcome("GRA-7", result="fail", exchanges=[long]), *all_kept("GRA-7")], FEW))

    assert len(page) < 400_000
    assert "beginning of 5,000,004 bytes; report.json holds more" in page


def test_many_findings_of_one_rule_are_told_in_full_five_times_and_then_by_their_sentence():
    outcomes = [
        outcome("GRA-7", result="fail", check=f"x.py::{number}", finding={"message": f"seen in check {number}."})
        for number in range(300)
    ]
    outline = Outline(render(record([*outcomes, *all_kept("GRA-7")], FEW)))

    assert outline.text.count("The request that shows it") == 5
    assert "295 more findings of this rule" in outline.text
    assert "Seen in check 199." in outline.text
    assert "Seen in check 200." not in outline.text
    assert "And 100 more in report.json." in outline.text


def test_a_large_page_has_every_rule_and_one_that_is_too_large_what_is_not_kept(monkeypatch):
    of = large(400, findings=20)
    ids = {row["id"] for row in of["rules"]}
    left = {row["id"] for row in of["rules"] if row["verdict"] != "pass"}

    monkeypatch.setattr(rules, "LARGE", 300)
    shown = Outline(render(of))
    assert ids <= set(shown.ids)
    assert shown.tags[("details", "class", "data-level", "data-verdict")] < 50

    monkeypatch.setattr(rules, "MOST_ROWS", 300)
    shown = Outline(render(of))
    assert ids & set(shown.ids) == left
    assert f"It shows the {len(left)} rules that were not kept; report.json holds all." in shown.text


def test_the_first_screen_counts_as_the_record_does():
    of = broken("GRA-1", "CAN-1", selection=("GRA-*",), cut_short="interrupted after 3 checks")
    said = overview(of)

    assert said.verdict == "Non-conforming"
    assert said.unjudged_count == of["summary"]["inconclusive"] + of["summary"]["not-run"]
    assert sum(len(group.rules) for group in said.unjudged) == said.unjudged_count
    assert "cut short: interrupted after 3 checks" in said.limits[0]
    assert "GRA-*" in said.limits[1]


def test_advice_that_is_not_followed_is_not_listed_as_broken():
    advice, other = ADVISORY[0].id, ADVISORY[1].id
    fails = [outcome(rule, result="fail") for rule in (advice, "GRA-1")]
    page = render(record([*all_kept(advice, "GRA-1"), *fails]))

    assert re.findall(r'href="#([^"]+)"', section(page, "broken")) == ["GRA-1"]
    assert re.findall(r'href="#([^"]+)"', section(page, "advice")) == [advice]
    assert "Advice: 1 rule not followed" in section(page, "advice")
    assert page.index(section(page, "broken")) < page.index(section(page, "advice"))

    partial = record([*all_kept(advice, "GRA-1"), outcome("GRA-1", result="not-run"), fails[0]])
    assert partial["verdict"] == "partial"
    page = render(partial)
    assert "What is broken" not in page
    assert f'href="#{advice}"' in section(page, "advice")
    assert f'href="#{other}"' not in section(page, "advice")


def section(page, name):
    """A section of the page as HTML, by the id of its heading."""
    return re.search(rf'<section aria-labelledby="{name}">.*?</section>', page, re.DOTALL)[0]


def test_waivers_stand_there_with_reason_issue_owner_and_day_the_first_to_expire_first():
    waivers = [
        Waiver("GRA-1", "the scheduler is replaced", "ORD-812", "order team", date(2999, 3, 1)),
        Waiver("CAN-1", "the gateway rewrites it", "ORD-900", "edge team", date(2999, 2, 1)),
    ]
    of, _ = apply(broken("GRA-1", "CAN-1"), waivers)

    said = overview(of)
    assert [group.rules for group in said.waived] == [["CAN-1"], ["GRA-1"]]
    assert said.meaning == "Every rule in scope that can fail a release was judged. The broken rules are waived."
    text = " ".join(Outline(render(of)).text.split())
    assert "Waived until 2999-02-01: the gateway rewrites it (ORD-900, edge team)" in text


def test_a_void_page_tells_the_cause_and_shows_what_was_tried():
    tried = exchange(status=401, operation="showOrderHistoryForCustomer")
    page = render(record([], void="auth.bearer: the token is refused", requests_before=[tried]))
    text = Outline(page).text

    assert "Why nothing was judged" in text
    assert text.count("auth.bearer: the token is refused") >= 2
    assert "<b>401</b>" in page
    assert "<title>Void: acme" in page


def test_the_map_tells_documented_seen_by_default_and_undocumented_apart():
    answers = [("createCancellation", 200), ("createCancellation", 200), ("createCancellation", 401)]
    answers += [("createCancellation", 202), ("cancelLineItem", 401), ("cancelLineItem", None), (None, 404)]
    drawn = status_map([{"operation": operation, "status": status} for operation, status in answers])

    cells = {(line.id, cell.status): (cell.kind, cell.seen) for line in drawn.lines for cell in line.cells}
    assert cells["createCancellation", "200"] == ("documented", 2)
    assert cells["createCancellation", "404"] == ("documented", 0)
    assert cells["createCancellation", "401"] == ("by-default", 1)
    # The documents' default answer is an error's.
    assert cells["createCancellation", "202"] == ("undocumented", 1)
    assert cells["cancelLineItem", "401"] == ("undocumented", 1)
    assert cells["cancelLineItem", "none"] == ("undocumented", 1)
    assert cells["", "404"] == ("undocumented", 1)
    assert cells["createGracePeriod", "400"] == ("blank", 0)
    assert sum(cell.seen for line in drawn.lines for cell in line.cells) == len(answers)


@pytest.mark.skipif(not shutil.which("sh"), reason="needs a POSIX shell")
def test_the_script_of_a_walk_is_one_that_a_shell_takes(found, tmp_path):
    _, outline = found
    script = re.search(r"#!/bin/sh\n.*?; echo\n(?=\s*Copy)", outline.text, re.DOTALL)[0]
    path = tmp_path / "walk.sh"
    # curl is told apart by printing what it would be called with.
    path.write_text(script.replace("curl -sS", "printf '%s '"), encoding="utf-8")

    without = subprocess.run(["sh", path], capture_output=True, text=True, check=False, env={})
    ran = subprocess.run(["sh", path], capture_output=True, text=True, check=True, env={"ORDERPROOF_TOKEN": "abc"})

    assert "ORDERPROOF_TOKEN" in without.stderr
    assert without.returncode
    assert ran.stdout.count("Authorization: Bearer abc") == 3
    for number, step in enumerate(WALK, 1):
        assert f"# {number}. {step['text']} (then: {step['answer']})" in script


def test_a_race_is_drawn_to_scale_and_told_in_words(found):
    page, outline = found
    bars = [
        (float(x), float(width))
        for x, width in re.findall(r'<rect class="span[^"]*" x="([\d.]+)%" y="50%" width="([\d.]+)%"', page)
    ]

    # Seven and a half per cent of room behind the last end, since one has none.
    span = 0.009 * 1.15 * 10
    assert bars == [
        (pytest.approx(event["start_s"] * 1000 / span, abs=0.01), pytest.approx(width, abs=0.02))
        for event, width in zip(RACE, (6 / span, 8 / span, 100 - 2 / span), strict=True)
    ]
    assert "from 1.0 ms to 9.0 ms" in outline.text
    assert "from 2.0 ms on; no answer came" in outline.text
    assert outline.text.count("✗ not explained") == 2
    assert "No sequence of these operations explains the 2 marked answers together." in outline.text


def test_a_long_pause_in_a_race_is_drawn_short():
    late = {**RACE[0], "text": "read", "start_s": 10.005, "end_s": 10.007}
    page = render(told(FEW, timeline=[RACE[0], RACE[1], late]))

    bars = re.findall(r'<rect class="span[^"]*" x="([\d.]+)%" y="50%" width="([\d.]+)%"', page)
    assert [float(width) > 15 for _, width in bars] == [True] * 3
    assert float(bars[1][0]) + float(bars[1][1]) < float(bars[2][0])
    assert "from 10.005 s to 10.007 s" in page
    assert "Pauses are drawn short." in page


def test_a_race_that_nothing_of_came_back_is_drawn_too():
    silent = {**RACE[2], "start_s": 0.0}
    page = render(told(FEW, timeline=[silent, {**silent, "end_s": 0.0}]))

    assert re.findall(r'x="0.00%" y="50%" width="([\d.]+)%"', page)[0] == "100.00"


def test_every_verdict_has_a_mark_and_words_of_its_own():
    assert set(RULE_WORDS) == set(RULE_VERDICTS)
    assert len({word.mark for word in RULE_WORDS.values()}) == len(RULE_VERDICTS)
