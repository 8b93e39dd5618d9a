"""Progress of a run on stderr: a live line on a terminal, and nothing in a log."""

import os
import shutil
import sys

from orderproof.conformance.runner.controller import Listener
from orderproof.reports.outcome import Outcome


class Progress(Listener):
    """Says how far a run is."""

    def __init__(self, enabled: bool = True) -> None:
        self.is_live = enabled and sys.stderr.isatty() and not os.environ.get("CI")
        self._done = self._broken = self._requests = 0

    def say(self, text: str) -> None:
        """Replace the live line."""
        if self.is_live:
            width = shutil.get_terminal_size().columns
            sys.stderr.write(f"\r\x1b[2K{text[: width - 1]}")
            sys.stderr.flush()

    def finished(self, outcome: Outcome, total: int) -> None:
        """Count one finished check."""
        self._done += 1
        self._requests += len(outcome.exchanges)
        self._broken += outcome.result == "fail"
        self.say(f"{self._done}/{total} checks, {self._requests} requests, {self._broken} failed  {outcome.check}")

    def end(self) -> None:
        """Remove the live line."""
        self.say("")
