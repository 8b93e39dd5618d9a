"""What the orders and customers of `--order` and `--customer` are good for, found out by reading.

The other id of an order, its customer and its items come from the order itself, the orders of a customer from the
history. An order is offered as a state only where reading proves that it is one.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from orderproof.conformance.errors import UsageError
from orderproof.conformance.kit.answer import json_object
from orderproof.conformance.kit.api import Orders
from orderproof.conformance.kit.session import Session
from orderproof.conformance.kit.settings import Settings
from orderproof.conformance.runner.completed_lists import completed
from orderproof.conformance.runner.preflight import preflight
from orderproof.conformance.runner.readiness import wait_for_target
from orderproof.conformance.runner.shown_values import (
    Unread,
    instant_of,
    orders_of,
    read_order,
    values_shown,
)
from orderproof.conformance.states.pool import Pool
from orderproof.conformance.states.sources import State
from orderproof.conformance.transport.exchange import Exchange

# An order that is younger may be in its grace period, whatever its cancellation status says.
_OLD = timedelta(hours=1)


class OrderIds(NamedTuple):
    """An order by its UUID, and by its readable id where that was given too."""

    uuid: str
    readable: str | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """The orders and customers of a command line, in their order."""

    orders: tuple[OrderIds, ...] = ()
    customers: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.orders or self.customers)


class LookUpError(Exception):
    """What was given cannot be used: the message names the option, what is wrong with its value, and what to do."""


@dataclass(slots=True)
class _Found:
    lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    placed: dict[str, dict[str, str]] = field(default_factory=dict)

    def add(self, name: str, values: dict[str, Any]) -> None:
        self.lists.setdefault(name, []).append(values)


def look_up(orders: Orders, given: Given) -> dict[str, list[dict[str, Any]]]:
    """The lists of states that the given orders and customers make, by reading them. Raises `LookUpError`.

    The customers of the orders are read too.
    """
    found = _Found()
    for ids in given.orders:
        _add_order(orders, ids, found)
    customers = dict.fromkeys((*given.customers, *found.placed))
    for customer in customers:
        _add_customer(orders, customer, found, is_given=customer in given.customers)
    return found.lists


def with_given(settings: Settings, given: Given, wait_seconds: float, sent: list[Exchange]) -> Settings:
    """The settings with the given orders and customers as lists of states; the requests that it took go to `sent`.

    What entries of the target's own lists leave out is read too. Raises `UsageError` for what cannot be used, and
    `VoidError` where the target or its settings are wrong.
    """
    session = Session(settings, Pool())
    states = settings.target.states
    try:
        if wait_seconds:
            wait_for_target(session, wait_seconds)
        lists = completed(session.orders(), states.fixed, settings.target.absent)
        found = look_up(session.orders(), given)
    except LookUpError as error:
        # Behind a wrong path or with a refused token no order is found, and that is told instead.
        preflight(session)
        raise UsageError(str(error)) from None
    finally:
        sent += session.trace.exchanges
        session.close()
    for name, entries in found.items():
        listed = lists.setdefault(name, [])
        listed += [one for one in entries if _identity(one) not in map(_identity, listed)]
    target = replace(settings.target, states=replace(states, fixed=lists))
    return replace(settings, target=target)


def _identity(values: Mapping[str, Any]) -> Any:
    return values.get("order_uuid") or values.get("customer_id")


def _add_order(orders: Orders, ids: OrderIds, found: _Found) -> None:
    option = f"--order {ids.uuid}"
    asked = State("order", {}, {"order_uuid": ids.uuid})
    with _told(option):
        shown = read_order(orders, asked)
    readable = ids.readable or shown.get("id")
    if readable != shown.get("id") and orders.show(asked, id=readable, id_type="external").status in (400, 404):
        told = f"does not know {readable}, and shows this order with the readable id {shown.get('id')}"
        raise LookUpError(f"{option},{readable}: the server {told}; correct it or leave it out")
    with _told(option):
        values = {"order_uuid": ids.uuid, **values_shown(shown, {"order_id": readable}, "give another")}
    status = json_object(orders.cancellation_status(asked))
    for name in _states_of(shown, status):
        found.add(name, values)
    placed = shown.get("placed_at")
    found.placed.setdefault(str(values["customer_id"]), {})[str(readable)] = str(placed)


@contextmanager
def _told(option: str) -> Iterator[None]:
    """Names the option whose order or customer cannot be read."""
    try:
        yield
    except Unread as error:
        raise LookUpError(f"{option}: {error}") from None


def _states_of(shown: Mapping[str, Any], status: Mapping[str, Any]) -> list[str]:
    """The states that an order is in, by its own status and its cancellation status."""
    states = ["order"]
    flags = status.get("cancelable"), status.get("canceled")
    if shown.get("status") == "closed":
        states.append("order-closed")
    elif flags == (True, False):
        states.append("order-cancelable")
    elif flags == (False, False) and shown.get("status") == "open" and _is_old(shown.get("placed_at")):
        states.append("order-past-grace-period")
    return states


def _is_old(placed_at: Any) -> bool:
    placed = instant_of(placed_at)
    return placed is not None and datetime.now(UTC) - placed > _OLD


def _add_customer(orders: Orders, customer: str, found: _Found, *, is_given: bool) -> None:
    """A customer with all their orders, the newest first, or without any.

    The orders that were given are theirs whether or not the history has them.
    """
    state = State("customer-with-orders", {}, {"customer_id": customer})
    try:
        listed = orders_of(orders, state, found.placed.get(customer, {}))
    except Unread as error:
        if is_given:
            raise LookUpError(f"--customer {customer}: {error}") from None
        return
    if listed:
        found.add("customer-with-orders", {"customer_id": customer, "order_ids": listed})
    else:
        found.add("customer-without-orders", {"customer_id": customer})
