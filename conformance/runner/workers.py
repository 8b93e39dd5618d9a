"""How many checks run at once: as many as the distance of the target pays for, unless the target file says it."""

import math
from collections.abc import Sequence

from orderproof.conformance.config.target import Target
from orderproof.conformance.transport.exchange import Exchange

MOST = 8
MOST_QUICK = 6
"""In the quick profile each more worker sets up orders of its own, which cost more than it saves."""
# What a worker costs to start is worth it from here on; below, two of them share what one could do.
_NEAR_SECONDS = 0.03
_SECONDS_A_WORKER = 0.0125


def round_trip(exchanges: Sequence[Exchange]) -> float:
    """The shortest time that an answer took, in seconds; 0 where none came. A busy machine lengthens the others."""
    return min((one.duration for one in exchanges if one.status is not None), default=0.0)


def chosen_workers(target: Target, trip: float, *, most: int = MOST) -> tuple[int, str]:
    """The number of workers from 1 to `most` and why, for a round trip in seconds.

    A provider is code of the user's that may count on being called by one.
    """
    wanted, sources = target.limits.workers, target.states
    if wanted is not None:
        return wanted, f"{_count(wanted)}: limits.workers"
    if sources.provider:
        return 1, "1 worker: a provider is called by one, unless limits.workers says otherwise"
    if trip < _NEAR_SECONDS:
        return 1, f"1 worker: the target answers within {1000 * trip:.0f} ms"
    number = min(most, math.ceil(trip / _SECONDS_A_WORKER))
    why = f"the target answers within {1000 * trip:.0f} ms"
    # One worker sends at most one request a round trip: more than the rate lets through would only wait.
    enough = math.ceil(target.limits.rate * trip) if target.limits.rate else number
    if enough < number:
        number, why = max(1, enough), f"{why}, and limits.rate lets no more through"
    return number, f"{_count(number)}: {why}"


def _count(number: int) -> str:
    return f"{number} worker{'s' if number > 1 else ''}"
