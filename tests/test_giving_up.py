"""A source of states that fails the same way again and again is given up, and nothing that may still work is."""

import random

import pytest

from orderproof.conformance.errors import StateUnavailable
from orderproof.conformance.states.giving_up import giving_up
from orderproof.conformance.states.provider import load_provider


class Source:
    """A source that takes so many seconds, and raises what `reasons` says, in turn; None is success."""

    def __init__(self, seconds, *reasons):
        self.seconds, self.reasons = seconds, list(reasons)
        self.now, self.asked = 0.0, 0

    def __call__(self, name, params, action):
        self.now += self.seconds
        self.asked += 1
        reason = self.reasons.pop(0)
        if reason is not None:
            raise StateUnavailable(reason.format(name=name))
        return {}

    def told(self, *names):
        ask, told = giving_up("provider", self, lambda: self.now), []
        for name in names:
            try:
                ask(name, {}, "setup")
            except StateUnavailable as error:
                told.append(str(error))
            else:
                told.append(None)
        return told


def test_a_source_that_waits_and_fails_is_given_up_for_every_state():
    source = Source(5.0, *["database is locked (pid 1)", "database is locked (pid 22)", "database is locked (pid 3)"])

    *_, last = source.told("order", "order-closed", "oms-order", "order-cancelable", "order")

    assert source.asked == 3
    assert last == ("states.provider was given up: it failed 3 times in a row the same way: database is locked (pid 3)")


def test_a_source_that_refuses_at_once_is_given_up_for_the_state_alone():
    source = Source(0.0, *["no such state"] * 3, None)

    told = source.told("oms-order", "oms-order", "oms-order", "oms-order", "order")

    assert (source.asked, told[-1]) == (4, None)
    assert (
        told[3] == "states.provider was given up for oms-order: it failed 3 times in a row the same way: no such state"
    )


@pytest.mark.parametrize("between", [None, "another reason"])
def test_failures_that_are_not_in_a_row_or_not_the_same_give_nothing_up(between):
    source = Source(5.0, "locked", "locked", between, "locked", "locked", None)
    assert source.told(*["order"] * 6)[-1] is None
    assert source.asked == 6


def test_the_users_function_draws_other_numbers_whatever_hypothesis_seeds(tmp_path):
    (tmp_path / "drawing.py").write_text(
        "import random\nAT_IMPORT = random.random()\n"
        "def give(state, params, action):\n    return {'drawn': random.random(), 'at_import': AT_IMPORT}\n"
    )
    drawn = []
    random.seed(0)
    ask = load_provider("drawing:give", tmp_path)
    for _ in range(20):
        random.seed(0)
        drawn.append(ask("order", {}, "setup")["drawn"])
        assert random.random() == random.Random(0).random(), "the run's own random state is as it was"
    assert len({*drawn, ask("order", {}, "setup")["at_import"]}) == 21
