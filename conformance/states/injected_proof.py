"""Whether an injected order is what its state promises, as the platform shows it.

What the vendor's pages say of a flag is no proof: a state is lent only if the order's own answers bear it out. Effects
may come a little after the order can be read, so each is waited for.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from orderproof.conformance.errors import NotOffered
from orderproof.conformance.states.injected import Injected, items_of
from orderproof.conformance.states.platform import MOST_ON_A_PAGE, Platform, attempts

_EFFECT_SECONDS = 5.0
_LISTED_SECONDS = 10.0
# Statuses of an order that nothing is done to any more: what holds for a grace period that is over may not hold there.
_ENDED = frozenset({"closed", "failed", "created_for_blind_return", "canceled", "cancelled"})


def why_not_past_grace(platform: Platform, order: Injected) -> str | None:
    """What the platform says against an order that is past its grace period, open and not canceled; None if nothing."""

    def why_not() -> str | None:
        status = platform.cancellation_status(order.uuid)
        if status.get("canceled") is not False or status.get("cancelable") is not False:
            return _told_status(status)
        shown = _status(platform, order)
        return f"the server says status {shown}" if shown.lower() in _ENDED else None

    return _after_a_while(why_not)


def why_not_closed(platform: Platform, order: Injected) -> str | None:
    """What the platform says against a closed order; None if nothing."""

    def why_not() -> str | None:
        shown = _status(platform, order)
        if shown.lower() != "closed":
            return f"the server says status {shown}"
        status = platform.cancellation_status(order.uuid)
        return None if status.get("cancelable") is False else _told_status(status)

    return _after_a_while(why_not)


def why_no_status(platform: Platform, order: Injected, wanted: str) -> str | None:
    """Why the first item is not in a terminal status, or None; servers write `cancelled` and `canceled`."""

    def why_not() -> str | None:
        items = items_of(platform.order(order.uuid) or {})
        shown = next((str(one.get("status")) for one in items if one.get("id") == order.items[0]), "none")
        if shown.lower() == wanted or (wanted == "cancelled" and shown.lower().startswith("cancel")):
            return None
        return f"the server shows the item {order.items[0]} with the status {shown}, not {wanted}"

    return _after_a_while(why_not)


def wait_until_listed(platform: Platform, orders: Sequence[Injected]) -> None:
    """Wait until the history of a customer lists their orders; raise `NotOffered` if it lists none of them.

    A history that lists some of the orders in all this time is the server's answer, which rules judge.
    """
    customers = {order.customer_id for order in orders}
    if len(customers) > 1:
        raise NotOffered(f"the server shows orders of one external_customer_id with {len(customers)} customers")
    customer_id = orders[0].customer_id
    wanted = {order.order_id for order in orders}
    listed: set[Any] = set()
    for _ in attempts(_LISTED_SECONDS):
        listed = {one.get("id") for one in platform.history(customer_id) if isinstance(one, Mapping)} & wanted
        if len(listed) >= min(len(wanted), MOST_ON_A_PAGE):
            return
    if not listed:
        raise NotOffered(
            f"the history of the customer {customer_id} lists none of the {len(orders)} orders {_LISTED_SECONDS:.0f} s "
            "after they were made"
        )


def _after_a_while(why_not: Callable[[], str | None]) -> str | None:
    """What is still against a state after the time that an effect may take, or None."""
    why = None
    for _ in attempts(_EFFECT_SECONDS):
        why = why_not()
        if why is None:
            break
    return why


def _status(platform: Platform, order: Injected) -> str:
    return str((platform.order(order.uuid) or {}).get("status"))


def _told_status(status: Mapping[str, Any]) -> str:
    """What a cancellation status says, in words."""
    said = [f"{name} {str(status[name]).lower()}" for name in ("cancelable", "canceled") if name in status]
    return f"the server says {' and '.join(said) or 'nothing of its cancellation'}"
