"""Servers that ask to wait: how long a run does, and how much slower it sends from then on."""

import itertools
import time
from types import SimpleNamespace

import pytest

from orderproof.conformance.transport import client as client_module
from orderproof.conformance.transport import waiting as waiting_module
from orderproof.conformance.transport.client import Client
from orderproof.conformance.transport.exchange import Exchange
from orderproof.conformance.transport.retry_after import FIRST_PAUSE_SECONDS, asked_to_wait, is_deferred
from orderproof.conformance.transport.waiting import RateLimit, Waiting
from orderproof.reports.console import make_console, render
from orderproof.reports.merge import merge
from orderproof.reports.page import render as render_page
from orderproof.reports.waits import told
from tests.loopback import Server, answer
from tests.records import exchange, outcome, record

NOW = 1_800_000_000.0


def asks(status=429, operation="showOrder", **headers):
    named = [(name.replace("_", "-"), str(value)) for name, value in headers.items()]
    return Exchange("GET", "http://acme.example/v0", [], None, 0.0, operation, status, named)


@pytest.fixture
def clock(monkeypatch):
    """A clock that goes on only where somebody sleeps; what it says is the seconds that were slept."""
    clock = SimpleNamespace(now=1000.0, pauses=[])

    def sleep(seconds):
        clock.pauses.append(seconds)
        clock.now += seconds

    fake = SimpleNamespace(monotonic=lambda: clock.now, time=lambda: NOW, sleep=sleep)
    monkeypatch.setattr(waiting_module, "time", fake)
    monkeypatch.setattr(client_module, "time", SimpleNamespace(**{**vars(time), "sleep": sleep}))
    return clock


def pauses(waiting, asked):
    """The pauses of a request that is asked to wait again and again, and is given up in the end."""
    made = [0.0]
    for _ in range(1000):
        pause = waiting.pause(asked, sum(made), made[-1])
        if pause is None:
            return made[1:]
        made.append(pause)
    pytest.fail("it waits for ever")


@pytest.mark.parametrize(
    "headers",
    [{"Retry_After": 0}, {}, {"X_RateLimit_Reset": 0}, {"X_RateLimit_Reset": "soon"}, {"Retry_After": "\xb2"}]
    + [{"Retry_After": value} for value in ("soon", "", "-1", "Mon, 01 Jan 0001 00:00:00 -0000")],
)
def test_pauses_that_nobody_names_grow_from_a_floor(headers):
    made = pauses(Waiting(), asks(**headers))
    assert made[0] == FIRST_PAUSE_SECONDS
    assert all(later == 2 * earlier for earlier, later in itertools.pairwise(made))
    assert 10 < sum(made) <= 20


@pytest.mark.parametrize(
    ("value", "pause"),
    [(3, 3), (NOW + 3, 3), (1000 * NOW + 3000, 3), (3600, FIRST_PAUSE_SECONDS), (NOW - 9, FIRST_PAUSE_SECONDS)],
)
@pytest.mark.parametrize("name", ["X_RateLimit_Reset", "RateLimit_Reset"])
def test_a_limit_that_says_when_it_begins_anew_is_heeded(monkeypatch, name, value, pause):
    monkeypatch.setattr("orderproof.conformance.transport.retry_after.time", SimpleNamespace(time=lambda: NOW))
    assert asked_to_wait(asks(**{name: f"{value:.0f}"})) == pytest.approx(pause)
    # Gateways send it with every answer: alone it makes no 503 a request to wait.
    assert asked_to_wait(asks(503, **{name: f"{value:.0f}"})) is None


@pytest.mark.parametrize(
    ("seconds", "made"), [(1, [1] * 20), (5, [5] * 4), (37, [37]), (60, [60]), (61, []), (3600, []), ("9" * 500, [])]
)
def test_what_a_server_names_is_kept_within_bounds(seconds, made):
    assert pauses(Waiting(), asks(503, Retry_After=seconds)) == made


def test_an_operation_that_asked_in_vain_is_waited_for_briefly_until_it_answers():
    waiting = Waiting()
    assert sum(pauses(waiting, asks(Retry_After=1))) == 20
    assert sum(pauses(waiting, asks(Retry_After=1))) == 1
    assert sum(pauses(waiting, asks(operation="other", Retry_After=1))) == 20
    assert waiting.in_vain == ("showOrder", "other")
    # Whatever refuses it may stand before what limits.
    assert waiting.pause(asks(405), 0.0, 0.0) is None
    assert sum(pauses(waiting, asks(Retry_After=1))) == 1
    assert waiting.pause(asks(200), 0.0, 0.0) is None
    assert sum(pauses(waiting, asks(Retry_After=1))) == 20


def test_an_operation_that_asked_in_vain_before_the_run_is_waited_for_briefly():
    assert sum(pauses(Waiting(["showOrder"]), asks(Retry_After=1))) == 1


def test_all_requests_together_wait_no_longer_than_minutes():
    waiting = Waiting()
    for number in range(100):
        pauses(waiting, asks(operation=str(number), Retry_After=1))
    assert waiting.seconds == 300
    assert waiting.times == 300


