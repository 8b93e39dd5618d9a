"""Faults in finding orders, and in asking the external OMS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference import documents
from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import GET_ORDER, HISTORY
from orderproof.conformance.reference.faults.patterns import is_like
from orderproof.conformance.reference.faults.statuses import wrong_status
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Customer, Order


class LookupFault(Fault):
    """A fault in finding orders."""

    operation: ClassVar[str] = GET_ORDER


class InternalAsksOms(LookupFault):
    """An order that is asked for by its internal id is fetched from the external OMS."""

    breaks: ClassVar[tuple[str, ...]] = ("OMS-3", "OMS-4")

    def asks_oms_for_order(self, call: Call, id_type: str) -> bool:
        """Whatever the id."""
        return self.webhook(call) is not None


class InternalFallsBackToOms(LookupFault):
    """An internal id that the platform does not know is looked up in the external OMS."""

    breaks: ClassVar[tuple[str, ...]] = ("OMS-4",)

    async def fetch_order(self, call: Call, identifier: str, id_type: str) -> dict[str, Any]:
        """Ask the OMS after all."""
        try:
            return await super().fetch_order(call, identifier, id_type)
        except Refusal as refusal:
            if id_type == "external" or refusal.reason != "order-not-found" or self.webhook(call) is None:
                raise
            payload = await self.ask_oms(call, {"order_uuid": identifier})
            if payload is None:
                raise
            return self.oms_order_document(call, payload)


class ExternalNeverAsksOms(LookupFault):
    """The platform's database answers for `external`, even if an external OMS is configured."""

    breaks: ClassVar[tuple[str, ...]] = ("OMS-1", "OMS-2", "OMS-6", "OMS-7", "OMS-8")

    def asks_oms_for_order(self, call: Call, id_type: str) -> bool:
        """Never."""
        return False


class ExternalFallsBackToPlatform(LookupFault):
    """An order that the external OMS does not know is looked up in the platform's database."""

    breaks: ClassVar[tuple[str, ...]] = ("OMS-2",)

    async def unknown_to_oms(self, call: Call, identifier: str) -> dict[str, Any]:
        """The platform may know it."""
        return self.order_document(call, self.existing_order(call, identifier, "external"), "external")


class InternalTakesReadableIds(LookupFault):
    """An order is found by its readable id with `id_type=internal`."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-6", "CAN-18", "CST-7", "GRA-6", "LIN-12")

    def find_order(self, call: Call, identifier: str, id_type: str) -> Order | None:
        """Either will do."""
        return self.find_external(call, identifier) or super().find_order(call, identifier, id_type)


class ExternalTakesUuids(LookupFault):
    """An order is found by its UUID with `id_type=external`."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-6", "CAN-18", "CST-7", "GRA-6", "LIN-13")

    def find_external(self, call: Call, identifier: str) -> Order | None:
        """Either will do."""
        return super().find_external(call, identifier) or self.find_internal(call, identifier)


class ReadableIdsByPrefix(LookupFault):
    """A readable id is compared by its beginning only."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-7",)

    def find_external(self, call: Call, identifier: str) -> Order | None:
        """The newest that begins so."""
        orders = [order for tenant in self.tenants_searched(call) for order in tenant.readable.values()]
        return next((order for order in reversed(orders) if order.readable_id.startswith(identifier)), None)


class ReadableIdsIgnoreWhatFollows(LookupFault):
    """What follows after a readable id is ignored."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-7",)

    def find_external(self, call: Call, identifier: str) -> Order | None:
        """As long as an id is."""
        return super().find_external(call, identifier[:11])


class ReadableIdsAsPatterns(LookupFault):
    """An order is shown whose readable id is like a pattern of SQL's LIKE."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-7",)

    def find_external(self, call: Call, identifier: str) -> Order | None:
        """The newest that is like it; a wildcard alone is refused."""
        if call.operation != GET_ORDER or len(identifier) < 4:
            return super().find_external(call, identifier)
        orders = [order for tenant in self.tenants_searched(call) for order in tenant.readable.values()]
        return next((order for order in reversed(orders) if is_like(order.readable_id, identifier)), None)


class UnknownIdTypeIsExternal(LookupFault):
    """An `id_type` that is none is taken for `external`."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-9", "CAN-20", "CST-9", "GRA-8", "LIN-15")

    def with_unknown_id_type(self, call: Call, value: str) -> str:
        """Anything but `internal`."""
        return "external"


class MissingIdTypeIsInternal(LookupFault):
    """A missing `id_type` is taken for `internal`."""

    breaks: ClassVar[tuple[str, ...]] = (
        "ORD-8",
        "ORD-91",
        "CAN-20",
        "CAN-91",
        "CST-9",
        "CST-91",
        "GRA-8",
        "GRA-91",
        "LIN-15",
        "LIN-91",
    )

    def without_id_type(self, call: Call) -> str:
        """A default that no document gives."""
        return "internal"


class PaymentHistoryForInternal(LookupFault):
    """`payment_history` is filled when an order is asked for by its internal id."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-12", "OMS-13")

    def payment_history(self, call: Call, order: Order, id_type: str) -> Any:
        """Always."""
        return documents.payment_history_document(order)


class InvalidPayloadServed(LookupFault):
    """What the external OMS answers is passed on without validation."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-17", "OMS-6")

    def check_payload(self, call: Call, payload: Any) -> dict[str, Any]:
        """Made up to look like an order."""
        return {"placed_at": "2021-11-22T12:51:39.30", "items": [], **payload}


class OmsTroubleIsAnEmptyHistory(LookupFault):
    """With plain JSON, a history that the external OMS cannot give is empty."""

    breaks: ClassVar[tuple[str, ...]] = ("OMS-9", "OMS-10", "OMS-11")
    operation: ClassVar[str] = HISTORY

    async def oms_history(self, call: Call, customer: Customer) -> list[dict[str, Any]]:
        """No trouble."""
        try:
            return await super().oms_history(call, customer)
        except Refusal:
            return []


class OmsTroubleReachesV2(LookupFault):
    """With the vendor type, the external OMS's trouble gets 409 or 412, which are for `application/json` only."""

    breaks: ClassVar[tuple[str, ...]] = ("OMS-12",)
    operation: ClassVar[str] = HISTORY

    def oms_trouble_v2(self, call: Call, trouble: Refusal) -> Any:
        """Passed on."""
        raise trouble


GENERATED = tuple(
    wrong_status(name, says, module=__name__, breaks=breaks, operation=GET_ORDER, refused=reason, status=status)
    for name, breaks, reason, status, says in (
        (
            "InvalidPayloadIs500",
            ("OMS-6", "ROB-1"),
            "oms-payload-invalid",
            500,
            "An invalid payload of the external OMS gets 500.",
        ),
        ("MisconfiguredOmsIs500", ("OMS-7", "ROB-1"), "oms-misconfigured", 500, "A misconfigured webhook gets 500."),
        ("UnavailableOmsIs404", ("OMS-8",), "oms-unavailable", 404, "An order of an unavailable OMS gets 404."),
        (
            "UnknownOrderIs400",
            ("ORD-5", "OMS-2"),
            "order-not-found",
            400,
            "An order that does not exist gets 400.",
        ),
    )
)
