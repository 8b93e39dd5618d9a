"""Whether the tests hold on a busy machine, in any order, whoever runs them.

    python benchmarks/busy.py [--times 10] [--seed 1] [TEST ...]

Runs the tests, or those that are named, so many times, each time in another random order (pytest-randomly, in the
dependency group `busy`), while a process for each core computes for nothing. Every second run has the environment of
somebody whose settings would change what a program says and does. Prints a line a run, the failed tests of those that
fail, and a summary; ends with 1 unless every run passed. A run's line has its seed: `--times 1 --seed N` repeats it.
"""

import argparse
import importlib.util
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROJECT = Path(__file__).parent.parent
WORKERS = 2
_HOSTILE = """
    TZ=Asia/Kathmandu LANG=C LC_ALL=C HOME=/nonexistent CI=true GITHUB_STEP_SUMMARY=/nonexistent/summary.md
    COLUMNS=40 LINES=5 NO_COLOR=1 CLICOLOR_FORCE=1 TERM=dumb PYTHONIOENCODING=ascii PYTEST_ADDOPTS=--tb=short
    http_proxy=http://127.0.0.1:9 HTTP_PROXY=http://127.0.0.1:9 ALL_PROXY=http://127.0.0.1:9
    GIT_DIR=/nonexistent PIP_REQUIRE_VIRTUALENV=1 SOURCE_DATE_EPOCH=0 HYPOTHESIS_NO_PLUGINS=1
"""
HOSTILE = dict(setting.split("=", 1) for setting in _HOSTILE.split())
# Ends when the process that started it is gone, however that ended.
_COMPUTE = "import os\nstarter = os.getppid()\nwhile os.getppid() == starter: sum(range(1_000_000))"


@contextmanager
def every_core_busy() -> Iterator[int]:
    """Keep every core at work with something else; yields how many processes do so."""
    busy = [subprocess.Popen([sys.executable, "-c", _COMPUTE]) for _ in range(os.cpu_count() or 1)]
    try:
        yield len(busy)
    finally:
        for one in busy:
            one.kill()
            one.wait()


def run_tests(seed: int, tests: list[str], environment: dict[str, str]) -> tuple[bool, str, list[str]]:
    """Run the tests in the order of a seed: whether all passed, the last line of pytest, and the tests that did not."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", str(WORKERS), "--dist=loadgroup"]
    ended = subprocess.run(
        [*command, f"--randomly-seed={seed}", *tests],
        cwd=PROJECT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    lines = ended.stdout.strip().splitlines() or ended.stderr.strip().splitlines() or ["pytest said nothing"]
    failed = [line for line in lines if line.startswith(("FAILED ", "ERROR "))]
    return ended.returncode == 0, lines[-1][:200], failed


def main() -> None:
    """Run the tests as often as asked for, and say how often they passed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=10, help="how often (default: 10)")
    parser.add_argument("--seed", type=int, default=1, help="the order of the first run (default: 1)")
    parser.add_argument("tests", nargs="*", help="files of tests, or nodes (default: all)")
    asked = parser.parse_args()
    if importlib.util.find_spec("pytest_randomly") is None:
        parser.error("pytest-randomly is missing; run: tox run -e busy, or pip install --group busy")
    passed = 0
    with every_core_busy() as others:
        for number in range(asked.times):
            seed = asked.seed + number
            is_hostile = seed % 2 == 0
            start = time.monotonic()
            is_passed, told, failed = run_tests(seed, asked.tests, HOSTILE if is_hostile else {})
            passed += is_passed
            surroundings = "a hostile environment" if is_hostile else "this environment"
            print(f"seed {seed} in {surroundings}, {time.monotonic() - start:.0f} s: {told}", flush=True)
            for line in failed:
                print(f"  {line}", flush=True)
    print(
        f"{passed} of {asked.times} runs passed, each in another order, "
        f"{WORKERS} workers beside {others} processes that keep {os.cpu_count()} cores busy"
    )
    sys.exit(passed != asked.times)


if __name__ == "__main__":
    main()
