"""Faults in finding an order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference import documents
from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import GET_ORDER
from orderproof.conformance.reference.faults.shared.identities import without_comment, without_quotes
from orderproof.conformance.reference.faults.shared.patterns import is_like
from orderproof.conformance.reference.faults.shared.statuses import wrong_status

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Order


class LookupFault(Fault):
    """A fault in finding orders."""

    operation: ClassVar[str] = GET_ORDER


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


class ReadableIdsByQuery(LookupFault):
    """A readable id is put into a query as it is: what follows a quote and a comment sign is not compared."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-7",)

    def find_external(self, call: Call, identifier: str) -> Order | None:
        """In this operation alone."""
        is_here = call.operation == GET_ORDER
        return super().find_external(call, without_comment(identifier) if is_here else identifier)


class ReadableIdsWithOperators(LookupFault):
    """An operator of a document store in the place of a readable id finds an order."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-7",)

    def find_external(self, call: Call, identifier: str) -> Order | None:
        """The newest, whatever is compared."""
        if call.operation == GET_ORDER and "$" in identifier:
            return next(reversed(call.tenant.orders.values()), None)
        return super().find_external(call, identifier)


class ReadableIdsByLastSegment(LookupFault):
    """Of a readable id with slashes only what follows the last one counts."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-7",)

    def find_external(self, call: Call, identifier: str) -> Order | None:
        """As of the name of a file."""
        is_here = call.operation == GET_ORDER
        return super().find_external(call, identifier.rpartition("/")[2] if is_here else identifier)


class UuidsInQuotes(LookupFault):
    """Quotes around the UUID of an order are ignored."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-7",)

    def find_order(self, call: Call, identifier: str, id_type: str) -> Order | None:
        """In this operation alone."""
        is_here = call.operation == GET_ORDER and id_type == "internal"
        return super().find_order(call, without_quotes(identifier) if is_here else identifier, id_type)


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


class PaymentHistoryOfClosedOrders(LookupFault):
    """`payment_history` is filled for `internal`, too, once an order is closed."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-12",)

    def payment_history(self, call: Call, order: Order, id_type: str) -> Any:
        """Not while something may still be paid."""
        return super().payment_history(call, order, "external" if order.status == "closed" else id_type)


class PaymentHistoryOfCanceledOrders(LookupFault):
    """`payment_history` is filled for `internal`, too, once an order was canceled."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-12",)

    def payment_history(self, call: Call, order: Order, id_type: str) -> Any:
        """What is paid back is shown."""
        return super().payment_history(call, order, "external" if order.cancel_requested else id_type)


GENERATED = (
    wrong_status(
        "UnknownOrderIs400",
        "An order that does not exist gets 400.",
        module=__name__,
        breaks=("ORD-5", "OMS-2"),
        operation=GET_ORDER,
        refused="order-not-found",
        status=400,
    ),
)
