"""The ASGI application: from a scope to an answer, through the decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderproof.conformance.reference.exchange import INJECTION, call_from_scope
from orderproof.conformance.reference.operations import HANDLERS
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from orderproof.conformance.reference.decisions import Decisions
    from orderproof.conformance.reference.exchange import Answer, Call


class _Gone(Exception):  # noqa: N818 - the client went away: nobody is left to be told of an error
    """The request ended before it was complete."""


class OrderApi:
    """Everything under `/v0`; what is beside it goes to `control`."""

    def __init__(self, decisions: Decisions, control: ASGIApp) -> None:
        self.decisions = decisions
        self.control = control
        self.judged = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        path: str = scope.get("path", "")
        if scope["type"] != "http" or (path != "/v0" and not path.startswith("/v0/")):
            await self.control(scope, receive, send)
            return
        call = call_from_scope(scope)
        # Whoever makes an order judges nothing yet.
        self.judged += path != f"/v0{INJECTION.path}"
        try:
            answer = await self._answer(call, receive)
        except _Gone:
            return
        await self._send(call, answer, send)

    async def _answer(self, call: Call, receive: Receive) -> Answer:
        decide = self.decisions
        try:
            answer = await self._decide(call, receive)
        except Refusal as refusal:
            answer = decide.refusal_answer(call, refusal)
        except _Gone:
            raise
        except Exception as error:
            answer = decide.crash_answer(call, error)
        await decide.before_answer(call, answer)
        return decide.final_answer(call, answer)

    async def _decide(self, call: Call, receive: Receive) -> Answer:
        decide = self.decisions
        call.body = await _body(receive, decide.body_limit(call))
        await decide.admit(call)
        decide.route(call)
        call.tenant = decide.authenticate(call)
        await decide.before_operation(call)
        return await HANDLERS[call.operation](decide, call)

    async def _send(self, call: Call, answer: Answer, send: Send) -> None:
        decide = self.decisions
        fields = [
            (decide.header_name(call, name).encode("latin-1"), value.encode("latin-1", "replace"))
            for name, value in decide.header_fields(call, answer).items()
        ]
        await send({"type": "http.response.start", "status": answer.status, "headers": fields})
        parts = decide.body_parts(call, answer.content)
        for part in parts[:-1]:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": parts[-1] if parts else b"", "more_body": False})


async def _body(receive: Receive, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            # Half a request is none: it must have no effect.
            raise _Gone
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise Refusal("body-too-large", headers={"connection": "close"})
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)
