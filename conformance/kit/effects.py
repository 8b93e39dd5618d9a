"""What the requests of a check did to the order of a state, as far as their answers tell.

A refusal did nothing: whoever sent it read the order again, and what fails on an order that was used is tried on a
fresh one. Where an answer does not tell, nobody can say what the order is now.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

from orderproof.conformance.config.state_kinds import (
    CANCELED,
    EXTENDED,
    ITEM_CANCELED,
    ITEM_CANCELED_INTERNALLY,
    NUMBERED,
)
from orderproof.conformance.states.sources import State
from orderproof.conformance.transport.exchange import Exchange
from orderproof.conformance.transport.strictjson import parse_json

_READS = frozenset({"GET", "HEAD", "OPTIONS"})
# Reads too, though it is a POST.
_PRICES = "createPriceInformationForItems"
_EFFECTS: Mapping[str | None, str] = {
    "createGracePeriod": EXTENDED,
    "updateSalesOrderSerialNumbers": NUMBERED,
    "createCancellation": CANCELED,
    "createLineItemCancellation": ITEM_CANCELED,
    "cancelLineItem": ITEM_CANCELED_INTERNALLY,
}
# Whole parts of a URL: a short readable id is part of many others.
_PARTS = re.compile(r"[/?&=]")
_METHODS = {"createGracePeriod": "POST", "updateSalesOrderSerialNumbers": "PATCH"}


@dataclass(frozen=True, slots=True)
class Effects:
    """What was done to a state's order, and the state with its values brought up to date."""

    state: State
    done: frozenset[str]


def effects_on(state: State, states: Sequence[State], exchanges: Sequence[Exchange]) -> Effects | None:
    """What a check's exchanges did to one of its `states`; None where their answers do not tell."""
    done: set[str] = set()
    updated = state
    for exchange in exchanges:
        if not _may_change(exchange):
            continue
        names = [one for one in states if _is_about(exchange, one)]
        if names and state not in names:
            continue
        effect = _EFFECTS.get(exchange.operation)
        is_known = effect is not None and exchange.method == _METHODS.get(str(exchange.operation), "POST")
        if not names or not is_known or not _is_success(exchange):
            return None
        done.add(str(effect))
        if effect == EXTENDED:
            updated = _with_due_at(updated, exchange)
    return Effects(updated, frozenset(done))


def accepted_for(states: Sequence[State], exchanges: Sequence[Exchange]) -> frozenset[str]:
    """Which changes were accepted for an order in which state, as `createCancellation internal order-cancelable`."""
    found = set()
    for exchange in exchanges:
        if exchange.operation in _EFFECTS and _is_success(exchange):
            id_type = "external" if "id_type=external" in exchange.url else "internal"
            found |= {f"{exchange.operation} {id_type} {one.name}" for one in states if _is_about(exchange, one)}
    return frozenset(found)


def writes(exchange: Exchange) -> bool:
    """Whether a request asks for a change, whatever came of it."""
    return exchange.method not in _READS and exchange.operation != _PRICES


def _may_change(exchange: Exchange) -> bool:
    """Whether a request may have changed something: it was not refused."""
    is_refused = exchange.status is not None and 400 <= exchange.status < 500
    # Who is asked to come again was not served.
    return writes(exchange) and not is_refused and not exchange.waited and not exchange.is_unreachable


def _is_success(exchange: Exchange) -> bool:
    return exchange.status is not None and 200 <= exchange.status < 300


def _is_about(exchange: Exchange, state: State) -> bool:
    named = {unquote(part).casefold() for part in _PARTS.split(exchange.url)}
    return any(one.casefold() in named for one in _ids(state.values))


def _ids(values: Mapping[str, Any]) -> list[str]:
    single = [values[key] for key in ("order_uuid", "order_id", "item_uuid", "other_item_uuid") if values.get(key)]
    return [*single, *values.get("item_uuids", ()), *values.get("order_ids", ())]


def _with_due_at(state: State, exchange: Exchange) -> State:
    """The state with the `due_at` of an extension's answer, if it came with one."""
    if "due_at" not in state.values:
        return state
    try:
        shown = parse_json(exchange.response_body)
    except ValueError:
        shown = None
    due_at = shown.get("due_at") if isinstance(shown, dict) else None
    values = {key: value for key, value in state.values.items() if key != "due_at"}
    return replace(state, values={**values, "due_at": due_at} if isinstance(due_at, str) else values)
