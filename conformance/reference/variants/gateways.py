"""What stands in front of a server, and what it does to answers: gateways, limits, tokens that end, replicas."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from conformance.reference.exchange import JSON
from conformance.reference.problems import Refusal
from conformance.reference.seeds import Variant

if TYPE_CHECKING:
    from conformance.reference.exchange import Answer, Call


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
