"""Polling for effects that may come a little after an answer: a cancellation, a serial number."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from orderproof.conformance.transport.activity import waiting_for

PATIENT_SECONDS = 10.0
IMPATIENT_SECONDS = 0.02
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.05, 1.0
# Each wait in vain makes the next one so much shorter.
_SHORTER = 16
# Two operations have the same effect: where the one's does not come, the other's has only this part of the full wait.
_SAME_EFFECT: Mapping[str, str] = {
    "createLineItemCancellation": "cancelLineItem",
    "cancelLineItem": "createLineItemCancellation",
}
_PART_FOR_THE_SAME = 0.25
# How much longer than the latest effect so far took one may still take: no server is late to the millisecond.
_LATER = 3


class Poller:
    """Limits the time that a run polls for an effect: in full, until one of the same operation did not come.

    If cancellations never show, fifty checks would otherwise wait as long as the first one, which reported it. The
    next ones wait briefly, yet always three times as long as any effect of the run took: a server that is late with one
    operation may be so with another. An effect of another operation has a full wait of its own, unless it is the same.

    `seconds` is the full wait. `writes` gives the operations of the running check whose effects may be waited for, the
    last one first. `again` is called before each attempt but the first.
    """

    def __init__(
        self,
        seconds: float = PATIENT_SECONDS,
        writes: Callable[[], Sequence[str]] = tuple,
        again: Callable[[], None] = lambda: None,
    ) -> None:
        self._seconds = seconds
        self._writes = writes
        self._again = again
        self._in_vain: Counter[str] = Counter()
        self._latest = 0.0

    def attempts(self, what: str) -> Iterator[bool]:
        """Yield once before each attempt, with growing pauses: True before the last attempt, otherwise False.

        Whoever leaves the loop before the last attempt has seen the effect. `what` names it, and tells effects apart
        that no operation caused.
        """
        with waiting_for(what):
            yield from self._attempts(self._cause(what))

    def _attempts(self, cause: str) -> Iterator[bool]:
        start = began = time.monotonic()
        deadline = start + self._wait(cause)
        pause, came = _FIRST_PAUSE_SECONDS, True
        try:
            while (left := deadline - time.monotonic()) > 0:
                began = time.monotonic()
                yield False
                time.sleep(min(pause, left))
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
                self._again()
            came = False
            self._in_vain[cause] += 1
            yield True
        finally:
            if came:
                self._latest = max(self._latest, began - start)

    def _cause(self, what: str) -> str:
        """The operation whose effect is waited for: where there are several, the one whose effects do not come."""
        causes = [*self._writes(), what]
        return max(causes[:-1] or causes, key=lambda cause: self._in_vain[cause])

    def _wait(self, cause: str) -> float:
        """Seconds to wait for an effect of an operation."""
        brief = self._seconds / float(_SHORTER ** self._in_vain[cause])
        if self._in_vain[_SAME_EFFECT.get(cause, cause)]:
            brief = min(brief, _PART_FOR_THE_SAME * self._seconds)
        return min(self._seconds, max(brief, IMPATIENT_SECONDS, _LATER * self._latest))
