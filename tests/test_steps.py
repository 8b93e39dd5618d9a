"""Checks in steps, each about a rule of its own; and cases of a check, of which one is enough where states run out."""

import pytest

from orderproof.conformance.kit import Finding, Inconclusive, steps
from orderproof.conformance.kit.trace import Trace
from orderproof.conformance.runner.outcome import outcome_of
from orderproof.conformance.transport.exchange import DIED, Exchange
from orderproof.reports.evidence import Evidence, collect
from orderproof.reports.verdict import judge
from orderproof.spec.catalogue import catalogue

RULES = ("CAN-2", "CAN-3", "CAN-4")


class SessionOf:
    """As much of a session as steps need."""

    def __init__(self):
        self.trace = Trace()

    def send(self):
        one = Exchange("GET", "http://acme/v0/orders/1", [], None, 0.0, "showCancellationStatus", 200)
        self.trace.add(one, lambda _: ())
        return one


def verdicts(*ends, together=False, at_last=None, rules=RULES):
    """What came of each rule where the steps end so: with an error, or None; `True` beside it goes on.

    `at_last` is what is raised after all steps.
    """
    session = SessionOf()
    error = None
    try:
        with steps(session, together=together) as step:
            for rule, (end, goes_on) in zip(rules, ends, strict=False):
                with step(rule, goes_on=goes_on):
                    session.send()
                    if end is not None:
                        raise end
            if at_last is not None:
                raise at_last
    except (AssertionError, Inconclusive) as raised:
        error = raised
    outcome = outcome_of("test_a.py::test_a", RULES, session.trace, error)
    rules = [catalogue()[rule] for rule in RULES]
    evidence, _ = collect(rules, [outcome])
    return {row.rule.id: row for row in judge(rules, evidence).rows}


def broken(text="it is wrong"):
    return Finding(text, "right", "wrong")


def silent():
    endless = Exchange("GET", "http://acme/v0/orders/1", [], None, 0.0, "showCancellationStatus", error=DIED)
    return Finding("no answer", "a refusal", "nothing", endless)


@pytest.mark.parametrize(
    ("ends", "wanted"),
    [
        ([(None, False)] * 3, ["pass", "pass", "pass"]),
        ([(broken(), False)], ["fail", "inconclusive", "inconclusive"]),
        ([(None, False), (broken(), True), (None, False)], ["pass", "fail", "pass"]),
        ([(None, False), (broken(), True), (broken(), False)], ["pass", "fail", "fail"]),
        ([(None, False), (AssertionError("plainly wrong"), False)], ["pass", "fail", "inconclusive"]),
        ([(None, False), (Inconclusive("odd"), False)], ["pass", "inconclusive", "inconclusive"]),
        # What was found stands, however a later step ends.
        ([(None, False), (broken(), True), (Inconclusive("odd"), False)], ["pass", "fail", "inconclusive"]),
        ([(Inconclusive("odd"), True), (None, False), (None, False)], ["inconclusive", "pass", "pass"]),
        ([(Inconclusive("odd"), True), (broken(), True), (None, False)], ["inconclusive", "fail", "pass"]),
        # No answer says nothing about what an answer must be.
        ([(silent(), True), (None, False), (None, False)], ["inconclusive", "pass", "pass"]),
        ([(broken(), True), (silent(), True), (None, False)], ["fail", "inconclusive", "pass"]),
    ],
)
def test_each_step_judges_its_own_rule(ends, wanted):
    rows = verdicts(*ends)
    assert [rows[rule].verdict for rule in RULES] == wanted
    assert [bool(rows[rule].findings) for rule in RULES] == [one == "fail" for one in wanted]


def test_what_follows_all_steps_holds_for_all_of_them():
    ends = [(None, True), (broken(), True), (None, True)]
    for together, wanted in ((False, ["pass", "fail", "pass"]), (True, ["inconclusive", "fail", "inconclusive"])):
        rows = verdicts(*ends, together=together, at_last=Inconclusive("the valid request is refused"))
        assert [rows[rule].verdict for rule in RULES] == wanted


def test_a_rule_with_two_steps_is_kept_by_both():
    rows = verdicts((None, True), (broken(), True), rules=("CAN-2", "CAN-2"))
    assert rows["CAN-2"].verdict == "fail"


def test_a_finding_shows_what_was_sent_by_then_and_no_more():
    rows = verdicts((None, False), (broken(), True), (None, False))
    assert rows["CAN-3"].findings[0]["exchanges"] == [0, 1]
    assert "rule" not in rows["CAN-3"].findings[0]


def test_a_rule_that_could_not_be_reached_says_why():
    rows = verdicts((broken("the cancellation is refused"), False))
    assert rows["CAN-4"].reason == "a step before it broke CAN-2: the cancellation is refused"


def entry(check, outcome, reason=""):
    return {"check": check, "outcome": outcome, "reason": reason, "requests": 1, "states": []}


LACKING = "state order-cancelable: all 5 orders under states.order-cancelable are used; add more"


@pytest.mark.parametrize(
    ("entries", "verdict", "reason"),
    [
        (
            [entry("a.py::test_a[x]", "pass"), entry("a.py::test_a[y]", "not-run", LACKING)],
            "pass",
            "judged by 1 of 2 cases, since the states were used up",
        ),
        ([entry("a.py::test_a[x]", "pass"), entry("a.py::test_b[y]", "not-run", LACKING)], "not-run", LACKING),
        ([entry("a.py::test_a[x]", "pass"), entry("a.py::test_a[y]", "not-run", "no token")], "not-run", "no token"),
        (
            [entry("a.py::test_a[x]", "inconclusive", "odd"), entry("a.py::test_a[y]", "not-run", LACKING)],
            "inconclusive",
            "odd",
        ),
    ],
)
def test_one_case_of_a_check_is_enough_where_the_states_are_used_up(entries, verdict, reason):
    (row,) = judge([catalogue()["CAN-9"]], {"CAN-9": Evidence(entries)}).rows
    assert (row.verdict, row.reason) == (verdict, reason)
    assert row.checks == entries
