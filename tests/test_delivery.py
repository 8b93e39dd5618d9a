"""Where formats go: their own names, paths, standard output, a step's summary; and what cannot be written."""

import json
from pathlib import Path

import pytest

from orderproof.conformance.traffic.verifying import verify
from orderproof.reports import record as record_module
from orderproof.reports.formats import FORMATS, STDOUT, render
from orderproof.reports.reading import read
from orderproof.reports.record import write
from orderproof.reports.verification import told
from tests import valid
from tests.loopback import Server, json_answer, refusing_port
from tests.records import GATING, all_kept, broken, record
from tests.running import orderproof, target_file

RULE = GATING[0].id
NAMES = [name for name in FORMATS if name != "json"]


@pytest.fixture
def kept(tmp_path):
    """The folder of a record in which one rule is broken."""
    write(broken(RULE), tmp_path / "run" / "report.json")
    return tmp_path / "run"


def test_report_makes_every_format_beside_the_record_whatever_the_verdict(call, kept):
    code, out, err = call("report", kept, *(part for name in NAMES for part in ("--report", name)))

    made = read(kept / "report.json")
    verified = told(made, verify(made))
    assert code == 0
    for name in NAMES:
        file_name = FORMATS[name].file_name
        if file_name == STDOUT:
            assert out == render(name, made)
        else:
            assert (kept / file_name).read_text(encoding="utf-8") == render(name, made, verified)
            assert f"{name}: {kept / file_name}\n" in err


def test_report_takes_a_path_a_folder_and_standard_output(call, kept, tmp_path):
    arguments = ["--report", "badge=deep/b.json", "--report", "junit", "--report", "ctrf=-", "--out", "there"]
    code, out, _ = call("report", kept / "report.json", *arguments)

    assert code == 0
    valid.badge((tmp_path / "deep" / "b.json").read_text(encoding="utf-8"))
    valid.junit((tmp_path / "there" / "junit.xml").read_text(encoding="utf-8"))
    valid.ctrf(out)


@pytest.mark.parametrize(
    ("report", "why"),
    [
        (["badge", "jnit"], "unknown format 'jnit'; did you mean \"junit\"? (formats: json, html, junit,"),
        (["badge", "junit="], "'junit=': the path is missing"),
        (["badge", "junit=run"], "run: is a folder"),
        (["badge", "junit=run/report.json/x"], "run/report.json/x: cannot be written"),
        (["junit=run/report.json"], "run/report.json: junit would overwrite json"),
        (["junit=a.x", "ctrf=./a.x"], "a.x: ctrf would overwrite junit"),
        ([], "give at least one format"),
    ],
)
def test_what_cannot_be_written_is_told_before_anything_is(call, kept, report, why):
    before = (kept / "report.json").read_bytes()
    wanted = [part for one in report for part in ("--report", one)]
    code, out, err = call("report", "run", *wanted)

    assert (code, out, err.count("\n")) == (2, "", 1)
    assert why in err
    assert (kept / "report.json").read_bytes() == before
    assert [path.name for path in kept.iterdir()] == ["report.json"]


def test_one_that_cannot_be_written_keeps_no_other_from_being_so(call, kept, monkeypatch):
    write_text = record_module.write_text

    def fails(path: Path, text: str) -> None:
        if path.name == "junit.xml":
            raise OSError(28, "No space left on device")
        write_text(path, text)

    monkeypatch.setattr(record_module, "write_text", fails)
    code, _, err = call("report", kept, "--report", "junit", "--report", "badge")

    assert code == 2
    assert err.endswith(f"orderproof: {kept / 'junit.xml'}: junit cannot be written (No space left on device)\n")
    valid.badge((kept / "badge.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("report", "why"),
    [
        ("junit=target.yaml/x", "--report: target.yaml/x: cannot be written"),
        ("sarif=orderproof-report/report.json", "sarif would overwrite json"),
        ("nosuch", "unknown format 'nosuch'"),
    ],
)
def test_a_run_whose_report_cannot_be_written_sends_nothing(call, tmp_path, report, why):
    with Server(lambda request: json_answer(200, {})) as server:
        target_file(tmp_path, f"{server.url}/v0", "token", None)
        code, out, err = call("run", "--target", "target.yaml", "--report", report)

    assert (code, out) == (2, "")
    assert why in err
    assert server.requests == []


def test_a_run_gives_way_on_standard_output_and_adds_to_the_summary_of_its_step(tmp_path):
    step = tmp_path / "step.md"
    step.write_text("of another command\n", encoding="utf-8")

    arguments = ["run", "--rules", "GRA-8", "--profile", "quick", "--report", "ctrf=-", "--report", "sarif=a/b.sarif"]
    ran = orderproof(tmp_path, *arguments, GITHUB_STEP_SUMMARY=str(step))

    assert ran.code == 0, ran.err
    assert valid.ctrf(ran.out)["extra"]["verdict"] == "conforming"
    assert "conforming: 1 gating rule kept (quick: a sample of the cases) (only GRA-8 selected)" in ran.err
    valid.sarif((tmp_path / "a" / "b.sarif").read_text(encoding="utf-8"))
    told = step.read_text(encoding="utf-8")
    assert told.startswith("of another command\n")
    assert render("summary", ran.record) in told


@pytest.fixture
def shards(tmp_path):
    for index in (1, 2):
        write(record(all_kept()[index - 1 :: 2], shard=(index, 2)), tmp_path / f"{index}" / "report.json")


def test_merge_adds_the_summary_of_the_whole_to_its_step(call, shards, tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "step.md"))
    assert call("merge", "1", "2")[0] == 0
    assert "✅ Order API: conforming" in (tmp_path / "step.md").read_text(encoding="utf-8")


def test_a_summary_of_a_step_that_cannot_be_written_changes_no_verdict(call, shards, tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path))
    code, _, err = call("merge", "1", "2")
    assert code == 0
    assert err == f"GITHUB_STEP_SUMMARY: {tmp_path} cannot be written (Is a directory)\n"


def test_a_record_names_the_target_file_as_seen_from_where_the_run_was_started(tmp_path):
    (tmp_path / "ci").mkdir()
    with refusing_port() as port:
        target_file(tmp_path / "ci", f"http://127.0.0.1:{port}/v0", "token", None)
        orderproof(tmp_path, "run", "--target", str(tmp_path / "ci" / "target.yaml"))
    made = json.loads((tmp_path / "orderproof-report" / "report.json").read_text(encoding="utf-8"))
    assert made["target"]["file"] == "ci/target.yaml"
