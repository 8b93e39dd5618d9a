"""From the moment a run begins, its folder holds no record but its own, however it ends."""

import asyncio
import contextlib
import json
import os
import queue
import random
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from orderproof.conformance.reference.server import start
from orderproof.reports.formats import FORMATS
from orderproof.reports.reading import RecordError, read
from orderproof.reports.record import write
from tests import forked
from tests.records import all_kept, record
from tests.running import orderproof, target_file

RUN = [sys.executable, "-m", "orderproof", "run", "--rules", "GRA-1", "--quiet"]
EARLIER = "2001-02-03T04:05:06.789Z"
POINTS = 15
# Met only where something is broken, however busy the machine is.
PATIENCE = 600.0


@pytest.fixture
def green(tmp_path):
    """A folder with the record, and a view, of an earlier run that conforms."""
    return with_green_record(tmp_path)


def with_green_record(folder):
    report = folder / "orderproof-report"
    write(record(all_kept(), started_at=EARLIER), report / "report.json")
    (report / "junit.xml").write_text("<testsuites/>", encoding="utf-8")
    return folder


def refused(folder) -> str:
    """Why the record in a folder is refused; what gates on it refuses it too."""
    with pytest.raises(RecordError) as error:
        read(folder / "orderproof-report" / "report.json")
    gate = orderproof(folder, "gate", "orderproof-report", "--allow-selection", "--accept-partial")
    assert (gate.code, gate.out) == (2, "")
    assert str(error.value).removeprefix(str(folder)).lstrip("/") in gate.err
    return str(error.value)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_run_that_is_ended_at_any_moment_leaves_no_earlier_record(tmp_path, number):
    arguments, nowhere = RUN[RUN.index("run") :], (Path(os.devnull), Path(os.devnull))
    first = tmp_path / "measured"
    first.mkdir()
    # The process that the others are forked from has started.
    assert forked.call(arguments, first, nowhere) == 0
    begun = time.monotonic()
    assert forked.call(arguments, first, nowhere) == 0
    whole = time.monotonic() - begun
    moments = random.Random(1)
    earlier = tmp_path / "earlier"
    earlier.mkdir()
    with_green_record(earlier)

    def end_one(point: int) -> None:
        folder = shutil.copytree(earlier, tmp_path / str(point))
        process = forked.start(arguments, folder, nowhere)
        process.join(moments.uniform(0, whole))
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, number)
        process.join()
        found = json.loads((folder / "orderproof-report" / "report.json").read_text(encoding="utf-8"))
        # The command line is read: that is before the run began.
        if found["started_at"] == EARLIER:
            return
        assert found["cut_short"] or process.exitcode == 0 or found["verdict"] == "conforming"
        assert not (folder / "orderproof-report" / "junit.xml").exists()
        if found["cut_short"] and number == signal.SIGKILL:
            with pytest.raises(RecordError, match="unfinished: it began at"):
                read(folder / "orderproof-report" / "report.json")
        elif found["cut_short"]:
            gate = orderproof(folder, "gate", "orderproof-report", "--allow-selection", "--accept-partial")
            assert gate.code not in (0, 1), gate.out + gate.err

    with ThreadPoolExecutor(2) as pool:
        # The list raises what a thread has raised.
        list(pool.map(end_one, range(POINTS)))


@pytest.mark.parametrize("number", [1, 5], ids=["the first request", "the fifth request"])
def test_a_run_that_is_killed_while_it_waits_for_an_answer_is_unfinished(green, number):
    held = queue.SimpleQueue()
    with start() as server:
        target_file(green, server.base_url, server.token, server.state_url)
        admit = server.decisions.admit

        async def admit_until_then(call):
            if server.judged >= number:
                held.put(call)
                await asyncio.Event().wait()
            await admit(call)

        server.decisions.admit = admit_until_then
        with subprocess.Popen([*RUN, "--target", "target.yaml"], cwd=green, stderr=subprocess.DEVNULL) as process:
            try:
                held.get(timeout=PATIENCE)
            finally:
                process.kill()

    assert "unfinished: it began at" in refused(green)
    assert not (green / "orderproof-report" / "junit.xml").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--target", "none.yaml"],
        ["--rules", "NO-*"],
        ["http://127.0.0.1:1/v0", "--fault", "extends-by-10-minutes"],
        ["--no-such-option"],
        ["--report", "no-such-format"],
        ["--seed", "x"],
    ],
    ids=" ".join,
)
def test_a_run_that_cannot_begin_leaves_no_earlier_record(green, arguments):
    ran = orderproof(green, "run", *arguments)

    assert ran.code == 2
    assert "unfinished: it stopped before anything was judged" in refused(green)
    assert not (green / "orderproof-report" / "junit.xml").exists()


def test_the_folder_that_is_named_is_the_one_that_counts(green):
    elsewhere = green / "elsewhere"
    elsewhere.mkdir()
    for out in (["--out", "../orderproof-report"], ["--out=../orderproof-report"]):
        ran = orderproof(elsewhere, "run", *out, "--no-such-option")
        assert ran.code == 2
        assert "No such option" in refused(green)


