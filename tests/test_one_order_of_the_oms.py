"""A customer of the external OMS who has one order: what shows with it, and that it makes no correct server fail."""

import pytest

from orderproof.conformance.reference.choices import choose
from orderproof.conformance.reference.server import start
from tests.running import Ran, orderproof, target_file

# Histories are asked for by customer: the UUIDs are only there for the contract, and those of no order.
PROVIDER = """
import json, urllib.request

def give(state, params, action):
    is_wanted = state == "oms-order"
    if is_wanted:
        state, params = "customer-with-orders", {"orders": 1, "tenant": "oms"}
    body = json.dumps({"state": state, "params": params, "action": action}).encode()
    request = urllib.request.Request("STATE_URL", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        values = json.loads(answer.read() or b"{}")
    if is_wanted and action == "setup":
        (order_id,) = values.pop("order_ids")
        unknown = "c3f1b3df-0000-4000-8000-000000000000"
        values |= {"order_id": order_id, "order_uuid": unknown, "item_uuids": [unknown]}
    return values
"""


def run(folder, rules, **chosen) -> Ran:
    with start(choose(**chosen)) as server:
        (folder / "single.py").write_text(PROVIDER.replace("STATE_URL", server.state_url), encoding="utf-8")
        target_file(folder, server.base_url, server.token, None, states="states: {provider: 'single:give'}")
        return orderproof(folder, "run", "--target", "target.yaml", *(f"--rules={one}" for one in rules))


@pytest.mark.parametrize("fault", ["offset-honoured-in-plain-json", "paging-honoured-in-plain-json"])
def test_one_order_shows_that_count_or_offset_has_an_effect_in_json(tmp_path, fault):
    ran = run(tmp_path, ["HIS-15"], faults=[fault])

    assert ran.code == 1, ran.out
    assert ran.verdicts == {"HIS-15": "fail"}
    (finding,) = ran.record["rules"][0]["findings"]
    assert "must have no effect with application/json" in finding["message"]


def test_one_order_makes_no_correct_server_fail(tmp_path):
    ran = run(tmp_path, ["HIS-15", "HIS-25", "HIS-26", "HIS-28", "HIS-39", "HIS-40"])

    assert ran.code != 1, ran.out
    assert not any(row["findings"] for row in ran.record["rules"])
    assert ran.verdicts["HIS-25"] == ran.verdicts["HIS-28"] == "pass"
