"""Faults in who may see what that show only when different callers meet."""

from __future__ import annotations

from orderproof.conformance.reference.faults.shared.fields import faults_in_sharing

GENERATED = faults_in_sharing(
    "",
    "",
    "every operation",
    {
        "TenantInSharedField": ("SEC-14",),
        "TenantSharedForOneTurn": ("SEC-14",),
    },
    module=__name__,
)
