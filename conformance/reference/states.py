"""Provider states: fresh data for whoever asks, by the names of the contract."""

from __future__ import annotations

from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from orderproof.conformance.reference.factory import GRACE_PERIOD, new_customer, new_order
from orderproof.conformance.reference.store import TENANTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from orderproof.conformance.reference.decisions import Decisions
    from orderproof.conformance.reference.oms import StubOms
    from orderproof.conformance.reference.store import Customer, Order, Tenant

Params = dict[str, Any]
Values = dict[str, Any]
TERMINAL = ("complete", "cancelled", "returned")
AGO = timedelta(hours=2)
MINUTE = timedelta(minutes=1)


class BadParams(Exception):  # noqa: N818 - the caller's mistake, told to the caller
    """A state was asked for with parameters that it does not have."""


class World(NamedTuple):
    """Where states are set up."""

    decisions: Decisions
    oms: StubOms

    def customer(self, tenant: Tenant) -> Customer:
        """A fresh customer."""
        return new_customer(self.decisions.store, tenant)

    def order(self, tenant: Tenant, customer: Customer | None = None, **details: Any) -> Order:
        """A fresh order of the platform, in its grace period unless `details` say otherwise."""
        details.setdefault("placed_at", self.decisions.now())
        order = new_order(self.decisions.store, customer or self.customer(tenant), **details)
        tenant.add(order)
        return order

    def oms_order(self, tenant: Tenant, customer: Customer, **details: Any) -> Order:
        """A fresh order that only the external OMS of the tenant knows."""
        details.setdefault("placed_at", self.decisions.now())
        order = new_order(self.decisions.store, customer, external=True, **details)
        self.oms.add(tenant.name, order)
        return order


def _values(order: Order) -> Values:
    return {
        "order_uuid": order.uuid,
        "order_id": order.readable_id,
        "customer_id": order.customer.id,
        "item_uuids": list(order.items),
    }


def _customer(tenant: Tenant, params: Params) -> Customer | None:
    """The customer that the new order is to have, or None for a new one."""
    wanted = params["customer_id"]
    if wanted is not None and wanted not in tenant.customers:
        raise BadParams(f"No customer has the 'customer_id' {wanted!r}.")
    return None if wanted is None else tenant.customers[wanted]


def _order(world: World, tenant: Tenant, params: Params) -> Values:
    order = world.order(tenant, _customer(tenant, params), items=params["items"])
    if params["one_price"]:
        first, *others = order.items.values()
        for item in others:
            item.net, item.tax = first.net, first.tax
    return _values(order)


def _in_grace_period(world: World, tenant: Tenant, params: Params) -> Values:
    order = world.order(tenant, _customer(tenant, params))
    # Rendered as a correct server renders it, whatever this one does.
    return _values(order) | {"due_at": order.due_at.replace(tzinfo=None).isoformat() + "Z"}


def _past_grace_period(world: World, tenant: Tenant, _: Params) -> Values:
    return _values(world.order(tenant, placed_at=world.decisions.now() - AGO, item_status="in_fulfillment"))


def _closed(world: World, tenant: Tenant, _: Params) -> Values:
    placed_at = world.decisions.now() - AGO
    return _values(world.order(tenant, placed_at=placed_at, item_status="complete", status="closed"))


def _preordered(world: World, tenant: Tenant, params: Params) -> Values:
    order = world.order(tenant, _customer(tenant, params), items=3)
    first, second, third = order.items.values()
    # Whether a line is pre-ordered comes from its product, and the third is of the first one's.
    first.preordered = third.preordered = True
    return _values(order) | {"item_uuid": first.id, "other_item_uuid": second.id}


def _terminal_preordered(world: World, tenant: Tenant, params: Params) -> Values:
    order = world.order(tenant)
    first = next(iter(order.items.values()))
    first.preordered, first.status = True, params["status"]
    return _values(order) | {"item_uuid": first.id}


def _customer_with_orders(world: World, tenant: Tenant, params: Params) -> Values:
    customer = world.customer(tenant)
    now = world.decisions.now() - AGO
    step = timedelta(0) if params["equal_times"] else MINUTE
    store = world.order if tenant.webhook is None else world.oms_order
    count = params["orders"]
    # Stored in another order than that of time, so that only the time tells which is newer.
    # The newest is closed; the others are open, and their grace periods were extended.
    orders = [
        store(
            tenant,
            customer=customer,
            placed_at=now - step * n,
            due_at=None if n == 0 else now + AGO + GRACE_PERIOD,
            items=1,
            status="open" if n else "closed",
        )
        for n in sorted(range(count), key=lambda n: (n % 3, n))
    ]
    orders.sort(key=lambda order: (order.placed_at, order.number), reverse=True)
    return {"customer_id": customer.id, "order_ids": [order.readable_id for order in orders]}


