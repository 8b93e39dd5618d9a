"""The states that a run lacked, and what to add to the target file to judge the rest."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.text import Text

from orderproof.reports.completeness import missing_states
from orderproof.reports.needs import as_keys, to_add


def show_missing(record: Mapping[str, Any], console: Console) -> None:
    """Print each missing state with the rules that it would judge, and what to add."""
    if not record["missing_states"] or record["verdict"] == "void":
        return
    console.print()
    console.print(Text("Missing states (the rules that need them were not run)", "bold"))
    for state in missing_states(record):
        needed = f"; {state.checks} check{' needs one' if state.checks == 1 else 's need one each'}"
        console.print(Text(f"  {state.name}: {state.reason}{needed if state.checks else ''}", "cyan"))
        if state.rules:
            console.print(Text(f"    would judge {', '.join(state.rules)}", "dim"))
    lines = as_keys(to_add(record))
    if lines:
        console.print(Text("To judge the rest, add in the target file (--dry-run prints entries to fill in):"))
        for line in ("states:", *(f"  {line}" for line in lines)):
            console.print(Text(f"  {line}", "cyan"))
