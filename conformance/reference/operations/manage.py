"""The operations that change an order. Everything is validated before anything happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orderproof.conformance.reference.decisions import Decisions
    from orderproof.conformance.reference.exchange import Answer, Call


async def cancel_order(decide: Decisions, call: Call) -> Answer:
    """POST `/orders/{id}/cancel`."""
    id_type = decide.id_type(call)
    cancellation = decide.cancel_request(call)
    order = decide.existing_order(call, call.path["id"], id_type)
    decide.check_cancelable(call, order)
    await decide.between_check_and_cancel(call, order)
    decide.cancel(call, order, cancellation)
    return decide.cancel_answer(call, order)


async def extend_grace_period(decide: Decisions, call: Call) -> Answer:
    """POST `/orders/{id}/_extend_grace_period`."""
    id_type = decide.id_type(call)
    order = decide.existing_order(call, call.path["id"], id_type)
    due_at = await decide.extend(call, order)
    return decide.success(call, decide.extension_body(call, order, due_at))


async def add_serial_numbers(decide: Decisions, call: Call) -> Answer:
    """PATCH `/orders/{uuid}/serial_numbers`."""
    serials = decide.serial_request(call)
    order = decide.existing_order(call, call.path["uuid"], "internal")
    targets = decide.serial_targets(call, order, serials)
    await decide.store_serials(call, order, targets)
    return decide.serial_answer(call, order)
