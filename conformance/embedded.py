"""The embedded reference server as a target: started in a process of its own, on free loopback ports."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from conformance.problems import VoidError
from conformance.target import Auth, StateSources, Target

_STOP_SECONDS = 5.0


@contextmanager
def embedded_target(arguments: Sequence[str] = ()) -> Iterator[Target]:
    """Start the reference server and give the target that it is; stops it in the end.

    `arguments` go to `python -m conformance.reference`, such as `--fault NAME`. Raises `VoidError` when it fails.
    """
    # The server ends with its standard input, so it cannot outlive a run that is killed.
    command = [sys.executable, "-m", "conformance.reference", "--until-eof", *arguments]
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


def target_of(started: dict[str, str]) -> Target:
    """The target for what a reference server says of itself when it has started."""
    return Target(
        name="reference",
        base_url=started["base_url"],
        internal_base_url=started["base_url"],
        auth=Auth(bearer=started["token"]),
        states=StateSources(callback=started["state_url"]),
        source="embedded reference server",
    )
