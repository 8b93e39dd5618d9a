"""How a target wants a line item canceled, where the documents leave it open: found out by the first cancellations.

A check means "cancel this line item"; which of the readings a target follows is none of its business.
"""

from collections.abc import Callable, Mapping
from typing import Any

from orderproof.conformance.kit.answer import Answer
from orderproof.conformance.states.sources import State

REASON = {"reason": "Customer remorse"}

Send = Callable[..., Answer]
"""Sends the cancellation with a path, and with a body if one is given."""


class Habits:
    """What a whole run has found out about line cancellations.

    `wants_reason`: no body is documented, but the sample of the operation's own 400 says that "'reason' is a required
    property". `external_path` is the state's value that the path takes with `id_type=external`: the readable id that
    `external` stands for, or the UUID that the path parameter is described as; None as long as it is not known.
    """

    def __init__(self) -> None:
        self.wants_reason = False
        self.external_path: str | None = None

    def cancel_line(self, send: Send, order: State | None, path: Mapping[str, str], external: bool) -> Answer:
        """Cancel a line item as the target wants it; a request that is refused for that is sent again otherwise.

        `external` says that the path names the order by its readable id, with `id_type=external`.
        """
        if external and order and self.external_path == "order_uuid":
            path = _by_uuid(path, order)
        answer = self._with_reason(send, path)
        if not (external and order and self.external_path is None):
            return answer
        if answer.is_success:
            self.external_path = "order_id"
        elif answer.status in (400, 404, 422):
            again = self._with_reason(send, _by_uuid(path, order))
            if again.is_success:
                self.external_path = "order_uuid"
                return again
        return answer

    def _with_reason(self, send: Send, path: Mapping[str, str]) -> Answer:
        if self.wants_reason:
            return send(path, body=REASON)
        answer = send(path)
        if not _asks_for_reason(answer):
            return answer
        again = send(path, body=REASON)
        if _asks_for_reason(again):
            return answer
        self.wants_reason = True
        return again


def _by_uuid(path: Mapping[str, str], order: State) -> dict[str, Any]:
    return {**path, "order_uuid": order.values["order_uuid"]}


def _asks_for_reason(answer: Answer) -> bool:
    return answer.status in (400, 422) and b"reason" in answer.exchange.response_body
