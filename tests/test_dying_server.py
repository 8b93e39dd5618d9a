"""A server that dies in the middle of a run: one finding says after which request, the rest is inconclusive."""

import json
import subprocess
import sys

import pytest

from tests.running import made, orderproof, rules, target_file

SERVER = """
import json, os, sys
from orderproof.conformance.reference.server import start

running = start()
admit = running.decisions.admit

async def die_some_day(call):
    if running.judged >= DIES_AT and call.method == METHOD:
        os._exit(1)
    await admit(call)

running.decisions.admit = die_some_day
print(json.dumps(running.where), flush=True)
sys.stdin.read()
"""


STATES = ("order", "order-cancelable", "order-in-grace-period")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_server_that_dies_is_found_once_and_after_which_request(tmp_path, method):
    script = SERVER.replace("DIES_AT", "30").replace("METHOD", repr(method))
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        where = json.loads(server.stdout.readline())
        lists = {name: [made(where["state_url"], name) for _ in range(6)] for name in STATES}
        target_file(tmp_path, where["base_url"], where["token"], None, states=f"states: {json.dumps(lists)}")
        chosen = rules("CAN-1?", "GRA-?", "ROB-2")
        ran = orderproof(tmp_path, "run", "--target", "target.yaml", *chosen)
        server.stdin.close()

    broken = {row["id"]: row["findings"] for row in ran.record["rules"] if row["verdict"] == "fail"}
    assert ran.code == 1, ran.out
    assert list(broken) == ["ROB-2"]
    (finding,) = broken["ROB-2"]
    assert "refuses every connection since" in finding["message"]
    killer = ran.record["exchanges"][finding["decisive"]]
    assert (killer["method"], killer["status"]) == (method, None)
    assert f"curl -sS -i -X {method} " in ran.out or (method == "GET" and "curl -sS -i " in ran.out)
    assert ran.record["cut_short"].startswith("the target cannot be reached any more (")
    assert ran.record["cut_short"].endswith(" checks were not run")
    reasons = {row["reason"] for row in ran.record["rules"] if row["verdict"] == "inconclusive"}
    assert any("no connection: " in reason and f"was {method} {killer['url']} at " in reason for reason in reasons)
