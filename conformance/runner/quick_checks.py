"""Which checks the quick profile runs: one for every rule that can fail a release, those that cost the least.

A run against the embedded server measures what each costs (`python -m tests.recorded_quick` chooses anew). Advice is
judged in a quick run where it is selected with `--rules`.
"""

import json
from collections.abc import Container
from functools import cache
from pathlib import Path

DATA = Path(__file__).with_name("quick_checks.json")


@cache
def quick_checks() -> Container[str]:
    """The names of these checks, with their parameters."""
    modules = json.loads(DATA.read_text("utf-8"))
    return frozenset(f"{module}::{name}" for module, names in modules.items() for name in names)
