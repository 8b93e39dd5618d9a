"""Faults in the cancellation status of orders that were not canceled: closed, or past their grace period."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference.exchange import CANCELLATION_STATUS
from orderproof.conformance.reference.faults.cancellation_status import StatusFault
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Order


class ClosedSaidCanceled(StatusFault):
    """A closed order is said to be canceled: its status is the same."""

    breaks: ClassVar[tuple[str, ...]] = ("CST-17",)

    def cancellation_status(self, call: Call, order: Order) -> dict[str, Any]:
        """Whatever is closed."""
        return super().cancellation_status(call, order) | {"canceled": order.status == "closed"}


class ClosedSaidCanceledByReadableId(StatusFault):
    """By its readable id a closed order is said to be canceled."""

    breaks: ClassVar[tuple[str, ...]] = ("CST-17",)

    def cancellation_status(self, call: Call, order: Order) -> dict[str, Any]:
        """Whatever is closed."""
        status = super().cancellation_status(call, order)
        return status | {"canceled": order.status == "closed"} if call.is_by_readable_id else status


class ClosedSaidCancelableByReadableId(StatusFault):
    """By its readable id a closed order is said to be cancelable."""

    breaks: ClassVar[tuple[str, ...]] = ("CST-12",)

    def cancellation_status(self, call: Call, order: Order) -> dict[str, Any]:
        """Unless it was canceled."""
        status = super().cancellation_status(call, order)
        is_done = order.status == "closed" and not order.cancel_requested
        return status | {"cancelable": True} if is_done and call.is_by_readable_id else status


class StatusOfClosedOrderNotFound(StatusFault):
    """A closed order has no cancellation status."""

    breaks: ClassVar[tuple[str, ...]] = ("CST-12",)

    def existing_order(self, call: Call, identifier: str, id_type: str) -> Order:
        """Only what still happens can be canceled."""
        order = super().existing_order(call, identifier, id_type)
        if call.operation == CANCELLATION_STATUS and order.status == "closed" and not order.cancel_requested:
            raise Refusal("order-not-found")
        return order


class ExpiredSaidCanceledByReadableId(StatusFault):
    """By its readable id an order past its grace period is said to be canceled."""

    breaks: ClassVar[tuple[str, ...]] = ("CST-14",)

    def cancellation_status(self, call: Call, order: Order) -> dict[str, Any]:
        """Whatever is not cancelable."""
        status = super().cancellation_status(call, order)
        is_over = order.status == "open" and not status["cancelable"]
        return status | {"canceled": True} if is_over and call.is_by_readable_id else status


class ExpiredSaidCancelableByReadableId(StatusFault):
    """By its readable id an order past its grace period is said to be cancelable."""

    breaks: ClassVar[tuple[str, ...]] = ("CST-13",)

    def cancellation_status(self, call: Call, order: Order) -> dict[str, Any]:
        """As long as it is open."""
        status = super().cancellation_status(call, order)
        is_open = order.status == "open" and not order.cancel_requested
        return status | {"cancelable": True} if is_open and call.is_by_readable_id else status


class StatusByReadableIdAsFirstRead(StatusFault):
    """The cancellation status by the readable id is what it was when it was first read."""

    breaks: ClassVar[tuple[str, ...]] = ("CST-5",)

    def cancellation_status(self, call: Call, order: Order) -> dict[str, Any]:
        """From a cache that no change reaches."""
        status = super().cancellation_status(call, order)
        if call.operation != CANCELLATION_STATUS or call.parameters("id_type") != ["external"]:
            return status
        first: dict[str, Any] = order.marks.setdefault("status by readable id", status)
        return first


class PastOrdersHaveNoStatus(StatusFault):
    """Once its grace period is over, the cancellation status of an order is not found."""

    breaks: ClassVar[tuple[str, ...]] = ("CST-5",)

    def cancellation_status(self, call: Call, order: Order) -> dict[str, Any]:
        """There is nothing left to cancel."""
        if call.operation == CANCELLATION_STATUS and order.status == "open" and self.now() >= order.due_at:
            raise Refusal("order-not-found")
        return super().cancellation_status(call, order)
