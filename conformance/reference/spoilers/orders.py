"""Operations that spoil an order for those that come later."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from orderproof.conformance.reference.behaviours import Spoiler
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from datetime import datetime

    from orderproof.conformance.reference.decisions.prices import Line
    from orderproof.conformance.reference.decisions.serials import Serial
    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Item, Order


class PricesEndTheGracePeriod(Spoiler):
    """Who asks for prices ends the grace period."""

    def price_lines(self, call: Call, order: Order, asked: list[Line]) -> list[Line]:
        """As if the order had been looked at for the last time."""
        order.due_at = self.now()
        return super().price_lines(call, order, asked)


class ReadingEndsTheGracePeriod(Spoiler):
    """Who reads an order by its UUID ends its grace period."""

    async def fetch_order(self, call: Call, identifier: str, id_type: str) -> Any:
        """As if it had been picked."""
        found = await super().fetch_order(call, identifier, id_type)
        order = self.find_internal(call, identifier)
        if order is not None:
            order.due_at = self.now()
        return found


class RefusedCancellationEndsTheGracePeriod(Spoiler):
    """A cancellation without a valid reason is refused, and ends the grace period."""

    def check_reason(self, call: Call, body: dict[str, Any]) -> str:
        """As if it had been tried for the last time."""
        try:
            return super().check_reason(call, body)
        except Refusal:
            order = self.find_internal(call, call.path["id"])
            if order is not None:
                order.due_at = self.now()
            raise


class RefusedSerialNumbersEndTheGracePeriod(Spoiler):
    """Serial numbers that are refused end the grace period."""

    def serial_request(self, call: Call) -> list[Serial]:
        """As if the items were being packed."""
        try:
            return super().serial_request(call)
        except Refusal:
            order = self.find_internal(call, call.path["uuid"])
            if order is not None:
                order.due_at = self.now()
            raise


class SerialNumbersShortenTheGracePeriod(Spoiler):
    """With serial numbers an order has sixteen minutes less."""

    async def store_serials(self, call: Call, order: Order, targets: list[tuple[Item, Serial]]) -> None:
        """As if packing had begun."""
        await super().store_serials(call, order, targets)
        order.due_at -= timedelta(minutes=16)


class ExtensionCompletesPreorderedItems(Spoiler):
    """With an extension the pre-ordered items are complete."""

    def write_due_at(self, call: Call, order: Order, version: int, due_at: datetime) -> bool:
        """As if they had been sent ahead."""
        for item in order.items.values():
            item.status = "complete" if item.preordered else item.status
        return super().write_due_at(call, order, version, due_at)


class RefusedItemCompletesPreorderedOnes(Spoiler):
    """Who tries to cancel an item that is not pre-ordered completes those that are."""

    def check_line(self, call: Call, order: Order, item: Item) -> None:
        """As if the order had been settled."""
        if not self.is_preordered(call, item):
            for one in order.items.values():
                one.status = "complete" if one.preordered else one.status
        super().check_line(call, order, item)


class LateExtensionTakesSerialNumbersOff(Spoiler):
    """An extension that is refused, since the grace period is over, takes the serial numbers off."""

    def grace_period_over(self, call: Call, order: Order) -> None:
        """As if it were packed anew."""
        for item in order.items.values():
            item.serial_number = None
        super().grace_period_over(call, order)