def _customer_without_orders(world: World, tenant: Tenant, _: Params) -> Values:
    return {"customer_id": world.customer(tenant).id}


def _oms_order(world: World, tenant: Tenant, params: Params) -> Values:
    customer = world.customer(tenant)
    now = world.decisions.now() - AGO
    # One of three orders of its customer, so that a history has something to sort and to leave out.
    steps = [0, 1, *range(-1, 1 - params["orders"], -1)][: params["orders"]]
    order, *_others = [world.oms_order(tenant, customer, placed_at=now + MINUTE * n) for n in steps]
    return _values(order)


def _oms_trouble(world: World, tenant: Tenant, _: Params) -> Values:
    order = world.oms_order(tenant, world.customer(tenant))
    return {"order_id": order.readable_id, "customer_id": order.customer.id}


class Param(NamedTuple):
    """A parameter of a state: its default, and what it may be."""

    default: Any
    allowed: Callable[[Any], bool]
    what: str


class State(NamedTuple):
    """A state: what sets it up, its parameters, and the tenant on which it holds."""

    set_up: Callable[[World, Tenant, Params], Values]
    params: Mapping[str, Param] = MappingProxyType({})
    tenant: str = "main"


def _integer(default: int, least: int, most: int) -> Param:
    return Param(default, lambda value: type(value) is int and least <= value <= most, f"an integer, {least} to {most}")


_CUSTOMER = {"customer_id": Param(None, lambda value: isinstance(value, str), "a text")}
_BOOLEAN = Param(False, lambda value: isinstance(value, bool), "true or false")
# Undocumented, as `equal_times` is: test data as people may have it, of which some rules can say nothing.
ORDER = {"items": _integer(2, 1, 2000), "one_price": _BOOLEAN} | _CUSTOMER
STATES = {
    "order": State(_order, ORDER),
    "order-cancelable": State(_order, ORDER),
    "order-in-grace-period": State(_in_grace_period, _CUSTOMER),
    "order-past-grace-period": State(_past_grace_period),
    "order-closed": State(_closed),
    "order-with-preordered-item": State(_preordered, _CUSTOMER),
    "order-with-terminal-preordered-item": State(
        _terminal_preordered,
        {"status": Param("complete", lambda value: value in TERMINAL, f"one of {', '.join(TERMINAL)}")},
    ),
    "customer-with-orders": State(
        _customer_with_orders,
        {
            "orders": _integer(3, 0, 1000),
            "equal_times": _BOOLEAN,
        },
    ),
    "customer-without-orders": State(_customer_without_orders),
    "oms-order": State(_oms_order, {"orders": _integer(3, 1, 1000)}, tenant="oms"),
    "oms-platform-order": State(_order, ORDER, tenant="oms"),
    "oms-invalid-payload": State(_oms_trouble, tenant="oms-invalid-payload"),
    "oms-unavailable": State(_oms_trouble, tenant="oms-unavailable"),
    "oms-misconfigured": State(_oms_trouble, tenant="oms-misconfigured"),
}


def set_up(world: World, name: str, given: Params) -> Values:
    """Set up a state; its values carry a `token` where it holds on another tenant than the main one."""
    state = STATES[name]
    # Undocumented: any state can be had on another tenant.
    known = dict(state.params) | {"tenant": Param(state.tenant, lambda value: value in TENANTS, f"one of {TENANTS}")}
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise BadParams(f"The state '{name}' has no parameter {unknown[0]!r}; it has {', '.join(known)}.")
    for key, value in given.items():
        if not known[key].allowed(value):
            raise BadParams(f"The parameter {key!r} of the state '{name}' must be {known[key].what}.")
    params = {key: param.default for key, param in known.items()} | given
    tenant = world.decisions.store.tenants[params["tenant"]]
    values = state.set_up(world, tenant, params)
    return values if tenant.name == "main" else values | {"token": tenant.token}


__all__ = ["STATES", "BadParams", "World", "set_up"]
