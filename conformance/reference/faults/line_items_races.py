"""Faults in canceling line items that show only when different requests meet."""

from __future__ import annotations

from orderproof.conformance.reference.exchange import CANCEL_LINE
from orderproof.conformance.reference.faults.shared.fields import faults_in_sharing

GENERATED = faults_in_sharing(
    "Line",
    CANCEL_LINE,
    "canceling a line item",
    {
        "IdInSharedField": ("LIN-20",),
        "IdSharedForOneTurn": ("LIN-20",),
        "QueryInSharedField": ("LIN-20",),
    },
    module=__name__,
)
