"""The platform's side of the webhook: it asks a tenant's external OMS over HTTP."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from anyio import to_thread

if TYPE_CHECKING:
    import urllib3

    from orderproof.conformance.reference.store import Webhook


class Reply(NamedTuple):
    """What the OMS answered; status 0 says that it could not be reached."""

    status: int
    body: bytes


UNREACHABLE = Reply(0, b"")


class WebhookClient:
    """Asks external OMSs, in a worker thread, so that a slow one holds up nobody else."""

    def __init__(self, timeout: float = 5.0) -> None:
        self._timeout = timeout
        self._pool: urllib3.PoolManager | None = None

    async def ask(self, webhook: Webhook, question: dict[str, Any]) -> Reply:
        """Put one question to the OMS."""
        return await to_thread.run_sync(self._ask, webhook, question)

    def _ask(self, webhook: Webhook, question: dict[str, Any]) -> Reply:
        # Imported where it is used: a server without an external OMS starts without it.
        import urllib3

        if self._pool is None:
            self._pool = urllib3.PoolManager(maxsize=8, retries=False, timeout=self._timeout)
        headers = {"Authorization": f"Bearer {webhook.secret}", "Content-Type": "application/json"}
        try:
            answer = self._pool.request(
                "POST", webhook.url, body=json.dumps(question).encode(), headers=headers, redirect=False
            )
        except urllib3.exceptions.HTTPError:
            return UNREACHABLE
        return Reply(answer.status, answer.data)

    def close(self) -> None:
        """Close every connection to the OMSs."""
        if self._pool is not None:
            self._pool.clear()
