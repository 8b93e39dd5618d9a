"""One command judges a server and reports: verdicts, exit codes and counts, seen from outside."""

import json
import re
import subprocess
import sys
import urllib.request
from collections import Counter
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from orderproof.conformance.config.state_kinds import STATES
from orderproof.conformance.reference.choices import choose
from orderproof.conformance.reference.server import start
from orderproof.reports import record as record_module
from tests.loopback import refusing_port
from tests.running import orderproof, rules, target_file

ID = re.compile(r"[0-9a-fA-F-]{12,}|[A-Z]{2}\d{6,}")
REPORT_SCHEMA = json.loads(Path(record_module.__file__).with_name("report.schema.json").read_text(encoding="utf-8"))


@pytest.fixture
def server():
    with start() as running:
        yield running


def judged_by(server):
    with urllib.request.urlopen(server.requests_url) as answer:
        return json.load(answer)["judged"]


def plain_pytest(folder, *arguments):
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--pyargs",
        "orderproof.conformance.checks",
        "--orderproof-target",
        "target.yaml",
    ]
    command += ["-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_without_arguments_the_embedded_server_is_judged(tmp_path):
    ran = orderproof(tmp_path, "run", "--profile", "quick")

    assert ran.code == 0, ran.out
    assert ran.record["verdict"] == "conforming"
    gating = {rule["verdict"] for rule in ran.record["rules"] if rule["level"] != "advisory"}
    assert gating == {"pass"}
    assert list(Draft202012Validator(REPORT_SCHEMA).iter_errors(ran.record)) == []
    assert "conforming" in ran.out.splitlines()[-3]


def test_two_runs_with_the_same_seed_are_the_same_run(tmp_path, server):
    target_file(tmp_path, server.base_url, server.token, server.state_url)
    run = [
        "run",
        "--target",
        "target.yaml",
        "--seed",
        "7",
        *rules("GRA-?", "GRA-9?", "CAN-1?", "SER-3", "SEC-10", "PRI-1"),
    ]
    first = orderproof(tmp_path, *run)
    counted = judged_by(server)
    first_record, first_verdicts = first.record, first.verdicts

    second = orderproof(tmp_path, *run)

    assert (first.code, second.code) == (0, 0), first.out + second.out
    assert second.verdicts == first_verdicts
    assert first_record["requests"] == second.record["requests"] == counted == judged_by(server) - counted
    assert list(Draft202012Validator(REPORT_SCHEMA).iter_errors(first_record)) == []
    assert server.token not in json.dumps(first_record)
    assert set(first_verdicts.values()) == {"pass"}


def test_a_broken_server_fails_the_rule_that_it_breaks(tmp_path):
    with start(choose(faults=["extends-by-10-minutes"])) as server:
        target_file(tmp_path, server.base_url, server.token, server.state_url)
        ran = orderproof(tmp_path, "run", "--target", "target.yaml", "--rules", "GRA-1", "--rules", "GRA-4")

    assert ran.code == 1
    assert ran.verdicts == {"GRA-1": "fail", "GRA-4": "pass"}
    assert "by 15 minutes" in ran.out
    assert "curl -sS" in ran.out
    assert server.token not in ran.out + ran.err


def test_a_passive_rule_alone_is_judged_on_the_answers_of_its_operation(tmp_path):
    ran = orderproof(tmp_path, "run", "--fault", "due-at-without-zone", "--rules", "GRA-11", "--profile", "quick")

    assert ran.code == 1, ran.out
    assert ran.verdicts == {"GRA-11": "fail"}


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"base_url": "base_url: http://127.0.0.1:PORT/v0"}, "base_url: nothing answers"),
        ({"auth": "auth: {bearer: wrong}"}, "auth.bearer: the token is refused"),
        ({"states": "states: {callback: 'http://127.0.0.1:PORT/_state'}"}, "states.callback"),
    ],
    ids=["nothing listens", "token refused", "callback gone"],
)
def test_a_run_that_cannot_judge_is_void_and_names_the_key(tmp_path, server, changes, names):
    with refusing_port() as port:
        changed = {key: line.replace("PORT", str(port)) for key, line in changes.items()}
        target_file(tmp_path, server.base_url, server.token, server.state_url, **changed)

        ran = orderproof(tmp_path, "run", "--target", "target.yaml")

    assert ran.code == 3
    assert names in ran.out
    assert ran.record["verdict"] == "void"
    assert not {"pass", "fail"} & set(ran.verdicts.values())


