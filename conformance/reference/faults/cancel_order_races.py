"""Faults in canceling an order that show only when different requests meet."""

from __future__ import annotations

from orderproof.conformance.reference.exchange import CANCEL
from orderproof.conformance.reference.faults.shared.fields import faults_in_sharing

GENERATED = faults_in_sharing(
    "Cancel",
    CANCEL,
    "canceling an order",
    {
        "IdInSharedField": ("CAN-23",),
        "QueryInSharedField": ("CAN-23",),
        "IdSharedForOneTurn": ("CAN-23",),
        "BodyInSharedField": ("CAN-23",),
        "PathSharedFromTheHeadOn": ("CAN-23",),
        "AnswerInSharedBuffer": ("CAN-23",),
    },
    module=__name__,
)
