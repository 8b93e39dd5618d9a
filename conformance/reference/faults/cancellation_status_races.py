"""Faults in the cancellation status that show only when different requests meet."""

from __future__ import annotations

from orderproof.conformance.reference.exchange import CANCELLATION_STATUS
from orderproof.conformance.reference.faults.shared.fields import faults_in_sharing

GENERATED = faults_in_sharing(
    "Status",
    CANCELLATION_STATUS,
    "reading the cancellation status",
    {
        "IdInSharedField": ("CST-10",),
        "QueryInSharedField": ("CST-10",),
        "IdSharedForOneTurn": ("CST-10",),
        "AnswerInSharedBuffer": ("CST-10",),
    },
    module=__name__,
)
