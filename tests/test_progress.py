"""Progress of a run: what is said on a terminal, in a log, and by the workers of a run."""

import io
import threading
from types import SimpleNamespace

import pytest

from orderproof.conformance.runner import progress as module
from orderproof.conformance.runner.progress import Progress, StatusLine, fitting, rounded
from orderproof.conformance.runner.selection import CollectedCheck
from orderproof.conformance.states.pool import Pool
from orderproof.conformance.states.shared_pool import connected, served
from orderproof.conformance.transport.activity import (
    Activity,
    Wait,
    current,
    doing,
    note_request,
    tell_activity,
    waiting_for,
)
from orderproof.reports.outcome import Outcome

# Met only where something hangs.
PATIENCE = 60.0


class Stream(io.StringIO):
    """A terminal, or none, that says when something was written."""

    def __init__(self, is_terminal: bool) -> None:
        super().__init__()
        self.is_terminal = is_terminal
        self.is_written = threading.Event()

    def isatty(self) -> bool:
        return self.is_terminal

    def write(self, text: str) -> int:
        try:
            return super().write(text)
        finally:
            if "rules" in text:
                self.is_written.set()


@pytest.fixture
def clock(monkeypatch):
    now = SimpleNamespace(seconds=1000.0)
    monkeypatch.setattr(
        module, "time", SimpleNamespace(monotonic=lambda: now.seconds, time=lambda: now.seconds), raising=True
    )
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    return now


def checks(number: int) -> list[CollectedCheck]:
    return [CollectedCheck(f"check {index}", (f"GRA-{index // 2}",), ()) for index in range(number)]


def finish(progress: Progress, clock, number: int, of: int) -> None:
    for index in range(number):
        progress.finished(Outcome(f"check {index}", (f"GRA-{index // 2}",), "pass"), of)
        clock.seconds += 1


def test_the_time_left_is_measured_and_a_rule_is_judged_when_all_its_checks_are(clock):
    progress = Progress()
    progress.say("preflight")
    assert progress.parts() == ["preflight"]
    progress.collected(checks(41))
    assert progress.parts() == ["0/21 rules", "0 requests", "preflight"]
    note_request()
    finish(progress, clock, 11, 41)
    # Ten seconds for ten checks after the first one, and thirty checks more.
    clock.seconds -= 1
    assert progress.parts() == ["5/21 rules", "1 requests", "about 30 s left"]


def test_nothing_is_foretold_by_too_little_or_when_nothing_is_left(clock):
    progress = Progress()
    progress.collected(checks(12))
    finish(progress, clock, 9, 12)
    assert "left" not in " ".join(progress.parts())
    progress.finished(Outcome("check 9", (), "pass"), 12)
    assert "left" in " ".join(progress.parts())
    for name in ("check 10", "check 11"):
        progress.finished(Outcome(name, (), "pass"), 12)
    assert "left" not in " ".join(progress.parts())


def test_what_takes_its_time_is_told_the_longest_of_all_processes(clock):
    progress = Progress()
    progress.collected(checks(2))
    progress.seen(1, Activity(20, Wait("set-up of order-closed", 993.0)))
    progress.seen(2, Activity(3, Wait("waiting for serial numbers to appear", 996.0)))
    assert progress.parts() == ["0/1 rules", "23 requests", "set-up of order-closed, 7 s"]
    progress.seen(1, Activity(21, None))
    assert progress.parts()[-1] == "waiting for serial numbers to appear, 4 s"
    # What has only begun is not told.
    progress.seen(2, Activity(3, Wait("waiting for serial numbers to appear", 999.5)))
    assert progress.parts() == ["0/1 rules", "24 requests"]


def test_what_workers_said_last_is_over_with_the_last_check(clock):
    progress = Progress()
    progress.collected(checks(1))
    progress.seen(1, Activity(20, Wait("waiting for an answer", 993.0)))

    progress.finished(Outcome("check 0", ("GRA-0",)), 1)
    assert progress.parts() == ["1/1 rules", "20 requests", "finishing"]

    progress.say("writing the record")
    assert progress.parts() == ["1/1 rules", "20 requests", "writing the record"]


def test_of_waits_within_waits_the_outer_one_counts():
    assert current().wait is None
    with doing("set-up of order"), waiting_for("an answer"):
        assert current().wait.what == "set-up of order"
    with waiting_for("an answer"):
        assert current().wait.what == "waiting for an answer"
    assert current().wait is None


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (80, "1/2 rules, 30 requests, about 5 s left, set-up of order, 3 s"),
        (50, "1/2 rules, about 5 s left, set-up of order, 3 s"),
        (40, "1/2 rules, set-up of order, 3 s"),
        (12, "1/2 rules"),
        (5, "1/2 r"),
        (0, ""),
    ],
)
def test_a_narrow_terminal_shows_what_matters(width, line):
    assert fitting(["1/2 rules", "30 requests", "about 5 s left", "set-up of order, 3 s"], width) == line


@pytest.mark.parametrize(
    ("seconds", "told"), [(0.2, "5 s"), (42, "40 s"), (58, "60 s"), (61, "1 min"), (200, "3 min"), (4000, "67 min")]
)
def test_an_estimate_is_no_more_exact_than_it_can_be(seconds, told):
    assert rounded(seconds) == told


def test_a_terminal_has_one_line_without_colour_that_leaves_no_trace(clock):
    stream = Stream(is_terminal=True)
    with StatusLine(lambda: ["1/2 rules"], stream=stream) as line:
        assert stream.is_written.wait(PATIENCE)
        with line.paused():
            before = stream.getvalue()
            stream.write("a line that stays\n")
        assert before.endswith("\x1b[2K")
    shown = stream.getvalue()
    assert shown.endswith("\x1b[2K")
    # The cursor is there again, and nothing has a colour.
    assert shown.count("\x1b[?25l") == shown.count("\x1b[?25h") == 2
    assert "\x1b[3" not in shown
    assert "m" not in shown.replace("a line that stays", "")


@pytest.mark.parametrize(("variable", "value"), [("CI", "true"), ("TERM", "dumb")])
def test_where_no_line_can_be_redrawn_there_are_plain_ones(clock, monkeypatch, variable, value):
    monkeypatch.setenv(variable, value)
    stream = Stream(is_terminal=True)
    with StatusLine(lambda: ["1/2 rules", "9 requests"], stream=stream, every=0.01):
        assert stream.is_written.wait(PATIENCE)
    assert stream.getvalue().startswith("orderproof: 1/2 rules, 9 requests")
    assert "\x1b" not in stream.getvalue()


@pytest.mark.parametrize("is_terminal", [True, False])
def test_who_wants_no_progress_gets_none(clock, is_terminal):
    stream = Stream(is_terminal)
    with StatusLine(lambda: ["1/2 rules"], enabled=False, stream=stream, every=0.001):
        assert not stream.is_written.wait(0.05)
    assert stream.getvalue() == ""


def test_workers_tell_what_they_are_doing():
    heard = []
    is_heard = threading.Event()

    class Watcher:
        def seen(self, process: int, activity: Activity) -> None:
            heard.append((process, activity))
            is_heard.set()

    with served(Pool(), watcher=Watcher()) as at, waiting_for("serial numbers to appear"):
        tell_activity(connected(at, "watcher"))
        assert is_heard.wait(PATIENCE)
    process, activity = heard[0]
    assert process > 0
    assert activity.wait.what == "waiting for serial numbers to appear"
