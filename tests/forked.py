"""The command line in a process of its own that is forked from one which has loaded it: most of a short run is loading.

Where a test is about what a process meets when it starts (its environment, its folder, its streams), it starts one.
"""

import contextlib
import multiprocessing
import os
from collections.abc import Sequence
from contextlib import AbstractContextManager
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

from orderproof.conformance.config.target import Target
from orderproof.conformance.runner.embedded import forked_target

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.preloaded"])
_ROOT = Path(__file__).parent.parent
# Met only where a run hangs.
_PATIENCE_S = 1200


def start(arguments: Sequence[str], folder: Path, streams: tuple[Path, Path]) -> Any:
    """Call the command line in a folder, with stdout and stderr added to two files; returns the process."""
    # It finds modules in its working folder, and says nothing where it does not find them.
    with contextlib.chdir(_ROOT):
        forkserver.ensure_running()
    process = _CONTEXT.Process(target=_in_the_process, args=(arguments, folder, streams, dict(os.environ)))
    process.start()
    return process


def call(arguments: Sequence[str], folder: Path, streams: tuple[Path, Path]) -> int:
    """Call the command line, as `start` does, and wait until it has ended; returns the exit code."""
    process = start(arguments, folder, streams)
    process.join(_PATIENCE_S)
    assert process.exitcode is not None, "the run hangs"
    return process.exitcode


def _in_the_process(
    arguments: Sequence[str], folder: Path, streams: tuple[Path, Path], environment: dict[str, str]
) -> None:
    for number, path in enumerate(streams, start=1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND), number)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)

    from orderproof.conformance.cli import main
    from orderproof.conformance.runner import embedded

    embedded.embedded_target = _forked_server
    main(arguments)


def _forked_server(arguments: Sequence[str] = ()) -> AbstractContextManager[Target]:
    """The server of a run without a target is forked, too; runs that are started show that it is started."""
    chosen: dict[str, list[str]] = {"--fault": [], "--variant": []}
    for option, name in zip(arguments[::2], arguments[1::2], strict=True):
        chosen[option].append(name)
    return forked_target(chosen["--fault"], chosen["--variant"])
