"""Signals that end a run."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_AGAIN_SECONDS = 0.01


@contextmanager
def ended_by_sigterm() -> Iterator[None]:
    """Let SIGTERM end a run in the way of Ctrl-C: its states are torn down, and its record says that it was cut short.

    CI systems and containers stop a job with SIGTERM. Outside the main thread this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, _interrupt) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(number: int, frame: FrameType | None) -> None:
    if frame is not None and frame.f_code.co_name == "gc_callback":
        # Python swallows what is raised while it collects garbage, where Hypothesis measures the time: the run would
        # go on as if nothing had happened.
        threading.Timer(_AGAIN_SECONDS, signal.raise_signal, (number,)).start()
        return
    raise KeyboardInterrupt
