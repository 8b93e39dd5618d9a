"""The operations that only read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orderproof.conformance.reference.decisions import Decisions
    from orderproof.conformance.reference.exchange import Answer, Call


async def get_order(decide: Decisions, call: Call) -> Answer:
    """GET `/orders/{id}`."""
    call.media_type = decide.negotiate(call)
    id_type = decide.id_type(call)
    return decide.success(call, await decide.fetch_order(call, call.path["id"], id_type))


async def get_history(decide: Decisions, call: Call) -> Answer:
    """GET `/orders`: two answers to one question, told apart by `Accept`."""
    call.media_type = decide.negotiate(call)
    customer_id = decide.customer_id(call)
    if not decide.is_v2(call):
        decide.check_paging_v1(call)
        decide.check_oms_v1(call)
        return decide.success(call, decide.history_body_v1(call, await decide.history_v1(call, customer_id)))
    page = decide.page(call)
    entries = await decide.entries_v2(call, customer_id)
    selected = decide.select(call, entries, page)
    info = decide.pagination_info(call, page, len(selected), len(entries))
    documents = [decide.entry_document_v2(call, entry) for entry in selected]
    return decide.success(call, decide.history_body_v2(call, info, documents))


async def get_prices(decide: Decisions, call: Call) -> Answer:
    """POST `/orders/{id}/prices`."""
    asked = decide.price_request(call)
    order = decide.price_order(call, call.path["id"])
    return decide.success(call, decide.price_body(call, order, decide.price_lines(call, order, asked)))


async def get_cancellation_status(decide: Decisions, call: Call) -> Answer:
    """GET `/orders/{id}/cancel`."""
    id_type = decide.id_type(call)
    order = decide.existing_order(call, call.path["id"], id_type)
    return decide.success(call, decide.cancellation_status(call, order))
