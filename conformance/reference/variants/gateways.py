"""What stands in front of a server, and what it does to answers: gateways, limits, delays, replicas."""

from __future__ import annotations

import asyncio
import random
import re
from datetime import timedelta
from email.utils import formatdate
from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference.behaviours import Variant
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from datetime import datetime

    from orderproof.conformance.reference.exchange import Answer, Call
    from orderproof.conformance.reference.store import Order

#: How long a new order cannot be read.
READABLE_AFTER = timedelta(milliseconds=20)


def _is_odd(call: Call) -> bool:
    return any(odd in segment for segment in call.segments for odd in "\x00%\ufffd")


def _is_query(call: Call) -> bool:
    texts = (*call.segments, *(part for pair in call.query for part in pair))
    return any(re.search(r"['\"*$]|--|%$|\.\./", text) for text in texts)


class OddPathsRefusedInHtml(Variant):
    """A gateway refuses a path with a NUL, a percent sign or broken UTF-8 with a 400 of its own, in HTML."""

    choice: ClassVar[int] = 1

    async def admit(self, call: Call) -> None:
        """Before any operation has it."""
        if _is_odd(call):
            raise Refusal("parameter-invalid")

    def refusal_answer(self, call: Call, refusal: Refusal) -> Answer:
        """A page for people."""
        answer = super().refusal_answer(call, refusal)
        if _is_odd(call):
            answer.content, answer.media_type = b"<html><h1>400 Bad Request</h1></html>", "text/html"
        return answer


class QueriesInPathsRefused(Variant):
    """A firewall in front refuses whatever looks like a query, in a path or a parameter, with a 400 in HTML."""

    choice: ClassVar[int] = 1

    async def admit(self, call: Call) -> None:
        """Before any operation has it."""
        if _is_query(call):
            raise Refusal("parameter-invalid")

    def refusal_answer(self, call: Call, refusal: Refusal) -> Answer:
        """A page for people."""
        answer = super().refusal_answer(call, refusal)
        if _is_query(call):
            answer.content, answer.media_type = b"<html><h1>400 Bad Request</h1></html>", "text/html"
        return answer


class RateLimited(Variant):
    """More than 60 requests a second get 429, and `Retry-After` says when to come back."""

    choice: ClassVar[int] = 11
    readings: ClassVar[tuple[str, ...]] = ("rate-limit/status-429",)

    def __init__(self, *world: Any) -> None:
        """An empty window."""
        super().__init__(*world)
        self._window, self._requests = 0, 0

    async def admit(self, call: Call) -> None:
        """Count within the second."""
        second = int(self.now().timestamp())
        if second != self._window:
            self._window, self._requests = second, 0
        self._requests += 1
        if self._requests > 60:
            raise Refusal("rate-limited", headers={"retry-after": "1"})


class RateLimitedUntilDate(RateLimited):
    """More than 60 requests a second get 429, and `Retry-After` is the second from which on to come back."""

    readings: ClassVar[tuple[str, ...]] = ("rate-limit/retry-after-date",)

    def error_headers(self, call: Call, refusal: Refusal) -> dict[str, str]:
        """The next full second."""
        headers = super().error_headers(call, refusal)
        if refusal.reason == "rate-limited":
            return headers | {"retry-after": formatdate(int(self.now().timestamp()) + 1, usegmt=True)}
        return headers


class BusyNowAndThen(Variant):
    """Every 200th request gets 503 with `Retry-After`."""

    choice: ClassVar[int] = 11
    readings: ClassVar[tuple[str, ...]] = ("rate-limit/status-503",)

    def __init__(self, *world: Any) -> None:
        """Not busy yet."""
        super().__init__(*world)
        self._requests = 0

    async def admit(self, call: Call) -> None:
        """Count all of them."""
        self._requests += 1
        if self._requests % 200 == 0:
            raise Refusal("oms-unavailable", headers={"retry-after": "0"})


class SlowAnswers(Variant):
    """An answer takes a moment."""

    async def before_answer(self, call: Call, answer: Answer) -> None:
        """Twenty milliseconds."""
        await asyncio.sleep(0.02)


# Enough for a preflight and the first checks; more would only take time.
_FAR_ANSWERS = 30


class FarAway(Variant):
    """The first answers take 100 to 300 ms, each another time, as those of a server far away do."""

    def __init__(self, *world: Any) -> None:
        """The same times in every run."""
        super().__init__(*world)
        self._dice = random.Random(1)
        self._answers = 0

    async def before_answer(self, call: Call, answer: Answer) -> None:
        """As far as it is far away."""
        self._answers += 1
        if self._answers <= _FAR_ANSWERS:
            await asyncio.sleep(self._dice.uniform(0.1, 0.3))


class ReadableShortlyAfter(Variant):
    """A new order is unknown for a moment, as the vendor's pages say that it may be."""

    def __init__(self, *world: Any) -> None:
        """Nothing was asked for yet."""
        super().__init__(*world)
        self._asked_for: dict[str, datetime] = {}

    def find_order(self, call: Call, identifier: str, id_type: str) -> Order | None:
        """The moment begins when the first order of a customer is first asked for."""
        order = super().find_order(call, identifier, id_type)
        if order is None:
            return None
        now = self.now()
        return order if now >= self._asked_for.setdefault(order.customer.id, now) + READABLE_AFTER else None
