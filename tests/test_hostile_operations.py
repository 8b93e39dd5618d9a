"""One operation that does not answer, on an otherwise correct server: its rules alone are not judged, and soon."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from benchmarks.hostile import problems, run_through
from benchmarks.hostile_proxy import HostileProxy
from orderproof.conformance.kit.settings import Settings
from orderproof.conformance.reference.server import start
from orderproof.conformance.runner.embedded import target_of
from orderproof.conformance.runner.judging import RunOptions, judge_target
from orderproof.conformance.runner.selection import Selection
from orderproof.conformance.transport import client
from orderproof.reports.verdict import exit_code_of
from tests.running import rules

EXTEND = "createGracePeriod"
GIVEN_UP = "POST /orders/{id}/_extend_grace_period was given up in this run: 3 requests in a row got no complete answer"
CHECKED = ("GRA-1", "GRA-3", "GRA-4", "GRA-5", "CST-1")


@pytest.fixture(scope="module")
def reference():
    with start() as running:
        yield running


@pytest.fixture(autouse=True, scope="module")
def _soon_too_long():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client, "MAX_ANSWER", 200_000)
        yield


@dataclass(frozen=True)
class Judged:
    """The record of a run, and the request targets that the hostile operation got."""

    record: dict[str, Any]
    requests: list[str]

    @property
    def code(self):
        return exit_code_of(self.record)

    def rules_with(self, verdict):
        return {row["id"]: row for row in self.record["rules"] if row["verdict"] == verdict}


def judged(folder, reference, *patterns, operation=EXTEND, behaviour="endless body", **proxy):
    """Judge a server with a hostile operation: an endless one is told at once, however busy the machine is."""
    with HostileProxy(reference.base_url, operation, behaviour, **proxy) as server:
        target = replace(target_of(reference.where), base_url=server.base_url, internal_base_url=server.base_url)
        options = RunOptions(Settings(target), folder, Selection(patterns, is_narrow=True))
        return Judged(judge_target(options).record, server.requests)


@pytest.fixture(scope="module")
def endless(tmp_path_factory, reference):
    return judged(tmp_path_factory.mktemp("endless"), reference, *CHECKED, "ROB-2")


def test_an_operation_that_does_not_answer_gets_three_requests_and_one_more_at_the_end(endless):
    assert endless.code == 1
    assert len(endless.requests) == 4
    assert "00000000-0000-4000-8000-000000000000" in endless.requests[-1]


def test_its_silence_is_one_finding_with_all_the_requests(endless):
    ((rule, row),) = endless.rules_with("fail").items()
    (finding,) = row["findings"]

    assert rule == "ROB-2"
    assert finding["message"].endswith("longer than 200000 bytes, and so for 3 more requests of this operation")
    shown = [endless.record["exchanges"][number] for number in finding["exchanges"]]
    assert [(one["operation"], one["status"]) for one in shown] == [(EXTEND, None)] * 4


def test_rules_that_need_it_say_so_and_the_others_are_judged(endless):
    unjudged = endless.rules_with("inconclusive")

    assert set(unjudged) == {"GRA-1", "GRA-3", "GRA-4", "GRA-5"}
    assert GIVEN_UP in unjudged["GRA-5"]["reason"]
    assert set(endless.rules_with("pass")) == {"CST-1"}


def test_without_the_rule_about_answers_the_reason_alone_remains(tmp_path, reference):
    run = judged(tmp_path, reference, *CHECKED)

    assert run.code == 4
    assert set(run.rules_with("inconclusive")) == {"GRA-1", "GRA-3", "GRA-4", "GRA-5"}


def test_what_answers_again_at_the_end_is_judged_after_all(tmp_path, reference):
    run = judged(tmp_path, reference, *CHECKED, "ROB-2", times=3)

    assert set(run.rules_with("pass")) == set(CHECKED)
    # Three requests were not answered, whatever came after them.
    (finding,) = run.rules_with("fail")["ROB-2"]["findings"]
    assert len(finding["exchanges"]) == 3


def test_a_history_that_does_not_answer_voids_no_run(tmp_path, reference):
    run = judged(tmp_path, reference, "HIS-14", "CAN-2", operation="showOrderHistoryForCustomer")

    assert run.code == 4
    assert {verdict: set(run.rules_with(verdict)) for verdict in ("inconclusive", "pass")} == {
        "inconclusive": {"HIS-14"},
        "pass": {"CAN-2"},
    }


def test_an_order_that_no_request_can_read_was_not_removed_by_its_cancellation(tmp_path, reference):
    run = judged(tmp_path, reference, "CAN-24", operation="showSalesOrderByIdAndIdType", behaviour="500")

    assert set(run.rules_with("inconclusive")) == {"CAN-24"}


def test_who_asks_to_wait_for_too_long_is_given_up(tmp_path, reference):
    run = judged(tmp_path, reference, *CHECKED, behaviour="429, an hour")

    assert (run.code, set(run.rules_with("pass"))) == (4, {"CST-1"})
    assert len(run.requests) == 2


@pytest.mark.slow
def test_the_benchmark_finds_a_hostile_operation_handled_well(reference):
    target, arguments = target_of(reference.where), rules("CST-5", "CAN-2", "PRI-2")
    with HostileProxy(reference.base_url) as server:
        clean = run_through(server, target, arguments)
    with HostileProxy(reference.base_url, "showCancellationStatus", "HTML") as server:
        run = run_through(server, target, arguments)

    assert {row["verdict"] for row in clean.rules.values()} == {"pass"}
    assert problems(clean, run, "showCancellationStatus", "HTML") == []
    assert run.rules["PRI-2"]["verdict"] == "pass"
    assert run.rules["CST-5"]["verdict"] != "pass"
