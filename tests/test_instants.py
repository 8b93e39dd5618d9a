"""One instant in two places: which pairs of times contradict each other, and which only have other digits."""

from decimal import Decimal

import pytest

from orderproof.conformance.checks.support.instants import contradict, seconds_apart

AGREE = [
    ("2026-11-27T12:00:00.288Z", "2026-11-27T12:00:00.288Z", "0"),
    ("2026-11-27T12:00:00.288Z", "2026-11-27T13:00:00.288+01:00", "0"),
    ("2026-11-27T12:00:00.288", "2026-11-27T12:00:00.288000Z", "0"),
    # Cut off, rounded, and without a fraction.
    ("2026-11-27T12:00:00.288Z", "2026-11-27T12:00:00.288999999Z", "0.000999999"),
    ("2026-11-27T12:00:00.289Z", "2026-11-27T12:00:00.288999Z", "0.000001"),
    ("2026-11-27T12:00:00Z", "2026-11-27T12:00:00.999Z", "0.999"),
    # The same precision, once rounded and once cut off.
    ("2026-11-27T12:00:00.289Z", "2026-11-27T12:00:00.288Z", "0.001"),
    # Local time somewhere.
    ("2026-11-27T06:30:00.288", "2026-11-27T12:00:00.288Z", "0"),
    ("2026-11-27T23:59:59.99", "2026-11-28T00:00:00.000Z", "0.01"),
]
CONTRADICT = [
    ("2026-11-27T12:00:00.000Z", "2026-11-27T12:00:00.288Z"),
    ("2026-11-27T12:00:00.288000Z", "2026-11-27T12:00:00.288424Z"),
    ("2026-11-27T12:00:00.3Z", "2026-11-27T12:00:00.48Z"),
    ("2026-11-27T12:00:00Z", "2026-11-27T12:00:01Z"),
    ("2026-11-27T12:00:00.288Z", "2026-11-27T13:00:00.288Z"),
    ("2026-11-27T12:00:00.288", "2026-11-27T12:01:00.288Z"),
    ("2026-11-27T12:00:00", "2026-11-29T12:00:00"),
]


@pytest.mark.parametrize(("one", "other", "apart"), AGREE)
def test_times_that_can_be_the_same_instant(one, other, apart):
    for pair in ((one, other), (other, one)):
        assert seconds_apart(*pair) == Decimal(apart)
        assert not contradict(*pair, Decimal(apart))


@pytest.mark.parametrize(("one", "other"), CONTRADICT)
def test_times_that_are_two_instants(one, other):
    for pair in ((one, other), (other, one)):
        apart = seconds_apart(*pair)
        assert apart is not None
        assert contradict(*pair, apart)


@pytest.mark.parametrize("wrong", [None, 7, "yesterday", "2026-11-27", ""])
def test_what_is_no_time_is_not_compared(wrong):
    assert seconds_apart(wrong, "2026-11-27T12:00:00Z") is None
