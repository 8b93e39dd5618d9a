"""Faults that are only a wrong status: made from a line of data each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderproof.conformance.reference.behaviours import Fault

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Call


def wrong_status(
    name: str, says: str, *, module: str, breaks: tuple[str, ...], operation: str, refused: str, status: int
) -> type[Fault]:
    """A server that answers one reason, in one operation, with a status of its own."""

    class Made(Fault):
        def refusal_status(self, call: Call, reason: str) -> int:
            if reason == refused and call.operation == operation:
                return status
            return super().refusal_status(call, reason)

    Made.__name__ = Made.__qualname__ = name
    Made.__doc__, Made.__module__ = says, module
    Made.breaks, Made.operation = breaks, operation
    return Made
