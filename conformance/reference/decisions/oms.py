"""When the external OMS is asked, and what is made of its answer."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from orderproof.conformance.reference.decisions.lookup import Lookup
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Customer, Webhook
    from orderproof.conformance.reference.webhook import Reply

REQUIRED = {"id": str, "placed_at": str, "status": str, "currency": str, "items": list, "totals": dict}


class ExternalOms(Lookup):
    """Decisions about the webhook."""

    def webhook(self, call: Call) -> Webhook | None:
        """The webhook of the tenant that asks, if one is configured."""
        return call.tenant.webhook

    def asks_oms_for_order(self, call: Call, id_type: str) -> bool:
        """Whether an order is fetched from the external OMS: never by its internal id."""
        return id_type == "external" and self.webhook(call) is not None

    def order_question(self, call: Call, identifier: str) -> dict[str, Any]:
        """How the OMS is asked for an order."""
        return {"order_id": identifier}

    def history_question(self, call: Call, customer: Customer) -> dict[str, Any]:
        """How the OMS is asked for a customer's orders."""
        return {"customer": customer.email}

    async def ask_oms(self, call: Call, question: dict[str, Any]) -> Any:
        """Ask the OMS; its payload, or a refusal that says what went wrong."""
        webhook = self.webhook(call)
        if webhook is None:
            raise Refusal("oms-not-configured")
        return self.judge_reply(call, await self.webhooks.ask(webhook, question))

    def judge_reply(self, call: Call, reply: Reply) -> Any:
        """What the OMS answered: its payload, None if it knows nothing, or a refusal."""
        if reply.status == 200:
            try:
                return json.loads(reply.body)
            except ValueError as error:
                raise self.invalid_payload(call) from error
        if reply.status == 404:
            return None
        if 400 <= reply.status < 500:
            raise self.misconfigured(call)
        raise self.unavailable(call)

    def invalid_payload(self, call: Call) -> Refusal:
        """The refusal when what the OMS answers is no order."""
        return Refusal("oms-payload-invalid")

    def misconfigured(self, call: Call) -> Refusal:
        """The refusal when the OMS does not accept the platform's question."""
        return Refusal("oms-misconfigured")

    def unavailable(self, call: Call) -> Refusal:
        """The refusal when the OMS cannot be reached or is broken."""
        return Refusal("oms-unavailable")

    def check_payload(self, call: Call, payload: Any) -> dict[str, Any]:
        """An order as the OMS tells it, or a refusal."""
        if not isinstance(payload, dict):
            raise self.invalid_payload(call)
        if not all(isinstance(payload.get(name), kind) for name, kind in REQUIRED.items()):
            raise self.invalid_payload(call)
        try:
            datetime.fromisoformat(payload["placed_at"])
        except ValueError as error:
            raise self.invalid_payload(call) from error
        return payload

    async def oms_order(self, call: Call, identifier: str) -> dict[str, Any]:
        """An order of the external OMS, or a refusal."""
        payload = await self.ask_oms(call, self.order_question(call, identifier))
        if payload is None:
            return await self.unknown_to_oms(call, identifier)
        return self.check_payload(call, payload)

    async def unknown_to_oms(self, call: Call, identifier: str) -> dict[str, Any]:
        """What becomes of an order that the OMS does not know."""
        raise self.order_not_found(call, identifier, "external")

    async def oms_history(self, call: Call, customer: Customer) -> list[dict[str, Any]]:
        """The orders of a customer in the external OMS, or a refusal."""
        payload = await self.ask_oms(call, self.history_question(call, customer))
        if payload is None:
            raise Refusal("customer-not-found")
        orders = payload.get("orders") if isinstance(payload, dict) else None
        if not isinstance(orders, list):
            raise self.invalid_payload(call)
        return [self.check_payload(call, order) for order in orders]
