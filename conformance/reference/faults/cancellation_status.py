"""Faults in the cancellation status: it says what is not so."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.decisions.cancellation import Cancellation
from orderproof.conformance.reference.exchange import CANCEL, CANCELLATION_STATUS, JSON
from orderproof.conformance.reference.faults.shared.identities import faults_in_finding
from orderproof.conformance.reference.faults.shared.statuses import wrong_status
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Answer, Call
    from orderproof.conformance.reference.store import Order


class StatusFault(Fault):
    """A fault in the cancellation status."""

    operation: ClassVar[str] = CANCELLATION_STATUS


class StatusAsText(StatusFault):
    """The cancellation status has texts in place of booleans."""

    breaks: ClassVar[tuple[str, ...]] = ("CST-3", "CST-4")

    def cancellation_status(self, call: Call, order: Order) -> dict[str, Any]:
        """`"true"` for `true`."""
        return {name: str(value).lower() for name, value in super().cancellation_status(call, order).items()}


class StatusCancels(StatusFault):
    """Asking for the cancellation status cancels the order."""

    breaks: ClassVar[tuple[str, ...]] = ("CST-11",)

    def cancellation_status(self, call: Call, order: Order) -> dict[str, Any]:
        """After the answer is made."""
        status = super().cancellation_status(call, order)
        order.cancel_requested, order.canceled_at = True, order.canceled_at or self.now()
        return status


class StatusIs203(StatusFault):
    """The cancellation status is answered with 203."""

    breaks: ClassVar[tuple[str, ...]] = ("CST-1",)

    def success(self, call: Call, document: Any, status: int = 200) -> Answer:
        """As a proxy would."""
        return super().success(call, document, 203 if call.operation == CANCELLATION_STATUS else status)


class StatusAsPlainText(StatusFault):
    """The cancellation status is called `text/plain`."""

    breaks: ClassVar[tuple[str, ...]] = ("CST-2",)

    def content_type(self, call: Call, media_type: str) -> str:
        """A wrong label."""
        plain = call.operation == CANCELLATION_STATUS and media_type == JSON
        return "text/plain" if plain else super().content_type(call, media_type)


class IsSafeLeftOut(StatusFault):
    """The cancellation status does not say whether canceling is safe."""

    breaks: ClassVar[tuple[str, ...]] = ("CST-4",)

    def cancellation_status(self, call: Call, order: Order) -> dict[str, Any]:
        """Two of three."""
        status = super().cancellation_status(call, order)
        del status["is_safe"]
        return status


class IsSafeNullOnceCanceled(StatusFault):
    """`is_safe` of a canceled order is null."""

    breaks: ClassVar[tuple[str, ...]] = ("CST-4",)

    def cancellation_status(self, call: Call, order: Order) -> dict[str, Any]:
        """There is nothing left to be safe."""
        status = super().cancellation_status(call, order)
        return status | {"is_safe": None} if self.has_effect(call, order) else status


class IsSafeLeftOutOnceCanceled(StatusFault):
    """The cancellation status of a canceled order does not say whether canceling is safe."""

    breaks: ClassVar[tuple[str, ...]] = ("CST-4",)

    def cancellation_status(self, call: Call, order: Order) -> dict[str, Any]:
        """Nobody will ask."""
        status = super().cancellation_status(call, order)
        if self.has_effect(call, order):
            del status["is_safe"]
        return status


class StatusDiffersById(StatusFault):
    """By its readable id an order is never cancelable."""

    breaks: ClassVar[tuple[str, ...]] = ("CST-5",)

    def cancellation_status(self, call: Call, order: Order) -> dict[str, Any]:
        """Only the UUID knows."""
        status = super().cancellation_status(call, order)
        if "external" in call.parameters("id_type"):
            status["cancelable"] = False
        return status


class NeverCancelable(StatusFault):
    """No order is ever said to be cancelable, and yet it is."""

    breaks: ClassVar[tuple[str, ...]] = ("CST-10",)

    def cancellation_status(self, call: Call, order: Order) -> dict[str, Any]:
        """Never."""
        return super().cancellation_status(call, order) | {"cancelable": False}


class ClosedSaidCancelable(StatusFault):
    """A closed order is said to be cancelable, and is not."""

    breaks: ClassVar[tuple[str, ...]] = ("CST-12",)

    def cancellation_status(self, call: Call, order: Order) -> dict[str, Any]:
        """Unless it was canceled."""
        status = super().cancellation_status(call, order)
        if order.status == "closed" and not order.cancel_requested:
            status["cancelable"] = True
        return status


class ExpiredSaidCancelable(StatusFault):
    """An order past its grace period is said to be cancelable, and is not."""

    breaks: ClassVar[tuple[str, ...]] = ("CST-13",)

    def cancellation_status(self, call: Call, order: Order) -> dict[str, Any]:
        """As long as it is open."""
        status = super().cancellation_status(call, order)
        if order.status == "open" and not order.cancel_requested:
            status["cancelable"] = True
        return status


class ExpiredIsCanceledThoughRefused(StatusFault):
    """The cancellation of an order past its grace period is refused after it was carried out."""

    operation: ClassVar[str] = CANCEL
    breaks: ClassVar[tuple[str, ...]] = ("CST-13",)

    def check_cancelable(self, call: Call, order: Order) -> None:
        """What was done is not undone."""
        if order.status == "open" and not order.cancel_requested and not self.is_cancelable(call, order):
            self.cancel(call, order, Cancellation("late", None))
            raise Refusal("order-not-cancelable")
        super().check_cancelable(call, order)


class NumberedNotCanceled(StatusFault):
    """An order whose items have serial numbers is said to be cancelable, and is not."""

    operation: ClassVar[str] = CANCEL
    breaks: ClassVar[tuple[str, ...]] = ("CST-16",)

    def check_cancelable(self, call: Call, order: Order) -> None:
        """One serial number is enough."""
        if any(item.serial_number for item in order.items.values()):
            raise Refusal("order-not-cancelable")
        super().check_cancelable(call, order)


class OrderWithoutAnItemNotCanceled(StatusFault):
    """An order that lost an item is said to be cancelable, and is not."""

    operation: ClassVar[str] = CANCEL
    breaks: ClassVar[tuple[str, ...]] = ("CST-16",)

    def check_cancelable(self, call: Call, order: Order) -> None:
        """One canceled item is enough."""
        if any(item.status == "cancelled" for item in order.items.values()):
            raise Refusal("order-not-cancelable")
        super().check_cancelable(call, order)


class ExpiredSaidCanceled(StatusFault):
    """An order past its grace period is said to be canceled."""

    breaks: ClassVar[tuple[str, ...]] = ("CST-14",)

    def cancellation_status(self, call: Call, order: Order) -> dict[str, Any]:
        """Whatever is not cancelable."""
        status = super().cancellation_status(call, order)
        return status | {"canceled": status["canceled"] or (order.status == "open" and not status["cancelable"])}


_OWN_STATUS = (
    wrong_status(
        "StatusOfUnknownOrderIs400",
        "The cancellation status of an order that does not exist gets 400.",
        module=__name__,
        breaks=("CST-6",),
        operation=CANCELLATION_STATUS,
        refused="order-not-found",
        status=400,
    ),
)


class CanceledWhileStillCancelable(Fault):
    """While an order is being canceled, its status says both that it is canceled and that it can be."""

    breaks: ClassVar[tuple[str, ...]] = ("CST-15",)
    operation: ClassVar[str] = CANCELLATION_STATUS

    def cancel(self, call: Call, order: Order, cancellation: Any) -> None:
        """One member first."""
        super().cancel(call, order, cancellation)
        call.tenant.orders[order.uuid].marks["storing"] = True

    def cancellation_status(self, call: Call, order: Order) -> dict[str, Any]:
        """The other is behind."""
        status = super().cancellation_status(call, order)
        return status | {"cancelable": True} if order.marks.get("storing") else status

    async def before_answer(self, call: Call, answer: Answer) -> None:
        """Until the cancellation is answered."""
        if call.operation == CANCEL and answer.status == 200:
            await asyncio.sleep(0.01)
            for order in call.tenant.orders.values():
                order.marks.pop("storing", None)
        await super().before_answer(call, answer)


GENERATED = (
    *_OWN_STATUS,
    *faults_in_finding(
        "Status",
        CANCELLATION_STATUS,
        "the cancellation status",
        {
            "IgnoresIdType": ("CST-7",),
            "ByBeginning": ("CST-8",),
            "IgnoresWhatFollows": ("CST-8",),
            "OnlyByUuid": ("CST-5", "CST-90"),
            "WithoutIdType": ("CST-9", "CST-91"),
            "WithUnknownIdType": ("CST-9",),
            "TakesComments": ("CST-8",),
            "TakesWildcards": ("CST-8",),
            "TakesQuotedUuids": ("CST-8",),
        },
        module=__name__,
    ),
)
