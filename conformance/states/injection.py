"""The states source `injection`: the suite makes its test data itself, by the vendor's Order Injection API.

What the vendor's pages say of an order's flags is little, so each state is proven by reading before it is lent; one
that cannot be made or proven is "not offered", with the server's own words. Nothing here says that a rule is broken.
"""

import contextlib
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from typing import Any
from uuid import uuid4

from orderproof.conformance.config.injection import Injection
from orderproof.conformance.errors import NotOffered, StateUnavailable
from orderproof.conformance.states.giving_up import MOST_FAILURES
from orderproof.conformance.states.injected import Injected, inject
from orderproof.conformance.states.injected_proof import (
    wait_until_listed,
    why_no_status,
    why_not_closed,
    why_not_past_grace,
)
from orderproof.conformance.states.order_request import OrderRequest
from orderproof.conformance.states.platform import Access, Platform, Refused
from orderproof.conformance.states.sources import Ask, Values

_FULFILLED = ("is_preconfirmed", "is_fulfilled")
# An order placed so long ago is past any usual grace period, if the timer counts from `placed_at`.
_LONG_AGO = timedelta(hours=2)
_STEP = timedelta(minutes=1)
_PAST_GRACE: Sequence[tuple[str, ...]] = ((), ("is_preconfirmed",), ("is_historical",))
_LEFT_ALONE = frozenset({"order-closed", "order-past-grace-period", "customer-without-orders"})
_ENOUGH_REFUSED = 3
_OMS = "orders of an external OMS come from states.callback, a provider or a list"


class _Never(NotOffered):
    """The state cannot be made on this platform, as it showed: it is not tried again."""


