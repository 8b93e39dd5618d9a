"""Workers of pytest-xdist that are forked from a process which has loaded everything.

Each worker that is started instead loads it all, for more than a second of processor time. The process to fork from is
the fork server of `multiprocessing`: it has no threads, and ends when the process that started it does, however that
ends. A worker ends when its standard input does, forked or started.
"""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from multiprocessing import forkserver, resource_tracker
from multiprocessing.connection import Connection
from typing import Any

from execnet import gateway_io
from execnet.gateway_base import Popen2IO

_PRELOADED = "orderproof.conformance.runner.preloaded"


@contextmanager
def forked_workers() -> Iterator[None]:
    """Fork the workers that start in this block. Where that cannot be done, they are started."""
    # On macOS, libraries of the system do not bear a fork.
    if sys.platform != "linux":
        yield
        return
    create_io = gateway_io.create_io

    def create_forked_io(spec: Any, execmodel: Any) -> Any:
        try:
            return _ForkedIO(execmodel)
        except (OSError, EOFError):
            # For one, the path of the folder for temporary files may be too long for the fork server's socket.
            return create_io(spec, execmodel)

    with suppress(OSError):
        _start_loading()
    gateway_io.create_io = create_forked_io
    try:
        yield
    finally:
        gateway_io.create_io = create_io


def _start_loading() -> None:
    """Start the fork server, which loads while this process goes on; nothing where it runs already."""
    # It would lift the block below.
    resource_tracker.ensure_running()
    before = {name: os.environ.get(name) for name in ("PYTHONPATH", "PYTHONSAFEPATH")}
    # It is to find what this process finds, and not what lies in the working folder.
    os.environ.update(PYTHONPATH=os.pathsep.join(filter(None, sys.path)), PYTHONSAFEPATH="1")
    # Ctrl-C goes to all processes of a terminal; one that loads would print where it was. `preloaded` lifts this.
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        multiprocessing.get_context("forkserver").set_forkserver_preload([_PRELOADED])
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


class _ForkedIO(Popen2IO):
    """What execnet asks of a process that it has started: its two pipes, to wait for its end, and to kill it."""

    def __init__(self, execmodel: Any) -> None:
        context = multiprocessing.get_context("forkserver")
        # Pipes that multiprocessing can hand on to another process.
        its_input, sending = context.Pipe(duplex=False)
        receiving, its_output = context.Pipe(duplex=False)
        with its_input, sending, receiving, its_output:
            self._process = context.Process(target=_serve, args=(its_input, its_output, dict(os.environ)), daemon=True)
            self._process.start()
            outfile, infile = os.fdopen(os.dup(sending.fileno()), "wb"), os.fdopen(os.dup(receiving.fileno()), "rb")
        # execnet waits in a thread of its own, too, and the exit code comes only once.
        self._waiting = threading.Lock()
        super().__init__(outfile, infile, execmodel)

    def wait(self) -> int | None:
        """Wait for the end of the process; returns its exit code."""
        with self._waiting:
            self._process.join()
            return self._process.exitcode

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()


def _serve(its_input: Connection, its_output: Connection, environment: Mapping[str, str]) -> None:
    """Be the process that execnet starts for itself: `python -c "import sys;exec(eval(sys.stdin.readline()))"`."""
    # Blocked still where `preloaded` could not be imported.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    os.environ.clear()
    os.environ.update(environment)
    for number, connection in enumerate((its_input, its_output)):
        os.dup2(connection.fileno(), number)
        connection.close()
    sys.stdin = os.fdopen(0, "r", 1, closefd=False)
    sys.stdout = os.fdopen(1, "w", 1, closefd=False)
    # Interrupted, a run ends in order; the process that reports says so.
    with suppress(KeyboardInterrupt):
        # Nothing comes where the run ended meanwhile.
        if line := sys.stdin.readline():
            exec(eval(line))
