"""A bound on the whole of a request.

Socket timeouts count from byte to byte, so a server that drips one byte a second holds a two-second limit for ever. The
watchdog shuts a socket down when its request is over time, which ends whatever read is blocked on it.
"""

import contextlib
import itertools
import socket
import threading
import time
from collections.abc import Iterator


class Watchdog:
    """One background thread that watches any number of sockets."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._watched: dict[int, tuple[float, socket.socket]] = {}
        self._keys = itertools.count()
        self._expired: set[int] = set()
        self._thread: threading.Thread | None = None
        self._wakes_at = float("inf")

    @contextlib.contextmanager
    def limit(self, sock: socket.socket, seconds: float) -> Iterator["Deadline"]:
        """Shut `sock` down when the block takes longer than `seconds`."""
        key = next(self._keys)
        deadline = time.monotonic() + seconds
        with self._changed:
            self._watched[key] = (deadline, sock)
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
                self._thread.start()
            elif deadline < self._wakes_at:
                self._changed.notify()
        try:
            yield Deadline(self, key)
        finally:
            with self._changed:
                self._watched.pop(key, None)
                self._expired.discard(key)

    def expired(self, key: int) -> bool:
        """Whether the watch with this key was ended by its limit."""
        return key in self._expired

    def _watch(self) -> None:
        with self._changed:
            while True:
                now = time.monotonic()
                for key, (deadline, sock) in list(self._watched.items()):
                    if deadline <= now:
                        del self._watched[key]
                        self._expired.add(key)
                        with contextlib.suppress(OSError):
                            sock.shutdown(socket.SHUT_RDWR)
                self._wakes_at = min((deadline for deadline, _ in self._watched.values()), default=float("inf"))
                # An idle watchdog sleeps on; `limit` wakes it only for a deadline earlier than its own next one.
                idle = self._wakes_at == float("inf")
                self._changed.wait(None if idle else max(0.0, self._wakes_at - now))


class Deadline:
    """A running limit."""

    def __init__(self, watchdog: Watchdog, key: int) -> None:
        self._watchdog = watchdog
        self._key = key

    @property
    def passed(self) -> bool:
        """Whether the limit ended the request."""
        return self._watchdog.expired(self._key)