class _Source:
    """Makes states, and remembers what the platform has shown that it cannot have."""

    def __init__(self, platform: Platform, run: str) -> None:
        self._platform = platform
        self._injection = platform.injection
        self._run = run
        # The smallest size of an order that was refused as too large, and in which words.
        self._too_large: tuple[float, str] = (math.inf, "")
        self._never: dict[tuple[Any, ...], str] = {}
        self._refusals: Counter[tuple[Any, ...]] = Counter()
        self._uuids: set[str] = set()
        # The customers made so far: their ids at the platform, and at us.
        self._customers: dict[str, str] = {}
        self._past_grace_flags = list(_PAST_GRACE)
        self._is_preorder_proven = False
        self._makers: Mapping[str, Callable[[Values], Values]] = {
            "order": self._order,
            "order-cancelable": self._order,
            "order-in-grace-period": self._in_grace_period,
            "order-past-grace-period": self._past_grace_period,
            "order-closed": self._closed,
            "order-with-preordered-item": self._with_preordered_item,
            "order-with-terminal-preordered-item": self._with_terminal_item,
            "customer-with-orders": self._customer_with_orders,
            "customer-without-orders": self._customer_without_orders,
        }

    def ask(self, name: str, params: Values, action: str) -> Values | None:
        """Make a state, or cancel what can be canceled of it. Raises `StateUnavailable`."""
        try:
            if action == "teardown":
                self._tear_down(name, params)
                return {}
            return self._made(name, params)
        except NotOffered as error:
            raise NotOffered(f"states.injection does not offer it: {error}") from None
        except StateUnavailable as error:
            raise StateUnavailable(f"states.injection: {error}") from None

    def _made(self, name: str, params: Values) -> Values:
        if name not in self._makers:
            raise NotOffered(_OMS)
        key = (name, *(params.get(param) for param in ("status", "items", "orders")))
        if key in self._never:
            raise NotOffered(self._never[key])
        try:
            return self._makers[name](params)
        except NotOffered as error:
            self._refusals[key] += 1
            if isinstance(error, _Never) or self._refusals[key] >= MOST_FAILURES:
                self._never[key] = str(error)
            raise

    def _tear_down(self, name: str, values: Values) -> None:
        """Cancel the orders of a state. What the server refuses to cancel stays: nothing else is documented."""
        if name in _LEFT_ALONE:
            return
        if "order_uuid" in values:
            self._platform.cancel(values["order_uuid"])
            return
        refused = 0
        for order_id in values.get("order_ids", ()):
            refused += not self._platform.cancel(order_id, "external")
            # The newest first: where the grace period of some is over, that of those placed before them is, too.
            if refused == _ENOUGH_REFUSED:
                break

    def _inject(
        self,
        products: Sequence[str],
        customer: str = "",
        placed_at: datetime | None = None,
        flags: tuple[str, ...] = (),
    ) -> Injected:
        """A fresh order of a customer, a new one unless named, that can be read and is as it was asked for."""
        most, told = self._too_large
        if len(products) >= most:
            raise NotOffered(told)
        external_id = self._fresh_id()
        request = OrderRequest(external_id, customer or external_id, products, placed_at, flags)
        try:
            order = inject(self._platform, request)
        except Refused as error:
            if not error.has_too_many_items:
                raise
            told = f"the server takes no order of {len(products)} items: {error}"
            self._too_large = (len(products), told)
            raise NotOffered(told) from None
        if order.uuid in self._uuids:
            raise NotOffered(f"the injection of {external_id} named the order {order.uuid}, which is an earlier one")
        self._uuids.add(order.uuid)
        self._customers[order.customer_id] = request.customer
        return order

    def _fresh_id(self) -> str:
        return f"{self._run}-{uuid4().hex[:12]}"

    def _plain(self, count: int) -> list[str]:
        return list(islice(cycle(self._injection.products), count))

    def _customer_of(self, params: Values) -> str:
        """Our id of the customer whose order is wanted; empty for a new one, also where we did not make them."""
        return self._customers.get(params.get("customer_id", ""), "")

    def _order(self, params: Values) -> Values:
        return self._inject(self._plain(params.get("items", 2)), self._customer_of(params)).values

    def _in_grace_period(self, params: Values) -> Values:
        order = self._inject(self._plain(2), self._customer_of(params))
        try:
            due_at = self._platform.extend(order.uuid)
        except Refused as error:
            self._give_up(order)
            raise _Never(f"a new order is not in a grace period that can be extended: {error}") from None
        except StateUnavailable:
            due_at = None
        # A crash, or what is no time, is the server's answer to judge; the state does without it.
        return {**order.values, **({"due_at": due_at} if isinstance(due_at, str) and due_at else {})}

    def _past_grace_period(self, _: Values) -> Values:
        reasons = []
        while self._past_grace_flags:
            flags = self._past_grace_flags[0]
            found = self._placed_long_ago(flags)
            if isinstance(found, Injected):
                return found.values
            reasons.append(f"with {' and '.join(('placed_at two hours ago', *flags))}, {found}")
            self._past_grace_flags.pop(0)
        raise _Never(f"no documented field makes an order whose grace period is over: {'; '.join(reasons)}")

    def _placed_long_ago(self, flags: tuple[str, ...]) -> Injected | str:
        """An order whose grace period is over, or why it is not one."""
        try:
            order = self._inject(self._plain(2), placed_at=datetime.now(UTC) - _LONG_AGO, flags=flags)
        except Refused as error:
            if not flags:
                # No flag would help an order that is refused without one.
                raise
            return str(error)
        why = why_not_past_grace(self._platform, order)
        if why:
            self._give_up(order)
        return why or order

    def _closed(self, _: Values) -> Values:
        order = self._inject(self._plain(2), flags=_FULFILLED)
        why = why_not_closed(self._platform, order)
        if why:
            self._give_up(order)
            raise _Never(f"an order with {' and '.join(_FULFILLED)} is not closed: {why}")
        return order.values

    def _preordered(self, flags: tuple[str, ...] = (), customer: str = "") -> Injected:
        """An order with a pre-ordered item, one that is not, and a second one of the first item's product."""
        if not self._injection.preordered_products:
            raise _Never("the target file names no product under states.injection.preordered_products")
        product = self._injection.preordered_products[0]
        return self._inject([product, *self._plain(1), product], customer, flags=flags)

    def _with_preordered_item(self, params: Values) -> Values:
        self._prove_preorder()
        order = self._preordered(customer=self._customer_of(params))
        return {**order.values, "item_uuid": order.items[0], "other_item_uuid": order.items[1]}

    def _prove_preorder(self) -> None:
        """Once, that the product named in the target file is one: no field shows it, so an item of it is canceled."""
        if self._is_preorder_proven:
            return
        order = self._preordered()
        try:
            self._cancel_first_item(order)
        except NotOffered:
            raise
        except StateUnavailable:
            # It says nothing of the product, and a server that crashes on it is to be judged.
            self._is_preorder_proven = True
        self._give_up(order)

    def _cancel_first_item(self, order: Injected) -> None:
        """Cancel the pre-ordered item of an order. Raises `_Never` if two answers agree that it is none.

        By one answer alone, a server that cancels no item by a certain type of id would not be judged.
        """
        told = self._platform.cancel_item(order.uuid, order.items[0])
        if told and self._platform.cancel_item(order.order_id, order.items[0], "external"):
            self._give_up(order)
            product = self._injection.preordered_products[0]
            raise _Never(f"the server cancels no item of {product} (states.injection.preordered_products): {told}")
        self._is_preorder_proven = True

    def _with_terminal_item(self, params: Values) -> Values:
        status = params.get("status", "cancelled")
        if status == "complete":
            self._prove_preorder()
            order = self._preordered(_FULFILLED)
        elif status == "cancelled":
            order = self._preordered()
            self._cancel_first_item(order)
        else:
            raise _Never(f"nothing documented makes an item with the status {status}")
        why = why_no_status(self._platform, order, status)
        if why:
            self._give_up(order)
            raise _Never(why)
        return {**order.values, "item_uuid": order.items[0]}

    def _customer_with_orders(self, params: Values) -> Values:
        count, customer = params.get("orders", 3), self._fresh_id()
        if not count:
            return {**self._customer_without_orders(params), "order_ids": []}
        newest = datetime.now(UTC) - _LONG_AGO
        made: dict[int, Injected] = {}
        try:
            # Not in the order of time, so that only the time tells which is newer.
            for index in sorted(range(count), key=lambda index: (index % 3, index)):
                made[index] = self._inject(self._plain(1), customer, newest - _STEP * index)
            orders = [made[index] for index in range(count)]
            wait_until_listed(self._platform, orders)
        except StateUnavailable:
            self._give_up(*made.values())
            raise
        return {"customer_id": orders[0].customer_id, "order_ids": [order.order_id for order in orders]}

    def _customer_without_orders(self, _: Values) -> Values:
        """Nobody: where an unknown customer has an empty history, that is a customer without orders."""
        customer_id = str(uuid4())
        try:
            listed = self._platform.history(customer_id)
        except Refused as error:
            raise _Never(f"a customer is made by an order alone, and an unknown one has no history: {error}") from None
        if listed:
            raise _Never("a customer is made by an order alone, and the history of an unknown one is not empty")
        return {"customer_id": customer_id}

    def _give_up(self, *orders: Injected) -> None:
        """Cancel orders that no check gets, as far as that is possible; the run is named by their `external_id`."""
        with contextlib.suppress(StateUnavailable):
            for order in orders:
                self._platform.cancel(order.uuid)


def injection_source(access: Access, injection: Injection, run: str) -> Ask:
    """A source of states that injects orders; `run` begins the id of each, so that they can be found later."""
    return _Source(Platform(access, injection), run).ask
