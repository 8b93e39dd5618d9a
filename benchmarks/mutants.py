"""Mutants of the reference server, made by cosmic-ray, each judged by a conformance run: which of them go unnoticed.

    pip install cosmic-ray
    python benchmarks/mutants.py FOLDER [WORKERS]

Every worker has a copy of the repository in FOLDER and mutates its server's decisions and operations there; what was
done is kept, so that a call that was broken off goes on where it was. A mutant is caught when its run breaks a rule, or
warns, or cannot be judged. The list of those that were not is printed as a table for `docs/selftest.md`, where each has
its reason.
"""

import shutil
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parent.parent
MUTATED = ("conformance/reference/decisions", "conformance/reference/operations")
# Of an annotation, `A | B` is not evaluated: each mutant of it is equivalent, and there are no other uses of it.
EXCLUDED = "core/ReplaceBinaryOperator_BitOr_.*"
SECONDS = 180

CONFIG = """[cosmic-ray]
module-path = [{modules}]
timeout = {seconds}
excluded-modules = []
test-command = "{python} benchmarks/mutants.py --judge"

[cosmic-ray.distributor]
name = "local"

[cosmic-ray.filters.operators-filter]
exclude-operators = ["{excluded}"]
"""


def prepare(folder: Path) -> None:
    """Copy the repository and list its mutants, unless that was done before."""
    if (folder / "session.sqlite").exists():
        return
    left_out = (".git", ".tox", ".venv", "orderproof-report", ".hypothesis", "*_cache", "__pycache__")
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*left_out))
    modules = ", ".join(f'"{module}"' for module in MUTATED)
    (folder / "session.toml").write_text(
        CONFIG.format(modules=modules, seconds=SECONDS, python=sys.executable, excluded=EXCLUDED)
    )
    # A judge that finds the server wrong as it is would find every mutant.
    tool("cosmic-ray", "baseline", "session.toml", folder=folder)
    tool("cosmic-ray", "init", "session.toml", "session.sqlite", folder=folder)
    tool("cr-filter-operators", "session.sqlite", "session.toml", folder=folder)


def tool(name: str, *arguments: str, folder: Path) -> None:
    """Run one of cosmic-ray's commands in a copy of the repository."""
    subprocess.run([str(Path(sys.executable).with_name(name)), *arguments], cwd=folder, check=True)


def leave_to(folder: Path, worker: int, workers: int) -> None:
    """Leave a worker its part of the mutants."""
    with sqlite3.connect(folder / "session.sqlite") as session:
        jobs = [row[0] for row in session.execute("SELECT job_id FROM work_items ORDER BY job_id")]
        others = [(job,) for index, job in enumerate(jobs) if index % workers != worker]
        for table in ("mutation_specs", "work_results", "work_items"):
            session.executemany(f"DELETE FROM {table} WHERE job_id = ?", others)


def run(folder: Path, worker: int, workers: int) -> None:
    """Judge a worker's mutants."""
    copy = folder / str(worker)
    is_new = not copy.exists()
    prepare(copy)
    if is_new:
        leave_to(copy, worker, workers)
    tool("cosmic-ray", "exec", "session.toml", "session.sqlite", folder=copy)


def judge() -> int:
    """Judge the server of this copy: 1 where the suite notices that it is mutated."""
    command = [sys.executable, "-m", "orderproof", "run", "--quiet", "--max-failures", "1", "--out", "mutant-report"]
    shutil.rmtree("mutant-report", ignore_errors=True)
    ended = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    return 1 if ended.returncode or "Warnings" in ended.stdout else 0


def report(folder: Path, workers: int) -> None:
    """Print how many were caught, and a row for each that was not."""
    counts = {"KILLED": 0, "SURVIVED": 0, "INCOMPETENT": 0}
    rows = []
    for worker in range(workers):
        with sqlite3.connect(folder / str(worker) / "session.sqlite") as session:
            for path, row, operator, occurrence, outcome, diff in session.execute(
                "SELECT module_path, start_pos_row, operator_name, occurrence, test_outcome, diff FROM work_results "
                "JOIN mutation_specs USING (job_id) WHERE worker_outcome != 'SKIPPED'"
            ):
                counts[outcome] = counts.get(outcome, 0) + 1
                if outcome == "SURVIVED":
                    changed = [
                        line for line in diff.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")
                    ]
                    rows.append((path, row, operator, occurrence, " ".join(" ".join(changed).split())))
    print(counts)
    print("| where | mutant |\n|---|---|")
    for path, row, _, _, changed in sorted(rows):
        print(f"| {Path(path).name}:{row} | `{changed.replace('|', chr(92) + '|')}` |")


def main() -> None:
    """Make the copies, judge all mutants, and print what was not noticed."""
    if sys.argv[1:] == ["--judge"]:
        raise SystemExit(judge())
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    folder, workers = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 2
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(lambda worker: run(folder, worker, workers), range(workers)))
    report(folder, workers)


if __name__ == "__main__":
    main()
