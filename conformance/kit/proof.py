"""Whether an entry of a fixed list is what it promises, proven by reading before a rule is judged on it.

A list is typed by hand and ages: an order that an earlier run canceled, two ids in each other's place. What the server
says against an entry must not become a broken rule. Only what reading can contradict is looked at, and an id only where
the server found another order by an id of that type: else it may be the server that is wrong.
"""

from orderproof.conformance.kit.api import Orders
from orderproof.conformance.kit.findings import Inconclusive
from orderproof.conformance.states.sources import State

_OTHER = {"internal": "external", "external": "internal"}
_KEYS = {"internal": "order_uuid", "external": "order_id"}
# What a cancellation status must say of an order in this state; others promise nothing of it.
_CANCELABLE = {"order-cancelable": True, "order-in-grace-period": True, "order-past-grace-period": False}
_NOT_CANCELED = frozenset({*_CANCELABLE, "order-with-preordered-item"})


def contradiction(orders: Orders, state: State, found_by: tuple[str, ...]) -> str | None:
    """What the server says against an entry, in words; None where nothing does.

    `found_by` are the types of ids by which the server found another order.
    """
    if "order_uuid" not in state.values or state.name.startswith("oms-"):
        return None
    for id_type in found_by:
        told = _unknown_id(orders, state, id_type)
        if told:
            return told
    return _wrong_status(orders, state)


def _unknown_id(orders: Orders, state: State, id_type: str) -> str | None:
    key = _KEYS[id_type]
    answer = orders.show(state, id_type=id_type)
    if answer.status not in (400, 404):
        return None
    if orders.show(state, id=str(state.values[key]), id_type=_OTHER[id_type]).is_success:
        return f"its {key} is an id of the other type; are the two ids in each other's place?"
    return f"the server does not find its {key} {state.values[key]} ({answer.status})"


def _wrong_status(orders: Orders, state: State) -> str | None:
    if state.name not in _NOT_CANCELED:
        return None
    answer = orders.cancellation_status(state)
    if not answer.is_success:
        return None
    try:
        cancelable, canceled = answer.at("cancelable"), answer.at("canceled")
    except Inconclusive:
        return None
    if canceled is True:
        return "the server says that it was canceled"
    wanted = _CANCELABLE.get(state.name)
    if wanted is not None and cancelable is (not wanted):
        return f"the server says cancelable {str(cancelable).lower()}, where {state.name} promises the other"
    return None
