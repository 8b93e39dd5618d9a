"""The vendor's own operation that makes orders. Neither of the two documents has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orderproof.conformance.reference.decisions import Decisions
    from orderproof.conformance.reference.exchange import Answer, Call


async def inject_order(decide: Decisions, call: Call) -> Answer:
    """POST `/d/fulfill_order`: idempotent by `external_id`."""
    document = decide.injection_request(call)
    answer = decide.earlier_injection(call, document)
    if answer is None:
        await decide.before_injection(call, document)
        order = decide.inject(call, document)
        answer = decide.injection_document(call, document, order)
        call.tenant.injections[document["external_id"]] = (document, answer)
    await decide.after_injection(call, document)
    return decide.success(call, answer)
