"""The sandbox: what `orderproof serve` prints works as it is printed."""

import asyncio
import json
import re
import shutil
import subprocess
import threading

import click
import pytest

from orderproof.conformance.commands.sandbox import introduction
from orderproof.conformance.commands.serve import _parse_latency
from orderproof.conformance.config.target import Auth, read_target
from orderproof.conformance.reference.choices import choose
from orderproof.conformance.reference.decisions import Decisions
from orderproof.conformance.reference.latency import delayed
from orderproof.conformance.reference.server import start
from tests.injecting import BLOCK

# Whatever a shell and YAML make of it.
TOKEN = "it's-${a}-$b\\c\"d#e"


@pytest.fixture(scope="module")
def printed():
    with start(token=TOKEN) as server:
        yield server, introduction(server, None)


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
def test_three_requests_work_as_they_are_printed(printed):
    server, text = printed
    lines = [line for line in text.splitlines() if line.startswith("curl ")]
    history, made, canceled = (
        subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True).stdout for line in lines
    )
    assert len(json.loads(history)["orders"]) == 3
    assert json.loads(made)["external_id"] == "sandbox-1"
    assert canceled.startswith("HTTP/1.1 200")
    assert sum(order.cancel_requested for order in server.store.tenants["main"].orders.values()) == 1


def test_the_target_file_can_be_pasted(printed, tmp_path):
    server, text = printed
    pasted = re.search(r"^name: sandbox\n.*?(?=^$)", text, re.MULTILINE | re.DOTALL)[0]
    path = tmp_path / "target.yaml"
    path.write_text(pasted, encoding="utf-8")
    target = read_target(path)
    assert (target.base_url, target.auth) == (server.base_url, Auth(TOKEN))
    assert target.states.callback.url == server.state_url

    # As its comment says: with the injection in place of the callback.
    path.write_text(re.sub(r"^  # (?=injection| )", "  ", pasted, flags=re.MULTILINE), encoding="utf-8")
    assert read_target(path).states.injection.products == BLOCK["products"]


def test_a_written_target_file_is_named(printed):
    text = introduction(printed[0], "my file.yaml")
    assert "orderproof run --target 'my file.yaml'" in text
    assert "base_url:" not in text


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("100ms", (0.1, 0.0)),
        ("2s", (2.0, 0.0)),
        ("100ms+-20ms", (0.1, 0.02)),
        ("100ms±20ms", (0.1, 0.02)),
        (None, None),
    ],
)
def test_a_latency_is_a_time_that_may_vary(text, read):
    context = click.Context(click.Command("serve"))
    assert _parse_latency(context, click.Option(["--latency"]), text) == read


@pytest.mark.parametrize("text", ["fast", "100ms+-", "+-20ms", "100ms+-x", "0"])
def test_what_is_no_latency_is_a_mistake(call, text):
    code, _, err = call("serve", "--port", 0, "--latency", text)
    assert code == 2
    assert "--latency" in err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--token", "a b"), "--token holds a space"),
        (("--variant", "injections-limted"), "near it: injections-limited"),
    ],
)
def test_a_mistake_is_one_sentence(call, arguments, says):
    code, _, err = call("serve", *arguments)
    assert (code, err.count("\n")) == (2, 1)
    assert says in err


def test_a_delayed_answer_waits_as_long_as_it_is_told(monkeypatch):
    waited = []

    async def sleep(seconds, really=asyncio.sleep):
        # A server of another test may run in a thread of this process.
        if threading.current_thread() is threading.main_thread():
            waited.append(seconds)
        else:
            await really(seconds)

    monkeypatch.setattr("orderproof.conformance.reference.latency.asyncio.sleep", sleep)
    late = delayed(choose(variants=["slow-answers"]), 5.0, 1.0)(None, None)
    coroutine = late.before_answer(None, None)
    with pytest.raises(StopIteration):
        coroutine.send(None)
    assert issubclass(type(late), Decisions)
    assert len(waited) == 2, "its own, and that of the variant"
    assert 4.0 <= waited[0] <= 6.0
