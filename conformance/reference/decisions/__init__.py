"""Every decision that the reference server takes, each a small method that a fault or a variant can override."""

from __future__ import annotations

from conformance.reference.decisions.authorization import Authorization
from conformance.reference.decisions.grace import GracePeriod
from conformance.reference.decisions.history import History
from conformance.reference.decisions.lines import LineItems
from conformance.reference.decisions.prices import Prices
from conformance.reference.decisions.retrieval import Retrieval
from conformance.reference.decisions.routing import Routing
from conformance.reference.decisions.serials import SerialNumbers


class Decisions(Routing, Authorization, Retrieval, History, Prices, GracePeriod, SerialNumbers, LineItems):
    """The decisions of a correct server."""


__all__ = ["Decisions"]
