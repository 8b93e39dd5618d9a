"""How long a run waits where the server asks it to, and how much slower it sends from then on."""

import threading
import time
from collections import Counter, deque
from collections.abc import Iterable
from typing import Any

from orderproof.conformance.transport.exchange import Exchange
from orderproof.conformance.transport.retry_after import FIRST_PAUSE_SECONDS, asked_to_wait, says_how_long

MAX_WAIT_SECONDS = 60.0
"""The longest pause that a server may ask for, and the longest time that one request waits in all."""
# The time that one request waits where it is asked again and again. A first pause that the server names may be longer.
_PATIENT_SECONDS = 20.0
# The same for an operation that went on asking for all of that time before.
_IMPATIENT_SECONDS = 1.0
# All requests of a process together wait no longer.
_TOTAL_SECONDS = 300.0
_GROWTH = 2.0
# From one lowering to the next: requests that were under way together are told to wait together.
_LOWER_AFTER_SECONDS = 1.0
_LOWERED_TO = 0.7
_SLOWEST = 1.0
_MEASURED = 50


class Waiting:
    """What came of the requests to wait so far: `times` they were obeyed, for `seconds` in all.

    `in_vain` are operations that are known to go on asking for longer than a request waits.
    """

    def __init__(self, in_vain: Iterable[str] = ()) -> None:
        self.times = 0
        self.seconds = 0.0
        self._in_vain: Counter[str | None] = Counter(in_vain)

    @property
    def in_vain(self) -> tuple[str, ...]:
        """The operations that went on asking for longer than a request waits, and have not answered since."""
        return tuple(filter(None, self._in_vain))

    def pause(self, exchange: Exchange, waited: float, last: float) -> float | None:
        """Seconds to wait before a request is sent again; None where it was not asked, or would wait too long.

        `waited` is how long it has waited already, `last` its last pause: each that the server does not name is longer
        than the one before it.
        """
        asked = asked_to_wait(exchange)
        if asked is None:
            # A refusal may come from what stands before the limit.
            if exchange.status is not None and exchange.status < 300:
                self._in_vain.pop(exchange.operation, None)
            return None
        named = says_how_long(exchange)
        if not named:
            asked = max(asked, FIRST_PAUSE_SECONDS, _GROWTH * last)
        limit = _IMPATIENT_SECONDS if self._in_vain[exchange.operation] else _PATIENT_SECONDS
        is_first = named and not waited and not self._in_vain[exchange.operation]
        if waited + asked > (MAX_WAIT_SECONDS if is_first else limit) or self.seconds + asked > _TOTAL_SECONDS:
            self._in_vain[exchange.operation] += 1
            return None
        self.times += 1
        self.seconds += asked
        return asked


class RateLimit:
    """Spaces requests evenly, whichever thread sends them.

    `per_second` is the rate, None for none; `lowered_to` the one that the server's requests to wait have led to.
    An operation that asks for ever whatever the rate does not slow the others: see `restore`.
    """

    def __init__(self, per_second: float | None) -> None:
        self.per_second = per_second
        self.lowered_to: float | None = None
        self._given = per_second
        self._asked_by: set[str | None] = set()
        self._next = 0.0
        self._lowered_at = 0.0
        self._sent: deque[float] = deque(maxlen=_MEASURED)
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Sleep until the next request may go."""
        seconds = self.reserve()
        if seconds:
            time.sleep(seconds)

    def reserve(self) -> float:
        """Seconds until the next request may go, which it then must: the place is taken."""
        with self._lock:
            now = time.monotonic()
            at = max(now, self._next) if self.per_second else now
            self._next = at + 1 / self.per_second if self.per_second else 0.0
            self._sent.append(at)
        return at - now

    def lower(self, operation: str | None = None) -> None:
        """Send more slowly from now on: the server asked for it when this operation was called."""
        with self._lock:
            self._asked_by.add(operation)
            now = time.monotonic()
            if now - self._lowered_at < _LOWER_AFTER_SECONDS:
                return
            self._lowered_at = now
            lately = [at for at in self._sent if at <= now]
            # Requests were under way from the first to the last of these; a pause before them is none of it.
            spent = lately[-1] - lately[0] if len(lately) > 1 else 1.0
            measured = (len(lately) - 1) / spent if spent > 0 and len(lately) > 1 else _SLOWEST
            rate = max(_SLOWEST, _LOWERED_TO * measured)
            if self.per_second is None or rate < self.per_second:
                self.per_second = self.lowered_to = rate

    def restore(self, operation: str | None = None) -> None:
        """Send as before where no operation but this one asked: it goes on asking, so the rate is not what it means."""
        with self._lock:
            if self._asked_by <= {operation}:
                self.per_second, self.lowered_to = self._given, None
                self._asked_by.clear()

    def slowed_to(self) -> float | None:
        """The same as `lowered_to`, for who can only call."""
        return self.lowered_to


class SharedRate:
    """A `RateLimit` of another process, which all processes of a run keep together: `limit` asks that one."""

    def __init__(self, limit: Any) -> None:
        self._limit = limit

    def wait(self) -> None:
        """Sleep until the next request may go."""
        time.sleep(self._limit.reserve())

    def lower(self, operation: str | None = None) -> None:
        """Send more slowly from now on, all together."""
        self._limit.lower(operation)

    def restore(self, operation: str | None = None) -> None:
        """Send as before, all together, where no other operation asked."""
        self._limit.restore(operation)

    @property
    def lowered_to(self) -> float | None:
        """The rate of all processes together that the server's requests to wait have led to."""
        lowered: float | None = self._limit.slowed_to()
        return lowered
