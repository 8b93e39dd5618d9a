"""That the server asked a run to wait: how often, and how much slower the run sent from then on."""

from collections.abc import Iterable, Mapping
from typing import Any

from orderproof.reports.outcome import Outcome


def asked_to_wait(exchanges: Iterable[Mapping[str, Any]], outcomes: Iterable[Outcome]) -> dict[str, Any] | None:
    """How often a run waited as it was asked to, and the rate of requests that it came to; None where it never did.

    Each process has its own rate: the run's is their sum.
    """
    times = sum(exchange["waited"] for exchange in exchanges)
    if not times:
        return None
    rates: dict[str, float | None] = {}
    for outcome in outcomes:
        rates.update(outcome.rates)
    lowered = [rate for rate in rates.values() if rate is not None]
    # A process that has not been asked to wait yet would come to what the others came to.
    whole = sum(lowered) / len(lowered) * len(rates) if lowered else None
    return {"times": times, "rate_per_s": None if whole is None else round(whole, 1)}


def told(record: Mapping[str, Any]) -> str | None:
    """The same in a sentence; None where the server never asked."""
    asked = record.get("asked_to_wait")
    if not asked:
        return None
    times = "once" if asked["times"] == 1 else f"{asked['times']:,} times"
    rate = asked["rate_per_s"]
    lowered = f"; the rate was lowered to {rate:g}/s. Set limits.rate to start with it" if rate else ""
    return f"The server asked to wait {times}{lowered}."
