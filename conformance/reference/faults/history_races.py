"""Faults in histories that show only when different requests meet."""

from __future__ import annotations

from orderproof.conformance.reference.exchange import HISTORY
from orderproof.conformance.reference.faults.shared.fields import faults_in_sharing

GENERATED = faults_in_sharing(
    "History",
    HISTORY,
    "reading a history",
    {
        "QueryInSharedField": ("HIS-3", "HIS-6", "HIS-43"),
        "QuerySharedForOneTurn": ("HIS-3",),
        "HeadersInSharedField": ("HIS-30",),
        "AnswerInSharedBuffer": ("HIS-3", "HIS-6", "HIS-43"),
    },
    module=__name__,
)
