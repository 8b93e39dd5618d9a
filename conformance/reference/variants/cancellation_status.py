"""Variants of the cancellation status."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from orderproof.conformance.reference.behaviours import Variant

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Call
    from orderproof.conformance.reference.store import Order


class NeverSafe(Variant):
    """`is_safe` has an opinion of its own."""

    choice: ClassVar[int] = 9

    def is_safe(self, call: Call, order: Order) -> bool:
        """Never."""
        return False
