"""Faults in getting an order that show only when different requests meet."""

from __future__ import annotations

from orderproof.conformance.reference.exchange import GET_ORDER
from orderproof.conformance.reference.faults.shared.fields import faults_in_sharing

GENERATED = faults_in_sharing(
    "Order",
    GET_ORDER,
    "getting an order",
    {
        "IdInSharedField": ("ORD-4",),
        "IdSharedForOneTurn": ("ORD-4",),
        "QueryInSharedField": ("ORD-4",),
        "HeadersInSharedField": ("ORD-16",),
        "AnswerInSharedBuffer": ("ORD-4", "ORD-30"),
        "AnswerSharedForOneTurn": ("ORD-30",),
    },
    module=__name__,
)
