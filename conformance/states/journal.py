"""The journal of states: what was set up on the target and not yet given back.

A run that dies leaves its states behind; `orderproof cleanup` reads the journal and asks for their teardown.
"""

import json
from pathlib import Path

from orderproof.conformance.errors import UsageError
from orderproof.conformance.states.sources import State

JOURNAL_NAME = "states.jsonl"


class Journal:
    """An append-only file, one JSON line a set-up or teardown. Several processes may append to it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def note(self, source: str, state: State, action: str) -> None:
        """Append one line; short enough that the operating system writes it in one piece."""
        # A token does not reach a file: teardown needs the state's own ids and nothing else.
        values = {key: value for key, value in state.values.items() if key != "token"}
        entry = {"action": action, "source": source, "state": state.name, "params": state.params, "values": values}
        with self.path.open("a", encoding="utf-8") as file:
            # A provider's further values may be anything; those that are read are texts.
            file.write(json.dumps(entry, default=str) + "\n")

    def left_over(self) -> list[State]:
        """States that were set up and not given back, newest first. Raises `UsageError` for what is no journal."""
        left: dict[str, State] = {}
        for number, line in enumerate(self.path.read_bytes().splitlines(keepends=True), 1):
            try:
                entry = json.loads(line)
                key = json.dumps([entry["state"], entry["values"]], sort_keys=True)
            except (ValueError, TypeError, KeyError):
                if not line.endswith(b"\n"):
                    # The run was killed as it wrote: the state was not handed out yet.
                    continue
                raise UsageError(f"{self.path}: line {number} is none of a journal; mend or delete it") from None
            if entry["action"] == "setup":
                left[key] = State(entry["state"], entry["params"], entry["values"], entry["source"])
            else:
                left.pop(key, None)
        return list(reversed(left.values()))
