"""Refusals whose status the documents leave open: a variant for each status, made from a line of data."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from orderproof.conformance.reference.behaviours import Variant

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Call


class OpenStatus(NamedTuple):
    """What is refused for one of `reasons`, and may get one of `statuses`; `{}` in its name and words is the status."""

    name: str
    says: str
    point: int
    reasons: tuple[str, ...]
    statuses: tuple[int, ...]
    #: The id of the choice in the register; empty where that does not spell these statuses out.
    choice: str = ""
    #: Where the status is another one; empty for every operation.
    operation: str = ""
    #: Advisory rules that would have another status.
    warned_by: tuple[str, ...] = ()


def variants_of(*refusals: OpenStatus, module: str) -> tuple[type[Variant], ...]:
    """A server for each status of each refusal; `module` is where it is said to be from."""
    return tuple(_variant(refusal, status, module) for refusal in refusals for status in refusal.statuses)


def _variant(refusal: OpenStatus, status: int, module: str) -> type[Variant]:
    class Made(Variant):
        def refusal_status(self, call: Call, reason: str) -> int:
            if reason in refusal.reasons and refusal.operation in ("", call.operation):
                return status
            return super().refusal_status(call, reason)

    Made.__name__ = Made.__qualname__ = refusal.name.format(status)
    Made.__doc__, Made.__module__ = refusal.says.format(status), module
    Made.choice, Made.warned_by = refusal.point, refusal.warned_by
    Made.readings = (f"{refusal.choice}/status-{status}",) if refusal.choice else ()
    return Made
