"""What the orders and customers of `--order` and `--customer` are good for, found out by reading.

The other id of an order, its customer and its items come from the order itself, the orders of a customer from the
history. An order is offered as a state only where reading proves that it is one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from orderproof.conformance.errors import UsageError
from orderproof.conformance.kit.answer import Answer
from orderproof.conformance.kit.api import Orders
from orderproof.conformance.kit.findings import Inconclusive
from orderproof.conformance.kit.session import Session
from orderproof.conformance.kit.settings import Settings
from orderproof.conformance.kit.times import parse_time
from orderproof.conformance.runner.preflight import preflight
from orderproof.conformance.runner.readiness import wait_for_target
from orderproof.conformance.states.pool import Pool
from orderproof.conformance.states.sources import State
from orderproof.conformance.transport.exchange import Exchange
from orderproof.conformance.transport.mediatype import ORDERS_V2

_PAGE = 50
_MOST_ORDERS = 500
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

    Raises `UsageError` for what cannot be used, and `VoidError` where the target or its settings are wrong.
    """
    session = Session(settings, Pool())
    try:
        if wait_seconds:
            wait_for_target(session, wait_seconds)
        found = look_up(session.orders(), given)
    except LookUpError as error:
        # Behind a wrong path or with a refused token no order is found, and that is told instead.
        preflight(session)
        raise UsageError(str(error)) from None
    finally:
        sent += session.trace.exchanges
        session.close()
    states = settings.target.states
    lists = {name: list(entries) for name, entries in states.fixed.items()}
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
    shown = _read(orders.show(asked), option, "order")
    readable = ids.readable or shown.get("id")
    if readable != shown.get("id") and orders.show(asked, id=readable, id_type="external").status in (400, 404):
        told = f"does not know {readable}, and shows this order with the readable id {shown.get('id')}"
        raise LookUpError(f"{option},{readable}: the server {told}; correct it or leave it out")
    customer = shown.get("customer")
    values = {
        "order_uuid": ids.uuid,
        "order_id": readable,
        "customer_id": customer.get("id") if isinstance(customer, Mapping) else None,
        "item_uuids": _ids(shown.get("items")),
    }
    what = {"order_id": "readable id", "customer_id": "customer's id", "item_uuids": "items' ids"}
    lacking = [word for key, word in what.items() if not values[key] or not isinstance(values[key], str | list)]
    if lacking:
        raise LookUpError(f"{option}: the server shows the order without its {' and its '.join(lacking)}; give another")
    status = _object(orders.cancellation_status(asked))
    for name in _states_of(shown, status):
        found.add(name, values)
    placed = shown.get("placed_at")
    found.placed.setdefault(str(values["customer_id"]), {})[str(readable)] = str(placed)


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
    placed = _instant(placed_at)
    return placed is not None and datetime.now(UTC) - placed > _OLD


def _instant(value: Any) -> datetime | None:
    instant = parse_time(value, zoneless=True) if isinstance(value, str) else None
    return instant.moment if instant else None


def _add_customer(orders: Orders, customer: str, found: _Found, *, is_given: bool) -> None:
    """A customer with all their orders, the newest first, or without any.

    The orders that were given are theirs whether or not the history has them.
    """
    placed: dict[str, str] = {}
    state = State("customer-with-orders", {}, {"customer_id": customer})
    for offset in range(0, _MOST_ORDERS, _PAGE):
        answer = orders.history(state, count=_PAGE, offset=offset, accept=ORDERS_V2)
        listed = _object(answer).get("orders")
        if not isinstance(listed, list):
            if is_given:
                raise LookUpError(
                    f"--customer {customer}: the server shows no history of this customer ({answer.status})"
                )
            return
        known = [one for one in listed if isinstance(one, Mapping) and isinstance(one.get("id"), str)]
        placed |= {one["id"]: str(one.get("placed_at")) for one in known}
        if len(listed) < _PAGE:
            break
    else:
        if is_given:
            raise LookUpError(f"--customer {customer}: has {_MOST_ORDERS} orders or more; give one with fewer")
        return
    for order, placed_at in found.placed.get(customer, {}).items():
        placed.setdefault(order, placed_at)
    if not placed:
        found.add("customer-without-orders", {"customer_id": customer})
        return
    # Orders of one moment stay as the history has them.
    oldest = datetime.min.replace(tzinfo=UTC)
    newest_first = sorted(placed, key=lambda one: _instant(placed[one]) or oldest, reverse=True)
    found.add("customer-with-orders", {"customer_id": customer, "order_ids": newest_first})


def _read(answer: Answer, option: str, what: str) -> Mapping[str, Any]:
    """The object that a successful answer shows. Raises `LookUpError` for any other answer."""
    if answer.status in (400, 404):
        raise LookUpError(
            f"{option}: the server does not know this {what} ({answer.status}); is it the UUID, and of this tenant?"
        )
    found = _object(answer)
    if not found:
        raise LookUpError(f"{option}: the {what} cannot be read ({answer.status})")
    return found


def _ids(items: Any) -> list[str]:
    listed = items if isinstance(items, list) else []
    ids = [one.get("id") for one in listed if isinstance(one, Mapping)]
    return list(dict.fromkeys(one for one in ids if isinstance(one, str)))


def _object(answer: Answer) -> Mapping[str, Any]:
    """The JSON object of a successful answer, and an empty one for any other."""
    if not answer.is_success:
        return {}
    try:
        found = answer.json
    except Inconclusive:
        return {}
    return found if isinstance(found, Mapping) else {}
