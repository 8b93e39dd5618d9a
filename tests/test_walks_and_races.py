"""Walks and races in whole runs: what they find is told as a short story, or as a timeline."""

import json
import os
import re
import shutil
import subprocess
import urllib.request

import pytest

from orderproof.conformance.reference.choices import choose
from orderproof.conformance.reference.server import start
from orderproof.reports.page.story import script
from tests.running import orderproof, target_file


def finding_of(folder, fault, rule):
    ran = orderproof(folder, "run", "--fault", fault, "--rules", rule)
    assert (ran.code, ran.verdicts) == (1, {rule: "fail"})
    (row,) = ran.record["rules"]
    return ran, row["findings"][0]


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
    # Nothing that led there is left out.
    assert [step["exchange"] for step in finding["story"]] == finding["exchanges"]
    assert finding["decisive"] == finding["exchanges"][-1]
    assert "  7. order 1: extend the grace period" in ran.out


def replayed(server, script: str) -> list[dict]:
    """Run a script with fresh orders in place of those that its ids name; returns what each request was answered."""
    defaults = dict(re.findall(r"^(ID_\d+)=\$\{\1:-([^}]*)\}$", script, re.MULTILINE))
    fresh: dict[str, str] = {}
    for old in defaults.values():
        if old in fresh:
            continue
        uuid = server.uuid_of(old)
        values = server.set_up("order-cancelable")
        fresh |= {uuid: values["order_uuid"], server.readable_id_of(uuid): values["order_id"]}
        fresh |= dict(zip(server.items_of(uuid), values["item_uuids"], strict=True))
    ids = {name: fresh[old] for name, old in defaults.items()}
    ended = subprocess.run(
        ["sh", "-c", script],
        env={**os.environ, **ids, "ORDERPROOF_TOKEN": server.token},
        capture_output=True,
        text=True,
        check=True,
    )
    return [json.loads(body) for body in re.findall(r"\r?\n\r?\n(\{.*\})$", ended.stdout, re.MULTILINE)]


class Sandbox:
    """The reference server with a fault, and what a person looks up there to repeat a walk."""

    def __init__(self, running):
        self.base_url, self.state_url, self.token = running.base_url, running.state_url, running.token

    def set_up(self, state):
        return self._ask(self.state_url, json.dumps({"state": state, "params": {}, "action": "setup"}).encode())

    def uuid_of(self, id_):
        kind = "internal" if re.fullmatch(r"[0-9a-f-]{36}", id_) else "external"
        return self._order(id_, kind)["origin_id"]

    def readable_id_of(self, uuid):
        return self._order(uuid, "internal")["id"]

    def items_of(self, uuid):
        return [item["id"] for item in self._order(uuid, "internal")["items"]]

    def _order(self, id_, kind):
        return self._ask(f"{self.base_url}/orders/{id_}?id_type={kind}")

    def _ask(self, url, body=None):
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        with urllib.request.urlopen(urllib.request.Request(url, body, headers)) as answer:
            return json.load(answer)


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
def test_the_story_as_printed_shows_the_fault_again_on_fresh_orders(tmp_path):
    with start(choose(faults=["extended-four-times-at-most"])) as running:
        target_file(tmp_path, running.base_url, running.token, running.state_url)
        ran = orderproof(tmp_path, "run", "--target", "target.yaml", "--rules", "GRA-18")
        (row,) = ran.record["rules"]
        (finding,) = row["findings"]

        answers = replayed(Sandbox(running), script(row, finding, ran.record))

    assert len(answers) == len(finding["exchanges"])
    moved = [answer["due_at"] for answer in answers]
    # The same that the run found: the last extension of that order moved nothing, and the one before it did.
    order = [moved[index] for index, step in enumerate(finding["story"]) if "order 1" in step["text"]]
    assert order[-1] == order[-2] != order[-3]


def test_a_lost_extension_is_drawn_with_the_answers_that_cannot_both_be(tmp_path):
    ran, finding = finding_of(tmp_path, "extension-lost", "GRA-7")

    lost = [event for event in finding["timeline"] if event["impossible"]]
    assert len(lost) == 2
    assert len({event["answer"] for event in lost}) == 1
    assert all(event["start_s"] <= event["end_s"] for event in finding["timeline"])
    # What prepared the order is told as well, so that every request that led there is.
    told = [step["exchange"] for step in (*finding["story"], *finding["timeline"])]
    assert sorted(told) == finding["exchanges"]
    assert ran.out.count("✗    0.0 to ") >= 2


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
