"""The environment in which every test runs: a known one, whoever starts the tests, wherever, and in CI or not."""

import os
import signal
import time
from pathlib import Path

# As it was when the tests were started: for what is needed to run them, and not for what they test.
OUTSIDE = dict(os.environ)

# Where programs and libraries lie, and whether lines are counted in other processes too.
_KEPT = {"PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "TMPDIR", "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG"}
# No whole hour from UTC, so that a local time that is taken for UTC shows.
_SET = {"LANG": "C.UTF-8", "TZ": "XST-5:45"}


def make_known(home: Path) -> None:
    """Keep the variables of the user, and signals that are ignored, from this process and those that it starts.

    `home` is an empty folder, which takes the place of the user's.
    """
    for name in os.environ.keys() - _KEPT:
        del os.environ[name]
    os.environ.update(_SET, HOME=str(home))
    time.tzset()
    # Whatever a shell starts in the background ignores it, and so does what that starts in turn.
    signal.signal(signal.SIGINT, signal.default_int_handler)
