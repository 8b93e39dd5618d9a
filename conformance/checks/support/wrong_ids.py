"""Requests that name an order by an id or an `id_type` that is not its own; `name` is the request's part for the id."""

from collections.abc import Iterator
from typing import Protocol

from orderproof.conformance.checks.support.cancellations import INVALID_ID_TYPES, OTHER_ID_TYPE, near_misses
from orderproof.conformance.checks.support.refusals import Attempt
from orderproof.conformance.kit import Orders, State


class _OfOrder(Protocol):
    @property
    def orders(self) -> Orders: ...

    @property
    def order(self) -> State: ...


def by_the_other_id(one: _OfOrder, name: str = "id") -> Iterator[Attempt]:
    """Each id under the type of the other."""
    uuid, readable = one.order.order_uuid, one.order.order_id
    yield Attempt("the id is a UUID, not a readable id", {name: uuid, "id_type": OTHER_ID_TYPE["internal"]})
    yield Attempt("the id is a readable id, not a UUID", {name: readable, "id_type": OTHER_ID_TYPE["external"]})


def by_near_misses(one: _OfOrder, name: str = "id") -> Iterator[Attempt]:
    """Near-miss ids of both ids."""
    for near in near_misses(one.orders, one.order):
        yield Attempt(f"no order has this id ({near.what})", {name: near.id, "id_type": near.id_type})


def by_no_type(one: _OfOrder, name: str = "id") -> Iterator[Attempt]:
    """Both ids under a type that there is not, or under none."""
    for id_type in INVALID_ID_TYPES:
        because = f"id_type is {'missing' if id_type is None else repr(id_type)}"
        for id_ in (one.order.order_uuid, one.order.order_id):
            yield Attempt(because, {name: id_, "id_type": id_type})
