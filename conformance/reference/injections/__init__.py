"""Variants of the Order Injection API: how the injection of orders may differ from tenant to tenant.

The variants change nothing that the documented operations show, so the self-test, whose orders come from the state
callback, has no use for them.
"""

from __future__ import annotations

from orderproof.conformance.reference.behaviours import Variant, collect


def injection_variants() -> dict[str, type[Variant]]:
    """Every variant of the injection by its name."""
    return collect(__name__, Variant)
