"""Variants beside an external OMS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference.behaviours import Variant
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from orderproof.conformance.reference.decisions.history import Entry
    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Customer

Document = dict[str, Any]


class OmsKnowsHouseholds(Variant):
    """Customers share the e-mail address by which the external OMS knows them: each has their neighbours' orders."""

    async def oms_history(self, call: Call, customer: Customer) -> list[dict[str, Any]]:
        """Those of the customers stored just before and after as well."""
        known = list(call.tenant.customers.values())
        place = known.index(customer)
        household = known[max(place - 1, 0) : place + 2]
        told = []
        for one in household:
            told += await super().oms_history(call, one)
        return told

    def oms_order_document(self, call: Call, payload: dict[str, Any]) -> dict[str, Any]:
        """With the address of all."""
        shared = payload["customer"] | {"email": "the.does@example.com"}
        return super().oms_order_document(call, payload | {"customer": shared})


class ItemsByTheIdsOfTheOms(Variant):
    """The items of an order of the external OMS have ids of its own, that no other system knows."""

    choice: ClassVar[int] = 9

    def oms_order_document(self, call: Call, payload: Document) -> Document:
        """They are numbered, in each order from 1 on."""
        items = [
            item | {"id": str(number), "origin_id": f"{payload['id']}-{number}"}
            for number, item in enumerate(payload["items"], 1)
        ]
        return super().oms_order_document(call, payload | {"items": items})


class UnavailableOmsIs503InV2(Variant):
    """With the vendor type, an external OMS that is unavailable gets the documented 503."""

    choice: ClassVar[int] = 5

    def oms_trouble_v2(self, call: Call, trouble: Refusal) -> list[Entry]:
        """Nothing without the OMS; its other troubles have no status here."""
        if trouble.reason == "oms-unavailable":
            raise trouble
        return super().oms_trouble_v2(call, trouble)


class EveryTroubleOfTheOmsIs503InV2(Variant):
    """With the vendor type, any failure of the external OMS gets the documented 503, whoever the customer is."""

    choice: ClassVar[int] = 5

    async def entries_v2(self, call: Call, identifier: str) -> list[Entry]:
        """The OMS is asked about customers that the platform does not know as well."""
        if self.webhook(call) is not None and self.find_customer(call, identifier) is None:
            try:
                await self.ask_oms(call, {"customer": identifier})
            except Refusal as trouble:
                return self.oms_trouble_v2(call, trouble)
        return await super().entries_v2(call, identifier)

    def oms_trouble_v2(self, call: Call, trouble: Refusal) -> list[Entry]:
        """409 and 412 are for plain JSON alone."""
        raise Refusal("oms-unavailable") from trouble
