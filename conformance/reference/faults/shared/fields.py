"""Servers that keep a part of a request in a field that all requests share, and take it up again when others came.

A field may be a global variable, an attribute of a service that exists once, or a context that is lost between threads:
whoever comes last has written it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar

from orderproof.conformance.reference.behaviours import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orderproof.conformance.reference.exchange import Answer, Call

#: A quick round trip to a database, in seconds.
ROUND_TRIP = 0.003


class SharedFieldFault(Fault):
    """What requests of an operation share: `parts` of the call, which are read back after `window` seconds."""

    parts: ClassVar[tuple[str, ...]] = ()
    window: ClassVar[float] = ROUND_TRIP

    def __init__(self, *world: Any) -> None:
        """Nothing kept yet."""
        super().__init__(*world)
        self.kept: Mapping[str, Any] = {}

    def keep(self, call: Call) -> None:
        """Write the field."""
        self.kept = {part: getattr(call, part) for part in self.parts}

    def take_up(self, call: Call) -> None:
        """Read the field."""
        for part, value in self.kept.items():
            setattr(call, part, value)

    async def before_operation(self, call: Call) -> None:
        """Kept once it is known who asks, and taken up after a look into the database."""
        if self.operation in ("", call.operation):
            self.keep(call)
            await asyncio.sleep(self.window)
            self.take_up(call)
        await super().before_operation(call)


class KeptAtDispatchFault(SharedFieldFault):
    """The same without any wait of its own: kept when the head of a request is there, taken up after its body."""

    def body_limit(self, call: Call) -> int:
        """Before the body is read; the path and the query are not taken apart yet."""
        self.keep(call)
        return super().body_limit(call)

    async def before_operation(self, call: Call) -> None:
        """Whoever sends no body has not waited."""
        if self.operation in ("", call.operation):
            self.take_up(call)
            self.route(call)
        await super(SharedFieldFault, self).before_operation(call)


class SharedAnswerFault(Fault):
    """The answer of an operation is put together in a buffer that all requests share."""

    window: ClassVar[float] = ROUND_TRIP

    def __init__(self, *world: Any) -> None:
        """No answer yet."""
        super().__init__(*world)
        self.buffer: Answer | None = None

    async def before_answer(self, call: Call, answer: Answer) -> None:
        """Sent a moment later."""
        if self.operation in ("", call.operation):
            self.buffer = answer
            await asyncio.sleep(self.window)
            answer.status, answer.content, answer.media_type = (
                self.buffer.status,
                self.buffer.content,
                self.buffer.media_type,
            )
        await super().before_answer(call, answer)


_MADE: dict[str, tuple[type[Fault], dict[str, Any], str]] = {
    "IdInSharedField": (SharedFieldFault, {"parts": ("path",)}, "the id in the path"),
    "IdSharedForOneTurn": (
        SharedFieldFault,
        {"parts": ("path",), "window": 0},
        "the id in the path, without any wait,",
    ),
    "QueryInSharedField": (SharedFieldFault, {"parts": ("query",)}, "the query"),
    "QuerySharedForOneTurn": (SharedFieldFault, {"parts": ("query",), "window": 0}, "the query, without any wait,"),
    "BodyInSharedField": (SharedFieldFault, {"parts": ("body",)}, "the body"),
    "HeadersInSharedField": (SharedFieldFault, {"parts": ("headers",)}, "the header, and with it Accept,"),
    "TenantInSharedField": (SharedFieldFault, {"parts": ("tenant",)}, "the tenant that asks"),
    "TenantSharedForOneTurn": (SharedFieldFault, {"parts": ("tenant",), "window": 0}, "the tenant, without any wait,"),
    "PathSharedFromTheHeadOn": (KeptAtDispatchFault, {"parts": ("segments",)}, "the path, until the body is read,"),
    "QuerySharedFromTheHeadOn": (KeptAtDispatchFault, {"parts": ("query",)}, "the query, until the body is read,"),
    "AnswerInSharedBuffer": (SharedAnswerFault, {}, "the answer"),
    "AnswerSharedForOneTurn": (SharedAnswerFault, {"window": 0}, "the answer, without any wait,"),
}


def faults_in_sharing(
    subject: str, operation: str, doing: str, breaks: Mapping[str, tuple[str, ...]], *, module: str
) -> tuple[type[Fault], ...]:
    """A fault of one operation for each kind in `breaks`, which gives the rules that it breaks.

    Its name is the subject and the kind, such as `CancelBodyInSharedField`; `doing` says what the operation does.
    """
    return tuple(
        type(
            f"{subject}{kind}",
            (_MADE[kind][0],),
            {
                "__doc__": f"In {doing}, {_MADE[kind][2]} is kept where simultaneous requests keep theirs.",
                "__module__": module,
                "operation": operation,
                "breaks": rules,
                **_MADE[kind][1],
            },
        )
        for kind, rules in breaks.items()
    )
