"""Every decision that the reference server takes, each a small method that a fault or a variant can override."""

from __future__ import annotations

from orderproof.conformance.reference.decisions.authorization import Authorization
from orderproof.conformance.reference.decisions.grace import GracePeriod
from orderproof.conformance.reference.decisions.history import History
from orderproof.conformance.reference.decisions.injection import Injections
from orderproof.conformance.reference.decisions.lines import LineItems
from orderproof.conformance.reference.decisions.prices import Prices
from orderproof.conformance.reference.decisions.retrieval import Retrieval
from orderproof.conformance.reference.decisions.routing import Routing
from orderproof.conformance.reference.decisions.serials import SerialNumbers


# Named one by one, not discovered as faults are: so the type checker knows each decision that a fault overrides.
class Decisions(Routing, Authorization, Retrieval, History, Prices, GracePeriod, SerialNumbers, LineItems, Injections):
    """The decisions of a correct server."""


__all__ = ["Decisions"]
