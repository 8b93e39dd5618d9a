"""What checks demand of an answer: a failed `expect` breaks the rule, a failed `require` makes it inconclusive.

The first steps of a check prepare and its last step observes. If these go wrong, the rule was not reached, so they are
steps that we `require`; we `expect` something only of the request that the rule is about.
"""

import json
from collections.abc import Iterable
from typing import Any

from orderproof.conformance.kit.answer import Answer
from orderproof.conformance.kit.findings import Finding, Inconclusive
from orderproof.conformance.kit.times import Instant, parse_time
from orderproof.conformance.transport.mediatype import parse_media_type
from orderproof.conformance.transport.shortened import shortened


class Expectation:
    """Demands on one answer, each of which returns the answer. `because` ends the message of a finding."""

    def __init__(self, answer: Answer, because: str = "") -> None:
        self.answer = answer
        self.because = f": {because}" if because else ""

    def _fail(self, message: str, expected: str) -> Finding:
        return Finding(f"{message}{self.because}", expected, str(self.answer), self.answer.exchange)

    def has_status(self, *statuses: int) -> Answer:
        """The status is one of these."""
        if self.answer.status not in statuses:
            wanted = " or ".join(map(str, statuses))
            raise self._fail(f"{self.answer.request} {self.answer.result}, not {wanted}", wanted)
        return self.answer

    def is_problem(self, *statuses: int) -> Answer:
        """The request is refused with the documented status."""
        return self.has_status(*statuses)

    def is_refused(self) -> Answer:
        """The request itself is refused: any 4xx except 401 (no valid token), 408 and 429 (try again)."""
        if not self.answer.is_refusal:
            raise self._fail(
                f"{self.answer.request} {self.answer.result}; it must be refused", "a 4xx except 401, 408 and 429"
            )
        return self.answer

    def is_denied(self) -> Answer:
        """The request is not served: any 4xx, since the documents leave the status open."""
        if self.answer.status is None or not 400 <= self.answer.status < 500:
            raise self._fail(f"{self.answer.request} {self.answer.result}; expected a 4xx", "a 4xx")
        return self.answer

    def is_not_served(self) -> Answer:
        """Nothing was found or done: a 4xx, or a redirect, which some servers send for a path that they normalize."""
        status = self.answer.status
        if status is None or not 300 <= status < 500:
            raise self._fail(f"{self.answer.request} {self.answer.result}; expected a 4xx", "a 4xx or a redirect")
        return self.answer

    def is_answered(self, *, unknown_method: bool = False) -> Answer:
        """A complete answer without a server error; a method that the server does not know may get a 501."""
        status = self.answer.status
        if status is None or (status >= 500 and not (unknown_method and status == 501)):
            raise self._fail(
                f"{self.answer.request} {self.answer.result}; expected a status below 500", "a status below 500"
            )
        return self.answer

    def has_media_type(self, wanted: str) -> Answer:
        """The body has this media type; further parameters do not matter."""
        expected = parse_media_type(wanted)
        found = self.answer.media_type
        assert expected is not None
        if found is None or not expected.covers(found):
            shown = self.answer.exchange.response_header("Content-Type")
            raise Finding(
                f"{self.answer.request} returned {shown or 'no Content-Type'}, not {wanted}{self.because}",
                wanted,
                shown or "no Content-Type",
                self.answer.exchange,
            )
        return self.answer

    def shows(self, path: Iterable[str | int], wanted: Any) -> Answer:
        """The value at a path of the body equals `wanted`; an absent value does not."""
        steps = tuple(path)
        value: Any = self.answer.json
        for step in steps:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                value = ABSENT
                break
        where = ".".join(map(str, steps))
        # In Python True == 1 and 1 == 1.0; in JSON only 1 and 1.0 are equal.
        if value != wanted or isinstance(value, bool) != isinstance(wanted, bool):
            raise Finding(
                f"{self.answer.request} shows {where} {_literal(value)}, not {_literal(wanted)}{self.because}",
                f"{where}: {_literal(wanted)}",
                f"{where}: {_literal(value)}",
                self.answer.exchange,
            )
        return self.answer


class _Absent:
    def __repr__(self) -> str:
        return "absent"


ABSENT = _Absent()


def expect(answer: Answer, because: str = "") -> Expectation:
    """State what the rule demands of this answer, and why."""
    return Expectation(answer, because)


def require(answer: Answer, *statuses: int) -> Answer:
    """A step that must work before the rule can be judged. Raises `Inconclusive` if it did not."""
    wanted = statuses or (200,)
    if answer.status not in wanted:
        raise Inconclusive(
            f"{answer.request} {_outcome(answer)} instead of {' or '.join(map(str, wanted))}",
            answer.exchange,
        )
    return answer


def require_time(answer: Answer, *path: str | int) -> Instant:
    """The time at a path of an answer. Raises `Inconclusive` if it is absent or not an RFC 3339 time."""
    text = answer.at(*path)
    time = parse_time(text) if isinstance(text, str) else None
    if time is None:
        where = ".".join(map(str, path))
        raise Inconclusive(
            f"{where} in the answer to {answer.request} is not an RFC 3339 time: {text!r}", answer.exchange
        )
    return time


def _outcome(answer: Answer) -> str:
    return answer.result if answer.status is None else f"returned {answer}"


def _literal(value: Any) -> str:
    return "absent" if value is ABSENT else shortened(json.dumps(value, ensure_ascii=False))
