"""The journal of states: what was set up on the target and not yet given back.

A run that dies leaves its states behind; `orderproof cleanup` reads the journal and asks for their teardown.
"""

import json
from pathlib import Path

from conformance.states import State

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
            file.write(json.dumps(entry) + "\n")

    def left_over(self) -> list[State]:
        """States that were set up and not given back, newest first."""
        left: dict[str, State] = {}
        for line in self.path.read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            key = json.dumps([entry["state"], entry["values"]], sort_keys=True)
            if entry["action"] == "setup":
                left[key] = State(entry["state"], entry["params"], entry["values"])
            else:
                left.pop(key, None)
        return list(reversed(left.values()))
