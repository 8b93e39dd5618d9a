"""Recordings that other programs made, and those that a run writes of a faulty server."""

import json
from pathlib import Path

import pytest
import urllib3

from orderproof.conformance.reference.choices import choose
from orderproof.conformance.reference.server import start
from orderproof.conformance.traffic.judging import TrafficOptions, judge_traffic
from orderproof.spec.catalogue import catalogue
from tests.running import orderproof

DATA = Path(__file__).with_name("data") / "traffic"
# What the recorded session does is proven by each of them, whatever else it keeps.
EXERCISED = {"ORD-10", "ORD-16", "ORD-17", "HIS-6", "HIS-8", "HIS-31", "PRI-3", "PRI-34", "CAN-1", "CAN-21", "CST-3"}
EXERCISED |= {"GRA-1", "GRA-11", "SER-31", "ERR-3", "ROB-1"}

# One browser for these and the tests of pages, whichever worker has it.
pytestmark = pytest.mark.xdist_group("browser")


def judged(path, base_url=None):
    entries = json.loads(path.read_text(encoding="utf-8"))["log"]["entries"]
    urls = [one["request"]["url"] for one in entries]
    base_url = base_url or next(url.partition("/orders")[0] for url in urls if "/v0/orders" in url)
    return judge_traffic(TrafficOptions([path], base_url, base_url, list(catalogue().values()), complete=True))


def verdicts(record):
    return {row["id"]: row["verdict"] for row in record["rules"]}


@pytest.mark.parametrize("name", ["chromium", "mitmproxy", "playwright"])
def test_a_recording_of_another_program_is_read(name):
    record = judged(DATA / f"{name}.har")

    found = verdicts(record)
    assert [row["id"] for row in record["rules"] if row["findings"]] == []
    assert {id_ for id_ in EXERCISED if found[id_] != "pass"} == set()
    assert record["traffic"]["left_out"]["outside the base URL"] >= 1


_SESSION = """async ([base, token, id]) => {
  const headers = {Authorization: `Bearer ${token}`};
  const status = [];
  for (const [method, path] of [['GET', ''], ['POST', '/_extend_grace_period'], ['POST', '/_extend_grace_period']]) {
    const answer = await fetch(`${base}/orders/${id}${path}?id_type=internal`, {method, headers});
    await answer.text();
    status.push(answer.status);
    // As a person would wait: a busy browser notes answers late, and requests that may overlap have no order.
    await new Promise((done) => setTimeout(done, 1000));
  }
  return status;
}"""


def test_a_session_of_a_browser_is_read(browser, tmp_path):
    with start(choose(["extends-by-10-minutes"])) as server:
        wanted = {"state": "order-in-grace-period", "params": {}, "action": "setup"}
        with urllib3.PoolManager() as pool:
            order = pool.request("POST", server.state_url, json=wanted).json()
        context = browser.new_context(record_har_path=tmp_path / "own.har", record_har_content="embed")
        page = context.new_page()
        page.goto(f"{server.base_url}/orders")
        status = page.evaluate(_SESSION, [server.base_url, server.token, order["order_uuid"]])
        context.close()

    assert status == [200, 200, 200]
    found = verdicts(judged(tmp_path / "own.har", server.base_url))
    assert {id_ for id_, verdict in found.items() if verdict == "fail"} == {"GRA-1"}
    # A browser accepts anything, and was served: nothing was promised for that.
    assert (found["ORD-16"], found["GRA-10"]) == ("not-run", "pass")


def test_what_a_run_found_is_found_in_its_own_recording(tmp_path):
    rules = {"GRA-1", "HIS-8"}
    selection = [text for rule in sorted(rules) for text in ("--rules", rule)]
    run = orderproof(
        tmp_path,
        "run",
        "--fault",
        "extends-by-10-minutes+count-of-51",
        *selection,
        "--report",
        "har",
        "--keep-personal-data",
    )
    assert {id_ for id_, verdict in run.verdicts.items() if verdict == "fail"} == rules

    record = judged(tmp_path / "orderproof-report" / "traffic.har", run.record["target"]["base_url"])

    assert rules <= {id_ for id_, verdict in verdicts(record).items() if verdict == "fail"}
