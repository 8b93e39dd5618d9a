"""The quick profile: a part of the checks, a sample of the cases, and readings that serve several checks."""

from collections import Counter
from dataclasses import replace
from unittest import mock

import pytest

from orderproof.conformance.config.state_kinds import STATES
from orderproof.conformance.config.target import Target
from orderproof.conformance.kit.known_answers import KnownAnswers
from orderproof.conformance.kit.session import Session
from orderproof.conformance.kit.settings import Settings
from orderproof.conformance.reference.choices import choose
from orderproof.conformance.reference.server import start
from orderproof.conformance.runner.embedded import target_of
from orderproof.conformance.runner.judging import RunOptions, judge_target
from orderproof.conformance.runner.run_checks import collect_checks
from orderproof.conformance.runner.selection import Selection
from orderproof.conformance.states.sources import States
from orderproof.conformance.transport.exchange import Exchange
from orderproof.spec.catalogue import catalogue

_MOST_REQUESTS, _MOST_ORDERS = 620, 60
ORDER = "http://acme/v0/orders/4711"
NOBODY = Target("acme", "http://127.0.0.1:9/v0")


def exchange(method, url, operation, status, body=None):
    return Exchange(method, url, [("Accept", "application/json")], body, 0.0, operation, status)


def reading(url=ORDER):
    return exchange("GET", url, "showSalesOrderByIdAndIdType", 200)


def recalled(known, one):
    return known.recall(one.method, one.url, one.request_headers, one.request_body)


def test_a_reading_is_known_until_something_is_written():
    known, one = KnownAnswers(), reading()
    assert recalled(known, one) is None
    known.note(one)
    assert recalled(known, one) is one
    known.note(exchange("GET", f"{ORDER}1", "showSalesOrderByIdAndIdType", 404))
    assert recalled(known, one) is one
    # A refusal may have changed something all the same: that is what is read again for.
    known.note(exchange("POST", f"{ORDER}/cancel", "createCancellation", 400))
    assert recalled(known, one) is None
    assert known.recalled == 2


@pytest.mark.parametrize(
    "other",
    [
        exchange("GET", ORDER, "showSalesOrderByIdAndIdType", 404),
        exchange("GET", ORDER, "showSalesOrderByIdAndIdType", None),
        exchange("HEAD", ORDER, "showSalesOrderByIdAndIdType", 200),
        exchange("PATCH", f"{ORDER}/serial_numbers", "updateSalesOrderSerialNumbers", 204),
    ],
)
def test_nothing_but_a_successful_reading_is_known(other):
    known = KnownAnswers()
    known.note(other)
    assert recalled(known, other) is None


def test_what_compares_readings_asks_a_second_time():
    one, prices = reading(), exchange("POST", f"{ORDER}/prices", "createPriceInformationForItems", 200, b"{}")
    known, compares = KnownAnswers(), KnownAnswers(is_reading=True)
    for each in (known, compares):
        each.add([one, prices])
    assert [recalled(known, one) is one for _ in range(2)] == [True, True]
    assert [recalled(compares, one) is one for _ in range(2)] == [True, False]
    assert [recalled(known, prices) is prices for _ in range(2)] == [True, False]


def test_what_is_known_goes_with_the_state_that_it_is_about():
    known, one, other = KnownAnswers(), reading(), reading("http://acme/v0/orders/8")
    extension = exchange("POST", f"{ORDER}/_extend_grace_period", "createGracePeriod", 200)
    for each in (one, extension, other, reading()):
        known.note(each)
    assert known.about(["8"]) == (other,)
    assert known.about(["4711"])[1:] == (extension,)
    after = KnownAnswers()
    after.add(known.about(["4711"]))
    assert after.extension(["4711"]) is extension
    assert after.extension(["8"]) is None


def sampled(profile, seed, check, count=1):
    session = Session(Settings(NOBODY, seed, profile))
    session.begin(check)
    found = session.sample(range(20), count)
    session.close()
    return found


def test_a_sample_is_that_of_the_seed_and_the_check():
    assert sampled("default", 1, "a") == list(range(20))
    assert sampled("quick", 1, "a", 2) == sampled("quick", 1, "a", 2) == sorted(sampled("quick", 1, "a", 2))
    assert len({tuple(sampled("quick", seed, check)) for seed in range(5) for check in "abcde"}) > 5


def chosen(*patterns, profile="quick"):
    return collect_checks(Settings(NOBODY, profile=profile), Selection(patterns))


def test_every_rule_that_can_fail_a_release_has_a_check():
    known = {check.name for check in chosen(profile="default")}
    checks = chosen()
    judged = {rule_id for check in checks for rule_id in check.rules}
    gating = {rule.id for rule in catalogue().values() if rule.gates and not rule.passive}
    assert gating <= judged, "choose anew: python -m tests.recorded_quick"
    assert {check.name for check in checks} < known
    assert len(checks) < len(known) / 2


def test_advice_is_judged_where_it_is_selected():
    assert not any("CAN-27" in check.rules for check in chosen())
    assert any("CAN-27" in check.rules for check in chosen("CAN-27"))
    assert any("CAN-27" in check.rules for check in chosen("CAN-*"))


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """A quick run of everything: its record, and the orders that were made for it."""
    made, set_up = Counter(), States.setup

    def noted(states, name, **params):
        state = set_up(states, name, **params)
        made[name] += len(state.values.get("order_ids", ("",)))
        return state

    with start(choose([], [])) as running, mock.patch.object(States, "setup", noted):
        target = target_of(running.where)
        target = replace(target, limits=replace(target.limits, workers=1))
        folder = tmp_path_factory.mktemp("quick")
        return judge_target(RunOptions(Settings(target, 1, "quick"), folder)).record, made


def test_a_quick_run_is_frugal(quick):
    record, made = quick
    assert record["requests"] <= _MOST_REQUESTS
    # Trouble of the external OMS is a condition of the server, and no order that somebody makes.
    assert sum(count for name, count in made.items() if STATES[name].stays_after is not None) <= _MOST_ORDERS


def test_a_quick_run_says_what_it_left_out(quick):
    record, _ = quick
    assert record["verdict"] == "conforming"
    assert record["headline"].endswith("advisory rules not judged (quick: a sample of the cases)")
    left_out = [rule for rule in record["rules"] if rule["verdict"] != "pass"]
    assert {(rule["level"], rule["verdict"]) for rule in left_out} == {("advisory", "not-run")}
    assert all("--profile default" in rule["reason"] for rule in left_out)


def test_what_was_not_asked_again_convicts_nobody(tmp_path):
    # Every reading that a finding rests on was made for it.
    with start(choose(["canceled-before-validation"], [])) as running:
        target = target_of(running.where)
        settings = Settings(replace(target, limits=replace(target.limits, workers=1)), 1, "quick")
        record = judge_target(RunOptions(settings, tmp_path, Selection(("CAN-7",)))).record
    found = [rule for rule in record["rules"] if rule["verdict"] == "fail"]
    assert found
    for rule in found:
        sent = [record["exchanges"][number] for number in rule["findings"][0]["exchanges"]]
        assert [one["method"] for one in sent].count("GET") >= 2
