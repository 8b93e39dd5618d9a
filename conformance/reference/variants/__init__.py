"""Variants: servers that are right, each taking one of the choices that the documents leave open otherwise."""

from __future__ import annotations

from conformance.reference.seeds import Variant, collect

MODULES = ("behaviour", "refusals", "values", "wire")


def all_variants() -> dict[str, type[Variant]]:
    """Every variant by its name."""
    return collect(__name__, MODULES, Variant)
