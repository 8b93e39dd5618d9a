"""Seeded faults: servers that are wrong in one point each, so that it shows whether a check notices.

They lie as the catalogue's rules do: a fault is in the file of the area of the first rule that it breaks, or in one
whose name begins so (`grace_period.py`, `grace_period_races.py`). What several of them are made with is in `shared/`.
"""

from __future__ import annotations

from orderproof.conformance.reference.behaviours import Fault, collect


def all_faults() -> dict[str, type[Fault]]:
    """Every seeded fault by its name."""
    return collect(__name__, Fault)
