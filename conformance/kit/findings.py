"""How a check ends if it does not pass: a rule is broken, could not be judged, was not run or is not applicable."""

import unittest
from collections.abc import Sequence
from typing import NamedTuple

from orderproof.conformance.transport.exchange import Exchange


class Step(NamedTuple):
    """One step of a walk through an order's life: what was asked, what came, and the exchange that shows it."""

    text: str
    answer: str
    exchange: Exchange


class Event(NamedTuple):
    """One operation of a race, in seconds from the race's start; `end` is None where no answer came.

    `is_impossible` marks the operations that no sequence of the documented operations explains together.
    """

    text: str
    start: float
    end: float | None
    answer: str
    exchange: Exchange
    is_impossible: bool


class Finding(AssertionError):  # noqa: N818 - the field's word for it
    """A rule is broken. `message` is a sentence for a stranger; `expected` and `observed` stand side by side.

    A walk through an order's life tells its `story`, a race its `timeline` and, as a story, what prepared it.
    """

    def __init__(
        self,
        message: str,
        expected: str = "",
        observed: str = "",
        *exchanges: Exchange,
        story: Sequence[Step] = (),
        timeline: Sequence[Event] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.expected = expected
        self.observed = observed
        self.exchanges = exchanges
        self.story = story
        self.timeline = timeline

    def __str__(self) -> str:
        parts = [self.message]
        if self.expected:
            parts.append(f"expected: {self.expected}")
        if self.observed:
            parts.append(f"observed: {self.observed}")
        return "\n".join(parts)


class Inconclusive(unittest.SkipTest):
    """The rule could not be judged: a step that only prepares or observes went wrong. Verdict `inconclusive`.

    Neither a pass nor a failure, since the rule was not reached. It derives from `SkipTest` so that Hypothesis ends a
    property at once instead of shrinking it.
    """

    def __init__(self, reason: str, *exchanges: Exchange) -> None:
        super().__init__(reason)
        self.reason = reason
        self.exchanges = exchanges


class NotRun(unittest.SkipTest):
    """A state or a permission is missing. Verdict `not-run`, with the reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotApplicable(unittest.SkipTest):
    """The target file, or what the target is, puts the rule out of scope. Verdict `not-applicable`, with the reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
