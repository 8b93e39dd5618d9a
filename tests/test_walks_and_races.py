"""Walks and races in whole runs: what they find is told with every request that led there, and can be repeated."""

import html
import json
import os
import re
import shutil
import subprocess
import urllib.request
from datetime import datetime
from itertools import pairwise

import pytest

from orderproof.conformance.reference.choices import choose
from orderproof.conformance.reference.decisions import grace
from orderproof.conformance.reference.server import start
from tests.running import orderproof, target_file

needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")


def finding_of(folder, fault, rule):
    ran = orderproof(folder, "run", "--fault", fault, "--rules", rule)
    assert (ran.code, ran.verdicts) == (1, {rule: "fail"})
    (row,) = ran.record["rules"]
    return ran, row["findings"][0]


def told_requests(record, finding):
    """The requests that a finding's story and timeline tell, in their sequence, as often as each says it was sent."""
    steps = sorted((*finding["story"], *finding.get("timeline", ())), key=lambda step: step["exchange"])
    for step in steps:
        times = re.search(r", sent (\d+) times$", step["text"])
        yield from [sent(record, step["exchange"])] * (int(times[1]) if times else 1)


def sent(record, number):
    exchange = record["exchanges"][number]
    return exchange["method"], exchange["url"], exchange["request_body"]


def test_a_failing_walk_is_told_without_the_steps_that_it_can_do_without(tmp_path):
    ran, finding = finding_of(tmp_path, "extended-four-times-at-most", "GRA-18")

    # Two extensions measured the timer of each order before the walk: the fifth of one is the walk's third step.
    set_up, walk = finding["story"][:4], finding["story"][4:]
    assert [step["text"] for step in set_up] == [
        f"set-up of order {order}: extend the grace period" for order in (1, 1, 2, 2)
    ]
    assert [step["answer"] for step in walk] == [
        "200, due_at = start + 1 extension",
        "200, due_at = start + 2 extensions",
        "200, due_at = start + 2 extensions",
    ]
    assert finding["decisive"] == finding["exchanges"][-1]
    assert "after the 2 steps before only" in finding["message"]
    assert "  7. order 1: extend the grace period" in ran.out
    assert "Last of 7 requests; run the earlier ones first" in ran.out


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        ("extended-four-times-at-most", "GRA-18"),
        # Readings that are repeated, since what was written may show later.
        ("serials-overwritten-twice-at-most", "SER-34"),
        ("extension-lost-within-amillisecond", "GRA-7"),
        # Neither is the race's set-up left out, nor the reading after it.
        ("serials-lost-when-simultaneous", "SER-9"),
        # The answer to one request of a race is judged by itself.
        ("conflict-is-500", "GRA-7"),
        # Several orders race; and readings meet, one of which is then sent alone.
        ("extension-id-in-shared-field", "GRA-3"),
        ("order-id-in-shared-field", "ORD-4"),
    ],
)
def test_every_request_that_led_to_a_finding_is_told(tmp_path, fault, rule):
    ran, finding = finding_of(tmp_path, fault, rule)

    assert list(told_requests(ran.record, finding)) == [sent(ran.record, one) for one in finding["exchanges"]]
    others = [one for one in ran.record["exchanges"][: finding["exchanges"][-1]] if one["check"] == finding["check"]]
    left_out = len([one for one in others if one["number"] not in finding["exchanges"]])
    page = (ran.folder / "orderproof-report" / "report.html").read_text(encoding="utf-8")
    assert (f"The same check had sent {left_out} other request" in page) is (left_out > 0)


def test_what_prepared_a_property_is_among_its_requests(tmp_path):
    ran, finding = finding_of(tmp_path, "serials-only-ascii", "SER-3")

    of_the_check = [one["number"] for one in ran.record["exchanges"] if one["check"] == finding["check"]]
    prepared, example = finding["exchanges"][0], finding["exchanges"][-1]
    # A fixture gave the order serial numbers; the examples before the minimal one are not told.
    assert (sent(ran.record, prepared)[0], example) == ("PATCH", of_the_check[-1])
    assert len(finding["exchanges"]) < len(of_the_check)


class Sandbox:
    """A reference server, and what a person looks up there to repeat a walk."""

    def __init__(self, running):
        self.base_url, self.state_url, self.token = running.base_url, running.state_url, running.token

    def set_up(self, state):
        return self._ask(self.state_url, json.dumps({"state": state, "params": {}, "action": "setup"}).encode())

    def order(self, id_):
        kind = "internal" if re.fullmatch(r"[0-9a-f-]{36}", id_) else "external"
        return self._ask(f"{self.base_url}/orders/{id_}?id_type={kind}")

    def _ask(self, url, body=None):
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        with urllib.request.urlopen(urllib.request.Request(url, body, headers)) as answer:
            return json.load(answer)


def printed_script(folder, rule):
    """The script of a rule's first finding, as the page shows it."""
    page = (folder / "orderproof-report" / "report.html").read_text(encoding="utf-8")
    return html.unescape(re.search(rf'<pre id="{rule}\.1-script"[^>]*>(.*?)</pre>', page, re.DOTALL)[1])


