"""Variants."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.reference.decisions import Decisions


def all_variants() -> dict[str, type[Decisions]]:
    """Every variant by its name."""
    return {}
