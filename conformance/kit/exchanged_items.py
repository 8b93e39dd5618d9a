"""Whether the two items of an order with a pre-ordered item stand in each other's place, once a check has failed.

Nothing that an order shows tells which of its items is pre-ordered, so a state cannot be held against it before it is
used. But a server that cancels what is said not to be pre-ordered, and refuses what is said to be, does as documented.
"""

from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

from orderproof.conformance.kit.answer import json_object, shown_items
from orderproof.conformance.kit.api import Orders
from orderproof.conformance.states.sources import State
from orderproof.conformance.transport.exchange import Exchange

_CANCELS_ITEMS = ("createLineItemCancellation", "cancelLineItem")


def exchanged_items(orders: Orders, states: Sequence[State], exchanges: Sequence[Exchange]) -> tuple[State, str] | None:
    """One of the `states` of a check that sent these `exchanges`, and what the server says against it, if it does.

    What the check did not try with one of the two items is tried now.
    """
    for state in states:
        if state.name != "order-with-preordered-item":
            continue
        preordered, other = state.item_uuid, state.other_item_uuid
        came_of = {item: _came_of(item, exchanges) for item in (preordered, other)}
        if True in came_of[preordered] or not (came_of[preordered] or came_of[other]):
            continue
        is_refused = _is_refused(orders, state, preordered, came_of[preordered])
        if is_refused and (
            not _is_refused(orders, state, other, came_of[other]) or _was_canceled(orders, state, other)
        ):
            told = f"the server cancels its other_item_uuid {other} and refuses to cancel its item_uuid {preordered}"
            return state, f"{told}; are the two in each other's place?"
    return None


def _came_of(item: str, exchanges: Sequence[Exchange]) -> set[bool]:
    """Which of success and refusal the cancellations of an item came to."""
    sent = [one for one in exchanges if one.operation in _CANCELS_ITEMS and item in _parts(one.url)]
    return {one.status < 300 for one in sent if one.status is not None and one.status < 500}


def _parts(url: str) -> list[str]:
    return [unquote(part) for part in urlsplit(url).path.split("/")]


def _is_refused(orders: Orders, state: State, item: str, came_of: set[bool]) -> bool:
    """Whether the server refuses to cancel an item: False where it does, or does not answer."""
    return came_of == {False} if came_of else orders.cancel_line_item(state, item).is_refusal


def _was_canceled(orders: Orders, state: State, item: str) -> bool:
    """Whether the order shows that an item was canceled, and others not: by an earlier check, or an earlier run."""
    shown = shown_items(json_object(orders.show(state)))
    canceled = {one.get("id") for one in shown if str(one.get("status")).lower().startswith("cancel")}
    return item in canceled and state.item_uuid not in canceled
