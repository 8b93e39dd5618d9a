"""How long a large recording takes to judge, and how much memory: `python benchmarks/traffic.py [MEGABYTES]`.

The recording is made from the exchanges of a run on the reference server, repeated for other orders, between requests
for pages and pictures as a browser makes them. The goal: 200 MB in less than 60 s and 400 MB of memory.
"""

import argparse
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

GOAL_SECONDS, GOAL_MEGABYTES = 60, 400
_UUID = 36
_IDS = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<![0-9A-Z])[A-Z]{2}\d{9}(?!\d)|(?<=customer_id=)[^&\"]+"
)
_OTHER = {
    "startedDateTime": "2026-01-01T00:00:00.000Z",
    "time": 5,
    "request": {"method": "GET", "url": "https://shop.example/page.js", "headers": [], "bodySize": 0},
    "response": {
        "status": 200,
        "headers": [],
        "content": {"size": 3_000, "mimeType": "text/javascript", "text": "x" * 3_000},
        "bodySize": 3_000,
    },
}


def recorded(folder: Path) -> tuple[str, list[dict[str, Any]]]:
    """The base URL and the entries of a run on the reference server."""
    run = [sys.executable, "-m", "orderproof", "run", "--profile", "quick", "--report", "har", "--out", str(folder)]
    subprocess.run([*run, "--keep-personal-data", "--quiet"], check=True, stdout=subprocess.DEVNULL)
    base_url = json.loads((folder / "report.json").read_text(encoding="utf-8"))["target"]["base_url"]
    return base_url, json.loads((folder / "traffic.har").read_text(encoding="utf-8"))["log"]["entries"]


def _renamed(one: str, turn: int) -> str:
    """Another id of the same length: a body tells its size."""
    return f"{turn:04x}{one[4:]}" if len(one) == _UUID else f"{one[:2]}{turn:04}{one[6:]}"


def entries(own: list[dict[str, Any]]) -> Iterator[str]:
    """Entries without end: those of the run for ever other orders, each between two of something else."""
    texts = [json.dumps(entry) for entry in own]
    other = json.dumps(_OTHER)
    ids = {found for text in texts for found in _IDS.findall(text)}
    for turn in count():
        names = {one: _renamed(one, turn) for one in ids} if turn else {}
        for text in texts:
            entry = json.loads(_IDS.sub(lambda found, names=names: names.get(found[0], found[0]), text))
            moment = datetime.fromisoformat(entry["startedDateTime"]) + timedelta(days=turn)
            yield json.dumps({**entry, "startedDateTime": moment.isoformat()})
            yield other


def write(path: Path, own: list[dict[str, Any]], size: int) -> int:
    """Write a recording of about `size` bytes; returns the number of its entries."""
    written = number = 0
    with path.open("w", encoding="utf-8") as file:
        file.write('{"log": {"version": "1.2", "creator": {"name": "benchmark", "version": "1"}, "entries": [\n')
        for number, text in enumerate(entries(own), 1):
            written += file.write(text if number == 1 else f",\n{text}")
            if written >= size:
                break
        file.write("]}}\n")
    return number


def main() -> None:
    """Make a recording, judge it, and print what that took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("megabytes", nargs="?", type=int, default=200)
    size = parser.parse_args().megabytes
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        base_url, own = recorded(folder / "run")
        number = write(folder / "large.har", own, size * 1_000_000)
        judge = [sys.executable, "-m", "orderproof", "traffic", str(folder / "large.har"), "--base-url", base_url]
        began = time.monotonic()
        ended = subprocess.run([*judge, "--out", str(folder / "out"), "--quiet"], check=False)
        seconds = time.monotonic() - began
        record = (folder / "out" / "report.json").stat().st_size / 1e6
    # Of all child processes the largest: the run before is smaller.
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1_000
    print(
        f"{size} MB, {number} entries: {seconds:.1f} s (goal {GOAL_SECONDS}), {memory:.0f} MB (goal {GOAL_MEGABYTES})"
    )
    print(f"the record has {record:.1f} MB; exit code {ended.returncode}")


if __name__ == "__main__":
    main()
