"""Importing this loads what a run needs and the reference server, so that processes forked from here start at once."""

from orderproof.conformance import reference
from orderproof.conformance.reference import server
from orderproof.conformance.runner import preloaded

__all__ = ["preloaded", "reference", "server"]
