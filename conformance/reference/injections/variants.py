"""How a tenant's injection may differ: late orders, a limit of the rate or of an order's items, errors that pass."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from orderproof.conformance.reference.behaviours import Variant
from orderproof.conformance.reference.exchange import INJECT
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from datetime import datetime

    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Order, Tenant


class InjectedOrdersReadLate(Variant):
    """An injected order is unknown for a moment, and so is its place in the history of its customer."""

    #: The vendor's pages say about two seconds.
    readable_after = timedelta(milliseconds=100)

    def __init__(self, *world: Any) -> None:
        """No order is on its way."""
        super().__init__(*world)
        self._on_their_way: list[tuple[datetime, Tenant, Order]] = []

    def store_injected(self, call: Call, order: Order) -> None:
        """Not yet."""
        self._on_their_way.append((self.now() + self.readable_after, call.tenant, order))

    async def admit(self, call: Call) -> None:
        """Whatever is asked for, it finds the orders that have arrived by now."""
        await super().admit(call)
        now = self.now()
        arrived = [one for one in self._on_their_way if one[0] <= now]
        self._on_their_way = [one for one in self._on_their_way if one[0] > now]
        for _, tenant, order in arrived:
            tenant.add(order)


class InjectionsLimited(Variant):
    """More than 10 injections within a second get 429, and `Retry-After` says when to come back."""

    #: The vendor's limit is 20 a second.
    most_in_a_second = 10

    def __init__(self, *world: Any) -> None:
        """An empty window."""
        super().__init__(*world)
        self._second, self._injections = 0, 0

    async def before_operation(self, call: Call) -> None:
        """Count within the second."""
        await super().before_operation(call)
        if call.operation != INJECT:
            return
        second = int(self.now().timestamp())
        if second != self._second:
            self._second, self._injections = second, 0
        self._injections += 1
        if self._injections > self.most_in_a_second:
            raise Refusal("rate-limited", headers={"retry-after": "1"})


class InjectionsOfFewItems(Variant):
    """The tenant takes orders of at most 100 items."""

    def most_injected_items(self, call: Call) -> int:
        """Fewer than the 500 that other operations take."""
        return 100


class InjectionsFailAtFirst(Variant):
    """Every third order is answered with 500 and is not made, every other third with 504, and is made all the same."""

    def __init__(self, *world: Any) -> None:
        """Nothing has failed yet."""
        super().__init__(*world)
        self._failed: set[str] = set()

    def _fails(self, document: dict[str, Any], third: int) -> bool:
        external_id: str = document["external_id"]
        if external_id in self._failed or sum(external_id.encode()) % 3 != third:
            return False
        self._failed.add(external_id)
        return True

    async def before_injection(self, call: Call, document: dict[str, Any]) -> None:
        """A failure that leaves nothing behind."""
        if self._fails(document, 0):
            raise Refusal("internal-error")

    async def after_injection(self, call: Call, document: dict[str, Any]) -> None:
        """A gateway that did not wait for the answer."""
        if self._fails(document, 1):
            raise Refusal("gateway-timeout")