def replayed(script, then, now):
    """Run a script of `then` at `now`, with ids of fresh orders there; returns the bodies of the answers.

    The orders are in the state that the script names, and it takes their ids from its variables.
    """
    state = re.search(r"in the state ([\w-]+)\.$", script, re.MULTILINE)[1]
    defaults = dict(re.findall(r"^(ID_\d+)=\$\{\1:-([^}]*)\}", script, re.MULTILINE))
    # An item's id leads to no order; the orders are named in paths.
    fresh: dict[str, str] = {}
    for old in re.findall(r"/orders/(?:'\"|\")?\$\{(ID_\d+)\}", script):
        if defaults[old] in fresh:
            continue
        order, values = then.order(defaults[old]), now.set_up(state)
        fresh |= {order["origin_id"]: values["order_uuid"], order["id"]: values["order_id"]}
        fresh |= dict(zip([item["id"] for item in order["items"]], values["item_uuids"], strict=True))
    ended = subprocess.run(
        ["sh", "-c", script.replace(then.base_url, now.base_url)],
        env={**os.environ, **{name: fresh[old] for name, old in defaults.items()}, "ORDERPROOF_TOKEN": now.token},
        capture_output=True,
        text=True,
        check=True,
    )
    assert len(re.findall(r"^HTTP/1.1 \d+", ended.stdout, re.MULTILINE)) == script.count("curl -sS")
    return [json.loads(body) for body in re.findall(r"\r?\n\r?\n(\{.*\})$", ended.stdout, re.MULTILINE)]


def minutes_moved(answers):
    """By how much each of the last extensions moved the timer."""
    moments = [datetime.fromisoformat(answer["due_at"]) for answer in answers[-3:]]
    return [round((later - earlier).total_seconds() / 60) for earlier, later in pairwise(moments)]


def statuses_of_items(answers):
    return [item["status"] for item in answers[-1]["items"]]


@needs_curl
@pytest.mark.parametrize(
    ("fault", "rule", "seen"),
    [
        ("extended-four-times-at-most", "GRA-18", minutes_moved),
        ("line-cancellation-forgotten-by-extension", "LIN-18", statuses_of_items),
    ],
)
def test_the_story_as_printed_shows_the_fault_again_on_fresh_orders(tmp_path, fault, rule, seen):
    with start(choose(faults=[fault])) as faulty, start() as healthy:
        target_file(tmp_path, faulty.base_url, faulty.token, faulty.state_url)
        ran = orderproof(tmp_path, "run", "--target", "target.yaml", "--rules", rule)
        (finding,) = ran.record["rules"][0]["findings"]
        script = printed_script(tmp_path, rule)

        again = replayed(script, Sandbox(faulty), Sandbox(faulty))
        elsewhere = replayed(script, Sandbox(faulty), Sandbox(healthy))

    bodies = [ran.record["exchanges"][number]["response_body"]["text"] for number in finding["exchanges"]]
    found = [json.loads(body) for body in bodies if body]
    assert seen(again) == seen(found)
    assert seen(elsewhere) != seen(found)


@needs_curl
def test_the_script_of_a_race_sends_what_met_together_again(tmp_path, monkeypatch):
    with start(choose(faults=["extension-lost"])) as faulty, start() as healthy:
        target_file(tmp_path, faulty.base_url, faulty.token, faulty.state_url)
        orderproof(tmp_path, "run", "--target", "target.yaml", "--rules", "GRA-7")
        script = printed_script(tmp_path, "GRA-7")
        # An extension takes so long that commands meet as well, which begin one after the other.
        monkeypatch.setattr(grace, "ROUND_TRIP", 1.0)

        again = replayed(script, Sandbox(faulty), Sandbox(faulty))
        elsewhere = replayed(script, Sandbox(faulty), Sandbox(healthy))

    assert re.search(r"^# 3 to 4 are sent together; ", script, re.MULTILINE)
    # Both set-up requests moved the timer, and of the two that met each says that it did.
    assert minutes_moved(again) == [15, 0]
    assert [answer.get("error_code") for answer in elsewhere].count(None) == 3, "one of the two is refused"


def test_a_lost_extension_is_drawn_with_the_answers_that_cannot_both_be(tmp_path):
    ran, finding = finding_of(tmp_path, "extension-lost-within-amillisecond", "GRA-7")

    lost = [event for event in finding["timeline"] if event["impossible"]]
    assert len(lost) == 2
    assert len({event["answer"] for event in lost}) == 1
    assert all(event["start_s"] <= event["end_s"] for event in finding["timeline"])
    assert ran.out.count("✗    0.0 to ") >= 2


def test_an_answer_of_another_order_is_drawn_beside_the_answer_alone(tmp_path):
    _, finding = finding_of(tmp_path, "order-answer-in-shared-buffer", "ORD-4")

    *met, alone = finding["timeline"]
    (wrong,) = [event for event in met if event["impossible"]]
    assert "which is not what it returns alone" in finding["message"]
    assert alone["text"] == f"{wrong['text']}, alone"
    assert alone["start_s"] > max(event["start_s"] for event in met)
    assert wrong["answer"] == f"200, {finding['observed']}"
    assert finding["expected"] != finding["observed"]


def test_what_reached_another_order_is_told_with_the_names_of_both(tmp_path):
    _, finding = finding_of(tmp_path, "extension-id-in-shared-field", "GRA-3")

    assert "One answer cannot be true" in finding["message"]
    assert {event["text"].partition(":")[0] for event in finding["timeline"]} == {"order 1", "order 2"}


@pytest.mark.parametrize("variant", ["extensions-queued", "canceled-later"])
def test_a_server_that_queues_or_cancels_later_conforms(tmp_path, variant):
    rules = ("GRA-7", "GRA-16", "GRA-17", "CAN-25")
    ran = orderproof(tmp_path, "run", "--variant", variant, *(part for rule in rules for part in ("--rules", rule)))

    assert (ran.code, ran.record["verdict"]) == (0, "conforming")
    # What needs a collision is not judged where none can be provoked.
    if variant == "extensions-queued":
        (row,) = [row for row in ran.record["rules"] if row["verdict"] != "pass"]
        assert (row["id"], row["verdict"]) == ("GRA-17", "inconclusive")
        assert "2 times 4 extensions were sent at once, and none was refused with 409" in row["reason"]
