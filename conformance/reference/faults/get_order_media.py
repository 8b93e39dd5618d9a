"""Faults in media types and in what depends on them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import GET_ORDER, JSON, VENDOR_TYPE
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.media import MediaType
    from orderproof.conformance.reference.store import Order


class MediaFault(Fault):
    """A fault in media types."""

    operation: ClassVar[str] = GET_ORDER


class VendorTypeWithoutVersion(MediaFault):
    """An answer of the vendor type does not tell its version."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-16", "HIS-30")

    def content_type(self, call: Call, media_type: str) -> str:
        """The parameter is lost."""
        return VENDOR_TYPE if media_type.startswith(VENDOR_TYPE) else media_type


class VendorTypeIgnored(MediaFault):
    """Everything is answered as `application/json`."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-10", "ORD-17", "HIS-20", "HIS-28", "HIS-90", "OMS-12")

    def offers(self, call: Call) -> list[str]:
        """Nothing else."""
        return [JSON]

    def nothing_acceptable(self, call: Call) -> str:
        """Never refused."""
        return JSON


class AcceptComparedAsText(MediaFault):
    """`Accept` is compared as text: a space or a capital letter, and the vendor type is not recognized."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-23", "ORD-24", "HIS-35")

    def accepted_ranges(self, call: Call, accept: str) -> Sequence[MediaType]:
        """No parsing."""
        known = {JSON, f"{VENDOR_TYPE};version=2", "*/*"}
        return super().accepted_ranges(call, accept if accept in known else JSON)


class PlacedAtWithoutZone(MediaFault):
    """`placed_at` in the vendor type does not say that it is UTC."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-10", "ORD-17", "HIS-31")

    def placed_at_v2(self, call: Call, placed_at: datetime) -> str:
        """As in plain JSON."""
        return self.placed_at_v1(call, placed_at)


class PlacedAtWithOffset(MediaFault):
    """`placed_at` in the vendor type is the right instant, but not in UTC."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-10", "ORD-17", "HIS-38")

    def placed_at_v2(self, call: Call, placed_at: datetime) -> str:
        """An hour ahead of UTC."""
        return f"{self.placed_at_v1(call, placed_at + timedelta(hours=1))}+01:00"


class PlacedAtShifted(MediaFault):
    """`placed_at` in the vendor type is another instant than in plain JSON: local time that calls itself UTC."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-11",)

    def placed_at(self, call: Call, placed_at: datetime) -> str:
        """Five hours behind what plain JSON says, which here says its zone."""
        shown = placed_at - timedelta(hours=5) if self.is_v2(call) else placed_at
        return self.placed_at_v2(call, shown)


class PlacedAtLate(MediaFault):
    """`placed_at` in the vendor type is seven minutes late: no zone explains it."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-11",)

    def placed_at_v2(self, call: Call, placed_at: datetime) -> str:
        """Late everywhere."""
        return super().placed_at_v2(call, placed_at + timedelta(minutes=7))


class PlacedAtInSeconds(MediaFault):
    """`placed_at` in the vendor type is a number of seconds, not a text like `2024-03-28T12:43:36Z`."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-10", "ORD-17", "HIS-31")

    def placed_at_v2(self, call: Call, placed_at: datetime) -> str:
        """Seconds since 1970."""
        return str(int(placed_at.timestamp()))


class ClosedOrdersNotFoundInVersion2(MediaFault):
    """With the vendor type a closed order is not found."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-22",)

    def existing_order(self, call: Call, identifier: str, id_type: str) -> Order:
        """Only what still happens has the new schema."""
        order = super().existing_order(call, identifier, id_type)
        if call.operation == GET_ORDER and self.is_v2(call) and order.status == "closed" and not order.cancel_requested:
            raise Refusal("order-not-found")
        return order


class EitherIdInVersion2(MediaFault):
    """With the vendor type an order is found by either id, whatever `id_type` says."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-6",)

    def find_order(self, call: Call, identifier: str, id_type: str) -> Order | None:
        """The newer handler looks for both."""
        either = self.find_internal(call, identifier) or self.find_external(call, identifier)
        return either if either and self.is_v2(call) else super().find_order(call, identifier, id_type)


class MissingIdTypeInVersion2(MediaFault):
    """With the vendor type a missing `id_type` is taken for `internal`."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-8",)

    def without_id_type(self, call: Call) -> str:
        """A default."""
        return "internal" if self.is_v2(call) else super().without_id_type(call)


class UnknownIdTypeInVersion2(MediaFault):
    """With the vendor type an `id_type` that is none is taken for `external`."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-9",)

    def with_unknown_id_type(self, call: Call, value: str) -> str:
        """Whatever is not internal."""
        return "external" if self.is_v2(call) else super().with_unknown_id_type(call, value)


class ReadableIdsByPrefixInVersion2(MediaFault):
    """With the vendor type what follows after a readable id is ignored."""

    breaks: ClassVar[tuple[str, ...]] = ("ORD-7",)

    def find_external(self, call: Call, identifier: str) -> Order | None:
        """The first that the id begins with."""
        found = super().find_external(call, identifier)
        if found is None and self.is_v2(call):
            return next((one for own, one in call.tenant.readable.items() if identifier.startswith(own)), None)
        return found
