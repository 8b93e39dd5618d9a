"""Faults in canceling a line item by the internal API."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import CANCEL_LINE_INTERNAL
from orderproof.conformance.reference.faults.shared.identities import without_comment
from orderproof.conformance.reference.faults.shared.others import lines_of_the_product, others_of_the_customer
from orderproof.conformance.reference.faults.shared.statuses import wrong_status
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Item, Order


class InternalLineFault(Fault):
    """A fault in canceling a line item by the internal API."""

    operation: ClassVar[str] = CANCEL_LINE_INTERNAL


class InternalLineByBeginning(InternalLineFault):
    """The internal API finds a line by the beginning of its id."""

    breaks: ClassVar[tuple[str, ...]] = ("INT-10",)

    def internal_line_item(self, call: Call, identifier: str) -> tuple[Order, Item]:
        """The first that begins so."""
        for tenant in self.tenants_searched(call):
            for key, order in tenant.items.items():
                if key.startswith(identifier):
                    return order, order.items[key]
        return super().internal_line_item(call, identifier)


class InternalLineWithComment(InternalLineFault):
    """The internal API ignores what follows a comment sign in the id of a line."""

    breaks: ClassVar[tuple[str, ...]] = ("INT-10",)

    def internal_line_item(self, call: Call, identifier: str) -> tuple[Order, Item]:
        """As a query ignores it."""
        return super().internal_line_item(call, without_comment(identifier))


class InternalLineByWildcard(InternalLineFault):
    """The internal API takes an asterisk at the end of an id for a wildcard."""

    breaks: ClassVar[tuple[str, ...]] = ("INT-10",)

    def internal_line_item(self, call: Call, identifier: str) -> tuple[Order, Item]:
        """The first that begins so."""
        begins = identifier.removesuffix("*")
        known = next(
            (key for key in call.tenant.items if begins not in ("", identifier) and key.startswith(begins)), None
        )
        return super().internal_line_item(call, known or identifier)


class InternalCancelNeedsBody(InternalLineFault):
    """The internal API refuses a request without a body, though no document has one."""

    breaks: ClassVar[tuple[str, ...]] = ("INT-2", "INT-90")

    def internal_line_item(self, call: Call, identifier: str) -> tuple[Order, Item]:
        """A reason is asked for."""
        found = super().internal_line_item(call, identifier)
        if not call.body:
            raise Refusal("body-invalid")
        return found


class InternalTakesOrderIds(InternalLineFault):
    """The internal API takes the id of an order for that of its first line."""

    breaks: ClassVar[tuple[str, ...]] = ("INT-9",)

    def internal_line_item(self, call: Call, identifier: str) -> tuple[Order, Item]:
        """Looked up twice."""
        order = self.find_internal(call, identifier)
        if order is not None:
            return order, next(iter(order.items.values()))
        return super().internal_line_item(call, identifier)


class InternalCancelUnknownToPublic(InternalLineFault):
    """What the internal API canceled has a status that the public one does not know, and cancels again."""

    breaks: ClassVar[tuple[str, ...]] = ("INT-11", "INT-12")

    def canceled_line_status(self, call: Call, order: Order, item: Item) -> str:
        """Spelled as in the cancellation status."""
        return "canceled" if call.route.internal else "cancelled"

    def terminal_statuses(self, call: Call) -> frozenset[str]:
        """Its own are known to each."""
        known = super().terminal_statuses(call)
        return known | {"canceled"} if call.route.internal else known


class LinesOfTheProductCanceledInternally(InternalLineFault):
    """Through the internal API all lines of the order that are of the same product are canceled."""

    breaks: ClassVar[tuple[str, ...]] = ("INT-7",)

    def canceled_lines(self, call: Call, order: Order, item: Item) -> list[Item]:
        """By the product."""
        return [item, *lines_of_the_product(order, item)] if call.route.internal else [item]


class GracePeriodEndedInternally(InternalLineFault):
    """Canceling a line through the internal API ends the grace period of its order."""

    breaks: ClassVar[tuple[str, ...]] = ("INT-7",)

    def cancel_line(self, call: Call, order: Order, item: Item) -> None:
        """At once."""
        super().cancel_line(call, order, item)
        if call.route.internal:
            order.due_at = self.now()


class CustomersLinesCanceledInternally(InternalLineFault):
    """Through the internal API the pre-ordered lines of the customer's other orders are canceled, too."""

    breaks: ClassVar[tuple[str, ...]] = ("INT-14",)

    def canceled_lines(self, call: Call, order: Order, item: Item) -> list[Item]:
        """By the customer."""
        others = others_of_the_customer(order) if call.route.internal else ()
        return [item, *(line for other in others for line in other.items.values() if line.preordered)]


GENERATED = tuple(
    wrong_status(
        name, says, module=__name__, breaks=breaks, operation=CANCEL_LINE_INTERNAL, refused=reason, status=status
    )
    for name, breaks, reason, status, says in (
        (
            "UnknownInternalLineIs400",
            ("INT-8",),
            "item-not-found",
            400,
            "A line that does not exist gets 400 from the internal API.",
        ),
        (
            "OrdinaryInternalLineIs409",
            ("INT-13",),
            "item-not-preordered",
            409,
            "A line that is not pre-ordered gets 409 from the internal API.",
        ),
    )
)
