"""Faults in canceling line items that reach more: the product, the customer's orders, or the order itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import CANCEL_LINE
from orderproof.conformance.reference.faults.shared.others import (
    lines_of_the_product,
    order_beside,
    others_of_the_customer,
    take_serials_of_order_before,
)
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Item, Order


def _preordered(orders: Iterable[Order]) -> list[Item]:
    return [line for order in orders for line in order.items.values() if line.preordered]


class LineOthersFault(Fault):
    """A fault in what else the cancellation of a line does."""

    operation: ClassVar[str] = CANCEL_LINE


class RefusedLineEndsTheGracePeriod(LineOthersFault):
    """A line that is not pre-ordered is refused, but the grace period of its order ends all the same."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-18",)

    def check_line(self, call: Call, order: Order, item: Item) -> None:
        """Through either API."""
        if not self.is_preordered(call, item):
            order.due_at = self.now()
        super().check_line(call, order, item)


class LineRefusedInternallyEndsTheGracePeriod(LineOthersFault):
    """The same through the internal API alone."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-18",)

    def check_line(self, call: Call, order: Order, item: Item) -> None:
        """Of the line it is only asked whether it is pre-ordered."""
        if call.route.internal and not self.is_preordered(call, item):
            order.due_at = self.now()
        super().check_line(call, order, item)


class CancelingLineForgetsSerialNumbers(LineOthersFault):
    """The order is stored without serial numbers when one of its lines is canceled."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-8", "INT-7")

    def cancel_line(self, call: Call, order: Order, item: Item) -> None:
        """Of all other lines."""
        super().cancel_line(call, order, item)
        for line in order.items.values():
            line.serial_number = line.serial_number if line is item else None


class EndedLineIsCanceledThoughRefused(LineOthersFault):
    """A line in a terminal status is refused, and shown as cancelled from then on."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-6", "INT-5")

    def check_line(self, call: Call, order: Order, item: Item) -> None:
        """It was written before it was checked."""
        try:
            super().check_line(call, order, item)
        except Refusal:
            item.status = "cancelled" if self.is_preordered(call, item) else item.status
            raise


class LinesOfTheProductCanceled(LineOthersFault):
    """All lines of the order that are of the same product are canceled."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-8", "INT-7")

    def canceled_lines(self, call: Call, order: Order, item: Item) -> list[Item]:
        """By the product."""
        return [item, *lines_of_the_product(order, item)]


class LinesOfTheProductCanceledPublicly(LineOthersFault):
    """Through the public API all lines of the order that are of the same product are canceled."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-8",)

    def canceled_lines(self, call: Call, order: Order, item: Item) -> list[Item]:
        """By the product."""
        return [item] if call.route.internal else [item, *lines_of_the_product(order, item)]


class CustomersLinesCanceled(LineOthersFault):
    """The pre-ordered lines of the customer's other orders are canceled, too."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-20", "INT-14")

    def canceled_lines(self, call: Call, order: Order, item: Item) -> list[Item]:
        """By the customer."""
        return [item, *_preordered(others_of_the_customer(order))]


class OlderLinesOfCustomerCanceled(LineOthersFault):
    """The pre-ordered lines of the customer's older orders are canceled, too."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-20", "INT-14")

    def canceled_lines(self, call: Call, order: Order, item: Item) -> list[Item]:
        """All that were placed before."""
        return [item, *_preordered(other for other in others_of_the_customer(order) if other.number < order.number)]


class CustomersLinesOfTheProductCanceled(LineOthersFault):
    """Lines of the same product in the customer's other orders are canceled, too."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-20", "INT-14")

    def canceled_lines(self, call: Call, order: Order, item: Item) -> list[Item]:
        """By the customer and the product."""
        return [item, *(line for other in others_of_the_customer(order) for line in lines_of_the_product(other, item))]


class LineOfTheOrderAfterCanceled(LineOthersFault):
    """The pre-ordered line of the order that was stored next is canceled, too."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-20", "INT-14")

    def canceled_lines(self, call: Call, order: Order, item: Item) -> list[Item]:
        """A range that ends too late."""
        return [item, *_preordered(order_beside(call, order, 1))]


class OrderCanceledWithItsLine(LineOthersFault):
    """The cancellation status says of an order with a canceled line that it is canceled."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-8", "INT-7")

    def has_effect(self, call: Call, order: Order) -> bool:
        """Any line will do."""
        return super().has_effect(call, order) or any(line.status == "cancelled" for line in order.items.values())


class GracePeriodEndsWithLine(LineOthersFault):
    """The grace period of an order is over once one of its lines is canceled."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-18",)

    def cancel_line(self, call: Call, order: Order, item: Item) -> None:
        """From then on nothing waits."""
        super().cancel_line(call, order, item)
        order.due_at = self.now()


class LineCancellationMovesPlacedAt(LineOthersFault):
    """Canceling a line makes its order look as if it had been placed just now."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-8", "INT-7")

    def cancel_line(self, call: Call, order: Order, item: Item) -> None:
        """The time of the last event."""
        super().cancel_line(call, order, item)
        order.placed_at = self.now()


class LineCancelTakesTimeOfOthers(LineOthersFault):
    """Canceling a line ends the grace period of the order that was stored before."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-20", "INT-14")

    def cancel_line(self, call: Call, order: Order, item: Item) -> None:
        """What is left of an order is sent at once: of another one."""
        super().cancel_line(call, order, item)
        for other in order_beside(call, order, -1):
            other.due_at = min(other.due_at, self.now())


class LineCancelTakesSerialsOfOthers(LineOthersFault):
    """Canceling a line takes the serial numbers off the order that was stored before."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-20", "INT-14")

    def cancel_line(self, call: Call, order: Order, item: Item) -> None:
        """They are free again."""
        super().cancel_line(call, order, item)
        take_serials_of_order_before(call, order)


class LineCancelTakesEpcs(LineOthersFault):
    """Canceling a line takes the epcs off all lines of its order."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-8", "INT-7")

    def cancel_line(self, call: Call, order: Order, item: Item) -> None:
        """They are given anew when the rest is packed."""
        super().cancel_line(call, order, item)
        for line in order.items.values():
            line.epc = None


class LineCancelReckonsOthersAnew(LineOthersFault):
    """Canceling a line lowers the prices of the other lines of its order."""

    breaks: ClassVar[tuple[str, ...]] = ("LIN-8", "INT-7")

    def cancel_line(self, call: Call, order: Order, item: Item) -> None:
        """A discount that is spread over fewer."""
        super().cancel_line(call, order, item)
        for line in order.items.values():
            if line is not item:
                line.net -= 100
