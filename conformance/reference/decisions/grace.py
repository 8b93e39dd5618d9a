"""Extending the grace period, with optimistic concurrency."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from orderproof.conformance.reference.decisions.cancellation import Cancellations
from orderproof.conformance.reference.decisions.rendering import Rendering
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from datetime import datetime

    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Order

#: What a round trip to a database takes: the window in which a concurrent request can win.
ROUND_TRIP = 0.004


class GracePeriod(Cancellations, Rendering):
    """Decisions about the grace period."""

    def extension(self, call: Call, order: Order) -> timedelta:
        """By how much the timer is extended."""
        return timedelta(minutes=15)

    def check_grace_period(self, call: Call, order: Order) -> None:
        """Refuse an order whose grace period is over, or that was canceled."""
        if order.cancel_requested:
            self.canceled_in_grace_period(call, order)
        elif not self.within_grace_period(call, order):
            self.grace_period_over(call, order)

    def canceled_in_grace_period(self, call: Call, order: Order) -> None:
        """What becomes of extending a canceled order."""
        raise Refusal("grace-period-canceled")

    def grace_period_over(self, call: Call, order: Order) -> None:
        """What becomes of extending an expired grace period."""
        raise Refusal("grace-period-over")

    def read_version(self, call: Call, order: Order) -> int:
        """The version that a writer must find unchanged."""
        return order.version

    def new_due_at(self, call: Call, order: Order, due_at: datetime) -> datetime:
        """When an extended timer ends: counted from where it stood, not from now."""
        return due_at + self.extension(call, order)

    async def between_read_and_write(self, call: Call, order: Order) -> None:
        """The window between reading the timer and writing it."""
        await asyncio.sleep(ROUND_TRIP)

    def write_due_at(self, call: Call, order: Order, version: int, due_at: datetime) -> bool:
        """Compare and swap: write the timer if nobody else wrote since the version was read."""
        if order.version != version:
            return False
        order.due_at = due_at
        order.version += 1
        return True

    async def lost_the_race(self, call: Call, order: Order) -> datetime:
        """What becomes of a request that came second: the order may be canceled by now, else it is a conflict."""
        self.check_grace_period(call, order)
        raise Refusal("grace-period-conflict")

    async def extend(self, call: Call, order: Order) -> datetime:
        """Extend the timer, and say when it ends now."""
        self.check_grace_period(call, order)
        version = self.read_version(call, order)
        due_at = self.new_due_at(call, order, order.due_at)
        await self.between_read_and_write(call, order)
        if not self.write_due_at(call, order, version, due_at):
            return await self.lost_the_race(call, order)
        return due_at

    def extension_body(self, call: Call, order: Order, due_at: datetime) -> Any:
        """What an extension answers."""
        return {"due_at": self.due_at(call, due_at)}
