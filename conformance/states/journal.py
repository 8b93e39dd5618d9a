"""The journal of states: what was set up on the target and not yet torn down.

A run that is killed leaves its states behind; `orderproof cleanup` reads the journal and tears them down.
"""

import json
from pathlib import Path

from orderproof.conformance.errors import UsageError
from orderproof.conformance.states.sources import State

JOURNAL_NAME = "states.jsonl"


class Journal:
    """An append-only file with a JSON line for each set-up or teardown. Several processes may append to it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def note(self, source: str, state: State, action: str) -> None:
        """Append a line, which is short enough for the operating system to write in one piece."""
        # Teardown needs only the state's ids, so the token is not written to the file.
        values = {key: value for key, value in state.values.items() if key != "token"}
        entry = {"action": action, "source": source, "state": state.name, "params": state.params, "values": values}
        with self.path.open("a", encoding="utf-8") as file:
            # A provider may return further values of any type; those that are read are texts.
            file.write(json.dumps(entry, default=str) + "\n")

    def left_over(self) -> list[State]:
        """States that were set up and not torn down, newest first. Raises `UsageError` for an invalid journal."""
        left: dict[str, State] = {}
        for number, line in enumerate(self.path.read_bytes().splitlines(keepends=True), 1):
            try:
                entry = json.loads(line)
                # An extension moves `due_at`, and the state stays the same.
                ids = {name: value for name, value in entry["values"].items() if name != "due_at"}
                key = json.dumps([entry["state"], ids], sort_keys=True)
            except (ValueError, TypeError, KeyError, AttributeError):
                if not line.endswith(b"\n"):
                    # The run was killed while it wrote this line, before any check got the state.
                    continue
                raise UsageError(f"{self.path}: line {number} is not a journal entry; fix or delete the file") from None
            if entry["action"] == "setup":
                left[key] = State(entry["state"], entry["params"], entry["values"], entry["source"])
            else:
                left.pop(key, None)
        return list(reversed(left.values()))


def empty_journal(out: Path) -> Journal:
    """The journal of a folder. Raises `UsageError` where what an earlier command set up is not given back yet."""
    journal = Journal(out / JOURNAL_NAME)
    if journal.path.exists() and journal.left_over():
        raise UsageError(
            f"{journal.path}: an earlier run left states behind; `orderproof cleanup {out}` gives them back "
            "(or delete the file)"
        )
    return journal
