"""Servers that keep a part of a request in a field that all requests share, and take it up again when others came.

A field may be a global variable, an attribute of a service that exists once, or a context that is lost between threads:
whoever comes last has written it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from orderproof.conformance.reference.behaviours import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from orderproof.conformance.reference.exchange import Answer, Call

    Make = Callable[[str], type[Fault]]

#: A quick round trip to a database, in seconds; and no wait at all, but a turn of the event loop.
ROUND_TRIP, A_TURN = 0.003, 0


class SharedFieldFault(Fault):
    """A place that all requests share: parts of the call that came last, or the answer that was made last."""

    def __init__(self, *world: Any) -> None:
        """Nothing kept yet."""
        super().__init__(*world)
        self.kept: dict[str, Any] = {}

    def take_up(self, call: Call) -> None:
        """Put what is kept in the place of what the call had."""
        for part, value in self.kept.items():
            setattr(call, part, value)


def _shared_field(part: str, window: float) -> Make:
    """Kept once it is known who asks, and taken up after a look into the database."""

    def make(operation: str) -> type[Fault]:
        class Made(SharedFieldFault):
            async def before_operation(self, call: Call) -> None:
                if operation in ("", call.operation):
                    self.kept = {part: getattr(call, part)}
                    await asyncio.sleep(window)
                    self.take_up(call)
                await super().before_operation(call)

        return Made

    return make


def _kept_from_the_head_on(part: str) -> Make:
    """The same without any wait of its own: kept when the head of a request is there, taken up after its body."""

    def make(operation: str) -> type[Fault]:
        class Made(SharedFieldFault):
            def body_limit(self, call: Call) -> int:
                self.kept = {part: getattr(call, part)}
                return super().body_limit(call)

            async def before_operation(self, call: Call) -> None:
                if call.operation == operation:
                    self.take_up(call)
                    # Neither the path nor the query was taken apart when it was kept.
                    self.route(call)
                await super().before_operation(call)

        return Made

    return make


def _shared_answer(window: float) -> Make:
    """The answer is put together in a buffer that all requests share, and sent a moment later."""

    def make(operation: str) -> type[Fault]:
        class Made(SharedFieldFault):
            async def before_answer(self, call: Call, answer: Answer) -> None:
                if call.operation == operation:
                    self.kept["answer"] = answer
                    await asyncio.sleep(window)
                    last = self.kept["answer"]
                    answer.status, answer.content, answer.media_type = last.status, last.content, last.media_type
                await super().before_answer(call, answer)

        return Made

    return make


_MADE: dict[str, tuple[Make, str]] = {
    "IdInSharedField": (_shared_field("path", ROUND_TRIP), "the id in the path"),
    "IdSharedForOneTurn": (_shared_field("path", A_TURN), "the id in the path, without any wait,"),
    "QueryInSharedField": (_shared_field("query", ROUND_TRIP), "the query"),
    "QuerySharedForOneTurn": (_shared_field("query", A_TURN), "the query, without any wait,"),
    "BodyInSharedField": (_shared_field("body", ROUND_TRIP), "the body"),
    "HeadersInSharedField": (_shared_field("headers", ROUND_TRIP), "the header, and with it Accept,"),
    "TenantInSharedField": (_shared_field("tenant", ROUND_TRIP), "the tenant that asks"),
    "TenantSharedForOneTurn": (_shared_field("tenant", A_TURN), "the tenant that asks, without any wait,"),
    "PathSharedFromTheHeadOn": (_kept_from_the_head_on("segments"), "the path, until the body is read,"),
    "AnswerInSharedBuffer": (_shared_answer(ROUND_TRIP), "the answer"),
    "AnswerSharedForOneTurn": (_shared_answer(A_TURN), "the answer, without any wait,"),
}


def faults_in_sharing(
    subject: str, operation: str, doing: str, breaks: Mapping[str, tuple[str, ...]], *, module: str
) -> tuple[type[Fault], ...]:
    """A fault of one operation (of all if it is empty) for each kind in `breaks`, which gives the rules it breaks.

    Its name is the subject and the kind, such as `CancelBodyInSharedField`; `doing` says what the operation does.
    """
    return tuple(_named(subject, operation, doing, kind, rules, module) for kind, rules in breaks.items())


def _named(subject: str, operation: str, doing: str, kind: str, breaks: tuple[str, ...], module: str) -> type[Fault]:
    make, what = _MADE[kind]
    made = make(operation)
    made.__name__ = made.__qualname__ = f"{subject}{kind}"
    made.__doc__ = f"In {doing}, {what} is kept where simultaneous requests keep theirs."
    made.__module__, made.breaks, made.operation = module, breaks, operation
    return made
