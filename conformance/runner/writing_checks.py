"""Which checks send more than GET, so that a read-only run leaves them out before it asks for their states.

A run against the embedded server tells them apart (`tests/test_read_only.py` does it, and compares). A check that is
missing here ends as not applicable all the same, at its first request that is not a GET.
"""

import json
from functools import cache
from pathlib import Path


@cache
def writing_checks() -> frozenset[str]:
    """The names of these checks, with their parameters."""
    path = Path(__file__).with_name("writing_checks.json")
    return frozenset(
        f"{module}::{name}" for module, names in json.loads(path.read_text("utf-8")).items() for name in names
    )
