"""RFC 3339 times: any number of fraction digits, any offset, `T` and `Z` in either case."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import NamedTuple

_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:([Zz])|([+-])([01]\d|2[0-3]):([0-5]\d))?", re.ASCII
)


class Instant(NamedTuple):
    """An instant with all digits of its text, so that comparisons are exact.

    `second` is in UTC. `fraction` holds the digits after it without trailing zeros: such texts sort like the fractions,
    whatever their length.
    """

    second: datetime
    fraction: str

    @property
    def moment(self) -> datetime:
        """A datetime for arithmetic, truncated to microseconds."""
        return self.second + timedelta(microseconds=int(self.fraction[:6].ljust(6, "0")))

    def __str__(self) -> str:
        fraction = f".{self.fraction}" if self.fraction else ""
        return f"{self.second.replace(tzinfo=None).isoformat()}{fraction}Z"


def parse_time(text: str, *, zoneless: bool = False) -> Instant | None:
    """The instant that a text names, or None if it is not an RFC 3339 time.

    A leap second counts as the second after it. With `zoneless`, a time without an offset is allowed and read as UTC:
    the samples of histories and orders in `application/json` have such times.
    """
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    fraction, zulu, sign = match[7], match[8], match[9]
    if not zulu and not sign and not zoneless:
        return None
    offset = timedelta(hours=int(match[10] or 0), minutes=int(match[11] or 0)) * (-1 if sign == "-" else 1)
    second = int(match[6])
    try:
        year, month, day, hour, minute = (int(match[part]) for part in range(1, 6))
        moment = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=timezone(offset))
        if second > 60:
            return None
        moment += timedelta(seconds=second - min(second, 59))
        return Instant(moment.astimezone(UTC), (fraction or "").rstrip("0"))
    except (ValueError, OverflowError):
        # A day that does not exist, or an instant beyond the years that Python knows.
        return None
