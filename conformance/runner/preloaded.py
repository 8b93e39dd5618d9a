"""Importing this loads everything that a run needs, so that processes forked from here start at once.

Collecting the checks also compiles the descriptions of the strategies and makes pytest rewrite the assertions.
"""

import gc
import signal
from contextlib import suppress

from orderproof.conformance.config.target import Target
from orderproof.conformance.kit.settings import Settings
from orderproof.conformance.runner import judging
from orderproof.conformance.runner.run_checks import CollectionError, collect_checks
from orderproof.conformance.runner.selection import Selection
from orderproof.spec.description import operations
from orderproof.strategies.generated import boundary_requests

__all__ = ["judging"]

# Each run collects for itself, and says what is wrong.
with suppress(CollectionError):
    collect_checks(Settings(Target(name="none", base_url="http://127.0.0.1:9")), Selection())

for operation in operations():
    boundary_requests(operation, valid=True)

# What is loaded stays: the processes need not look through it, and so share its memory.
gc.collect()
gc.freeze()

# It was blocked meanwhile. One that came is thrown away: the process that reports has got it too.
if hasattr(signal, "pthread_sigmask"):
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    signal.signal(signal.SIGINT, handler)
