"""How many checks run at once: the distance of the target decides, unless the target file does."""

import asyncio
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderproof.conformance.config.target import Limits, StateSources, Target
from orderproof.conformance.reference.server import start
from orderproof.conformance.runner.workers import MOST, chosen_workers, round_trip
from tests.running import orderproof, target_file


def target(sources=None, **limits):
    return Target("t", "http://h/v0", limits=Limits(**limits), states=sources or StateSources())


@pytest.mark.parametrize(
    ("of", "trip", "chosen"),
    [
        (target(), 0.0, (1, "1 worker: the target answers within 0 ms")),
        (target(), 0.02, (1, "1 worker: the target answers within 20 ms")),
        (target(), 0.05, (4, "4 workers: the target answers within 50 ms")),
        (target(), 0.1, (8, "8 workers: the target answers within 100 ms")),
        (target(), 3.0, (8, "8 workers: the target answers within 3000 ms")),
        (
            target(rate=20.0),
            0.1,
            (2, "2 workers: the target answers within 100 ms, and limits.rate lets no more through"),
        ),
        (
            target(rate=0.5),
            0.1,
            (1, "1 worker: the target answers within 100 ms, and limits.rate lets no more through"),
        ),
        (target(workers=16), 0.0, (16, "16 workers: limits.workers")),
        (target(workers=1), 1.0, (1, "1 worker: limits.workers")),
        (
            target(StateSources(provider="a:b")),
            0.1,
            (1, "1 worker: a provider is called by one, unless limits.workers says otherwise"),
        ),
        (target(StateSources(provider="a:b"), workers=4), 0.1, (4, "4 workers: limits.workers")),
        # One pool lends the entries of lists to all of them.
        (target(StateSources({"order": []})), 0.1, (8, "8 workers: the target answers within 100 ms")),
    ],
)
def test_how_many_and_why(of, trip, chosen):
    assert chosen_workers(of, trip) == chosen


def test_the_most_may_be_fewer():
    assert chosen_workers(target(), 0.1, most=4)[0] == 4
    assert chosen_workers(target(workers=16), 0.1, most=4)[0] == 16


@given(st.floats(0, 100), st.none() | st.floats(0.01, 1000))
def test_there_are_no_more_than_the_target_may_be_asked_to_bear(trip, rate):
    number, _ = chosen_workers(target(rate=rate), trip)
    assert 1 <= number <= MOST


def test_the_round_trip_is_the_shortest_that_was_answered():
    answered = [SimpleNamespace(status=status, duration=duration) for status, duration in ((200, 0.3), (404, 0.1))]
    assert round_trip([*answered, SimpleNamespace(status=None, duration=0.01)]) == 0.1
    assert round_trip([]) == 0.0


def test_a_target_far_away_is_judged_by_several(tmp_path):
    with start() as server:
        admit = server.decisions.admit

        async def admit_later(call):
            await asyncio.sleep(0.04)
            await admit(call)

        server.decisions.admit = admit_later
        target_file(tmp_path, server.base_url, server.token, server.state_url)
        ran = orderproof(tmp_path, "run", "--target", "target.yaml", "--rules", "GRA-4", "--rules", "SEC-1")

    assert ran.verdicts == {"GRA-4": "pass", "SEC-1": "pass"}, ran.out
    assert " workers: the target answers within " in ran.out


def test_a_target_whose_answers_take_now_longer_and_now_less_conforms(tmp_path):
    ran = orderproof(tmp_path, "run", "--variant", "far-away", "--rules", "GRA-4", "--rules", "SEC-1")

    assert ran.verdicts == {"GRA-4": "pass", "SEC-1": "pass"}, ran.out
    took = [one["duration_s"] for one in ran.record["exchanges"]]
    assert min(took[:8]) >= 0.1
    assert len(set(took)) > 4
