"""What checks demand of an answer: `expect` fails the rule, `given` only makes it unjudgeable.

A check's first steps prepare and its last step observes; when those go wrong the rule was never reached. So they are
`given`, and only the attempt that the rule is about is what we `expect` something of.
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
    """Demands on one answer; each returns the answer, so that demands chain. `because` ends the message."""

    def __init__(self, answer: Answer, because: str = "") -> None:
        self.answer = answer
        self.because = f": {because}" if because else ""

    def _fail(self, message: str, expected: str) -> Finding:
        observed = _named(self.answer)
        return Finding(f"{message}{self.because}", expected, observed, self.answer.exchange)

    def has_status(self, *statuses: int) -> Answer:
        """The status is one of those named."""
        if self.answer.status not in statuses:
            wanted = " or ".join(map(str, statuses))
            raise self._fail(f"{self.answer.request} was answered {_status(self.answer)}, not {wanted}", wanted)
        return self.answer

    def is_problem(self, *statuses: int) -> Answer:
        """The request is refused with the documented status."""
        return self.has_status(*statuses)

    def is_refused(self) -> Answer:
        """The request is refused for what it is: any 4xx, but no 401, and none that asks to come again."""
        if not self.answer.is_refusal:
            raise self._fail(f"{self.answer.request} was answered {_status(self.answer)}, not refused", "a 4xx refusal")
        return self.answer

    def is_denied(self) -> Answer:
        """The caller is turned away: any 4xx, since the documents leave open which."""
        if self.answer.status is None or not 400 <= self.answer.status < 500:
            raise self._fail(f"{self.answer.request} was answered {_status(self.answer)}, not denied", "a 4xx")
        return self.answer

    def is_not_served(self) -> Answer:
        """Nothing was found or done: a 4xx, or a redirect, which some servers give for a path that they tidy first."""
        status = self.answer.status
        if status is None or not 300 <= status < 500:
            raise self._fail(f"{self.answer.request} was answered {_status(self.answer)}", "a 4xx")
        return self.answer

    def is_answered(self, *, unknown_method: bool = False) -> Answer:
        """A complete answer that is no server error; a method that the server does not know may get a 501."""
        status = self.answer.status
        if status is None or (status >= 500 and not (unknown_method and status == 501)):
            raise self._fail(f"{self.answer.request} was answered {_status(self.answer)}", "any answer below 500")
        return self.answer

    def has_media_type(self, wanted: str) -> Answer:
        """The body is of this media type; parameters beyond those named do not matter."""
        expected = parse_media_type(wanted)
        found = self.answer.media_type
        assert expected is not None
        if found is None or not expected.covers(found):
            shown = self.answer.exchange.response_header("Content-Type")
            raise Finding(
                f"{self.answer.request} was answered as {shown or 'no media type'}{self.because}",
                wanted,
                shown or "no Content-Type",
                self.answer.exchange,
            )
        return self.answer

    def shows(self, path: Iterable[str | int], wanted: Any) -> Answer:
        """The value at a path of the body equals `wanted`; an absent one does not."""
        steps = tuple(path)
        value: Any = self.answer.json
        for step in steps:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                value = ABSENT
                break
        where = ".".join(map(str, steps))
        # In Python True == 1 and 1 == 1.0; only the latter are the same in JSON.
        if value != wanted or isinstance(value, bool) != isinstance(wanted, bool):
            raise Finding(
                f"{self.answer.request} shows {where} {_literal(value)}{self.because}",
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
    """State what the rule demands of this answer."""
    return Expectation(answer, because)


def require(answer: Answer, *statuses: int) -> Answer:
    """A step that must have worked for the rule to be judged. Raises `Inconclusive` when it did not."""
    wanted = statuses or (200,)
    if answer.status not in wanted:
        raise Inconclusive(
            f"{answer.request} was answered {_named(answer)} instead of {' or '.join(map(str, wanted))}",
            answer.exchange,
        )
    return answer


def require_time(answer: Answer, *path: str | int) -> Instant:
    """The time at a path of an answer. Raises `Inconclusive` when there is none or it is no RFC 3339 time."""
    text = answer.at(*path)
    time = parse_time(text) if isinstance(text, str) else None
    if time is None:
        where = ".".join(map(str, path))
        raise Inconclusive(f"{where} in the answer to {answer.request} is no RFC 3339 time: {text!r}", answer.exchange)
    return time


def _status(answer: Answer) -> str:
    return str(answer.status) if answer.status is not None else f"nothing ({answer.exchange.error})"


def _named(answer: Answer) -> str:
    return str(answer)


def _literal(value: Any) -> str:
    return "absent" if value is ABSENT else shortened(json.dumps(value, ensure_ascii=False))
