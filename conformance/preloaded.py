"""Everything that a run loads, loaded by being imported: processes that are forked from here begin at once.

Collecting the checks once also compiles the strategies' descriptions and lets pytest rewrite the modules' assertions.
"""

from conformance import judging, reference
from conformance.controller import Selection
from conformance.reference import server
from conformance.runner import run_checks
from conformance.session import Settings
from conformance.target import Target

__all__ = ["judging", "reference", "server"]

run_checks(Settings(Target(name="none", base_url="http://127.0.0.1:9")), Selection(), collect_only=True)
