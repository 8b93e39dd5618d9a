"""Read-only runs: GET alone is sent, and what a check may read was given by its ids."""

from collections.abc import Callable, Mapping
from typing import Any

from orderproof.conformance.config.state_kinds import STATES
from orderproof.conformance.config.target import FixedStates
from orderproof.conformance.kit.findings import NotApplicable
from orderproof.conformance.states.sources import fits, noun, words
from orderproof.conformance.transport.exchange import Exchange

READ_ONLY = "--read-only sends GET alone, and this takes other requests"
"""Why what needs another method is not judged."""

_TO_ADD: Mapping[str, str] = {
    "order": "--order UUID of an order{params}",
    "order-cancelable": "--order UUID of an order that can be canceled{params}",
    "order-past-grace-period": "--order UUID of an open order whose grace period is over",
    "order-closed": "--order UUID of a closed order",
    "customer-with-orders": "--customer ID of a customer{params}",
    "customer-without-orders": "--customer ID of a customer without orders",
}
"""What to give for a state that can be recognized by reading."""


def guard(*, is_read_only: bool) -> Callable[[Exchange], None]:
    """What a client asks before it sends: raises `NotApplicable` for a request that a read-only run may not send."""

    def refuse(exchange: Exchange) -> None:
        if exchange.method != "GET":
            raise NotApplicable(READ_ONLY)

    return refuse if is_read_only else _allow


def _allow(_exchange: Exchange) -> None:
    """Every request may be sent."""


def lacking(name: str, params: Mapping[str, Any], given: FixedStates, error: str) -> str:
    """Why no order or customer that was given serves as a state, and which one to add; `error` as lending has it."""
    needed = {key: value for key, value in params.items() if value is not None}
    asked = f" with {words(needed)}" if needed else ""
    told = error.removeprefix(f"state {name}: ")
    count = sum(fits(entry, needed) for entry in given.get(name, ()))
    if told.startswith("entry "):
        why = told
    elif count:
        why = f"{count} {noun(name)}{'s' if count > 1 else ''}{asked} given, and a check needs more at the same time"
    else:
        why = f"no such {noun(name)}{asked} was given"
    feature = STATES[name].feature
    absent = f" (or features.{feature}: false, where the target has none)" if feature else ""
    fallback = f"one under states.{name} in the target file{absent}"
    return f"state {name}: {why}; add {_TO_ADD.get(name, fallback).format(params=asked)}"
