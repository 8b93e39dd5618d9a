"""Running orderproof as its users do: a process, its exit code, what it prints and the record that it leaves."""

import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import forked


@dataclass(frozen=True)
class Ran:
    """One call of the command line."""

    code: int
    out: str
    err: str
    folder: Path

    @property
    def record(self) -> dict[str, Any]:
        return json.loads((self.folder / "orderproof-report" / "report.json").read_text(encoding="utf-8"))

    @property
    def verdicts(self) -> dict[str, str]:
        return {row["id"]: row["verdict"] for row in self.record["rules"]}


def orderproof(folder: Path, *arguments: str, **environment: str) -> Ran:
    """Call `orderproof` in a folder, with what `environment` adds to the known one of the tests."""
    if not environment:
        return _forked(folder, arguments)
    ended = subprocess.run(
        [sys.executable, "-m", "orderproof", *arguments],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        # Met only where a run hangs.
        timeout=1200,
        check=False,
    )
    assert "Traceback" not in ended.stderr, ended.stderr
    return Ran(ended.returncode, ended.stdout, ended.stderr, folder)


def _forked(folder: Path, arguments: tuple[str, ...]) -> Ran:
    with tempfile.TemporaryDirectory() as name:
        streams = (Path(name) / "out", Path(name) / "err")
        code = forked.call(arguments, folder, streams)
        out, err = (path.read_text(encoding="utf-8") for path in streams)
    assert "Traceback" not in err, err
    return Ran(code, out, err, folder)


def rules(*patterns: str) -> list[str]:
    """The options that limit a run to rules."""
    return [word for pattern in patterns for word in ("--rules", pattern)]


def made(state_url: str, state: str, **params: Any) -> dict[str, Any]:
    """The values of a fresh state of a reference server."""
    body = json.dumps({"state": state, "params": params, "action": "setup"}).encode()
    request = urllib.request.Request(state_url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def target_file(folder: Path, base_url: str, token: str, state_url: str | None, /, **more: str) -> Path:
    """Write a target file; `more` replaces or adds lines at its top level."""
    lines = {
        "name": "name: sandbox",
        "base_url": f"base_url: {base_url}",
        "internal_base_url": f"internal_base_url: {base_url}",
        "auth": f"auth: {{bearer: {token}}}",
        "states": f"states: {{callback: '{state_url}'}}" if state_url else "",
        **more,
    }
    path = folder / "target.yaml"
    path.write_text("\n".join(line for line in lines.values() if line) + "\n", encoding="utf-8")
    return path
