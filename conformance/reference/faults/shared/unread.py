"""Faults that leave the body of a request on its connection, where it is taken for the next request."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from orderproof.conformance.reference.behaviours import Fault
from orderproof.conformance.reference.exchange import call_from_scope
from orderproof.conformance.reference.operations import HANDLERS
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from typing import Any

    from orderproof.conformance.reference.exchange import Answer, Call


class UnreadBodyFault(Fault):
    """Where `leaves_unread` says so, the connection's next answer is the one to what stood in the body.

    uvicorn drains every body, so this plays what a client sees of a server that does not: each answer comes one later.
    """

    def __init__(self, *world: Any) -> None:
        """No answer is late yet."""
        super().__init__(*world)
        self._waiting: dict[tuple[str, int] | None, list[Answer]] = {}

    def leaves_unread(self, call: Call, answer: Answer) -> bool:
        """Whether the body of this request is not read."""
        return False

    async def hidden_answer(self, call: Call) -> Answer | None:
        """The answer to the request in a body, or None where the body is no request."""
        head = call.body.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
        if not head[0].endswith(" HTTP/1.1"):
            return None
        method, target, _ = head[0].split(" ")
        path, _, query = target.partition("?")
        fields = [line.partition(": ") for line in head[1:]]
        hidden = call_from_scope(
            {
                "method": method,
                "path": path,
                "query_string": query.encode(),
                "headers": [(name.lower().encode(), value.encode()) for name, _, value in fields],
            }
        )
        try:
            self.route(hidden)
            hidden.tenant = self.authenticate(hidden)
            return await HANDLERS[hidden.operation](self, hidden)
        except Refusal as refusal:
            return self.refusal_answer(hidden, refusal)

    async def before_answer(self, call: Call, answer: Answer) -> None:
        """The answer becomes the one that is due on the connection."""
        await super().before_answer(call, answer)
        waiting = self._waiting.setdefault(call.connection, [])
        waiting.append(replace(answer))
        hidden = await self.hidden_answer(call) if self.leaves_unread(call, answer) else None
        if hidden is not None:
            waiting.append(hidden)
        due = waiting.pop(0)
        answer.status, answer.content, answer.media_type, answer.headers = (
            due.status,
            due.content,
            due.media_type,
            due.headers,
        )
