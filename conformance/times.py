"""RFC 3339 times: any number of fraction digits, any offset, `T` and `Z` in either case."""

import re
from datetime import UTC, datetime, timedelta, timezone

_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:([Zz])|([+-])([01]\d|2[0-3]):([0-5]\d))?", re.ASCII
)


def parse_time(text: str, *, zoneless: bool = False) -> datetime | None:
    """The instant that a text names, or None when it is no RFC 3339 time.

    Digits beyond microseconds are cut off. A leap second counts as the second after. With `zoneless`, a time without
    an offset is allowed and taken as UTC, as the samples of history and orders in `application/json` have it.
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
        micros = int((fraction or "0")[:6].ljust(6, "0"))
        return (moment + timedelta(microseconds=micros, seconds=second - min(second, 59))).astimezone(UTC)
    except (ValueError, OverflowError):
        # A day that does not exist, or an instant beyond the years that Python knows.
        return None
