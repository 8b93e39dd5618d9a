"""One instant in two places: compared with all its digits, as far as both places show them.

How many digits a fraction has is open, and so is whether a shorter one is truncated or rounded: two texts contradict
each other only by more than one unit of the last digit that both show.
"""

import re
from decimal import Decimal
from typing import Any, NamedTuple

from orderproof.conformance.kit import Answer, Finding, Inconclusive, parse_time

_HAS_ZONE = re.compile(r".*([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_FRACTION = re.compile(r"\.(\d+)", re.ASCII)
_DAY = Decimal(24 * 60 * 60)
_QUARTER_HOUR = Decimal(15 * 60)


def seconds_apart(one: object, other: object) -> Decimal | None:
    """How many seconds two times are apart, exactly; None if one of them is not an RFC 3339 time.

    A time without a zone is local time somewhere, and offsets are whole quarters of an hour: within a day, these do not
    count.
    """
    if not isinstance(one, str) or not isinstance(other, str):
        return None
    first, second = parse_time(one, zoneless=True), parse_time(other, zoneless=True)
    if first is None or second is None:
        return None
    fractions = (Decimal(f"0.{time.fraction or 0}") for time in (first, second))
    whole = Decimal((second.second - first.second).days * int(_DAY) + (second.second - first.second).seconds)
    apart = abs(whole - next(fractions) + next(fractions))
    if all(_HAS_ZONE.fullmatch(text) for text in (one, other)) or apart >= _DAY:
        return apart
    return min(apart % _QUARTER_HOUR, _QUARTER_HOUR - apart % _QUARTER_HOUR)


def contradict(one: str, other: str, apart: Decimal) -> bool:
    """Whether two times, so many seconds apart, cannot be the same instant."""
    return apart >= 1 or apart > max(_last_digit(one), _last_digit(other))


def _last_digit(time: str) -> Decimal:
    """One unit of the last digit that a time shows, in seconds."""
    found = _FRACTION.search(time)
    return Decimal(1).scaleb(-len(found[1])) if found else Decimal(1)


class PlacedAt(NamedTuple):
    """Where an answer shows when an order was placed: how a sentence names the place, and the path of the order."""

    answer: Answer
    place: str
    path: tuple[str | int, ...] = ()

    @property
    def text(self) -> Any:
        """The time as it is shown."""
        return self.answer.at(*self.path, "placed_at")


def expect_same_placed_at(one: PlacedAt, other: PlacedAt, *, to_the_digit: bool = False) -> None:
    """An order was placed at the same instant in both places; `to_the_digit` demands all digits of the finer one."""
    apart = seconds_apart(one.text, other.text)
    if apart is None:
        raise Inconclusive(
            "placed_at is not a valid time in one of the two answers", one.answer.exchange, other.answer.exchange
        )
    if contradict(one.text, other.text, apart):
        found = "is not the same instant as"
    elif to_the_digit and apart:
        found = "does not have the same digits as"
    else:
        return
    raise Finding(
        f"placed_at in {other.place} {found} in {one.place}",
        f"the instant {one.text}",
        other.text,
        one.answer.exchange,
        other.answer.exchange,
    )
