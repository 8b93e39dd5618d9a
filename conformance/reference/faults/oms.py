"""Faults in what becomes of the external OMS's orders, and of its trouble."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference import documents
from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import GET_ORDER, HISTORY
from orderproof.conformance.reference.faults.shared.patterns import is_like
from orderproof.conformance.reference.faults.shared.statuses import wrong_status
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Customer, Order


Document = dict[str, Any]


class OmsFault(Fault):
    """A fault beside an external OMS."""

    operation: ClassVar[str] = GET_ORDER


class InternalAsksOms(OmsFault):
    """An order that is asked for by its internal id is fetched from the external OMS."""

    breaks: ClassVar[tuple[str, ...]] = ("OMS-3", "OMS-4")

    def asks_oms_for_order(self, call: Call, id_type: str) -> bool:
        """Whatever the id."""
        return self.webhook(call) is not None


class InternalFallsBackToOms(OmsFault):
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


class InternalNeedsTheOms(OmsFault):
    """Whether the external OMS can be reached is tried for every id."""

    breaks: ClassVar[tuple[str, ...]] = ("OMS-4",)

    async def fetch_order(self, call: Call, identifier: str, id_type: str) -> Document:
        """Only that it cannot be reached counts."""
        try:
            if self.webhook(call) is not None:
                await self.ask_oms(call, {})
        except Refusal as refusal:
            if refusal.reason == "oms-unavailable":
                raise
        return await super().fetch_order(call, identifier, id_type)


class ExternalNeverAsksOms(OmsFault):
    """The platform's database answers for `external`, even if an external OMS is configured."""

    breaks: ClassVar[tuple[str, ...]] = ("OMS-1", "OMS-2", "OMS-6", "OMS-7", "OMS-8")

    def asks_oms_for_order(self, call: Call, id_type: str) -> bool:
        """Never."""
        return False


class ExternalFallsBackToPlatform(OmsFault):
    """An order that the external OMS does not know is looked up in the platform's database."""

    breaks: ClassVar[tuple[str, ...]] = ("OMS-2",)

    async def unknown_to_oms(self, call: Call, identifier: str) -> dict[str, Any]:
        """The platform may know it."""
        return self.order_document(call, self.existing_order(call, identifier, "external"), "external")


class OmsTroubleIsAnEmptyHistory(OmsFault):
    """With plain JSON, a history that the external OMS cannot give is empty."""

    breaks: ClassVar[tuple[str, ...]] = ("OMS-9", "OMS-10", "OMS-11")
    operation: ClassVar[str] = HISTORY

    async def oms_history(self, call: Call, customer: Customer) -> list[dict[str, Any]]:
        """No trouble."""
        try:
            return await super().oms_history(call, customer)
        except Refusal:
            return []


class OmsTroubleReachesV2(OmsFault):
    """With the vendor type, the external OMS's trouble gets 409 or 412, which are for `application/json` only."""

    breaks: ClassVar[tuple[str, ...]] = ("OMS-12",)
    operation: ClassVar[str] = HISTORY

    def oms_trouble_v2(self, call: Call, trouble: Refusal) -> Any:
        """Passed on."""
        raise trouble


class PaymentHistoryBesideOms(OmsFault):
    """Where there is an external OMS, `payment_history` is filled for `internal`, too."""

    breaks: ClassVar[tuple[str, ...]] = ("OMS-13",)

    def payment_history(self, call: Call, order: Order, id_type: str) -> Any:
        """Always, there."""
        if self.webhook(call) is None:
            return super().payment_history(call, order, id_type)
        return documents.payment_history_document(order)


class OmsOrdersSayNewstore(OmsFault):
    """An order of the external OMS says that the platform is its origin."""

    breaks: ClassVar[tuple[str, ...]] = ("OMS-14",)

    def oms_order_document(self, call: Call, payload: Document) -> Document:
        """As all the others do."""
        return super().oms_order_document(call, payload) | {"origin": "newstore"}


class OmsOrdersInPlainJsonOnly(OmsFault):
    """An order of the external OMS is not to be had in the vendor type."""

    breaks: ClassVar[tuple[str, ...]] = ("OMS-15",)

    def oms_order_document(self, call: Call, payload: Document) -> Document:
        """Refused, but in the history."""
        if call.operation == GET_ORDER and self.is_v2(call):
            raise Refusal("not-acceptable")
        return super().oms_order_document(call, payload)


class OmsAskedForTheBeginning(OmsFault):
    """The external OMS is asked for the first eleven characters of a readable id."""

    breaks: ClassVar[tuple[str, ...]] = ("OMS-16",)

    def order_question(self, call: Call, identifier: str) -> Document:
        """As long as an id is."""
        return super().order_question(call, identifier[:11])


