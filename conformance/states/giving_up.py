"""When a source of states is not asked any more: it fails the same way again and again, and each time costs a wait."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from orderproof.conformance.errors import NotOffered, StateUnavailable
from orderproof.conformance.states.sources import Ask, Values

MOST_FAILURES = 3
"""A source that failed so often in a row, in the same way, is given up."""
# A function that refuses a state at once may give the next one; one that first waits for a lock will not.
_SLOW_SECONDS = 1.0
# Parameters on which it may depend whether a state can be had; whose order it is does not matter.
_TELLING = ("items", "orders", "status")
# Failures of one kind differ in their ids, times and numbers.
_VARIES = re.compile(r"[0-9a-f]{8}[0-9a-f-]*|\d+")


@dataclass(slots=True)
class _Failures:
    """Failures in a row: what they have in common, and how many there were."""

    kind: str = ""
    count: int = 0

    def add(self, kind: str) -> int:
        self.count = self.count + 1 if kind == self.kind else 1
        self.kind = kind
        return self.count


@dataclass(slots=True)
class _GivingUp:
    source: str
    ask: Ask
    clock: Callable[[], float]
    slow: _Failures = field(default_factory=_Failures)
    by_state: dict[str, _Failures] = field(default_factory=dict)
    reasons: dict[str | None, str] = field(default_factory=dict)

    def __call__(self, name: str, params: Values, action: str) -> Values | None:
        key = _key(name, params)
        reason = self.reasons.get(None) or self.reasons.get(key)
        if reason:
            raise StateUnavailable(reason)
        begun = self.clock()
        try:
            values = self.ask(name, params, action)
        except NotOffered:
            # That is an answer, not a failure: such a source knows what it cannot give, and does not try it again.
            raise
        except StateUnavailable as error:
            if action == "setup":
                self._note(key, str(error), self.clock() - begun)
            raise
        if action == "setup" and values is not None:
            self.slow = _Failures()
            self.by_state.pop(key, None)
        return values

    def _note(self, key: str, reason: str, seconds: float) -> None:
        kind = _VARIES.sub("#", reason)
        if self.by_state.setdefault(key, _Failures()).add(kind) >= MOST_FAILURES:
            self.reasons[key] = self._told(f" for {key}", reason)
        if seconds >= _SLOW_SECONDS and self.slow.add(kind) >= MOST_FAILURES:
            self.reasons[None] = self._told("", reason)

    def _told(self, of_what: str, reason: str) -> str:
        how_often = f"it failed {MOST_FAILURES} times in a row the same way"
        return f"states.{self.source} was given up{of_what}: {how_often}: {reason}"


def _key(name: str, params: Values) -> str:
    """A state as it may be given up, such as `order with items 501`: smaller orders may still be had."""
    told = [f"{param} {params[param]}" for param in _TELLING if param in params]
    return f"{name} with {' and '.join(told)}" if told else name


def giving_up(source: str, ask: Ask, clock: Callable[[], float] = time.monotonic) -> Ask:
    """A source that is not asked any more once it failed the same way several times in a row.

    For one state, if it failed for this state; for all of them, if each failure took a second or longer.
    """
    return _GivingUp(source, ask, clock)
