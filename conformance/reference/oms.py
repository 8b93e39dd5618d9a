"""A stub of an external OMS: its own orders, its own secret, its own port.

The platform calls it as a webhook. It serves each tenant as that tenant's name promises: well, with a payload that is
no order, with 503, or by refusing the platform's credentials.
"""

from __future__ import annotations

import secrets
from collections import Counter
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router

from orderproof.conformance.reference.documents import order_document, payment_history_document
from orderproof.conformance.reference.store import Webhook

if TYPE_CHECKING:
    from starlette.requests import Request

    from orderproof.conformance.reference.store import Order

SERVED = ("oms", "oms-invalid-payload", "oms-unavailable", "oms-misconfigured")
#: The webhook's answer holds at most so many orders of a customer.
HISTORY_LIMIT = 100


class StubOms:
    """The orders that only the external OMS knows, and how often it was asked."""

    def __init__(self) -> None:
        self.secret = secrets.token_urlsafe(24)
        self.orders: dict[str, dict[str, Order]] = {name: {} for name in SERVED}
        self.calls: Counter[str] = Counter()
        self.app = Router([Route("/webhook/{tenant}", self._asked, methods=["POST"])], redirect_slashes=False)

    def webhook(self, base: str, tenant: str) -> Webhook:
        """How the platform is configured to ask for this tenant; wrongly, for the misconfigured one."""
        secret = "outdated" if tenant == "oms-misconfigured" else self.secret
        return Webhook(f"{base}/webhook/{tenant}", secret)

    def add(self, tenant: str, order: Order) -> None:
        """Store an order in the OMS of a tenant."""
        self.orders[tenant][order.readable_id] = order

    async def _asked(self, request: Request) -> Response:
        tenant = request.path_params["tenant"]
        self.calls[tenant] += 1
        if request.headers.get("authorization") != f"Bearer {self.secret}":
            return Response(status_code=401)
        if tenant not in self.orders:
            return Response(status_code=404)
        if tenant == "oms-unavailable":
            return Response(status_code=503)
        if tenant == "oms-invalid-payload":
            return JSONResponse({"surprise": True})
        question = await request.json()
        return self._answer(self.orders[tenant], question)

    def _answer(self, orders: dict[str, Order], question: dict[str, Any]) -> Response:
        if "order_id" in question:
            order = orders.get(question["order_id"])
            return Response(status_code=404) if order is None else JSONResponse(payload(order))
        if "order_uuid" in question:
            matches = [order for order in orders.values() if order.uuid == question["order_uuid"]]
            return JSONResponse(payload(matches[0])) if matches else Response(status_code=404)
        theirs = [order for order in orders.values() if order.customer.email == question.get("customer")]
        theirs.sort(key=lambda order: (order.placed_at, order.number), reverse=True)
        return JSONResponse({"orders": [payload(order) for order in theirs[:HISTORY_LIMIT]]})


def payload(order: Order) -> dict[str, Any]:
    """An order as the OMS tells it."""
    return order_document(order) | {
        "placed_at": order.placed_at.isoformat(),
        "payment_history": payment_history_document(order),
    }
