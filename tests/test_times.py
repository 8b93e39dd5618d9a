"""RFC 3339 times: every spelling names the same instant, and nothing that a server sends raises."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderproof.conformance.kit.times import Instant, parse_time

INSTANTS = st.datetimes(min_value=datetime(1, 1, 3), max_value=datetime(9999, 12, 29), timezones=st.just(UTC))
OFFSETS = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(instant=INSTANTS, offset=OFFSETS)
def test_an_instant_is_the_same_in_every_offset(instant, offset):
    read = parse_time(instant.astimezone(offset).isoformat())
    assert read is not None
    assert read.moment == instant
    assert read == parse_time(instant.isoformat())


@given(instant=INSTANTS, digits=st.text("0123456789", max_size=30))
def test_any_number_of_fraction_digits_is_read(instant, digits):
    whole = instant.replace(microsecond=0)
    text = whole.strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0") + (f".{digits}" if digits else "")
    read = parse_time(f"{text}Z")
    assert read is not None
    assert read.second == whole
    assert read.moment - whole == timedelta(microseconds=int(digits[:6].ljust(6, "0")))
    assert parse_time(f"{text}z".replace("T", "t")) == read
    assert parse_time(text) is None
    assert parse_time(text, zoneless=True) == read


@given(st.text() | st.from_regex(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", fullmatch=True))
def test_no_text_raises(text):
    assert parse_time(text) is None or parse_time(text).second.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "2024-02-30T00:00:00Z",
        "2024-01-01 00:00:00Z",
        "2024-01-01T24:00:00Z",
        "2024-01-01T00:00:61Z",
        "2024-01-01T00:00:00+24:00",
        "2024-01-01T00:00:00+00:60",
        "2024-01-01T00:00:00.Z",
        "2024-01-01T00:00:00Z\n",
        "٢٠٢٤-01-01T00:00:00Z",
        "9999-12-31T23:59:60Z",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-00:01",
    ],
)
def test_what_is_no_time_or_no_instant_of_ours_is_none(text):
    assert parse_time(text) is None


def test_a_leap_second_is_the_second_after():
    assert parse_time("2016-12-31T23:59:60.5Z") == Instant(datetime(2017, 1, 1, tzinfo=UTC), "5")


SECONDS = st.sampled_from(["2024-02-29T23:59:59", "2024-03-01T00:00:00", "1969-12-31T23:59:59"])
FRACTIONS = st.text("0129", max_size=12) | st.sampled_from(["0" * 6000, "0" * 6000 + "1", "9" * 6000])


@given(st.tuples(SECONDS, FRACTIONS), st.tuples(SECONDS, FRACTIONS))
def test_instants_are_compared_by_every_digit(first, second):
    texts = [f"{whole}{f'.{digits}' if digits else ''}Z" for whole, digits in (first, second)]
    exact = [(whole, Decimal(f"0.{digits or 0}")) for whole, digits in (first, second)]
    one, other = map(parse_time, texts)
    assert (one < other, one == other, one > other) == (
        exact[0] < exact[1],
        exact[0] == exact[1],
        exact[0] > exact[1],
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2024-01-01T01:00:00.1234567890+01:00", "2024-01-01T00:00:00.123456789Z"),
        ("2024-01-01t00:00:00z", "2024-01-01T00:00:00Z"),
    ],
)
def test_an_instant_is_shown_with_every_digit(text, shown):
    assert str(parse_time(text)) == shown
