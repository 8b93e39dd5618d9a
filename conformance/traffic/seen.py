"""A recorded exchange as the rules of traffic look at it."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from orderproof.conformance.traffic.entry import Recorded
from orderproof.conformance.transport.mediatype import ORDERS_V2, parse_media_type
from orderproof.conformance.transport.strictjson import NotJson, TooMuchJson, parse_json


class Told(NamedTuple):
    """What an exchange says of a rule: kept (`message` None) or broken.

    `others` are the numbers of earlier exchanges that show it together with this one, `number` is that of the one that
    shows it where that is known only from a later one. `is_explained`: an action of
    another client, which the traffic does not show, could explain it, so that it counts only in complete traffic.
    """

    rule: str
    message: str | None = None
    expected: str = ""
    observed: str = ""
    others: tuple[int, ...] = ()
    is_explained: bool = False
    number: int | None = None


class _Unknown:
    """A body that is not known, or that readers may take for different values."""

    def __bool__(self) -> bool:
        return False


UNKNOWN: Any = _Unknown()
NO_BODY: Any = object()
CUT_OFF: Any = object()
"""A body that ends before its JSON does: no reader can take it for a value."""


@dataclass(frozen=True)
class Seen:
    """A recorded exchange and its number."""

    number: int
    recorded: Recorded

    @property
    def operation(self) -> str:
        """The operation that it is about; None where its method is another than the operation's."""
        return str(self.recorded.exchange.operation)

    @property
    def status(self) -> int:
        """The status of the answer; 0 if there is none."""
        return self.recorded.exchange.status or 0

    @property
    def is_success(self) -> bool:
        """Whether the answer is a 2xx."""
        return 200 <= self.status < 300

    @property
    def request(self) -> str:
        """The request, to begin a sentence."""
        return f"{self.recorded.exchange.method} {self.recorded.exchange.url}"

    @property
    def asks_v2(self) -> bool:
        """Whether version 2 was asked for, and nothing else."""
        return self.recorded.exchange.request_header("Accept") == ORDERS_V2

    @cached_property
    def answer(self) -> Any:
        """The answer's body as JSON, `UNKNOWN` if it is not at hand or not valid."""
        if not self.recorded.body_known:
            return UNKNOWN
        try:
            return parse_json(self.recorded.exchange.response_body)
        except (NotJson, TooMuchJson):
            return UNKNOWN

    @property
    def document(self) -> dict[str, Any]:
        """The object that a success shows; empty where there is none."""
        return self.answer if self.is_success and isinstance(self.answer, dict) else {}

    @cached_property
    def sent(self) -> Any:
        """The request's body as JSON, or `NO_BODY`, `CUT_OFF` or `UNKNOWN`."""
        body = self.recorded.exchange.request_body
        if not self.recorded.sent_known or self.recorded.exchange.request_header("Content-Encoding"):
            return UNKNOWN
        if not body:
            return NO_BODY
        media_type = parse_media_type(self.recorded.exchange.request_header("Content-Type"))
        if media_type is None or not media_type.is_json:
            return UNKNOWN
        return _value(body)

    def ended_before(self, later: "Seen", seconds: float = 0.0) -> bool:
        """Whether this answer was there, so many seconds before, when the later request was sent."""
        end, start = self.recorded.end, later.recorded.start
        return end is not None and start is not None and end + seconds <= start


def _value(body: bytes) -> Any:
    try:
        text = body.decode("utf-8")
        return json.loads(text, object_pairs_hook=_object, parse_constant=_refused)
    except json.JSONDecodeError as error:
        is_cut = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string")
        return CUT_OFF if is_cut else UNKNOWN
    except (ValueError, RecursionError):
        return UNKNOWN


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("which of several members with one name counts is open")
    return found


def _refused(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON value")