class OmsOrdersShowOneItem(OmsFault):
    """An order of the external OMS shows only its first item."""

    breaks: ClassVar[tuple[str, ...]] = ("OMS-19",)

    def oms_order_document(self, call: Call, payload: Document) -> Document:
        """One is enough, but in the history."""
        document = super().oms_order_document(call, payload)
        return document | {"items": document["items"][: 1 if call.operation == GET_ORDER else None]}


class OmsAskedForPatterns(OmsFault):
    """The external OMS looks up a readable id as a pattern of SQL's LIKE."""

    breaks: ClassVar[tuple[str, ...]] = ("OMS-16",)

    async def unknown_to_oms(self, call: Call, identifier: str) -> Document:
        """What is like it was shown before."""
        like = next((known for known in self._shown if is_like(known, identifier)), None)
        return await super().unknown_to_oms(call, identifier) if like is None else await self.oms_order(call, like)

    def __init__(self, *world: Any) -> None:
        """Nothing shown yet."""
        super().__init__(*world)
        self._shown: set[str] = set()

    def oms_order_document(self, call: Call, payload: Document) -> Document:
        """Remember what there is."""
        self._shown.add(payload["id"])
        return super().oms_order_document(call, payload)


class OmsAskedForInternal(OmsFault):
    """What is no UUID is fetched from the external OMS, even if it is said to be internal."""

    breaks: ClassVar[tuple[str, ...]] = ("OMS-17",)

    def asks_oms_for_order(self, call: Call, id_type: str) -> bool:
        """It can be nothing else."""
        is_readable = not self.is_uuid(call, call.path["id"])
        return super().asks_oms_for_order(call, "external" if is_readable else id_type)


class OmsLocalTimeAsUtc(OmsFault):
    """In version 2 an order of the external OMS has its local time with a Z; in plain JSON it has the local offset."""

    breaks: ClassVar[tuple[str, ...]] = ("OMS-18",)

    def oms_order_document(self, call: Call, payload: Document) -> Document:
        """Two hours east."""
        local = self.oms_placed_at(call, payload).replace(tzinfo=None) + timedelta(hours=2)
        written = local.isoformat(timespec="milliseconds")
        return super().oms_order_document(call, payload) | {
            "placed_at": f"{written}Z" if self.is_v2(call) else f"{written}+02:00"
        }


GENERATED = tuple(
    wrong_status(name, says, module=__name__, breaks=breaks, operation=operation, refused=reason, status=status)
    for name, breaks, operation, reason, status, says in (
        (
            "InvalidPayloadIs500",
            ("OMS-6", "ROB-1"),
            GET_ORDER,
            "oms-payload-invalid",
            500,
            "An invalid payload of the external OMS gets 500.",
        ),
        (
            "MisconfiguredOmsIs500",
            ("OMS-7", "ROB-1"),
            GET_ORDER,
            "oms-misconfigured",
            500,
            "A misconfigured webhook gets 500.",
        ),
        (
            "UnavailableOmsIs404",
            ("OMS-8",),
            GET_ORDER,
            "oms-unavailable",
            404,
            "An order of an unavailable OMS gets 404.",
        ),
        (
            "InvalidPayloadIs412",
            ("OMS-6",),
            GET_ORDER,
            "oms-payload-invalid",
            412,
            "An order of which the external OMS gives an invalid payload gets 412.",
        ),
        (
            "MisconfiguredOmsIs409",
            ("OMS-7",),
            GET_ORDER,
            "oms-misconfigured",
            409,
            "An order gets 409 where the webhook is configured wrongly.",
        ),
        (
            "UnavailableOmsIs412",
            ("OMS-8",),
            GET_ORDER,
            "oms-unavailable",
            412,
            "An order gets 412 where the external OMS is unavailable.",
        ),
        (
            "InvalidPayloadInHistoryIs404",
            ("OMS-9",),
            HISTORY,
            "oms-payload-invalid",
            404,
            "A history of which the external OMS gives an invalid payload gets 404.",
        ),
        (
            "MisconfiguredOmsInHistoryIs404",
            ("OMS-10",),
            HISTORY,
            "oms-misconfigured",
            404,
            "A history gets 404 where the webhook is configured wrongly.",
        ),
        (
            "UnavailableOmsInHistoryIs404",
            ("OMS-11",),
            HISTORY,
            "oms-unavailable",
            404,
            "A history gets 404 where the external OMS is unavailable.",
        ),
    )
)
