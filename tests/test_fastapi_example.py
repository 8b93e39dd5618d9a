"""The FastAPI server that people copy conforms, and no longer when it breaks a rule."""

import contextlib
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.running import orderproof

EXAMPLE = Path(__file__).parent.parent / "examples" / "fastapi_orders"

BROKEN = """
from datetime import timedelta

import app as example
from states import app

example.EXTENSION = timedelta(minutes=10)
"""


@contextlib.contextmanager
def served(folder: Path, module: str = "states") -> Iterator[Path]:
    """Serve the app of a module of the example or of `folder`; yields the example's target file with the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        # It listens already, so requests wait until the server is there.
        taken_over = ["--fd", str(listener.fileno())]
        server = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "uvicorn",
                f"{module}:app",
                "--app-dir",
                str(folder),
                "--no-access-log",
                *taken_over,
            ],
            cwd=EXAMPLE,
            pass_fds=[listener.fileno()],
        )
    try:
        text = (EXAMPLE / "target.yaml").read_text(encoding="utf-8")
        text, replaced = re.subn("127.0.0.1:8000", f"127.0.0.1:{port}", text)
        assert replaced == 3
        (folder / "target.yaml").write_text(text, encoding="utf-8")
        yield folder / "target.yaml"
    finally:
        server.terminate()
        server.wait(timeout=60)


def test_it_conforms(tmp_path):
    with served(tmp_path) as target:
        ran = orderproof(tmp_path, "run", "--target", str(target))

    assert ran.code == 0, ran.out
    assert ran.record["verdict"] == "conforming"
    others = {rule: verdict for rule, verdict in ran.verdicts.items() if verdict not in ("pass", "not-applicable")}
    assert others == {
        # It looks for one media type in Accept, and weighs none.
        "ORD-24": "warn",
        # It answers simultaneous extensions one after the other, and none with 409.
        "GRA-17": "inconclusive",
    }


def test_extensions_by_10_minutes_break_a_rule(tmp_path):
    (tmp_path / "broken.py").write_text(BROKEN, encoding="utf-8")
    with served(tmp_path, "broken") as target:
        ran = orderproof(tmp_path, "run", "--target", str(target), "--rules", "GRA-1", "--rules", "GRA-4")

    assert ran.code == 1, ran.out
    assert ran.verdicts == {"GRA-1": "fail", "GRA-4": "pass"}
