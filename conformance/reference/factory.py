"""Making customers and orders: fresh ids, money that adds up."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from orderproof.conformance.reference.store import Customer, Item, Order

if TYPE_CHECKING:
    from datetime import datetime

    from orderproof.conformance.reference.store import Store, Tenant

GRACE_PERIOD = timedelta(minutes=15)

#: The gift wrapping of every order, in cents: (net, tax).
GIFT_WRAPPING = (450, 50)
ITEM_DISCOUNT = 800


def new_customer(store: Store, tenant: Tenant) -> Customer:
    """A customer of the tenant without any order."""
    identifier = f"NS-EU-{uuid4().hex}" if tenant.pii else str(uuid4())
    customer = Customer(identifier, store.next_number(), tokenized=tenant.pii)
    tenant.customers[identifier] = customer
    return customer


def new_order(
    store: Store,
    customer: Customer,
    *,
    placed_at: datetime,
    due_at: datetime | None = None,
    items: int = 2,
    item_status: str = "pending",
    status: str = "open",
    external: bool = False,
) -> Order:
    """An order that is stored nowhere yet: the caller adds it to the platform or to the external OMS."""
    number = store.next_number()
    lines = {}
    for index in range(items):
        net = 7200 + (number * 7 + index * 31) % 500 * 10
        # Every other line is of the same product, at its own price.
        item = Item(str(uuid4()), index, net, net // 10, product=index % 2, status=item_status)
        lines[item.id] = item
    return Order(
        uuid=str(uuid4()),
        readable_id=store.readable_id_form.format(number),
        number=number,
        customer=customer,
        placed_at=placed_at,
        # Whole seconds: what a state says of the timer and what the API answers are the same text.
        due_at=(due_at or placed_at + GRACE_PERIOD).replace(microsecond=0),
        items=lines,
        shipment_id=str(uuid4()),
        gift_wrapping_id=str(uuid4()),
        status=status,
        external=external,
    )