def test_an_asked_request_is_sent_again_and_the_rest_more_slowly(clock, seen_by):
    client, seen = seen_by
    with Server(lambda request: answer(429, b"", "Retry-After: 2") if request.number < 2 else answer(200)) as server:
        assert client.send("GET", server.url + "/", []).status == 200
    assert [(one.status, one.waited) for one in seen] == [(429, True), (429, True), (200, False)]
    assert clock.pauses[0] == 2
    assert client.rate.lowered_to is not None


@pytest.fixture
def seen_by():
    seen = []
    client = Client(timeout=60.0, record=seen.append)
    yield client, seen
    client.close()


def test_what_asks_for_ever_is_given_up_and_says_nothing_of_the_request(clock, seen_by):
    client, seen = seen_by
    with Server(lambda request: answer(429)) as server:
        exchange = client.send("GET", server.url + "/", [])
    assert is_deferred(exchange)
    assert all(one.waited for one in seen[:-1])
    assert sum(clock.pauses) < 30


def test_a_server_that_is_busy_for_once_does_not_mean_the_rate(clock, seen_by):
    client, _ = seen_by
    with Server(
        lambda request: answer(503, b"", "Retry-After: 0") if request.number % 2 == 0 else answer(200)
    ) as server:
        for _ in range(3):
            assert client.send("GET", server.url + "/", []).status == 200
    assert client.rate.lowered_to is None
    assert client.waiting.times == 3


def test_the_rate_is_lowered_from_what_was_sent(clock):
    limit = RateLimit(None)
    for _ in range(50):
        limit.wait()
        clock.now += 0.01
    limit.lower()
    assert limit.lowered_to == pytest.approx(70, rel=0.05)
    # Those that were under way together are told together.
    limit.lower()
    assert limit.lowered_to == pytest.approx(70, rel=0.05)
    began = clock.now
    for _ in range(141):
        limit.wait()
    assert clock.now - began == pytest.approx(2, rel=0.05)
    limit.lower()
    assert limit.lowered_to == pytest.approx(49, rel=0.1)


def test_an_operation_that_asks_for_ever_does_not_slow_the_others(clock, seen_by):
    client, _ = seen_by
    with Server(lambda request: answer(429, b"", "Retry-After: 1")) as server:
        client.send("GET", server.url + "/", [], operation="showOrder")
        assert len(clock.pauses) > 5
        assert client.rate.lowered_to is None
        # Where a second one asks, it is the rate after all.
        client.rate.lower("createCancellation")
        client.send("GET", server.url + "/", [], operation="showOrder")
    assert client.rate.lowered_to is not None


@pytest.mark.parametrize("given", [None, 3.0])
def test_a_rate_is_restored_to_what_was_given(clock, given):
    limit = RateLimit(given)
    for _ in range(3):
        limit.wait()
    clock.now += 100
    limit.lower("showOrder")
    assert limit.per_second == limit.lowered_to < 3.0
    limit.restore("showOrder")
    assert (limit.per_second, limit.lowered_to) == (given, None)


@pytest.mark.parametrize("sent", [0, 1, 2])
def test_the_rate_has_a_floor_and_is_never_raised(clock, sent):
    for limit in (RateLimit(None), RateLimit(0.2)):
        for _ in range(sent):
            limit.wait()
        clock.now += 100
        limit.lower()
    assert limit.per_second == 0.2
    assert limit.lowered_to is None


def waited(**rates):
    asked = exchange(status=429, waited=True)
    return outcome("ORD-1", exchanges=[asked, exchange(), asked], rates=rates)


@pytest.mark.parametrize(
    ("rates", "sentence"),
    [
        ({"1": 21.04}, "The server asked to wait twice"),
        ({"1": 21.04}, "; the rate was lowered to 21/s. Set limits.rate to start with it."),
        ({"1": 20.0, "2": 10.0}, "lowered to 30/s"),
        ({"1": 20.0, "2": None}, "lowered to 40/s"),
    ],
)
def test_the_report_tells_how_often_and_how_slow(capsys, rates, sentence):
    made = record([waited(**rates)])
    assert sentence.replace("twice", "2 times") in told(made)
    render(made, make_console("never"))
    printed = " ".join(capsys.readouterr().out.split())
    assert told(made) in printed
    assert told(made) in render_page(made)


def test_a_run_that_was_not_asked_says_nothing():
    made = record([outcome("ORD-1", rates={"1": None})])
    assert "asked_to_wait" not in made
    assert told(made) is None


def test_a_rate_that_was_not_lowered_is_not_told():
    assert told(record([waited(**{"1": None})])) == "The server asked to wait 2 times."


def test_merged_shards_tell_together():
    shards = [record([waited(**{"1": rate})], shard=(index, 2)) for index, rate in ((1, 20.0), (2, 10.0))]
    merged = merge([(str(index), shard) for index, shard in enumerate(shards)])
    assert merged["asked_to_wait"] == {"times": 4, "rate_per_s": 10.0}
