"""What this process waits for just now, and how many requests it has sent: for whoever watches a run.

It belongs to the process as a whole, as its standard error does, and nothing that is judged may depend on it.
"""

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from multiprocessing.managers import RemoteError
from typing import Any, NamedTuple

_TELL_SECONDS = 0.5
_waits: dict[int, "Wait"] = {}
_numbers = count()
_sent = [0]


class Wait(NamedTuple):
    """Something that takes its time, in words, and since when, in seconds since the epoch."""

    what: str
    since: float


class Activity(NamedTuple):
    """How many requests a process has sent since it began, and what it waits for; None where it is busy itself."""

    sent: int
    wait: Wait | None


@contextmanager
def doing(what: str) -> Iterator[None]:
    """Say what the block is about, such as `set-up of order-closed`; of blocks within blocks the outer one counts."""
    number = next(_numbers)
    _waits[number] = Wait(what, time.time())
    try:
        yield
    finally:
        del _waits[number]


def waiting_for(what: str) -> AbstractContextManager[None]:
    """Say what the block waits for, such as `serial numbers to appear`."""
    return doing(f"waiting for {what}")


def note_request() -> None:
    """Count a request that is sent."""
    _sent[0] += 1


def tell_activity(watcher: Any) -> None:
    """Tell a watcher of another process now and then what this one is doing, as long as that one listens."""
    threading.Thread(target=_tell, args=(watcher,), daemon=True).start()


def _tell(watcher: Any) -> None:
    # Whoever listens goes first, when a run has ended; and what it listened with before the connection.
    with contextlib.suppress(OSError, EOFError, RemoteError):
        while True:
            watcher.seen(os.getpid(), current())
            time.sleep(_TELL_SECONDS)


def current() -> Activity:
    """What the process is doing now. Any thread may ask."""
    return Activity(_sent[0], next(iter(list(_waits.values())), None))
