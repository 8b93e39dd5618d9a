"""Progress of a run on stderr: a live line on a terminal, and a plain one now and then in a log.

It says how many rules are judged, how many requests were sent, how long the rest takes at the pace so far, and what
takes its time just now. Nothing of it is in the record.
"""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self, TextIO

from orderproof.conformance.runner.controller import Listener
from orderproof.conformance.runner.selection import CollectedCheck
from orderproof.conformance.transport.activity import Activity, Wait, current
from orderproof.reports.outcome import Outcome
from orderproof.reports.redaction.harmless import harmless

if TYPE_CHECKING:
    from rich.live import Live

_LINE_SECONDS = 15.0
_REFRESHES_A_SECOND = 2
# What is over sooner need not be told.
_TOLD_SECONDS = 1.0
# A pace that is measured for less, or by fewer checks, says little.
_MEASURED_SECONDS = 3.0
_MEASURED_CHECKS = 10


class StatusLine:
    """Shows how far something is: `parts` gives what is to be said now.

    On a terminal it is a line that is drawn again and again, elsewhere one line every so many seconds, or none;
    `enabled` is off where nobody wants to know.
    """

    def __init__(
        self,
        parts: Callable[[], Sequence[str]],
        *,
        enabled: bool = True,
        stream: TextIO | None = None,
        every: float | None = _LINE_SECONDS,
    ) -> None:
        self._parts = parts
        self._stream = stream or sys.stderr
        self._every = every
        self.is_enabled = enabled
        self.is_live = enabled and self._may_redraw()
        self._live: Live | None = None
        self._over = threading.Event()

    def _may_redraw(self) -> bool:
        return self._stream.isatty() and not os.environ.get("CI") and os.environ.get("TERM") != "dumb"

    def __enter__(self) -> Self:
        """Begin to show it, in a thread of its own."""
        if self.is_live:
            self._live = self._live_line()
            self._live.start()
        elif self.is_enabled and self._every:
            threading.Thread(target=self._print_lines, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Show it no more, and leave no trace of the live line."""
        self._over.set()
        if self._live is not None:
            self._live.stop()
            self._live = None

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Take the live line away while something else is printed."""
        if self._live is None:
            yield
            return
        self._live.stop()
        try:
            yield
        finally:
            self._live.start()

    def _live_line(self) -> "Live":
        # Imported only here: most commands show none.
        from rich.console import Console
        from rich.live import Live
        from rich.text import Text

        console = Console(
            file=self._stream, force_terminal=True, color_system=None, emoji=False, highlight=False, markup=False
        )

        def drawn() -> Text:
            # The last column stays free: some terminals go to the next line when it is filled.
            return Text(fitting(self._parts(), console.width - 1), no_wrap=True, overflow="crop")

        return Live(
            console=console,
            get_renderable=drawn,
            refresh_per_second=_REFRESHES_A_SECOND,
            transient=True,
            # The report goes its own way to stdout; what a library writes to stderr goes above the line.
            redirect_stdout=False,
        )

    def _print_lines(self) -> None:
        while not self._over.wait(self._every):
            parts = self._parts()
            if parts:
                print(f"orderproof: {', '.join(parts)}", file=self._stream, flush=True)


class Progress(Listener):
    """How far a run is, in words, from what it hears as the run goes on."""

    def __init__(self) -> None:
        self._phase = ""
        self._open: dict[str, set[str]] = {}
        self._done: set[str] = set()
        self._total = 0
        self._first_at = 0.0
        self._sent_before = current().sent
        self._workers: dict[int, Activity] = {}

    def say(self, text: str) -> None:
        """Say what goes on before the checks or after them."""
        self._phase = text

    def collected(self, checks: Sequence[CollectedCheck]) -> None:
        """Learn which checks there are, and which rules each judges."""
        for check in checks:
            for rule_id in check.rules:
                self._open.setdefault(rule_id, set()).add(check.name)

    def finished(self, outcome: Outcome, total: int) -> None:
        """Count one finished check."""
        self._first_at = self._first_at or time.monotonic()
        self._done.add(outcome.check)
        self._total, self._phase = total, "" if len(self._done) < total else "finishing"
        for rule_id in outcome.rules:
            self._open.get(rule_id, set()).discard(outcome.check)

    def seen(self, process: int, activity: Activity) -> None:
        """Take what one of several processes is doing."""
        self._workers[process] = activity

    def parts(self) -> list[str]:
        """What is to be said now: rules, requests, the time left, and what takes its time."""
        here, workers = current(), list(self._workers.values())
        sent = here.sent - self._sent_before + sum(one.sent for one in workers)
        # Before the checks and after them only this process does anything: what another one said last is over.
        waits = [one.wait for one in (here, *(() if self._phase else workers)) if one.wait]
        judged = sum(not left for left in self._open.values())
        how_far = [f"{judged}/{len(self._open)} rules", f"{sent} requests"] if self._open else []
        if self._phase:
            how_far.append(self._phase)
        elif left := self._left():
            how_far.append(left)
        return [*how_far, *_told(min(waits, key=lambda one: one.since, default=None))]

    def _left(self) -> str:
        """How long the checks that are left take at the pace of those before them; empty where nobody knows yet."""
        measured, done = time.monotonic() - self._first_at, len(self._done)
        left = self._total - done
        if left <= 0 or done < _MEASURED_CHECKS or measured < _MEASURED_SECONDS:
            return ""
        return f"about {rounded(measured / (done - 1) * left)} left"


def _told(wait: Wait | None) -> list[str]:
    seconds = time.time() - wait.since if wait else 0.0
    # Names come from target files and servers too.
    return [f"{harmless(wait.what)}, {seconds:.0f} s"] if wait and seconds >= _TOLD_SECONDS else []


def fitting(parts: Sequence[str], width: int) -> str:
    """The parts as a line of so many columns: the first and the last ones stay longest where not all have room."""
    kept = list(parts)
    while len(", ".join(kept)) > width and len(kept) > 1:
        del kept[1]
    return ", ".join(kept)[: max(width, 0)]


def rounded(seconds: float) -> str:
    """A length of time as exact as an estimate can be: `5 s`, `40 s`, `3 min`."""
    if seconds < 60:
        return f"{max(5, 5 * round(seconds / 5))} s"
    return f"{seconds / 60:.0f} min"
