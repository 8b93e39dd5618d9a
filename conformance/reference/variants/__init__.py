"""Variants: servers that are right, each taking one of the choices that the documents leave open otherwise.

One that belongs to an area lies in the file with that area's name, as faults do; one that belongs to several lies with
others of its kind, such as `times.py` and `wire.py`. What several of them are made with is in `shared/`.
"""

from __future__ import annotations

from orderproof.conformance.reference.behaviours import Variant, collect

#: What the reference server reads when no variant is chosen: one reading of each choice of the register.
DEFAULT_READINGS = (
    "missing-token-status/status-401",
    "bad-token-status/status-401",
    "malformed-internal-id-status/status-400",
    "undocumented-400-status/status-400",
    "unknown-accept/status-406",
    "payment-history-internal/empty-list",
    "paging-with-json/refused",
    "pagination-count/returned",
    "unknown-customer-version-2/empty-page",
    "history-without-external-oms/status-412",
    "concurrent-extensions/refused",
    "cancellation-takes-effect/at-once",
    "prices-order-id/uuid",
    "unknown-item-in-prices/status-404",
    "unknown-item-in-serial-numbers/status-404",
    "status-of-canceled-order/closed",
    "status-words/known",
    "line-cancellation-reason/none",
    "line-cancellation-path/readable-id",
    "undocumented-fields/none",
    "optional-fields/absent",
    "extension-of-canceled-order/status-412",
    "rate-limit/none",
    "fraction-digits/three",
    "due-at-offset/z",
    "media-type-form/documented",
    "version-2-order-type/vendor",
    "header-names/lower-case",
    "transfer/length",
    "connections/kept",
)


def all_variants() -> dict[str, type[Variant]]:
    """Every variant by its name."""
    return collect(__name__, Variant)
