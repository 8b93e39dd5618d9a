"""Canceling a line item, by the public API and by the internal one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderproof.conformance.reference.decisions.lookup import Lookup
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Answer, Call
    from orderproof.conformance.reference.store import Item, Order


class LineItems(Lookup):
    """Decisions about line items."""

    def line_order(self, call: Call, identifier: str, id_type: str) -> Order:
        """The order in the path: `id_type` names the kind of its id."""
        return self.existing_order(call, identifier, id_type)

    def line_item(self, call: Call, order: Order, identifier: str) -> Item:
        """The line in the path, which must be this order's."""
        if not self.is_uuid(call, identifier):
            raise self.not_a_uuid(call, identifier)
        return self.existing_item(call, order, identifier)

    def internal_line_item(self, call: Call, identifier: str) -> tuple[Order, Item]:
        """The line that the internal API names by its UUID alone, and its order."""
        if not self.is_uuid(call, identifier):
            raise self.not_a_uuid(call, identifier)
        order = self.find_order_of_item(call, identifier)
        if order is None:
            raise Refusal("item-not-found")
        return order, self.existing_item(call, order, identifier)

    def is_preordered(self, call: Call, item: Item) -> bool:
        """Whether a line is pre-ordered."""
        return item.preordered

    def terminal_statuses(self, call: Call) -> frozenset[str]:
        """The statuses after which nothing more happens to a line."""
        return frozenset({"complete", "cancelled", "returned"})

    def check_line(self, call: Call, order: Order, item: Item) -> None:
        """Refuse a line that is not pre-ordered, or whose status is terminal."""
        if not self.is_preordered(call, item):
            raise Refusal("item-not-preordered")
        if item.status in self.terminal_statuses(call):
            raise Refusal("item-not-cancelable")

    async def between_check_and_cancel_line(self, call: Call, order: Order, item: Item) -> None:
        """Between the check and the effect nothing else happens."""

    def canceled_lines(self, call: Call, order: Order, item: Item) -> list[Item]:
        """The lines that are canceled: the one that was named."""
        return [item]

    def canceled_line_status(self, call: Call, order: Order, item: Item) -> str:
        """The status of a canceled line."""
        return "cancelled"

    def cancel_line(self, call: Call, order: Order, item: Item) -> None:
        """Cancel a line."""
        for line in self.canceled_lines(call, order, item):
            line.status = self.canceled_line_status(call, order, line)

    def line_answer(self, call: Call, order: Order, item: Item) -> Answer:
        """What canceling a line answers: no body is documented."""
        return self.empty_answer(call, 200)
