"""The skeletons that `orderproof init` writes: they run as written, and judge once their functions are filled in."""

import contextlib
import re
import subprocess
import sys

import pytest

from orderproof.conformance.config.state_kinds import STATES
from orderproof.conformance.reference.server import start
from tests.running import orderproof, rules

CHEAP = ("GRA-4", "ORD-9")
HELPER = '''

def ask(state: str, params: Params) -> Values | None:
    """What the reference server gives for a state."""
    import json
    from urllib.request import Request, urlopen

    body = json.dumps({{"state": state, "params": params, "action": "setup"}}).encode()
    with urlopen(Request({url!r}, body, {{"Content-Type": "application/json"}})) as answer:
        return json.load(answer)

'''


@pytest.fixture(scope="module")
def server():
    with start() as running:
        yield running


def written(folder, server, states):
    """What `init` writes in a folder for the server; the path of the skeleton."""
    ran = orderproof(folder, "init", "--base-url", server.base_url, "--states", states)
    assert ran.code == 0, ran.err
    return folder / f"states_{states}.py"


def fill_in(skeleton, server):
    """Let every function of a skeleton give what the reference server gives."""
    text = skeleton.read_text(encoding="utf-8")
    functions = re.compile(r"(def (\w+)\(params: Params\).*?)return NOT_OFFERED", re.DOTALL)
    filled, count = functions.subn(lambda found: f'{found[1]}return ask("{found[2].replace("_", "-")}", params)', text)
    assert count == len(STATES)
    beginning = filled.index("\n\ndef order(")
    skeleton.write_text(filled[:beginning] + HELPER.format(url=server.state_url) + filled[beginning:], "utf-8")


@contextlib.contextmanager
def serving(skeleton):
    """Run a callback on a free port, and let the target file name it."""
    process = subprocess.Popen(
        [sys.executable, skeleton, "0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        url = re.search(r"http://[\w.:]+", process.stdout.readline())[0]
        target = skeleton.with_name("target.yaml")
        target.write_text(target.read_text("utf-8").replace("http://127.0.0.1:8099", url), "utf-8")
        yield
    finally:
        process.terminate()
        process.communicate()


def run(folder, server):
    return orderproof(folder, "run", "--target", "target.yaml", *rules(*CHEAP), ORDERS_TOKEN=server.token)


@pytest.mark.parametrize("states", ["callback", "provider"])
def test_a_skeleton_keeps_the_usual_style(tmp_path, server, states):
    skeleton = written(tmp_path, server, states)
    ruff = [sys.executable, "-m", "ruff"]
    wanted = "E,F,W,I,UP,B,SIM,RET,D1,PT,PIE,C4,A"
    for command in (["check", "--line-length=100", "--select", wanted], ["format", "--check"]):
        ended = subprocess.run([*ruff, *command, "--isolated", skeleton], capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.parametrize("states", ["callback", "provider"])
def test_a_function_says_what_its_state_promises(tmp_path, server, states):
    text = " ".join(written(tmp_path, server, states).read_text(encoding="utf-8").split())
    for kind in STATES.values():
        documented = text.partition(f"def {kind.name.replace('-', '_')}(params")[2].partition("return NOT_OFFERED")[0]
        assert kind.says[1:] in documented
        assert all(f"`{name}`" in documented for name in (*kind.params, *kind.values))


@pytest.mark.slow
def test_a_provider_runs_as_written_and_judges_once_filled_in(tmp_path, server):
    skeleton = written(tmp_path, server, "provider")
    ran = run(tmp_path, server)
    assert ran.code == 4
    assert "states.provider does not offer it" in ran.out
    assert set(ran.verdicts.values()) == {"not-run"}

    fill_in(skeleton, server)
    ran = run(tmp_path, server)
    assert (ran.code, set(ran.verdicts.values())) == (0, {"pass"}), ran.out


@pytest.mark.slow
def test_a_callback_runs_as_written_and_judges_once_filled_in(tmp_path, server):
    skeleton = written(tmp_path, server, "callback")
    with serving(skeleton):
        ran = run(tmp_path, server)
    assert ran.code == 3
    assert "answers 404 for every state; is its path right? If it is, let it offer a state" in ran.out

    skeleton.unlink()
    (tmp_path / "target.yaml").unlink()
    fill_in(written(tmp_path, server, "callback"), server)
    with serving(skeleton):
        ran = run(tmp_path, server)
    assert (ran.code, set(ran.verdicts.values())) == (0, {"pass"}), ran.out
