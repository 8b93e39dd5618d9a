"""Faults in finding a line item, in what canceling it does, and in what that is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import CANCEL_LINE
from orderproof.conformance.reference.faults.shared.identities import (
    faults_in_finding,
    without_comment,
    without_quotes,
)
from orderproof.conformance.reference.faults.shared.statuses import wrong_status
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Answer, Call
    from orderproof.conformance.reference.store import Item, Order


class LineRequestFault(Fault):
    """A fault in canceling line items."""

    operation: ClassVar[str] = CANCEL_LINE


class LineCancelIs204(LineRequestFault):
    """Canceling a line is answered with 204, since there is nothing to say."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-1", "LIN-90", "INT-1", "INT-90")

    def line_answer(self, call: Call, order: Order, item: Item) -> Answer:
        """No content."""
        return self.empty_answer(call, 204)


class LineOnlyByReadableId(LineRequestFault):
    """Canceling a line does not find the order by its UUID."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-2", "LIN-17", "LIN-90")

    def line_order(self, call: Call, identifier: str, id_type: str) -> Order:
        """Not with `internal`."""
        if id_type == "internal":
            raise Refusal("order-not-found")
        return super().line_order(call, identifier, id_type)


class CanceledLineUnchanged(LineRequestFault):
    """A line that was canceled shows the status that it had; that it cannot be canceled again is all one sees."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-4", "INT-3")

    def cancel_line(self, call: Call, order: Order, item: Item) -> None:
        """Remembered elsewhere."""
        order.marks.setdefault("lines", set()).add(item.id)

    def check_line(self, call: Call, order: Order, item: Item) -> None:
        """Looked up there."""
        super().check_line(call, order, item)
        if item.id in order.marks.get("lines", ()):
            raise Refusal("item-not-cancelable")


class CanceledLineCanceledAgain(LineRequestFault):
    """A line that is cancelled is canceled again; only `complete` and `returned` count as terminal."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-6", "LIN-7", "INT-5", "INT-6", "INT-11")

    def terminal_statuses(self, call: Call) -> frozenset[str]:
        """One is missing."""
        return frozenset({"complete", "returned"})


class ReturnedLineCanceled(LineRequestFault):
    """A line that is returned is canceled; only `complete` and `cancelled` count as terminal."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-6", "INT-5")

    def terminal_statuses(self, call: Call) -> frozenset[str]:
        """One is missing."""
        return frozenset({"complete", "cancelled"})


class LineCancelsOrder(LineRequestFault):
    """Canceling a line cancels the order, too."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-8", "INT-7")

    def cancel_line(self, call: Call, order: Order, item: Item) -> None:
        """The line first."""
        super().cancel_line(call, order, item)
        order.cancel_requested, order.canceled_at = True, self.now()


class LineOfUnknownOrder(LineRequestFault):
    """A line is canceled even if its order is not found: the line's id is enough."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-10",)

    def line_order(self, call: Call, identifier: str, id_type: str) -> Order:
        """By the line, where the path holds nothing like the id of an order."""
        known = any(
            key.startswith(identifier[:8])
            for tenant in self.tenants_searched(call)
            for key in (*tenant.orders, *tenant.readable)
        )
        owner = None if known else self.find_order_of_item(call, call.path["item_uuid"])
        return owner or super().line_order(call, identifier, id_type)


class LineByBeginning(LineRequestFault):
    """A line is found by the beginning of its id."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-14",)

    def line_item(self, call: Call, order: Order, identifier: str) -> Item:
        """The first that begins so."""
        found = next((item for key, item in order.items.items() if key.startswith(identifier)), None)
        return found or super().line_item(call, order, identifier)


class LineInQuotes(LineRequestFault):
    """Quotes around the id of a line are ignored."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-14",)

    def line_item(self, call: Call, order: Order, identifier: str) -> Item:
        """As it would stand in a query."""
        return super().line_item(call, order, without_quotes(identifier))


class LineWithComment(LineRequestFault):
    """What follows a comment sign in the id of a line is ignored."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-14",)

    def line_item(self, call: Call, order: Order, identifier: str) -> Item:
        """As a query ignores it."""
        return super().line_item(call, order, without_comment(identifier))


class CanceledLineSaysVoided(LineRequestFault):
    """A canceled line has a status of its own, `voided`."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-16", "INT-12")

    def canceled_line_status(self, call: Call, order: Order, item: Item) -> str:
        """A word that no page has."""
        return "voided"

    def terminal_statuses(self, call: Call) -> frozenset[str]:
        """It is terminal, too."""
        return super().terminal_statuses(call) | {"voided"}


_OWN_STATUS = tuple(
    wrong_status(name, says, module=__name__, breaks=breaks, operation=operation, refused=reason, status=status)
    for name, breaks, operation, reason, status, says in (
        ("UnknownLineIs400", ("LIN-9",), CANCEL_LINE, "item-not-found", 400, "A line that does not exist gets 400."),
        (
            "OrdinaryLineIs409",
            ("LIN-17",),
            CANCEL_LINE,
            "item-not-preordered",
            409,
            "A line that is not pre-ordered gets 409.",
        ),
    )
)

GENERATED = (
    *_OWN_STATUS,
    *faults_in_finding(
        "LineCancel",
        CANCEL_LINE,
        "canceling a line item",
        {
            "ByBeginning": ("LIN-14",),
            "IgnoresWhatFollows": ("LIN-14",),
            "OnlyByUuid": ("LIN-3", "LIN-90"),
            "WithoutIdType": ("LIN-15", "LIN-91"),
            "WithUnknownIdType": ("LIN-15",),
            "TakesQuotes": ("LIN-14",),
            "TakesComments": ("LIN-14",),
            "TakesWildcards": ("LIN-14",),
        },
        module=__name__,
    ),
)
