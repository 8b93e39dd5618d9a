"""The canary: a run that does not find the violation that it planted itself is void."""

from dataclasses import replace

import pytest

from orderproof.conformance.config.target import Limits
from orderproof.conformance.kit.settings import Settings
from orderproof.conformance.reference.server import start
from orderproof.conformance.runner import canary, outcome
from orderproof.conformance.runner.embedded import target_of
from orderproof.conformance.runner.judging import RunOptions, judge_target
from orderproof.conformance.runner.selection import Selection
from orderproof.reports.verdict import judge


@pytest.fixture(scope="module")
def running():
    with start() as server:
        yield server


def judged(running, folder, *, workers=1):
    target = target_of(running.where)
    if workers > 1:
        target = replace(target, limits=Limits(workers=workers))
    settings = Settings(target, seed=1, folder=str(folder))
    return judge_target(RunOptions(settings, folder, Selection(("GRA-8",)))).record


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_a_run_whose_canary_is_found_tells_nothing_of_it(running, tmp_path, workers):
    record = judged(running, tmp_path, workers=workers)

    assert (record["verdict"], record["summary"]["fail"]) == ("conforming", 0)
    assert not any("canary" in exchange["check"] or "canary" in exchange["url"] for exchange in record["exchanges"])


REAL = outcome.outcome_of
MUTES = {
    "passive validation is mute": ("orderproof.conformance.runner.passive.judge", lambda exchange: [], "ROB-1"),
    "no error is one": ("orderproof.conformance.runner.outcome._classify", lambda error: ("pass", "", None), "ORD-1"),
    "findings are lost": (
        "orderproof.conformance.runner.attempts.outcome_of",
        lambda *given: replace(REAL(*given), findings=(), result="pass"),
        "ORD-1",
    ),
    "no rule ever fails": (
        "orderproof.conformance.runner.canary.judge",
        lambda rules, evidence: judge(rules, silent(evidence)),
        "ORD-1",
    ),
}


def silent(evidence):
    for one in evidence.values():
        one.findings.clear()
        for check in one.checks:
            check["outcome"] = "pass"
    return evidence


@pytest.mark.parametrize(("place", "mute", "missing"), MUTES.values(), ids=MUTES)
def test_a_run_that_finds_nothing_any_more_is_void(running, tmp_path, monkeypatch, place, mute, missing):
    monkeypatch.setattr(place, mute)

    record = judged(running, tmp_path)

    assert record["verdict"] == "void"
    assert missing in record["void"]
    assert "planted itself was not found" in record["void"]


def test_a_run_without_its_canary_is_void(running, tmp_path, monkeypatch):
    monkeypatch.setattr("orderproof.conformance.runner.selection.is_canary", lambda item: False)
    monkeypatch.setattr("orderproof.conformance.runner.attempts.is_canary", lambda item: False)

    record = judged(running, tmp_path)

    assert record["verdict"] == "void"
    assert "the canary of this run was not judged" in record["void"]


def test_the_planted_violation_breaks_its_two_rules_and_no_other(running, tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(canary, "missed", seen.append)
    judged(running, tmp_path)

    (outcome_,) = seen
    broken = {rule for rule, passive in outcome_.passive.items() if passive["findings"]}
    assert broken | set(outcome_.rules) == set(canary.RULES)
