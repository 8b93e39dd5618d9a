"""Seeded faults: servers that are wrong in one point each, so that it shows whether a check notices."""

from __future__ import annotations

from orderproof.conformance.reference.behaviours import Fault, collect

MODULES = (
    "authorization",
    "cancel_requests",
    "cancellation",
    "cancellation_status",
    "customers",
    "errors",
    "extensions",
    "grace",
    "history",
    "identities",
    "item_lists",
    "line_requests",
    "lines",
    "listings",
    "lookup",
    "media",
    "mixed_orders",
    "oms",
    "orders",
    "pages",
    "price_requests",
    "prices",
    "races",
    "robustness",
    "serial_requests",
    "serials",
    "walks",
)


def all_faults() -> dict[str, type[Fault]]:
    """Every seeded fault by its name."""
    return collect(__name__, MODULES, Fault)
