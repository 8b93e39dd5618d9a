"""Whether a state is what it promises, proven by reading before a rule is judged on it.

A list is typed by hand and ages, a callback gives a wrong order, a provider the same one twice. What the server says
against a state must not become a broken rule; nor may a server that is wrong be excused by its own words. So a state is
contradicted only by two answers that agree: an id is not found by two operations, where the server found another order
by an id of that type; a cancellation status is borne out by the order's own status, or by what the server then does.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

from orderproof.conformance.kit.answer import Answer, json_object, shown_items
from orderproof.conformance.kit.api import Orders
from orderproof.conformance.kit.settings import Learned
from orderproof.conformance.states.sources import State
from orderproof.conformance.transport.mediatype import ORDERS_V2

_OTHER = {"internal": "external", "external": "internal"}
_KEYS = {"internal": "order_uuid", "external": "order_id"}
# What a cancellation status must say of an order in this state; others promise nothing of it.
_CANCELABLE = {"order-cancelable": True, "order-in-grace-period": True, "order-past-grace-period": False}
_NOT_CANCELED = frozenset({*_CANCELABLE, "order-with-preordered-item"})
# The documented statuses of an order that nothing is done to any more.
_ENDED = frozenset({"closed", "failed", "created_for_blind_return"})
# Final statuses of items on the vendor's pages, and what servers call a canceled item besides.
_ENDED_ITEM = frozenset({"complete", "completed", "returned", "shipped", "voided", "rejected", "failed", "removed"})
# What the samples and the vendor's pages, and other servers, call an item that is still to be sent.
_OPEN_ITEM = frozenset(
    {"pending", "open", "new", "created", "placed", "accepted", "confirmed", "processing", "in_progress"}
    | {"in_fulfillment", "preordered", "pre_ordered", "backordered", "allocated", "reserved", "unfulfilled"}
)
_MOST_ON_A_PAGE = 50
_NO_ITEM = "7d3c1b1e-5b0f-4c0e-9a39-2f6f4a1d8e55"


@dataclass(frozen=True, slots=True)
class Proof:
    """What the server says against a state, in words, or None; `is_used` if the proof changed the order."""

    why: str | None = None
    is_used: bool = False


class Judging(Protocol):
    """Whose requests end a check as inconclusive where they get no answer, while it `judges`."""

    judges: bool


@contextmanager
def without_judging(session: Judging) -> Iterator[None]:
    """For requests that prove a state: one without an answer proves nothing, and ends no check."""
    judges, session.judges = session.judges, False
    try:
        yield
    finally:
        session.judges = judges


def prove(orders: Orders, state: State, learned: Learned, *, may_act: bool, reads_only: bool = False) -> Proof:
    """Hold a state against what the server says of it.

    `may_act` allows to cancel or extend an order whose status contradicts it: an order that was made for this run can
    be made again. An entry of a list is only read. `reads_only`: no other request may be sent.
    """
    if state.name.startswith("customer-"):
        return Proof(_wrong_customer(orders, state, learned))
    if "order_uuid" not in state.values or state.name.startswith("oms-"):
        return Proof()
    if state.name == "order-with-preordered-item" and not reads_only:
        # Cancels nothing, and tells whether the operation wants a reason: simultaneous requests cannot find it out.
        orders.cancel_line_item(state, _NO_ITEM)
    shown: dict[str, Mapping[str, Any]] = {}
    for id_type in learned.found_by:
        if id_type == "external" and shown.get("internal", {}).get("id") == state.values["order_id"]:
            continue
        answer = orders.show(state, id_type=id_type)
        told = _unknown_id(orders, state, id_type) if answer.status in (400, 404) else None
        if told:
            return Proof(told)
        shown[id_type] = json_object(answer)
    why = _wrong_items(orders, state, list(shown.values()), learned, reads_only=reads_only)
    if why is None and not may_act and state.name == "order-with-preordered-item":
        why = _ended_item(state, next(iter(shown.values()), {}))
    if why is None and state.name == "order-with-terminal-preordered-item":
        why = _open_item(state, list(shown.values()))
    if why:
        return Proof(why)
    return _wrong_status(orders, state, next(iter(shown.values()), {}), may_act=may_act)


def _unknown_id(orders: Orders, state: State, id_type: str) -> str | None:
    key = _KEYS[id_type]
    if orders.show(state, id=str(state.values[key]), id_type=_OTHER[id_type]).is_success:
        return f"its {key} is an id of the other type; are the two ids in each other's place?"
    answer = orders.cancellation_status(state, id_type=id_type)
    if answer.status not in (400, 404):
        return None
    return f"the server does not find its {key} {state.values[key]} ({answer.status})"


def _wrong_items(
    orders: Orders, state: State, shown: list[Mapping[str, Any]], learned: Learned, *, reads_only: bool
) -> str | None:
    """Items of another order. Nothing, where the server shows other ids of items for the order of preflight too.

    An item that the order does not show and that has a price in it is one of its items: the server is to be judged.
    """
    ids = [_item_ids(one) for one in shown]
    if not learned.shows_items or not ids or not ids[0]:
        return None
    if len(ids) == 2 and ids[1] and not ids[0] & ids[1]:
        return "its order_uuid and its order_id are of two orders"
    single = [state.values[key] for key in ("item_uuid", "other_item_uuid") if key in state.values]
    given = [*state.values.get("item_uuids", ()), *single]
    foreign = [one for one in given if one not in ids[0]]
    if not foreign or (not reads_only and _has_price(orders, state, foreign[0])):
        return None
    return f"the server shows no item {foreign[0]} in it"


def _has_price(orders: Orders, state: State, item: str) -> bool:
    lines = json_object(orders.prices(state, [{"type": "product", "id": item}])).get("items")
    return isinstance(lines, list) and any(isinstance(one, Mapping) and one.get("id") == item for one in lines)


def _ended_item(state: State, shown: Mapping[str, Any]) -> str | None:
    """The pre-ordered item of an entry of a list, where an earlier run, or somebody else, has canceled or ended it."""
    status = next((one.get("status") for one in shown_items(shown) if one.get("id") == state.values["item_uuid"]), None)
    if isinstance(status, str) and (status.lower().startswith("cancel") or status.lower() in _ENDED_ITEM):
        return f"the server shows its item_uuid with the status {status}"
    return None


def _open_item(state: State, shown: list[Mapping[str, Any]]) -> str | None:
    """An item that every reading shows as one that is still to be sent: its cancellation is rightly accepted."""
    statuses = {
        one.get("status") for order in shown for one in shown_items(order) if one.get("id") == state.values["item_uuid"]
    }
    status = next(iter(statuses), None)
    if len(statuses) == 1 and isinstance(status, str) and status.lower() in _OPEN_ITEM:
        return f"the server shows its item_uuid with the status {status}, which is not a terminal one"
    return None


def _wrong_status(orders: Orders, state: State, shown: Mapping[str, Any], *, may_act: bool) -> Proof:
    if state.name not in _NOT_CANCELED and state.name != "order-closed":
        return Proof()
    status = json_object(orders.cancellation_status(state))
    cancelable, canceled = status.get("cancelable"), status.get("canceled")
    if state.name == "order-closed":
        is_open = cancelable is True and shown.get("status") == "open"
        return Proof("the server says status open and cancelable true" if is_open else None)
    wanted = _CANCELABLE.get(state.name)
    if canceled is True:
        told = "the server says that it was canceled"
    elif wanted is not None and cancelable is (not wanted):
        told = f"the server says cancelable {str(cancelable).lower()}, where {state.name} promises the other"
    else:
        return Proof()
    if not may_act or shown.get("status") in _ENDED:
        return Proof(told)
    if wanted is False and canceled is True:
        # Past the grace period a cancellation is refused in any case, so only the order itself bears it out.
        return Proof(told if _is_shown_canceled(shown) else None)
    return _borne_out(orders, state, told, is_open=cancelable is True)


def _is_shown_canceled(order: Mapping[str, Any]) -> bool:
    statuses = [one.get("status") for one in (order, *shown_items(order))]
    return any(isinstance(one, str) and one.lower().startswith("cancel") for one in statuses)


def _borne_out(orders: Orders, state: State, told: str, *, is_open: bool) -> Proof:
    """Whether the server does as its cancellation status says; else it contradicts itself, and is to be judged."""
    if is_open:
        return Proof(f"{told}, and it can be extended" if orders.extend_grace_period(state).is_success else None, True)
    return Proof(f"{told}, and it cannot be canceled" if orders.cancel(state).is_refusal else None, True)


def _wrong_customer(orders: Orders, state: State, learned: Learned) -> str | None:
    """Orders that the customer has and the state does not name, or the reverse, borne out by the orders themselves."""
    if not learned.shows_customer or "external" not in learned.found_by:
        return None
    history = json_object(orders.history(state, count=_MOST_ON_A_PAGE, accept=ORDERS_V2)).get("orders")
    if not isinstance(history, list):
        return None
    known = [one for one in history if isinstance(one, Mapping)]
    ids, given = [one.get("id") for one in known], list(state.values.get("order_ids", ()))
    extra = next((one for one in ids if isinstance(one, str) and one not in given), None)
    if extra is not None and _customer_of(orders, state, extra) == state.values["customer_id"]:
        return f"the customer has the order {extra} too"
    lacking = next((one for one in given if one not in ids), None)
    if lacking is not None and len(ids) < _MOST_ON_A_PAGE:
        return _not_theirs(orders, state, lacking)
    placed = [str(one.get("placed_at")) for one in known]
    if sorted(ids, key=str) == sorted(given) and ids != given and all(one > next_ for one, next_ in pairwise(placed)):
        return f"by the placed_at that the server shows, the newest first is {', '.join(map(str, ids))}"
    return None


def _not_theirs(orders: Orders, state: State, order_id: str) -> str | None:
    answer = orders.show(state, id=order_id, id_type="external")
    if answer.status == 404:
        return f"the server does not find the order {order_id} (404)"
    owner = _customer_id(json_object(answer))
    if isinstance(owner, str) and owner != state.values["customer_id"]:
        return f"the order {order_id} is of the customer {owner}"
    return None


def _customer_of(orders: Orders, state: State, order_id: str) -> Any:
    return _customer_id(json_object(orders.show(state, id=order_id, id_type="external")))


def _customer_id(order: Mapping[str, Any]) -> Any:
    customer = order.get("customer")
    return customer.get("id") if isinstance(customer, Mapping) else None


def shows(answer: Answer, state: State) -> tuple[bool, bool]:
    """Whether the answer that shows an order has the state's ids of items, and its customer's id."""
    order = json_object(answer)
    items = set(state.values["item_uuids"])
    return items <= _item_ids(order), _customer_id(order) == state.values["customer_id"]


def _item_ids(order: Mapping[str, Any]) -> set[Any]:
    return {one["id"] for one in shown_items(order) if isinstance(one.get("id"), str)}
