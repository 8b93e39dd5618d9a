"""Seeded faults: servers that are wrong in one point each, so that it shows whether a check notices."""

from __future__ import annotations

from conformance.reference.seeds import Fault, collect

MODULES = (
    "authorization",
    "cancellation",
    "errors",
    "grace",
    "history",
    "lines",
    "lookup",
    "media",
    "prices",
    "serials",
)


def all_faults() -> dict[str, type[Fault]]:
    """Every seeded fault by its name."""
    return collect(__name__, MODULES, Fault)
