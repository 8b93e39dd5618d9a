"""Faults in canceling that reach other orders: of the customer, or stored beside the one that is canceled."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import CANCEL, GET_ORDER, SERIAL_NUMBERS
from orderproof.conformance.reference.faults.shared.others import (
    order_beside,
    others_of_the_customer,
    take_serials_of_order_before,
)
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from orderproof.conformance.reference.decisions.cancellation import Cancellation
    from orderproof.conformance.reference.decisions.serials import Serial
    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Item, Order


class CancelOthersFault(Fault):
    """A fault in what else a cancellation does."""

    operation: ClassVar[str] = CANCEL


class CustomersOrdersCanceled(CancelOthersFault):
    """All open orders of the customer are canceled, too."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-23",)

    def cancel(self, call: Call, order: Order, cancellation: Cancellation) -> None:
        """By `customer_id`."""
        super().cancel(call, order, cancellation)
        for other in others_of_the_customer(order):
            if self.is_cancelable(call, other):
                super().cancel(call, other, cancellation)


class NewestOrderOfCustomerCanceled(CancelOthersFault):
    """The newest order of the customer is canceled, too."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-23",)

    def cancel(self, call: Call, order: Order, cancellation: Cancellation) -> None:
        """The last that was stored."""
        super().cancel(call, order, cancellation)
        newest = order.customer.orders[-1]
        if self.is_cancelable(call, newest):
            super().cancel(call, newest, cancellation)


class OldestOrderOfCustomerCanceled(CancelOthersFault):
    """The oldest order of the customer is canceled, too."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-23",)

    def cancel(self, call: Call, order: Order, cancellation: Cancellation) -> None:
        """The first that was stored."""
        super().cancel(call, order, cancellation)
        oldest = order.customer.orders[0]
        if self.is_cancelable(call, oldest):
            super().cancel(call, oldest, cancellation)


class CancelEndsGraceOfCustomer(CancelOthersFault):
    """A cancellation ends the grace period of the customer's other orders."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-23",)

    def cancel(self, call: Call, order: Order, cancellation: Cancellation) -> None:
        """As if the timer were the customer's."""
        super().cancel(call, order, cancellation)
        for other in others_of_the_customer(order):
            other.due_at = self.now()


class OrderStoredBeforeCanceled(CancelOthersFault):
    """The order that was stored just before is canceled, too."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-23",)

    def cancel(self, call: Call, order: Order, cancellation: Cancellation) -> None:
        """A range that begins too early."""
        super().cancel(call, order, cancellation)
        for other in order_beside(call, order, -1):
            super().cancel(call, other, cancellation)


class OrderStoredNextCanceled(CancelOthersFault):
    """The order that was stored next is canceled, too."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-23",)

    def cancel(self, call: Call, order: Order, cancellation: Cancellation) -> None:
        """A range that ends too late."""
        super().cancel(call, order, cancellation)
        for other in order_beside(call, order, 1):
            super().cancel(call, other, cancellation)


class SerialNumbersUndoCancellation(CancelOthersFault):
    """A canceled order is stored anew with its serial numbers, and is open again."""

    operation: ClassVar[str] = SERIAL_NUMBERS
    breaks: ClassVar[tuple[str, ...]] = ("CAN-3",)

    async def store_serials(self, call: Call, order: Order, targets: list[tuple[Item, Serial]]) -> None:
        """As it was placed."""
        await super().store_serials(call, order, targets)
        order.cancel_requested, order.canceled_at = False, None


class CancellationMovesPlacedAt(CancelOthersFault):
    """A canceled order says that it was placed when it was canceled."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-33",)

    def cancel(self, call: Call, order: Order, cancellation: Cancellation) -> None:
        """The time of the last event."""
        super().cancel(call, order, cancellation)
        order.placed_at = self.now()


class CancellationChangesCurrency(CancelOthersFault):
    """A canceled order is paid back in another currency, and shows it."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-33",)

    def cancel(self, call: Call, order: Order, cancellation: Cancellation) -> None:
        """That of the shop."""
        super().cancel(call, order, cancellation)
        order.currency = "EUR"


class CanceledOrdersNotFoundInVersion2(CancelOthersFault):
    """With the vendor type an order that was canceled is not found."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-24",)

    def existing_order(self, call: Call, identifier: str, id_type: str) -> Order:
        """Only what still happens has the new schema."""
        order = super().existing_order(call, identifier, id_type)
        if call.operation == GET_ORDER and self.is_v2(call) and order.cancel_requested:
            raise Refusal("order-not-found")
        return order


class CancelTakesSerialsOfOthers(CancelOthersFault):
    """A cancellation takes the serial numbers off the order that was stored before."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-23",)

    def cancel(self, call: Call, order: Order, cancellation: Cancellation) -> None:
        """They are free again."""
        super().cancel(call, order, cancellation)
        take_serials_of_order_before(call, order)


class CancelCancelsItemsOfOthers(CancelOthersFault):
    """A cancellation shows the items of the order that was stored before as cancelled."""

    breaks: ClassVar[tuple[str, ...]] = ("CAN-23",)

    def cancel(self, call: Call, order: Order, cancellation: Cancellation) -> None:
        """One row too many."""
        super().cancel(call, order, cancellation)
        for other in order_beside(call, order, -1):
            for item in other.items.values():
                item.status = "cancelled"
