"""The values of a state as the server shows them: in the order itself, and in the history of a customer."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from orderproof.conformance.kit.answer import json_object, shown_items
from orderproof.conformance.kit.api import Orders
from orderproof.conformance.kit.times import parse_time
from orderproof.conformance.states.sources import State
from orderproof.conformance.transport.mediatype import ORDERS_V2

_PAGE = 50
_MOST_ORDERS = 500
_DENIED = (401, 403)
UUID_LENGTH = 36


class Unread(Exception):  # noqa: N818 - what it says begins no sentence
    """An order or customer cannot be read: why. `is_general`: nor can others, as where a token is refused."""

    def __init__(self, why: str, *, is_general: bool = False) -> None:
        super().__init__(why)
        self.is_general = is_general


def read_order(orders: Orders, asked: State) -> Mapping[str, Any]:
    """An order as the server shows it, by its UUID. Raises `Unread`."""
    answer = orders.show(asked)
    if answer.status in (400, 404):
        uuid = asked.order_uuid
        has = f"; {uuid} has {len(uuid)} characters, and a UUID has 36" if len(uuid) != UUID_LENGTH else ""
        told = f"the server does not know this order ({answer.status})"
        raise Unread(f"{told}{has or '; is it the UUID, and of this tenant?'}")
    found = json_object(answer)
    if not found:
        is_general = answer.status is None or answer.status in _DENIED
        raise Unread(f"the order cannot be read ({answer.status or 'no answer'})", is_general=is_general)
    return found


def values_shown(shown: Mapping[str, Any], given: Mapping[str, Any], remedy: str) -> dict[str, Any]:
    """The values of a state that an order shows, but for those that are given.

    Raises `Unread` where one is missing, with the `remedy`.
    """
    customer = shown.get("customer")
    readable = shown.get("id")
    read = {
        # A server that shows the UUID there shows no readable id.
        "order_id": None if str(readable).lower() == str(given.get("order_uuid")).lower() else readable,
        "customer_id": customer.get("id") if isinstance(customer, Mapping) else None,
        "item_uuids": list(dict.fromkeys(one["id"] for one in shown_items(shown) if isinstance(one.get("id"), str))),
    }
    values = {key: given.get(key) or value for key, value in read.items()}
    what = {"order_id": "readable id", "customer_id": "customer's id", "item_uuids": "items' ids"}
    lacking = [word for key, word in what.items() if not values[key] or not isinstance(values[key], str | list)]
    if lacking:
        raise Unread(f"the server shows the order without its {' and its '.join(lacking)}; {remedy}")
    return values


def has_history(orders: Orders, customer: State) -> bool:
    """Whether the server knows orders of a customer; also where it does not say, as after a server error."""
    answer = orders.history(customer, accept=ORDERS_V2)
    return answer.status not in (400, 404) and json_object(answer).get("orders") != []


def orders_of(orders: Orders, customer: State, known: Mapping[str, str]) -> list[str]:
    """The readable ids of a customer's orders, the newest first. Raises `Unread`.

    `known` are orders that are theirs whether or not the history has them, with the times at which they were placed.
    """
    placed: dict[str, str] = {}
    for offset in range(0, _MOST_ORDERS, _PAGE):
        answer = orders.history(customer, count=_PAGE, offset=offset, accept=ORDERS_V2)
        listed = json_object(answer).get("orders")
        if not isinstance(listed, list):
            raise Unread(f"the server shows no history of this customer ({answer.status})")
        named = [one for one in listed if isinstance(one, Mapping) and isinstance(one.get("id"), str)]
        placed |= {one["id"]: str(one.get("placed_at")) for one in named}
        if len(listed) < _PAGE:
            break
    else:
        raise Unread(f"has {_MOST_ORDERS} orders or more; give one with fewer")
    # Orders of one moment stay as the history has them.
    for order, placed_at in known.items():
        placed.setdefault(order, placed_at)
    oldest = datetime.min.replace(tzinfo=UTC)
    return sorted(placed, key=lambda one: instant_of(placed[one]) or oldest, reverse=True)


def instant_of(value: Any) -> datetime | None:
    """A time as an order shows it; None where it is none."""
    instant = parse_time(value, zoneless=True) if isinstance(value, str) else None
    return instant.moment if instant else None
