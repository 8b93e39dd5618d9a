"""What stands in front of a server, and what it does to answers: gateways, limits, tokens that end, replicas."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference.behaviours import Variant
from orderproof.conformance.reference.exchange import JSON
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from datetime import datetime

    from orderproof.conformance.reference.exchange import Answer, Call
    from orderproof.conformance.reference.store import Order

#: How long a new order cannot be read.
READABLE_AFTER = timedelta(milliseconds=20)


def _is_odd(call: Call) -> bool:
    return any(odd in segment for segment in call.segments for odd in "\x00%\ufffd")


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


class ErrorsAsAskedFor(Variant):
    """An error is `application/json` for those who accept nothing else."""

    def error_media_type(self, call: Call, reason: str) -> str:
        """Negotiated, as every other answer."""
        return JSON if call.header("accept") == JSON else super().error_media_type(call, reason)


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
