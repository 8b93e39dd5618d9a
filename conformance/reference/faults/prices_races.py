"""Faults in prices that show only when different requests meet."""

from __future__ import annotations

from orderproof.conformance.reference.exchange import PRICES
from orderproof.conformance.reference.faults.shared.fields import faults_in_sharing

GENERATED = faults_in_sharing(
    "Prices",
    PRICES,
    "reading prices",
    {
        "IdInSharedField": ("PRI-3",),
        "BodyInSharedField": ("PRI-3",),
        "PathSharedFromTheHeadOn": ("PRI-3",),
        "AnswerSharedForOneTurn": ("PRI-3",),
    },
    module=__name__,
)