def test_what_is_no_record_of_ours_is_left_alone(tmp_path):
    report = tmp_path / "orderproof-report"
    report.mkdir()
    for name in ("junit.xml", "summary.md"):
        (report / name).write_text("mine", encoding="utf-8")
    orderproof(tmp_path, "run", "--no-such-option")
    orderproof(tmp_path, "run", "--target", "none.yaml")
    assert {path.name for path in report.iterdir()} == {"junit.xml", "summary.md", "report.json"}
    assert (report / "junit.xml").read_text(encoding="utf-8") == "mine"


def test_a_format_of_an_earlier_run_goes_from_where_this_run_puts_it(green):
    (green / "ci").mkdir()
    (green / "ci" / "junit.xml").write_text("<testsuites/>", encoding="utf-8")
    ran = orderproof(green, "run", "--target", "none.yaml", "--report", "junit=ci/junit.xml")
    assert (ran.code, (green / "ci" / "junit.xml").exists()) == (2, False)


def test_what_a_run_reads_is_not_removed(green):
    (green / "target.yaml").write_text("base_url: [", encoding="utf-8")
    ran = orderproof(green, "run", "--target", "target.yaml", "--report", "junit=target.yaml")
    assert (ran.code, (green / "target.yaml").exists()) == (2, True)


def test_a_dry_run_leaves_the_record_alone(green):
    assert orderproof(green, "run", "--dry-run", "--rules", "GRA-1").code == 0
    assert read(green / "orderproof-report" / "report.json")["started_at"] == EARLIER


def test_every_view_of_a_record_goes_with_it(green):
    report = green / "orderproof-report"
    names = {kind.file_name for kind in FORMATS.values()} - {"-", "report.json"}
    for name in names:
        (report / name).write_text("old", encoding="utf-8")
    orderproof(green, "run", "--target", "none.yaml")
    assert [path.name for path in report.iterdir()] == ["report.json"]


PROVIDER = """
import json, os, urllib.request
from multiprocessing import parent_process
from pathlib import Path

def give(state, params, action):
    if action == "teardown":
        with Path("torn-down.txt").open("a") as torn_down:
            torn_down.write(params.get("order_uuid", "none") + "\\n")
    elif Path("set-up.txt").exists() and Path("set-up.txt").read_text().count("\\n") >= 5 and not Path("sent").exists():
        Path("sent").touch()
        os.kill(RUN, NUMBER)
    body = json.dumps({"state": state, "params": params, "action": action}).encode()
    request = urllib.request.Request("STATE_URL", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        values = json.loads(answer.read() or b"{}")
    if action == "setup":
        with Path("set-up.txt").open("a") as set_up:
            set_up.write(values.get("order_uuid", "none") + "\\n")
    return values
"""


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_a_signal_ends_a_run_in_order(green, number, workers):
    """It comes while a check has a state: that is given back, and the record tells what was judged."""
    with start() as server:
        values = {"STATE_URL": server.state_url, "NUMBER": str(int(number))}
        # The process that was started, whichever runs the checks. A worker may be forked for it by another.
        values["RUN"] = "os.getpid()" if workers == 1 else "getattr(parent_process(), 'pid', os.getppid())"
        text = PROVIDER
        for name, value in values.items():
            text = text.replace(name, value)
        (green / "testdata.py").write_text(text, encoding="utf-8")
        more = {"states": "states: {provider: testdata:give}", "limits": f"limits: {{workers: {workers}}}"}
        target_file(green, server.base_url, server.token, None, **more)
        ran = orderproof(green, "run", "--target", "target.yaml", "--rules", "GRA-*", "--quiet")
    set_up, torn_down = ((green / name).read_text(encoding="utf-8").split() for name in ("set-up.txt", "torn-down.txt"))
    assert ran.code == 130, ran.err
    assert set(set_up) == set(torn_down)
    assert "interrupted" in refused(green)
    assert not (green / "orderproof-report" / "states.jsonl").exists()


@pytest.mark.parametrize("closed", ["stdout", "stderr"])
@pytest.mark.parametrize(
    ("fault", "code"), [((), 0), (("--fault", "extends-by-10-minutes"), 1)], ids=["right", "wrong"]
)
def test_a_reader_that_goes_away_decides_nothing(tmp_path, closed, fault, code):
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ended = subprocess.run(
            [*RUN[:-1], *fault],
            cwd=tmp_path,
            check=False,
            **{"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, closed: writing},
        )
    finally:
        os.close(writing)
    assert ended.returncode == code
    assert {path.name for path in (tmp_path / "orderproof-report").iterdir()} == {"report.json", "report.html"}


def test_closed_streams_decide_nothing(tmp_path):
    shell = f"{sys.executable} -m orderproof run --rules GRA-1 --fault extends-by-10-minutes >&- 2>&-"
    ended = subprocess.run(["sh", "-c", shell], cwd=tmp_path, check=False)
    assert ended.returncode == 1
    assert orderproof(tmp_path, "gate", "orderproof-report", "--allow-selection").code == 1


def test_an_error_of_our_own_is_exit_3_and_a_file_to_send(tmp_path):
    script = (
        "import orderproof.conformance.commands.gate as gate, orderproof.conformance.cli as cli\n"
        "gate.command.callback = lambda **options: 1 / 0\n"
        "cli.main(['gate', 'x'])\n"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    (file,) = tmp_path.glob("orderproof-error-*.txt")
    assert (ended.returncode, ended.stderr.count("\n")) == (3, 1)
    assert str(file) in ended.stderr
    assert "ZeroDivisionError" in file.read_text(encoding="utf-8")
