"""Operations that stop answering are given up, and servers that are gone, so that they do not take the time of all.

Each request that gets no answer costs a whole time-out, and a hundred checks need an operation. After three in a row no
more are sent: what would have needed the operation is inconclusive, with that reason.
"""

from collections import Counter
from datetime import UTC, datetime
from typing import NamedTuple

from orderproof.conformance.transport.exchange import Exchange
from orderproof.conformance.transport.origin import Origin, origin_and_path
from orderproof.conformance.transport.retry_after import is_deferred
from orderproof.spec.description import operations

MOST_IN_VAIN = 3


class Line(NamedTuple):
    """What is given up: one method of an operation's path, on one server."""

    origin: Origin
    method: str
    operation: str


def line_of(method: str, url: str, operation: str | None) -> Line | None:
    """What a request belongs to; None for one that is about no operation."""
    return Line(origin_and_path(url)[0], method, operation) if operation else None


class Breaker:
    """Knows what answers no more: operations by the requests in a row that got no answer that ends, servers by one."""

    def __init__(self) -> None:
        self._last_sent: Exchange | None = None
        self._lost: dict[Origin, str] = {}
        self._in_vain: Counter[Line] = Counter()
        self._reasons: dict[Line, str] = {}

    def note(self, exchange: Exchange) -> Line | None:
        """Take what came of a request; returns what it belongs to if it got no answer that says anything."""
        line = line_of(exchange.method, exchange.url, exchange.operation)
        if not exchange.is_unreachable:
            self._last_sent = exchange
        if line is None or exchange.waited or exchange.dropped or exchange.is_unreachable:
            return None
        if exchange.is_endless:
            self._in_vain[line] += 1
            if self._in_vain[line] >= MOST_IN_VAIN:
                self._give_up(line, f"{MOST_IN_VAIN} requests in a row {exchange.silence}")
            return line
        if is_deferred(exchange):
            # The client has waited and asked again as often as it does.
            self._give_up(
                line, f"it returned {exchange.status} and asks to wait longer or more often than this run waits"
            )
            return line
        del self._in_vain[line]
        return None

    def lose(self, exchange: Exchange) -> str:
        """Give up the server that a request could not be sent to; returns why."""
        why = f"{exchange.method} {exchange.url}: {exchange.error}"
        if self._last_sent is not None:
            when = datetime.fromtimestamp(self._last_sent.started_at, UTC).strftime("%H:%M:%SZ")
            sent = f"{self._last_sent.method} {self._last_sent.url}"
            why = f"{why}; the last request that could be sent was {sent} at {when}"
        return self._lost.setdefault(origin_and_path(exchange.url)[0], why)

    def lost(self, url: str) -> str | None:
        """Why the server of a URL is not asked any more; None where it is."""
        return self._lost.get(origin_and_path(url)[0])

    def why(self, method: str, url: str, operation: str | None) -> str | None:
        """Why a request is not sent; None where it is."""
        line = line_of(method, url, operation)
        return self.lost(url) or (self._reasons.get(line) if line else None)

    def given_up(self) -> list[Line]:
        """What was given up, in that order."""
        return list(self._reasons)

    def try_again(self, line: Line) -> None:
        """Let requests be sent again: one more in vain, and it is given up again."""
        self._reasons.pop(line, None)
        self._in_vain[line] = MOST_IN_VAIN - 1

    def _give_up(self, line: Line, why: str) -> None:
        path = operations()[line.operation].path
        self._reasons.setdefault(line, f"{line.method} {path} was given up in this run: {why}")
