"""Polling for effects that may come a little after an answer: a cancellation, a serial number."""

import time
from collections.abc import Iterator

PATIENT_SECONDS = 10.0
IMPATIENT_SECONDS = 0.5
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.05, 1.0


class Poller:
    """Limits the time that a run polls for an effect: it is short once an effect of the same kind never came.

    If cancellations never show, fifty checks would otherwise wait as long as the first check, which reported it.
    """

    def __init__(self, seconds: float = PATIENT_SECONDS) -> None:
        self._seconds = seconds
        self._lost: set[str] = set()

    def attempts(self, what: str) -> Iterator[bool]:
        """Yield once before each attempt, with growing pauses: True before the last attempt, otherwise False."""
        deadline = time.monotonic() + (IMPATIENT_SECONDS if what in self._lost else self._seconds)
        pause = _FIRST_PAUSE_SECONDS
        while (left := deadline - time.monotonic()) > 0:
            yield False
            time.sleep(min(pause, left))
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
        self._lost.add(what)
        yield True
