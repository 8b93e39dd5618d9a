"""The embedded reference server as a target: started in a process of its own, on free loopback ports."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from orderproof.conformance.config.target import Auth, Callback, StateSources, Target
from orderproof.conformance.errors import VoidError

_STOP_SECONDS = 5.0


@contextmanager
def embedded_target(arguments: Sequence[str] = ()) -> Iterator[Target]:
    """Start the reference server and give the target that it is; stops it in the end.

    `arguments` go to `python -m orderproof.conformance.reference`, such as `--fault NAME`. Raises `VoidError`.
    """
    # The server ends with its standard input, so it cannot outlive a run that is killed.
    command = [sys.executable, "-m", "orderproof.conformance.reference", "--until-eof", *arguments]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if not line:
            raise VoidError(f"the embedded reference server did not start (exit code {process.wait()})")
        yield target_of(json.loads(line))
    finally:
        process.stdin.close()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


@contextmanager
def forked_target(faults: Sequence[str], variants: Sequence[str]) -> Iterator[Target]:
    """The same in a process that is forked from this one, which costs no start; elsewhere as `embedded_target`.

    For processes that have loaded the reference server and run no threads yet.
    """
    if not hasattr(os, "fork"):
        chosen = [("--fault", name) for name in faults] + [("--variant", name) for name in variants]
        with embedded_target([text for pair in chosen for text in pair]) as target:
            yield target
        return
    told, telling = os.pipe()
    ended, ending = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(told)
        os.close(ending)
        try:
            _serve(faults, variants, telling, ended)
        finally:
            # Nothing of the parent's is cleaned up here.
            os._exit(0)
    os.close(telling)
    os.close(ended)
    try:
        with os.fdopen(told, encoding="utf-8") as lines:
            line = lines.readline()
        if not line:
            raise VoidError("the embedded reference server did not start")
        yield target_of(json.loads(line))
    finally:
        os.close(ending)
        os.waitpid(process, 0)


def _serve(faults: Sequence[str], variants: Sequence[str], telling: int, ended: int) -> None:
    """Serve until the other end of `ended` is closed, after one line of JSON that says where."""
    from orderproof.conformance.reference.choices import choose
    from orderproof.conformance.reference.server import start

    with start(choose(faults, variants)) as running:
        os.write(telling, json.dumps(running.where).encode() + b"\n")
        os.close(telling)
        while os.read(ended, 1):
            pass


def target_of(started: dict[str, str]) -> Target:
    """The target for what a reference server says of itself when it has started."""
    return Target(
        name="reference",
        base_url=started["base_url"],
        internal_base_url=started["base_url"],
        auth=Auth(bearer=started["token"]),
        states=StateSources(callback=Callback(started["state_url"])),
        source="embedded reference server",
    )
