"""Workers are forked from a process that has everything loaded, or else started, and none outlives its run."""

import os
import signal
import subprocess
import sys
import threading
from multiprocessing.process import BaseProcess

import execnet
import pytest

from orderproof.conformance.config.target import Target
from orderproof.conformance.kit.settings import Settings
from orderproof.conformance.reference.server import start
from orderproof.conformance.runner.forked_workers import forked_workers
from orderproof.conformance.runner.run_checks import collect_checks
from orderproof.conformance.runner.selection import Selection
from tests import forked
from tests.running import orderproof, target_file

needs_forks = pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux")
IS_FORKED = """
import multiprocessing, os, sys
is_loaded = "orderproof.conformance.runner.preloaded" in sys.modules
channel.send((multiprocessing.parent_process() is not None, is_loaded, os.getcwd(), os.environ.get("HTTP_PROXY")))
"""


@pytest.fixture(scope="module")
def fork_server(tmp_path_factory):
    """The fork server of the tests runs, so that none with less is started here."""
    folder = tmp_path_factory.mktemp("fork-server")
    assert forked.call(["--version"], folder, (folder / "out", folder / "err")) == 0


@pytest.fixture
def gateways(fork_server):
    """Starts processes as pytest-xdist does; their ends are waited for."""
    group = execnet.Group(execmodel="main_thread_only")
    yield lambda: group.makegateway("popen")
    group.terminate(timeout=60.0)


def asked(gateway, source):
    return gateway.remote_exec(source).receive()


@needs_forks
def test_a_worker_has_everything_loaded_and_the_surroundings_of_its_run(gateways, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    with forked_workers():
        gateway = gateways()
    assert asked(gateway, IS_FORKED) == (True, True, str(tmp_path), "http://proxy.example:3128")


@needs_forks
def test_it_is_forked_from_a_process_without_threads(gateways):
    with forked_workers():
        gateway = gateways()
    tasks = asked(gateway, "import os; channel.send(len(os.listdir(f'/proc/{os.getppid()}/task')))")
    assert tasks == 1


@needs_forks
def test_a_worker_that_does_not_end_is_killed(fork_server):
    group = execnet.Group(execmodel="main_thread_only")
    with forked_workers():
        gateway = group.makegateway("popen")
    channel = gateway.remote_exec("import threading; channel.send(1); threading.Event().wait()")
    assert channel.receive() == 1
    group.terminate(timeout=0.0)
    assert gateway._io.wait() == -signal.SIGKILL


@needs_forks
def test_without_a_fork_server_workers_are_started(gateways, monkeypatch):
    def refused(_):
        raise OSError("AF_UNIX path too long")

    monkeypatch.setattr(BaseProcess, "start", refused)
    with forked_workers():
        gateway = gateways()
    assert asked(gateway, IS_FORKED)[:2] == (False, False)


def test_elsewhere_workers_are_started(gateways, monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    with forked_workers():
        gateway = gateways()
    assert asked(gateway, IS_FORKED)[:2] == (False, False)


def test_interrupted_while_it_collects_a_run_does_not_go_on(monkeypatch):
    """pytest makes an exit code of it."""
    monkeypatch.setattr(pytest, "main", lambda *_, **__: pytest.ExitCode.INTERRUPTED)
    with pytest.raises(KeyboardInterrupt):
        collect_checks(Settings(Target(name="none", base_url="http://127.0.0.1:9")), Selection())


@pytest.mark.slow
def test_no_process_outlives_a_run_that_is_killed(tmp_path):
    are_judging = threading.Event()
    with start() as server:
        admit = server.decisions.admit

        async def admitted(call):
            # More than preflight sends.
            if server.judged > 60:
                are_judging.set()
            await admit(call)

        server.decisions.admit = admitted
        target_file(tmp_path, server.base_url, server.token, server.state_url, limits="limits: {workers: 2}")
        command = [sys.executable, "-m", "orderproof", "run", "--target", "target.yaml", "--quiet"]
        run = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        assert are_judging.wait(600.0)
        run.kill()
    # Every process of the run has this stream: it ends when the last of them has.
    _, err = run.communicate(timeout=600.0)
    assert b"Traceback" not in err, err


@pytest.mark.slow
def test_workers_leave_nothing_in_the_working_folder(tmp_path):
    """Not even where there is no folder for caches, and none of theirs among the temporary files."""
    temporary = tmp_path / "temporary"
    folder = tmp_path / "folder"
    temporary.mkdir()
    folder.mkdir()
    with start() as server:
        target_file(folder, server.base_url, server.token, server.state_url, limits="limits: {workers: 2}")
        nowhere = {"HOME": os.devnull, "XDG_CACHE_HOME": os.devnull, "TMPDIR": str(temporary)}
        ran = orderproof(folder, "run", "--target", "target.yaml", "--rules", "GRA-1", **nowhere)
    assert ran.code == 0, ran.out + ran.err
    assert {path.name for path in folder.iterdir()} == {"target.yaml", "orderproof-report"}
    assert [path.name for path in temporary.iterdir() if path.name.startswith("orderproof-")] == []
