"""How faults leave the body of a request on its connection, where it is taken for the next request.

uvicorn drains every body, so what is played here is what a client sees of a server that does not: once a body was taken
for a request, every answer on that connection comes one request later.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from orderproof.conformance.reference.exchange import Answer, call_from_scope
from orderproof.conformance.reference.operations import HANDLERS
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from orderproof.conformance.reference.decisions import Decisions
    from orderproof.conformance.reference.exchange import Call


async def answer_in_turn(
    server: Decisions, call: Call, answer: Answer, *, is_unread: bool, is_cut: bool = False
) -> None:
    """Make of an answer the one that is due on its connection.

    `is_unread`: the body of this request stays on the connection. `is_cut`: in part, so that what stays is no request.
    """
    waiting: list[Answer] = server.__dict__.setdefault("waiting", {}).setdefault(call.connection, [])
    waiting.append(replace(answer))
    hidden = _hidden_request(call.body) if is_unread else None
    if hidden is not None:
        waiting.append(Answer(400, b"bad request line", "text/plain") if is_cut else await _answer(server, hidden))
    due = waiting.pop(0)
    answer.status, answer.content, answer.media_type, answer.headers = (
        due.status,
        due.content,
        due.media_type,
        due.headers,
    )


def _hidden_request(body: bytes) -> Call | None:
    """The request in a body; None where it begins in another way."""
    first, *lines = body.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    if not first.endswith(" HTTP/1.1"):
        return None
    method, target, _ = first.split(" ")
    path, _, query = target.partition("?")
    fields = [line.partition(": ") for line in lines]
    return call_from_scope(
        {
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, _, value in fields],
        }
    )


async def _answer(server: Decisions, call: Call) -> Answer:
    try:
        server.route(call)
        call.tenant = server.authenticate(call)
        return await HANDLERS[call.operation](server, call)
    except Refusal as refusal:
        return server.refusal_answer(call, refusal)
