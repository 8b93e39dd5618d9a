"""Seeded faults."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.reference.decisions import Decisions


def all_faults() -> dict[str, type[Decisions]]:
    """Every seeded fault by its name."""
    return {}
