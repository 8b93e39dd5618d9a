"""Faults in the grace period."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import EXTEND
from orderproof.conformance.reference.faults.shared.identities import faults_in_finding
from orderproof.conformance.reference.faults.shared.statuses import wrong_status

if TYPE_CHECKING:
    from datetime import datetime

    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Order


class GraceFault(Fault):
    """A fault in the grace period."""

    operation: ClassVar[str] = EXTEND


class ExtendsBy10Minutes(GraceFault):
    """The timer is extended by 10 minutes."""

    breaks: ClassVar[tuple[str, ...]] = ("GRA-1",)

    def extension(self, call: Call, order: Order) -> timedelta:
        """Five too few."""
        return timedelta(minutes=10)


class ExtendsFromNow(GraceFault):
    """The 15 minutes are counted from now, not from where the timer stood."""

    breaks: ClassVar[tuple[str, ...]] = ("GRA-1",)

    def new_due_at(self, call: Call, order: Order, due_at: datetime) -> datetime:
        """From now."""
        return self.now() + self.extension(call, order)


class ExtendsExpired(GraceFault):
    """An expired grace period is extended."""

    breaks: ClassVar[tuple[str, ...]] = ("GRA-4", "GRA-15")

    def grace_period_over(self, call: Call, order: Order) -> None:
        """Never mind."""


class ExtendsCanceled(GraceFault):
    """The grace period of a canceled order is extended."""

    breaks: ClassVar[tuple[str, ...]] = ("GRA-12",)

    def canceled_in_grace_period(self, call: Call, order: Order) -> None:
        """Never mind."""


class ExtensionNotWritten(GraceFault):
    """The answer says that the timer is extended, but it is not."""

    breaks: ClassVar[tuple[str, ...]] = ("GRA-1",)

    def write_due_at(self, call: Call, order: Order, version: int, due_at: datetime) -> bool:
        """Nothing is written."""
        return True


class ExtensionLost(GraceFault):
    """Of two concurrent extensions both are granted, and one is lost: nothing is compared at the write."""

    breaks: ClassVar[tuple[str, ...]] = ("GRA-7",)

    def write_due_at(self, call: Call, order: Order, version: int, due_at: datetime) -> bool:
        """The last one wins."""
        return super().write_due_at(call, order, order.version, due_at)


class ExtensionUndoesCancellation(GraceFault):
    """An extension writes the order back as it read it: a cancellation in between is undone."""

    breaks: ClassVar[tuple[str, ...]] = ("GRA-16",)

    def write_due_at(self, call: Call, order: Order, version: int, due_at: datetime) -> bool:
        """The last one wins, in every respect."""
        if order.version != version and order.cancel_requested:
            order.cancel_requested, order.canceled_at, order.status = False, None, "open"
            return super().write_due_at(call, order, order.version, due_at)
        return super().write_due_at(call, order, version, due_at)


_OWN_STATUS = tuple(
    wrong_status(name, says, module=__name__, breaks=breaks, operation=EXTEND, refused=reason, status=status)
    for name, breaks, reason, status, says in (
        ("ExpiredGracePeriodIs400", ("GRA-4",), "grace-period-over", 400, "An expired grace period gets 400."),
        ("ExpiredGracePeriodIs409", ("GRA-4",), "grace-period-over", 409, "An expired grace period gets 409."),
        ("UnknownOrderIs412", ("GRA-5",), "order-not-found", 412, "An order that does not exist gets 412."),
        ("ConflictIs500", ("GRA-7", "ROB-1"), "grace-period-conflict", 500, "A concurrent extension crashes."),
    )
)

GENERATED = (
    *_OWN_STATUS,
    *faults_in_finding(
        "Extend",
        EXTEND,
        "extending a grace period",
        {
            "IgnoresIdType": ("GRA-6",),
            "ByBeginning": ("GRA-13",),
            "IgnoresWhatFollows": ("GRA-13",),
            "OnlyByUuid": ("GRA-2", "GRA-4", "GRA-90"),
            "WithoutIdType": ("GRA-8", "GRA-91"),
            "WithUnknownIdType": ("GRA-8",),
            "TakesQuotes": ("GRA-13",),
            "TakesWildcards": ("GRA-13",),
            "TakesUuidComments": ("GRA-13",),
        },
        module=__name__,
    ),
)
