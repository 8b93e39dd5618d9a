"""What the platform stores: tenants, their customers and orders. Nothing here decides anything."""

from __future__ import annotations

import itertools
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(slots=True)
class Item:
    """One line of an order; money is in cents. Lines may be of the same `product`."""

    id: str
    index: int
    net: int
    tax: int
    product: int = 0
    status: str = "pending"
    preordered: bool = False
    serial_number: str | None = None
    epc: str | None = None


@dataclass(slots=True)
class Customer:
    """A customer, and the orders placed, in the order in which they were stored."""

    id: str
    number: int
    tokenized: bool = False
    orders: list[Order] = field(default_factory=list)

    @property
    def email(self) -> str:
        """The address by which the external OMS knows the customer; a token where personal data is tokenized."""
        return self.id if self.tokenized else f"john.doe+{self.number}@gmail.com"


@dataclass(slots=True)
class Order:
    """An order's life; `version` changes with every step of it."""

    uuid: str
    readable_id: str
    number: int
    customer: Customer
    placed_at: datetime
    due_at: datetime
    items: dict[str, Item]
    shipment_id: str
    gift_wrapping_id: str
    status: str = "open"
    currency: str = "USD"
    #: What the shipping costs, in cents: (net, tax).
    shipping: tuple[int, int] = (2200, 300)
    external: bool = False
    version: int = 0
    cancel_requested: bool = False
    canceled_at: datetime | None = None
    cancel_reason: str | None = None
    cancel_note: str | None = None
    # Room for a fault or a variant to remember something about this order.
    marks: dict[str, Any] = field(default_factory=dict)


class Webhook(NamedTuple):
    """Where a tenant's external OMS is asked, and with which secret."""

    url: str
    secret: str


@dataclass(slots=True)
class Tenant:
    """One tenant: what is stored here is invisible to every other."""

    name: str
    token: str
    pii: bool = False
    webhook: Webhook | None = None
    customers: dict[str, Customer] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    readable: dict[str, Order] = field(default_factory=dict)
    items: dict[str, Order] = field(default_factory=dict)
    #: What was injected: the request and its answer by `external_id`, and customers by `external_customer_id`.
    injections: dict[str, tuple[dict[str, Any], dict[str, Any]]] = field(default_factory=dict)
    external_customers: dict[str, Customer] = field(default_factory=dict)

    def add(self, order: Order) -> None:
        """Store an order under all of its identifiers."""
        self.orders[order.uuid] = order
        self.readable[order.readable_id] = order
        for item_id in order.items:
            self.items[item_id] = order
        order.customer.orders.append(order)


TENANTS = ("main", "oms", "oms-invalid-payload", "oms-unavailable", "oms-misconfigured", "pii")


class Store:
    """The database of the platform."""

    def __init__(self, token: str | None = None) -> None:
        tokens = {name: secrets.token_urlsafe(24) for name in TENANTS}
        if token is not None:
            tokens["main"] = token
        self.tenants = {name: Tenant(name, tokens[name], pii=name == "pii") for name in TENANTS}
        self.by_token = {tenant.token: tenant for tenant in self.tenants.values()}
        self._numbers = itertools.count(1234)
        #: The readable id of an order, made from its number.
        self.readable_id_form = "GD{:09d}"

    def count_from(self, first: int) -> None:
        """Number what is created from now on from another number."""
        self._numbers = itertools.count(first)

    def next_number(self) -> int:
        """A number that no other order or customer has."""
        return next(self._numbers)
