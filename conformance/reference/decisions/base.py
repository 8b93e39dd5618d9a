"""What every decision can reach: the store, the clock and the external OMS."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orderproof.conformance.reference.store import Store
    from orderproof.conformance.reference.webhook import WebhookClient


class Base:
    """The world in which a server decides."""

    def __init__(self, store: Store, webhooks: WebhookClient) -> None:
        self.store = store
        self.webhooks = webhooks

    def now(self) -> datetime:
        """The clock: every time that the server takes or compares."""
        return datetime.now(UTC)
