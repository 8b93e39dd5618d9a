"""What a default run costs beside Schemathesis' own command line with its defaults.

Both judge the same reference server with the same description, in turn, several times; whole processes are measured
(their own CPU and wall time, the server's not counted). Run it with nothing else going on:

    python benchmarks/against_schemathesis.py [ROUNDS]

It prints a table of medians and the ratios for `docs/performance.md`.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from orderproof.conformance.reference.server import start
from orderproof.spec.description import DESCRIPTIONS


def measure(command: Sequence[str], folder: str) -> tuple[float, float]:
    """CPU and wall seconds of a command as a whole process."""
    began, before = time.perf_counter(), os.times()
    subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return cpu, time.perf_counter() - began


def main() -> None:
    """Measure both in turn and print the medians."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    figures: dict[str, list[tuple[float, float, int]]] = {"orderproof run": [], "schemathesis run": []}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(rounds):
            # A fresh server for each: what one left there must not be the other's burden.
            with start() as server:
                target = Path(folder) / "target.yaml"
                target.write_text(
                    f"base_url: {server.base_url}\ninternal_base_url: {server.base_url}\n"
                    f"auth: {{bearer: {server.token}}}\nstates: {{callback: '{server.state_url}'}}\n"
                )
                ours = [sys.executable, "-m", "orderproof", "run", "--target", "target.yaml", "--quiet"]
                cpu, wall = measure(ours, folder)
                figures["orderproof run"].append((cpu, wall, server.judged))
            with start() as server:
                cpu = wall = 0.0
                for description in DESCRIPTIONS.values():
                    theirs = [str(Path(sys.executable).with_name("schemathesis")), "run", str(description)]
                    theirs += ["--url", server.base_url, "-H", f"Authorization: Bearer {server.token}"]
                    one_cpu, one_wall = measure(theirs, folder)
                    cpu, wall = cpu + one_cpu, wall + one_wall
                figures["schemathesis run"].append((cpu, wall, server.judged))
    print("| command | CPU s | wall s | requests |\n|---|---|---|---|")
    medians = {}
    for name, rows in figures.items():
        medians[name] = [statistics.median(column) for column in zip(*rows, strict=True)]
        cpu, wall, requests = medians[name]
        print(f"| `{name}` | {cpu:.1f} | {wall:.1f} | {requests:.0f} |")
    ours_, theirs_ = medians["orderproof run"], medians["schemathesis run"]
    print(f"\nratios (orderproof / Schemathesis): CPU {ours_[0] / theirs_[0]:.2f}, wall {ours_[1] / theirs_[1]:.2f}")


if __name__ == "__main__":
    main()
