"""The journal of states, and `orderproof cleanup`, which gives back what a run that died left behind."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from orderproof.conformance.cli import main
from orderproof.conformance.errors import UsageError
from orderproof.conformance.states.journal import JOURNAL_NAME, Journal
from orderproof.conformance.states.sources import State
from tests.loopback import Server, answer


@pytest.fixture
def journal(tmp_path) -> Journal:
    return Journal(tmp_path / JOURNAL_NAME)


def state(name: str) -> State:
    return State("order", {"items": 2}, {"order_uuid": name}, "callback")


def test_what_was_set_up_and_not_given_back_is_left_over_newest_first(journal):
    for name in "abc":
        journal.note("callback", state(name), "setup")
    journal.note("callback", state("b"), "teardown")
    assert journal.left_over() == [state("c"), state("a")]


def test_a_token_does_not_reach_the_file(journal):
    journal.note("callback", State("order", {}, {"order_uuid": "a", "token": "hunter2"}, "callback"), "setup")
    assert "hunter2" not in journal.path.read_text()
    journal.note("callback", State("order", {}, {"order_uuid": "a", "token": "hunter2"}, "callback"), "teardown")
    assert journal.left_over() == []


def test_values_that_are_no_json_do_not_stop_a_run(journal):
    journal.note("provider", State("order", {}, {"order_uuid": "a", "more": uuid.UUID(int=1)}, "provider"), "setup")
    assert [one.order_uuid for one in journal.left_over()] == ["a"]


def test_a_line_that_was_cut_off_is_passed_over(journal):
    journal.note("callback", state("a"), "setup")
    with journal.path.open("a") as file:
        file.write('{"action": "set')
    assert journal.left_over() == [state("a")]


@pytest.mark.parametrize("line", ["garbage", "[]", "{}", '{"action": "setup", "state": "order"}', "\xff"])
def test_what_is_no_journal_is_refused(journal, line):
    journal.path.write_bytes(line.encode("latin-1") + b"\n")
    with pytest.raises(UsageError, match="line 1 is not a journal entry; fix or delete the file"):
        journal.left_over()


def test_threads_write_whole_lines(journal):
    def write(number: int) -> None:
        for index in range(20):
            journal.note("callback", state(f"{number}-{index}"), "setup")

    with ThreadPoolExecutor(8) as threads:
        # The list raises what a thread has raised.
        list(threads.map(write, range(8)))
    assert len(journal.left_over()) == 160


def cleanup(folder, *arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["cleanup", str(folder), *arguments])
    return ended.value.code


@pytest.fixture
def target_file(tmp_path):
    def write(url: str) -> str:
        path = tmp_path / "target.yaml"
        path.write_text(f"base_url: http://127.0.0.1:9\nstates: {{callback: '{url}'}}\n")
        return str(path)

    return write


def test_cleanup_gives_back_and_forgets(journal, target_file, tmp_path, capsys):
    for name in "ab":
        journal.note("callback", state(name), "setup")
    with Server(lambda request: answer(200)) as server:
        assert cleanup(tmp_path, "--target", target_file(server.url)) == 0
    assert [request.json["action"] for request in server.requests] == ["teardown"] * 2
    assert [request.json["params"]["order_uuid"] for request in server.requests] == ["b", "a"]
    assert not journal.path.exists()
    assert "2 states torn down" in capsys.readouterr().out
    assert cleanup(tmp_path, "--target", target_file(server.url)) == 0
    assert "no states were left behind" in capsys.readouterr().out


def test_cleanup_keeps_what_could_not_be_given_back(journal, target_file, tmp_path, capsys):
    for name in "ab":
        journal.note("callback", state(name), "setup")
    with Server(lambda request: answer(400 if request.json["params"]["order_uuid"] == "a" else 200)) as server:
        assert cleanup(tmp_path, "--target", target_file(server.url)) == 1
    assert "1 of 2 states could not be torn down" in capsys.readouterr().err
    assert journal.left_over() == [state("a")]


def test_cleanup_without_a_source_is_a_mistake(journal, tmp_path, capsys):
    journal.note("callback", state("a"), "setup")
    path = tmp_path / "target.yaml"
    path.write_text("base_url: http://127.0.0.1:9\n")
    assert cleanup(tmp_path, "--target", str(path)) == 2
    assert "neither callback nor provider" in capsys.readouterr().err
    journal.path.write_text(json.dumps("x") + "\n")
    path.write_text("base_url: http://127.0.0.1:9\nstates: {callback: 'http://127.0.0.1:9'}\n")
    assert cleanup(tmp_path, "--target", str(path)) == 2
