"""An order that was injected, as the platform answers and then shows it: whether it is the one that was asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orderproof.conformance.errors import NotOffered
from orderproof.conformance.states.order_request import OrderRequest
from orderproof.conformance.states.platform import Platform, attempts

# The vendor's pages say that an order can be read about two seconds after it was injected.
_READABLE_SECONDS = 15.0
_WHOLE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Injected:
    """An order that was made: its two ids, its customer's, and its items' in the order of the request."""

    uuid: str
    order_id: str
    customer_id: str
    items: Sequence[str]

    @property
    def values(self) -> dict[str, Any]:
        """The values of a state that is this order."""
        return {
            "order_uuid": self.uuid,
            "order_id": self.order_id,
            "customer_id": self.customer_id,
            "item_uuids": list(self.items),
        }


def inject(platform: Platform, request: OrderRequest) -> Injected:
    """Make an order and wait until it can be read. Raises `NotOffered` if it is not what was asked for."""
    uuid, items = _named(platform.inject(request.document(platform.injection)), request)
    shown = _readable(platform, uuid)
    for _ in attempts(_WHOLE_SECONDS):
        lacking = set(items) - _item_ids(shown)
        if not lacking:
            break
        shown = platform.order(uuid) or {}
    if lacking:
        raise NotOffered(
            f"the order {uuid} that was injected with {len(items)} items does not show {len(lacking)} of them, "
            f"such as {min(lacking)}"
        )
    order_id = shown.get("id")
    if not isinstance(order_id, str) or not order_id:
        raise NotOffered(f"the order {uuid} that was injected shows no readable id")
    customer = shown.get("customer")
    customer_id = customer.get("id") if isinstance(customer, Mapping) else None
    # The customer's id is the platform's own; where it shows none, it may be that of the request.
    is_shown = isinstance(customer_id, str) and customer_id
    return Injected(uuid, order_id, str(customer_id) if is_shown else request.customer, items)


def _named(answer: Mapping[str, Any], request: OrderRequest) -> tuple[str, list[str]]:
    """The order and the items that the answer names. Raises `NotOffered` if they are not those of the request."""
    uuid, external_id = answer.get("id"), answer.get("external_id")
    if external_id != request.external_id:
        raise NotOffered(f"the injection of {request.external_id} was answered for {external_id!r}")
    if not isinstance(uuid, str) or not uuid:
        raise NotOffered(f"the answer to the injection of {request.external_id} names no id of an order")
    listed = answer.get("items")
    ids = {
        one.get("external_item_id"): one.get("id")
        for one in (listed if isinstance(listed, list) else ())
        if isinstance(one, Mapping) and isinstance(one.get("external_item_id"), str)
    }
    found = [ids.get(request.item_id(index)) for index in range(len(request.products))]
    items = [one for one in found if isinstance(one, str) and one]
    if len(set(items)) < len(found):
        raise NotOffered(
            f"the answer to the injection of {request.external_id} names {len(set(items))} of its {len(found)} items"
        )
    return uuid, items


def _readable(platform: Platform, uuid: str) -> Mapping[str, Any]:
    for _ in attempts(_READABLE_SECONDS):
        shown = platform.order(uuid)
        if shown is not None:
            return shown
    raise NotOffered(f"the order {uuid} was injected, and is unknown (404) {_READABLE_SECONDS:.0f} s later")


def _item_ids(order: Mapping[str, Any]) -> set[str]:
    return {one["id"] for one in items_of(order) if isinstance(one.get("id"), str)}


def items_of(order: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The items that an order shows."""
    items = order.get("items")
    return [one for one in items if isinstance(one, Mapping)] if isinstance(items, list) else []
