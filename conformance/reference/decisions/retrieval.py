"""Where a single order comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orderproof.conformance.reference.decisions.oms import ExternalOms
from orderproof.conformance.reference.decisions.parameters import Parameters
from orderproof.conformance.reference.decisions.rendering import Rendering

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Call


class Retrieval(Parameters, ExternalOms, Rendering):
    """Decisions about getting an order."""

    async def fetch_order(self, call: Call, identifier: str, id_type: str) -> dict[str, Any]:
        """The document of the order that is asked for, from the external OMS or the platform's database."""
        if self.asks_oms_for_order(call, id_type):
            return self.oms_order_document(call, await self.oms_order(call, identifier))
        return self.order_document(call, self.existing_order(call, identifier, id_type), id_type)
