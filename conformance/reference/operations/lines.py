"""The operations that cancel a line item, public and internal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orderproof.conformance.reference.decisions import Decisions
    from orderproof.conformance.reference.exchange import Answer, Call
    from orderproof.conformance.reference.store import Item, Order


async def cancel_line_item(decide: Decisions, call: Call) -> Answer:
    """POST `/orders/{order_uuid}/items/{item_uuid}/cancel`."""
    id_type = decide.id_type(call)
    order = decide.line_order(call, call.path["order_uuid"], id_type)
    item = decide.line_item(call, order, call.path["item_uuid"])
    return await _cancel(decide, call, order, item)


async def cancel_line_item_internally(decide: Decisions, call: Call) -> Answer:
    """POST `/line_item/{uuid}/cancel`."""
    order, item = decide.internal_line_item(call, call.path["uuid"])
    return await _cancel(decide, call, order, item)


async def _cancel(decide: Decisions, call: Call, order: Order, item: Item) -> Answer:
    decide.check_line(call, order, item)
    await decide.between_check_and_cancel_line(call, order, item)
    decide.cancel_line(call, order, item)
    return decide.line_answer(call, order, item)