def test_a_wrong_path_is_void(tmp_path, server):
    target_file(tmp_path, server.base_url.replace("/v0", "/v1"), server.token, server.state_url)

    ran = orderproof(tmp_path, "run", "--target", "target.yaml")

    assert ran.code == 3
    assert "base_url" in ran.out
    assert f"correct the path: the API answers at {server.base_url}" in " ".join(ran.out.split())


def test_a_server_that_answers_500_to_everything_is_void(tmp_path, server, failing_server):
    target_file(tmp_path, failing_server, server.token, server.state_url)

    ran = orderproof(tmp_path, "run", "--target", "target.yaml")

    assert ran.code == 3
    assert "answers 500 to every request" in ran.out


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("base_url: http://127.0.0.1:1/v0\natuh: {}", 'did you mean "auth"?'),
        ("base_url: http://127.0.0.1:1/v0\nauth: {bearer: '${ORDERPROOF_NO_SUCH}'}", "ORDERPROOF_NO_SUCH is not set"),
        ("base_url: http://127.0.0.1:1/v0\nstates: [order]", "states must be a mapping"),
        (
            "base_url: http://127.0.0.1:1/v0\nstates: {order: [&a {order_uuid: u, order_id: i, customer_id: c, "
            "item_uuids: [a]}, *a]}",
            "states.order[1]: its order_uuid is that of order[0] too",
        ),
        ("- base_url", "must be a mapping"),
        ("base_url: http://127.0.0.1:1/v0\nbase_url: http://127.0.0.1:1/v0", "given twice"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_2(tmp_path, text, hint):
    (tmp_path / "target.yaml").write_text(text, encoding="utf-8")

    ran = orderproof(tmp_path, "run", "--target", "target.yaml")

    assert ran.code == 2
    assert hint in ran.err
    assert "target.yaml" in ran.err
    assert len(ran.err.strip().splitlines()) == 1


def test_a_bare_url_without_states_is_partial_and_lists_them(tmp_path, server):
    with_token = orderproof(tmp_path, "run", server.base_url, "-H", f"Authorization: Bearer {server.token}")
    assert with_token.code == 4, with_token.out
    assert {"order", "customer-with-orders", "oms-order"} <= set(with_token.record["missing_states"])
    assert "order-in-grace-period" in with_token.out


def test_a_partial_run_is_accepted_by_what_it_judged(tmp_path, server):
    access = ["-H", f"Authorization: Bearer {server.token}", *rules("CST-6", "GRA-1", "GRA-4")]
    bare = orderproof(tmp_path, "run", "--accept-partial", server.base_url, *access)
    assert bare.code == 4
    assert "accepted" not in bare.record
    assert "not accepted by --accept-partial=50%: " in bare.out

    named = orderproof(tmp_path, "run", "-q", server.base_url, *access, "--accept-partial=GRA-*")
    assert named.code == 0, named.out
    assert named.record["verdict"] == "partial"
    assert "GRA-4" in [rule for group in named.record["accepted"]["unjudged"] for rule in group["rules"]]
    assert "accepted by --accept-partial=GRA-*: " in named.out
    assert "not judged: " in named.out


def test_a_bare_url_without_a_token_is_void_and_says_what_to_add(tmp_path, server):
    ran = orderproof(tmp_path, "run", server.base_url, "--accept-partial")
    assert ran.code == 3
    assert "every request got 401 and no token was given; add auth.bearer" in ran.out


def written_by_checks(record):
    """How often each check sent what, ids left out, which no two runs share.

    Without safe requests, and without races: how many of these it takes until two requests meet is chance.
    """
    return Counter(
        (
            exchange["check"],
            exchange["method"],
            ID.sub("", exchange["url"]),
            ID.sub("", (exchange["request_body"] or {}).get("text") or ""),
        )
        for exchange in record["exchanges"]
        if exchange["method"] != "GET" and not exchange["check"].startswith("test_races.py")
    )


def test_workers_judge_the_same(tmp_path, server):
    chosen = rules("GRA-?", "SEC-1")
    target_file(tmp_path, server.base_url, server.token, server.state_url)
    alone = orderproof(tmp_path, "run", "--target", "target.yaml", *chosen)
    verdicts, requests, sent = alone.verdicts, alone.record["requests"], written_by_checks(alone.record)

    target_file(tmp_path, server.base_url, server.token, server.state_url, limits="limits: {workers: 2}")
    together = orderproof(tmp_path, "run", "--target", "target.yaml", *chosen)

    assert together.code == alone.code == 0, together.out + together.err
    assert together.verdicts == verdicts
    # What a check sends for a seed is the same. Only each worker proves the states that its checks use, by reading.
    assert sum(sent.values()) > 20
    assert written_by_checks(together.record) == sent
    assert 0 <= together.record["requests"] - requests <= 2 * len(STATES)
    # Rules are shown as they are finished, so those that every answer is held against have a heading of their own.
    assert "Grace period, checked on every answer" in together.out
    assert [line for line in together.out.splitlines() if line.startswith("  ")] == [
        line for line in alone.out.splitlines() if line.startswith("  ")
    ]


def test_shards_merge_into_the_whole_run(tmp_path, server):
    target_file(tmp_path, server.base_url, server.token, server.state_url)
    common = ["run", "--target", "target.yaml", *rules("SEC-?", "GRA-1?")]
    whole = orderproof(tmp_path, *common)
    verdicts = whole.verdicts
    for shard in ("1", "2"):
        orderproof(tmp_path, *common, "--shard", f"{shard}/2", "--out", f"shard-{shard}")

    merged = orderproof(tmp_path, "merge", "shard-1", "shard-2")

    assert merged.code == whole.code == 0, merged.out + merged.err
    assert merged.verdicts == verdicts


def test_shards_of_the_embedded_server_merge(tmp_path):
    for shard in ("1", "2"):
        arguments = ["--shard", f"{shard}/2", "--out", f"shard-{shard}"]
        orderproof(tmp_path, "run", *rules("SEC-1", "CST-1", "GRA-4"), "--profile", "quick", *arguments)

    merged = orderproof(tmp_path, "merge", "shard-1", "shard-2")

    assert merged.code == 0, merged.out + merged.err
    assert set(merged.verdicts.values()) == {"pass"}
    assert orderproof(tmp_path, "merge", "shard-1").code == 2
    assert orderproof(tmp_path, "gate", "shard-1").code == 2


def test_plain_pytest_judges_too(tmp_path, server):
    target_file(tmp_path, server.base_url, server.token, server.state_url)

    ended = plain_pytest(tmp_path, "-k", "grace_period")

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "conforming:" in ended.stdout


def test_plain_pytest_does_not_pass_what_was_skipped(tmp_path, server):
    target_file(tmp_path, server.base_url, server.token, None)

    ended = plain_pytest(tmp_path, "-k", "grace_period")

    assert ended.returncode == 4, ended.stdout
    assert "partial:" in ended.stdout


def test_a_run_that_stops_early_is_cut_short_and_refused_by_the_gate(tmp_path):
    ran = orderproof(tmp_path, "run", "--fault", "extends-by-10-minutes", "--rules", "GRA-*", "--max-failures", "1")

    assert ran.code == 1
    assert "stopped after 1 failed" in ran.record["cut_short"]
    gated = orderproof(tmp_path, "gate", "orderproof-report")
    assert gated.code == 2
    assert "cut short" in gated.err


@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_whose_time_is_over_tells_what_was_judged(tmp_path, server, workers):
    target_file(tmp_path, server.base_url, server.token, server.state_url, limits=f"limits: {{workers: {workers}}}")

    ran = orderproof(tmp_path, "run", "--target", "target.yaml", "--max-time", "200ms")

    assert ran.code in (3, 4), ran.out
    assert "the time of --max-time was over: " in ran.record["cut_short"]
    assert "fail" not in ran.verdicts.values()
    gated = orderproof(tmp_path, "gate", "orderproof-report", "--accept-partial")
    assert (gated.code, "cut short" in gated.err) == (2, True)


def test_a_dry_run_sends_nothing(tmp_path, server):
    target_file(tmp_path, server.base_url, server.token, server.state_url)

    ran = orderproof(tmp_path, "run", "--target", "target.yaml", "--dry-run")

    assert ran.code == 0
    assert judged_by(server) == 0
    assert "order-in-grace-period" in ran.out


def test_a_callback_that_is_elsewhere_than_said_is_named(tmp_path, server):
    target_file(tmp_path, server.base_url, server.token, f"{server.state_url}_wrong")

    ran = orderproof(tmp_path, "run", "--target", "target.yaml", "--rules", "ORD-*")

    assert ran.code == 3, ran.out
    assert f"states.callback: {server.state_url}_wrong answers 404 for every state; is its path right?" in ran.out


def test_an_internal_api_that_is_elsewhere_than_said_breaks_no_rule(tmp_path, server):
    wrong = f"internal_base_url: {server.base_url.replace('/v0', '/v1')}"
    target_file(tmp_path, server.base_url, server.token, server.state_url, internal_base_url=wrong)

    ran = orderproof(tmp_path, "run", "--target", "target.yaml", "--rules", "INT-*")

    assert ran.code == 4, ran.out
    assert set(ran.verdicts.values()) == {"not-run", "inconclusive"}
    assert "is its path right? The documented path starts at /v0" in ran.out


def test_an_internal_api_at_an_address_of_its_own_is_judged(tmp_path, server):
    own = f"internal_base_url: {server.base_url.replace('127.0.0.1', 'localhost')}"
    target_file(tmp_path, server.base_url, server.token, server.state_url, internal_base_url=own)

    ran = orderproof(tmp_path, "run", "--target", "target.yaml", "--rules", "INT-*")

    assert ran.code == 0, ran.out


def test_an_internal_api_that_takes_another_token_breaks_no_rule(tmp_path, server):
    with start() as other:
        own = f"internal_base_url: {other.base_url}"
        target_file(tmp_path, server.base_url, server.token, server.state_url, internal_base_url=own)
        ran = orderproof(tmp_path, "run", "--target", "target.yaml", "--rules", "INT-*")

    assert ran.code == 4, ran.out
    assert "the token that base_url takes is refused" in ran.out


def test_rules_are_left_out_and_the_gate_knows(tmp_path):
    ran = orderproof(tmp_path, "run", "--rules", "GRA-*", "--exclude", "gra-1?", "--exclude", "GRA-9?")

    assert ran.code == 0, ran.out
    assert set(ran.verdicts) == {f"GRA-{number}" for number in range(1, 10)}
    assert ran.record["selection"] == ["GRA-*", "!gra-1?", "!GRA-9?"]
    assert orderproof(tmp_path, "gate", "orderproof-report").code == 2
    assert orderproof(tmp_path, "gate", "orderproof-report", "--allow-selection").code == 0


@pytest.mark.parametrize("pattern", ["NO-*", "*"])
def test_what_leaves_out_nothing_or_all_is_a_mistake(tmp_path, pattern):
    ran = orderproof(tmp_path, "run", "--exclude", pattern)
    assert (ran.code, "--exclude" in ran.err) == (2, True)


def test_what_failed_last_is_judged_beside_the_record_with_few_requests(tmp_path):
    fault = ["--fault", "second-cancel-is-500", "--profile", "quick"]
    first = orderproof(tmp_path, "run", *fault, *rules("CAN-1?", "ROB-1"))
    broken = {rule for rule, verdict in first.verdicts.items() if verdict == "fail"}

    again = orderproof(tmp_path, "run", *fault, "--last-failed")

    beside = json.loads((tmp_path / "orderproof-report" / "last-failed" / "report.json").read_text(encoding="utf-8"))
    assert "ROB-1" in broken
    assert (first.code, again.code) == (1, 1)
    assert {row["id"] for row in beside["rules"] if row["verdict"] == "fail"} == broken
    assert again.record == first.record
    assert beside["requests"] < first.record["requests"] / 3


PROVIDER = """
import json, urllib.request

def give(state, params, action):
    if state.startswith("oms-") or "preordered" in state:
        return None
    body = json.dumps({"state": state, "params": params, "action": action}).encode()
    request = urllib.request.Request("STATE_URL", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read() or b"{}")
"""
ABSENT = "features: {external_oms: false, internal_api: false, preordered_items: false}"


def test_what_the_target_is_said_not_to_have_is_out_of_scope(tmp_path, server):
    (tmp_path / "testdata.py").write_text(PROVIDER.replace("STATE_URL", server.state_url), encoding="utf-8")
    without = {"internal_base_url": "", "features": ABSENT, "states": "states: {provider: testdata:give}"}
    target_file(tmp_path, server.base_url, server.token, None, **without)

    ran = orderproof(tmp_path, "run", "--target", "target.yaml", "--profile", "quick")

    assert (ran.code, ran.record["verdict"]) == (0, "conforming"), ran.out
    assert ran.record["target"]["absent"] == ["external_oms", "internal_api", "preordered_items"]
    left_out = {rule for rule, verdict in ran.verdicts.items() if verdict == "not-applicable"}
    assert {"OMS-1", "HIS-25", "INT-2", "LIN-1", "LIN-2"} <= left_out
    # What can be judged without them is.
    assert {ran.verdicts[rule] for rule in ("OMS-5", "HIS-1", "ORD-2")} == {"pass"}
    assert orderproof(tmp_path, "gate", "orderproof-report").code == 0


def test_what_is_said_to_be_absent_and_is_found_is_void(tmp_path, server):
    target_file(tmp_path, server.base_url, server.token, server.state_url, features="features: {external_oms: false}")

    ran = orderproof(tmp_path, "run", "--target", "target.yaml")

    assert ran.code == 3
    assert "features.external_oms: false in the target file, and states.callback gives the state oms-order" in ran.out
