"""Requests of several rules on one order: each is refused, and what one did is not the next one's fault."""

from dataclasses import dataclass, field

import pytest

from orderproof.conformance.checks.support.refusals import Attempt, refused_in_turn
from orderproof.conformance.kit import Answer, Finding, Inconclusive
from orderproof.conformance.kit.trace import Trace
from orderproof.conformance.runner.outcome import outcome_of
from orderproof.conformance.transport.exchange import Exchange

RULES = ("CAN-6", "CAN-7", "CAN-8")


@dataclass
class Server:
    """What it accepts, and which of what it refuses it does all the same; what it was asked."""

    accepts: tuple = ()
    does: tuple = ()
    asked: list = field(default_factory=list)
    readings: int = 0


@dataclass
class Subject:
    """An order that is canceled once something is done."""

    server: Server
    trace: Trace
    canceled: bool = False

    def send(self, text):
        accepted = text in self.server.accepts
        self.canceled |= accepted or text in self.server.does
        self.server.asked.append((id(self), text))
        one = Exchange("POST", f"http://acme/v0/{text}", [], None, 0.0, "createCancellation", 200 if accepted else 400)
        self.trace.add(one, lambda _: ())
        return Answer(one)

    def expect_unchanged(self, refused):
        self.server.readings += 1
        if self.canceled:
            raise Finding("the order was canceled", "", "", refused.exchange)


class Orders:
    """As much of the API as is asked for; `is_brief` as in the quick profile."""

    def __init__(self, is_brief):
        self.is_brief = is_brief

    def sample(self, cases):
        return list(cases)

    def may_read_once(self):
        return self.is_brief


class SessionOf:
    def __init__(self):
        self.trace = Trace()


def judged(server, *, is_brief=False, control=lambda one: None):
    """The result of each rule, whose requests are named after it, and the subjects that were taken."""
    session, subjects, error = SessionOf(), [], None

    def begin():
        subjects.append(Subject(server, session.trace))
        return subjects[-1]

    def attempts(rule):
        return lambda _: [Attempt("it is wrong", {"text": f"{rule}-{number}"}) for number in (1, 2)]

    try:
        refused_in_turn(session, Orders(is_brief), [(rule, attempts(rule)) for rule in RULES], begin, control)
    except (AssertionError, Inconclusive) as raised:
        error = raised
    outcome = outcome_of("test_a.py::test_a", RULES, session.trace, error)
    return [outcome.about(rule)[0] for rule in RULES], subjects


@pytest.mark.parametrize(("is_brief", "readings"), [(False, 3), (True, 1)])
def test_one_order_serves_all_rules(is_brief, readings):
    server = Server()
    results, subjects = judged(server, is_brief=is_brief)
    assert (results, len(subjects), server.readings) == (["pass"] * 3, 1, readings)
    assert len(server.asked) == 6


@pytest.mark.parametrize("how", [{"accepts": ("CAN-7-1",)}, {"does": ("CAN-7-2",)}])
def test_the_rule_that_is_broken_fails_alone_and_the_next_gets_another_order(how):
    results, subjects = judged(Server(**how))
    assert results == ["pass", "fail", "pass"]
    assert [one.canceled for one in subjects] == [True, False]


def test_the_last_rule_that_is_broken_leaves_an_order_for_the_valid_request():
    seen = []
    results, subjects = judged(Server(accepts=("CAN-8-1",)), control=seen.append)
    assert results == ["pass", "pass", "fail"]
    assert seen == [subjects[-1]]
    assert not subjects[-1].canceled


def test_with_one_reading_for_all_it_is_not_known_which_rule_is_broken():
    results, _ = judged(Server(does=("CAN-7-2",)), is_brief=True)
    assert results == ["inconclusive"] * 3


def test_where_the_valid_request_is_refused_no_refusal_shows_anything():
    def refused(_):
        raise Inconclusive("the valid request is refused")

    results, _ = judged(Server(accepts=("CAN-6-1",)), control=refused)
    assert results == ["fail", "inconclusive", "inconclusive"]
