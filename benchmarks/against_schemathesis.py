"""What a run costs beside Schemathesis' own command line.

Both judge the same reference server with the same description, in turn, several times; whole processes are measured
(their own CPU and wall time, the server's not counted). Run it with nothing else going on:

    python benchmarks/against_schemathesis.py [--rounds 3] [--distance 0.1]

Near, a default run is compared with Schemathesis' defaults. With a distance, in seconds that each answer takes longer,
the profiles `default` and `quick` with the workers that they choose are compared with Schemathesis for several
`--workers`.
It prints a table of medians and the ratios for `docs/performance.md`.
"""

import argparse
import asyncio
import ctypes
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from orderproof.conformance.reference.server import start
from orderproof.spec.description import DESCRIPTIONS

_SET_CHILD_SUBREAPER = 36
_WORKERS = ("4", "8", "16")
Commands = Sequence[Sequence[str]]


def measure(command: Sequence[str], folder: str) -> tuple[float, float]:
    """CPU and wall seconds of a command and of all the processes that it starts."""
    began, before = time.perf_counter(), os.times()
    subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    wall = time.perf_counter() - began
    # What outlives its parent, as the fork server of workers does for a moment, is handed on to this process.
    try:
        while True:
            os.wait()
    except ChildProcessError:
        after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system, wall


@contextmanager
def server_at(distance: float) -> Iterator[Any]:
    """A fresh reference server, each of whose answers takes so many seconds longer."""
    with start() as server:
        admit = server.decisions.admit

        async def late(call: Any) -> None:
            await asyncio.sleep(distance)
            await admit(call)

        if distance:
            server.decisions.admit = late
        yield server


def ours(server: Any, folder: str, *arguments: str) -> Commands:
    """A run of orderproof."""
    Path(folder, "target.yaml").write_text(
        f"base_url: {server.base_url}\ninternal_base_url: {server.base_url}\n"
        f"auth: {{bearer: {server.token}}}\nstates: {{callback: '{server.state_url}'}}\n"
    )
    return [[sys.executable, "-m", "orderproof", "run", "--target", "target.yaml", "--quiet", *arguments]]


def theirs(server: Any, _: str, *arguments: str) -> Commands:
    """Runs of Schemathesis, one for each description."""
    program = str(Path(sys.executable).with_name("schemathesis"))
    common = ["--url", server.base_url, "-H", f"Authorization: Bearer {server.token}", *arguments]
    return [[program, "run", str(description), *common] for description in DESCRIPTIONS.values()]


def compared(distance: float) -> Mapping[str, tuple[Any, tuple[str, ...]]]:
    """What is compared: the name of each, what makes its commands, and their arguments."""
    if not distance:
        return {"orderproof run": (ours, ()), "schemathesis run": (theirs, ())}
    quick = {f"orderproof run{arguments}": (ours, tuple(arguments.split())) for arguments in ("", " --profile quick")}
    return quick | {f"schemathesis run --workers {n}": (theirs, ("--workers", n)) for n in _WORKERS}


def main() -> None:
    """Measure all in turn and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--distance", type=float, default=0.0, metavar="SECONDS")
    options = parser.parse_args()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    chosen = compared(options.distance)
    figures: dict[str, list[tuple[float, float, int]]] = {name: [] for name in chosen}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(options.rounds):
            for name, (commands, arguments) in chosen.items():
                # A fresh server for each: what one left there must not be the other's burden.
                with server_at(options.distance) as server:
                    each = [measure(command, folder) for command in commands(server, folder, *arguments)]
                    figures[name].append((*map(sum, zip(*each, strict=True)), server.judged))
    print("| command | CPU s | wall s | requests |\n|---|---|---|---|")
    medians = {
        name: [statistics.median(column) for column in zip(*rows, strict=True)] for name, rows in figures.items()
    }
    for name, (cpu, wall, requests) in medians.items():
        print(f"| `{name}` | {cpu:.1f} | {wall:.1f} | {requests:.0f} |")
    mine = medians["orderproof run"]
    best = min((one for name, one in medians.items() if name.startswith("schemathesis")), key=lambda one: one[1])
    print(f"\nratios (orderproof / Schemathesis): CPU {mine[0] / best[0]:.2f}, wall {mine[1] / best[1]:.2f}")


if __name__ == "__main__":
    main()
