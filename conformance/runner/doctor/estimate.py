"""How long a run will take, and how many orders, from what was measured: about, since a server may be busy."""

from collections.abc import Mapping
from dataclasses import dataclass

from orderproof.conformance.config.state_kinds import STATES
from orderproof.conformance.config.target import Target
from orderproof.conformance.runner.doctor.asking import Measured
from orderproof.reports.needs import recorded_needs

# Requests and orders of a run of each profile, with every state (see docs/performance.md).
_COSTS: Mapping[str, tuple[int, int]] = {"quick": (550, 60), "default": (2_700, 200)}
# What a run costs beside its requests: to start, to make requests and to judge answers on one core.
_OWN_SECONDS = 10.0
# Checks that need no state are not among the recorded needs: about so many.
_WITHOUT_STATES = 65
# Near servers take about so long for an answer on a machine that is busy with judging it.
_LEAST_TRIP = 0.004


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run of a profile takes, about: requests, orders that are set up, and seconds."""

    profile: str
    requests: int
    orders: int
    seconds: float


def estimates(target: Target, measured: Measured) -> list[Estimate]:
    """An estimate for each profile, by the states that are offered."""
    share = _share(target, measured.offered)
    return [_estimate(profile, share, target, measured) for profile in _COSTS]


def _share(target: Target, offered: set[str]) -> float:
    """The part of the checks that find the states that they need, of those that are in scope."""
    absent = {name for name, kind in STATES.items() if kind.feature in target.absent}
    checks = [set(needs) for needs in recorded_needs().values() if not set(needs) & absent]
    return (sum(needs <= offered for needs in checks) + _WITHOUT_STATES) / (len(checks) + _WITHOUT_STATES)


def _estimate(profile: str, share: float, target: Target, measured: Measured) -> Estimate:
    requests, orders = (round(share * number) for number in _COSTS[profile])
    # Lists are there already: where nothing was set up, a run sets nothing up.
    each = sum(measured.set_ups) / len(measured.set_ups) if measured.set_ups else 0.0
    busy = (requests * max(measured.trip, _LEAST_TRIP) + orders * each) / measured.workers
    least = requests / target.limits.rate if target.limits.rate else 0.0
    return Estimate(profile, requests, orders if measured.set_ups else 0, _OWN_SECONDS + max(busy, least))
