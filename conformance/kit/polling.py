"""Waiting for what must become true a little later: a cancellation that was initiated, a text that was written."""

import time
from collections.abc import Iterator

PATIENT_SECONDS = 10.0
IMPATIENT_SECONDS = 0.5
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.05, 1.0


class Poller:
    """How long things are waited for in a run: less once one of the same kind was waited for in vain.

    Where a cancellation never shows, fifty checks would each wait for it as long as the first, which found it broken.
    """

    def __init__(self, seconds: float = PATIENT_SECONDS) -> None:
        self._seconds = seconds
        self._lost: set[str] = set()

    def attempts(self, what: str) -> Iterator[bool]:
        """Moments at which to look whether something has become true, ever rarer; at the last one True is given."""
        deadline = time.monotonic() + (IMPATIENT_SECONDS if what in self._lost else self._seconds)
        pause = _FIRST_PAUSE_SECONDS
        while (left := deadline - time.monotonic()) > 0:
            yield False
            time.sleep(min(pause, left))
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
        self._lost.add(what)
        yield True
