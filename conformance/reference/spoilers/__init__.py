"""Spoilers: servers where what is refused or harmless silently changes an order, and only a later operation shows it.

Such a server is wrong, but no rule is to blame that merely comes upon the order afterwards: where states are reused, no
rule may fail that does not fail on fresh orders.
"""

from __future__ import annotations

from orderproof.conformance.reference.behaviours import Spoiler, collect


def all_spoilers() -> dict[str, type[Spoiler]]:
    """Every spoiler by its name."""
    return collect(__name__, Spoiler)
