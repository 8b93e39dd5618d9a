"""What the lists of a target file leave out of their orders and customers, read from the server before the run.

Nobody types the ids of all items of twenty orders. What is read is taken for what is true of the order, so a rule that
compares with it judges whether the server agrees with itself; a value that is given is held against the server.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from orderproof.conformance.config.state_kinds import STATES, UNREAD
from orderproof.conformance.config.target import FixedStates
from orderproof.conformance.kit.api import Orders
from orderproof.conformance.runner.shown_values import (
    UUID_LENGTH,
    Unread,
    has_history,
    orders_of,
    read_order,
    values_shown,
)
from orderproof.conformance.states.sources import State


def is_complete(lists: FixedStates) -> bool:
    """Whether every entry of the lists gives all values of its state."""
    return not any(_lacks(name, entry) for name, entries in lists.items() for entry in entries)


def completed(orders: Orders, lists: FixedStates, absent: Collection[str]) -> dict[str, list[dict[str, Any]]]:
    """The lists of a target file with the values that their entries leave out, by reading them.

    `absent` are the features that the target is said not to have. An entry that cannot be read says why, as its value
    `UNREAD`. Where one shows that no other can be read either, the others are not tried.
    """
    reader = _Reader(orders, may_have_tokens="personal_data_tokens" not in absent)
    found = {name: [reader.entry(name, entry) for entry in entries] for name, entries in lists.items()}
    # Customers last: orders that were read above are theirs.
    return {name: [reader.customer(name, entry) for entry in entries] for name, entries in found.items()}


def _lacks(name: str, entry: Mapping[str, Any]) -> bool:
    return any(key not in entry for key in STATES[name].required)


class _Reader:
    """Reads what entries leave out, until it shows that none can be read."""

    def __init__(self, orders: Orders, *, may_have_tokens: bool) -> None:
        self._orders = orders
        self._may_have_tokens = may_have_tokens
        self._stopped = ""
        self._known: dict[tuple[Any, str], bool] = {}
        self._placed: dict[str, dict[str, str]] = {}

    def entry(self, name: str, entry: Mapping[str, Any]) -> dict[str, Any]:
        """An entry with the values of its order."""
        if "order_uuid" not in entry or not _lacks(name, entry):
            return dict(entry)
        return self._read(entry, lambda: self._order(name, entry))

    def customer(self, name: str, entry: Mapping[str, Any]) -> dict[str, Any]:
        """An entry with the orders of its customer."""
        if "order_ids" not in STATES[name].required or not _lacks(name, entry):
            return dict(entry)
        return self._read(entry, lambda: self._history(name, entry))

    def _read(self, entry: Mapping[str, Any], read: Callable[[], Mapping[str, Any]]) -> dict[str, Any]:
        if self._stopped:
            return {**entry, UNREAD: self._stopped}
        try:
            return {**entry, **read()}
        except Unread as error:
            self._stopped = str(error) if error.is_general else ""
            return {**entry, UNREAD: str(error)}

    def _order(self, name: str, entry: Mapping[str, Any]) -> Mapping[str, Any]:
        shown = read_order(self._orders, State(name, {}, entry))
        values = values_shown(shown, entry, "list them beside order_uuid")
        if any(len(one) != UUID_LENGTH for one in values["item_uuids"]):
            raise Unread("the ids that the server shows for its items are no UUIDs; give item_uuids")
        if "customer_id" not in entry and not self._knows(name, {**entry, **values}):
            raise Unread(
                f"the server has no history of the customer {values['customer_id']}, whom it shows for the order; give "
                "customer_id, as a token where the tenant has tokens in place of personal data"
            )
        placed = self._placed.setdefault(str(values["customer_id"]), {})
        placed[str(values["order_id"])] = str(shown.get("placed_at"))
        return values

    def _knows(self, name: str, values: Mapping[str, Any]) -> bool:
        """Whether the customer that an order shows has a history under that id, and not under a token alone."""
        key = values.get("base_url"), str(values["customer_id"])
        if self._may_have_tokens and key not in self._known:
            self._known[key] = has_history(self._orders, State(name, {}, values))
        return self._known.get(key, True)

    def _history(self, name: str, entry: Mapping[str, Any]) -> Mapping[str, Any]:
        customer = entry["customer_id"]
        listed = orders_of(self._orders, State(name, {}, entry), self._placed.get(customer, {}))
        if not listed:
            raise Unread(f"the server shows no orders of the customer {customer}")
        return {"order_ids": listed}
