"""How long a run waits for an effect: in full once, then briefly, and never more briefly than the server needs."""

import pytest

from orderproof.conformance.kit import polling
from orderproof.conformance.kit.polling import IMPATIENT_SECONDS, Poller
from orderproof.conformance.kit.trace import Trace
from orderproof.conformance.transport.exchange import Exchange

CANCEL, SERIALS = "createCancellation", "updateSalesOrderSerialNumbers"


class Clock:
    """A clock that only moves where somebody sleeps."""

    def __init__(self):
        self.now = 100.0

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(polling, "time", clock)
    return clock


class Waiting:
    """A poller whose running check has written with `writes`, and the seconds that a wait for an effect takes."""

    def __init__(self, clock, seconds=10.0):
        self.clock, self.writes = clock, [CANCEL]
        self.poller = Poller(seconds, lambda: self.writes)

    def for_effect_after(self, seconds, *writes):
        """Wait for an effect that comes after some seconds (None: never); how long that took."""
        self.writes = list(writes) or self.writes
        start = self.clock.now
        for _ in self.poller.attempts("an effect"):
            if seconds is not None and self.clock.now >= start + seconds:
                break
        return round(self.clock.now - start, 3)


def test_an_effect_that_never_comes_is_waited_for_in_full_once_only(clock):
    wait = Waiting(clock)

    seconds = [wait.for_effect_after(None) for _ in range(60)]

    assert seconds[:2] == [10.0, 0.625]
    assert set(seconds[3:]) == {IMPATIENT_SECONDS}


def test_effects_of_other_operations_are_still_waited_for_in_full(clock):
    wait = Waiting(clock)
    wait.for_effect_after(None, CANCEL)

    assert wait.for_effect_after(None, SERIALS) == 10.0


def test_what_two_operations_do_alike_is_waited_for_in_full_once(clock):
    wait = Waiting(clock)
    wait.for_effect_after(None, "createLineItemCancellation")

    assert wait.for_effect_after(None, "cancelLineItem") == 2.5
    assert wait.for_effect_after(None, "createLineItemCancellation") == 0.625
    assert wait.for_effect_after(None, "cancelLineItem") == 0.625


def test_of_several_operations_the_one_without_effects_shortens_the_wait(clock):
    wait = Waiting(clock)
    wait.for_effect_after(None, SERIALS)

    assert wait.for_effect_after(None, CANCEL, SERIALS) == 0.625
    assert wait.for_effect_after(None, CANCEL) == 10.0


def test_an_effect_that_came_late_keeps_every_wait_thrice_as_long(clock):
    wait = Waiting(clock)
    late = wait.for_effect_after(1.5, SERIALS)
    for _ in range(9):
        wait.for_effect_after(None, SERIALS)
        wait.for_effect_after(None, CANCEL)

    assert [wait.for_effect_after(None, one) for one in (SERIALS, CANCEL)] == [pytest.approx(3 * late)] * 2
    assert wait.for_effect_after(1.5, SERIALS) == late


def test_no_wait_is_longer_than_the_full_one(clock):
    wait = Waiting(clock, seconds=2.0)
    wait.for_effect_after(1.5)
    wait.for_effect_after(None)

    assert wait.for_effect_after(None) == 2.0


def test_without_a_writing_request_effects_are_told_apart_by_their_name(clock):
    poller = Poller(10.0)
    for _ in poller.attempts("one"):
        pass
    before = clock.now
    for _ in poller.attempts("another"):
        pass

    assert clock.now - before == 10.0


def test_a_trace_knows_which_requests_changed_something():
    trace = Trace()
    for method, operation, status in (
        ("PATCH", SERIALS, 204),
        ("POST", CANCEL, 200),
        ("POST", "createGracePeriod", 412),
        ("POST", "createPriceInformationForItems", 200),
        ("GET", "showCancellationStatus", 200),
        ("POST", CANCEL, None),
    ):
        trace.exchanges.append(Exchange(method, "http://acme.example/", [], None, 0.0, operation, status))

    assert trace.writes() == [CANCEL, SERIALS]
