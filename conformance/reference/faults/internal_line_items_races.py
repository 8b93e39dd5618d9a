"""Faults in canceling line items by the internal API that show only when different requests meet."""

from __future__ import annotations

from orderproof.conformance.reference.exchange import CANCEL_LINE_INTERNAL
from orderproof.conformance.reference.faults.shared.fields import faults_in_sharing

GENERATED = faults_in_sharing(
    "InternalLine",
    CANCEL_LINE_INTERNAL,
    "canceling a line item by the internal API",
    {
        "IdInSharedField": ("INT-14",),
        "IdSharedForOneTurn": ("INT-14",),
    },
    module=__name__,
)
