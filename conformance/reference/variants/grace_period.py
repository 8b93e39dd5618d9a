"""Variants of the grace period: extensions that meet, the form of `due_at`, and how an extension is refused."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from orderproof.conformance.reference.behaviours import Variant
from orderproof.conformance.reference.exchange import EXTEND
from orderproof.conformance.reference.variants.shared.open_status import OpenStatus, variants_of

if TYPE_CHECKING:
    from datetime import datetime

    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Order


class ExtensionsQueued(Variant):
    """Concurrent extensions wait for one another: each gets 200, each 15 minutes further."""

    choice: ClassVar[int] = 6
    readings: ClassVar[tuple[str, ...]] = ("concurrent-extensions/queued",)

    async def extend(self, call: Call, order: Order) -> datetime:
        """One after the other."""
        lock: asyncio.Lock = order.marks.setdefault("extensions", asyncio.Lock())
        async with lock:
            return await super().extend(call, order)


class ExtensionsRetried(Variant):
    """An extension that lost the race is tried again, until it is written."""

    choice: ClassVar[int] = 6
    readings: ClassVar[tuple[str, ...]] = ("concurrent-extensions/queued",)

    async def lost_the_race(self, call: Call, order: Order) -> datetime:
        """Once more from the start."""
        return await self.extend(call, order)


class NoGracePeriodWithPreorderedItems(Variant):
    """An order that waits for a pre-ordered item has no grace period: it waits anyway."""

    choice: ClassVar[int] = 9

    def within_grace_period(self, call: Call, order: Order) -> bool:
        """Nothing promises one for it."""
        is_preordered = any(item.preordered for item in order.items.values())
        return not is_preordered and super().within_grace_period(call, order)


class DueAtInLowerCase(Variant):
    """The letters of `due_at` are small."""

    readings: ClassVar[tuple[str, ...]] = ("due-at-offset/lower-case",)

    def due_at(self, call: Call, due_at: datetime) -> str:
        """RFC 3339 takes them as they are."""
        return super().due_at(call, due_at).lower()


class DueAtWithZeroOffset(Variant):
    """`due_at` is in UTC, with an offset of zero in place of `Z`."""

    readings: ClassVar[tuple[str, ...]] = ("due-at-offset/zero-offset",)

    def due_at(self, call: Call, due_at: datetime) -> str:
        """The same time."""
        return super().due_at(call, due_at).replace("Z", "+00:00")


class DueAtWithOffset(Variant):
    """`due_at` has an offset other than `Z`."""

    readings: ClassVar[tuple[str, ...]] = ("due-at-offset/other-offset",)

    def due_at(self, call: Call, due_at: datetime) -> str:
        """Five and a half hours ahead of UTC."""
        return f"{(due_at.replace(tzinfo=None) + timedelta(hours=5, minutes=30)).isoformat()}+05:30"


class DueAtWithFraction(Variant):
    """`due_at` has a fraction of a second."""

    def due_at(self, call: Call, due_at: datetime) -> str:
        """Nine digits of it."""
        return f"{due_at.replace(tzinfo=None).isoformat(timespec='microseconds')}000Z"


_CANCELED = ("grace-period-canceled",)

GENERATED = variants_of(
    OpenStatus(
        name="NoUuidIs{}InExtension",
        says="An extension has its {} for ids, too.",
        point=1,
        reasons=("id-not-a-uuid",),
        statuses=(400,),
        operation=EXTEND,
    ),
    OpenStatus(
        name="MissingIdTypeIs{}InExtension",
        says="An extension without `id_type` gets {}.",
        point=1,
        reasons=("id-type-missing", "id-type-unknown"),
        statuses=(404, 422),
        choice="undocumented-400-status",
        operation=EXTEND,
    ),
    OpenStatus(
        name="CanceledExtensionIs{}",
        says="Extending a canceled order gets {}.",
        point=10,
        reasons=_CANCELED,
        statuses=(400, 409),
        choice="extension-of-canceled-order",
    ),
    OpenStatus("CanceledExtensionIs{}", "Extending a canceled order gets {}.", 10, _CANCELED, (404,)),
    module=__name__,
)
