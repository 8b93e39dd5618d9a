"""The commands that read records: exit codes, and every foreseen mistake as one sentence."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from orderproof.conformance.cli import orderproof
from orderproof.reports.record import write
from tests.incomplete import INCOMPLETE, WHOLE
from tests.records import ADVISORY, GATING, all_kept, broken, outcome, record

RULE, OTHER = GATING[0].id, GATING[1].id
RECORDS = {
    "conforming": (lambda: record(all_kept()), 0),
    "non-conforming": (lambda: broken(RULE), 1),
    "void": (lambda: record([], void="base_url: nothing answers"), 3),
    "partial": (lambda: record(all_kept(RULE)), 4),
}


@pytest.fixture
def kept_in(tmp_path):
    def keep(made: dict, name: str = "run"):
        write(made, tmp_path / name / "report.json")
        return tmp_path / name

    return keep


@pytest.fixture
def waivers(tmp_path):
    def waive(*rules: str, days: int = 30):
        expires = datetime.now(UTC).date() + timedelta(days=days)
        path = tmp_path / "waivers.toml"
        entry = '[[waiver]]\nid = "{}"\nreason = "r"\nissue = "i"\nowner = "o"\nexpires = {}\n'
        path.write_text("".join(entry.format(rule, expires) for rule in rules))
        return path

    return waive


@pytest.mark.parametrize(("made", "code"), RECORDS.values(), ids=RECORDS)
def test_the_gate_ends_as_the_run_did(call, kept_in, made, code):
    made = made()
    ended, out, _ = call("gate", kept_in(made))
    assert ended == code
    assert out.splitlines()[0] == made["headline"]
    assert call("gate", kept_in(made) / "report.json")[0] == code


@pytest.mark.parametrize(("made", "code"), RECORDS.values(), ids=RECORDS)
def test_a_partial_run_alone_can_be_accepted(call, kept_in, made, code):
    assert call("gate", kept_in(made()), "--accept-partial")[0] == (0 if code == 4 else code)


def test_the_value_of_accept_partial_comes_after_an_equals_sign_only(call, kept_in):
    folder = kept_in(record(all_kept(RULE)))
    for arguments in (["--accept-partial", folder], [folder, "--accept-partial"], ["--accept-partial", "--", folder]):
        code, out, _ = call("gate", *arguments)
        assert code == 0
        assert "accepted by --accept-partial=50%: " in out
        assert f"  not judged: {RULE}: no check of this rule ran" in out
    assert call("gate", "--accept-partial=100%", folder)[0] == 4
    assert call("gate", folder, f"--accept-partial={RULE}")[0] == 0
    code, out, _ = call("gate", folder, "--accept-partial=oms-order,LIN-*")
    assert code == 4
    assert f"not accepted by --accept-partial=oms-order,LIN-*: it does not cover 1 that were not judged: {RULE}" in out


def test_less_than_half_is_not_accepted_without_a_value(call, kept_in):
    code, out, _ = call("gate", kept_in(record([outcome(RULE), outcome(OTHER)])), "--accept-partial")
    assert code == 4
    assert "not accepted by --accept-partial=50%: 2 of " in out


def test_a_record_that_was_accepted_once_is_judged_anew(call, kept_in):
    from orderproof.reports.acceptance import read_acceptance, with_acceptance

    accepted, _ = with_acceptance(record(all_kept(RULE)), read_acceptance("95%", []))
    assert call("gate", kept_in(accepted))[0] == 4


def test_a_waived_failure_passes_the_gate(call, kept_in, waivers):
    code, out, _ = call("gate", kept_in(broken(RULE)), "--waivers", waivers(RULE))
    assert code == 0
    assert "1 waived (first waiver expires" in out
    assert f"  waived  {RULE}" in out


@pytest.mark.parametrize(
    ("rules", "days", "why"),
    [
        ((RULE,), -1, "expired on"),
        ((RULE, OTHER), 1, f"the waiver for {OTHER} is not needed any more (the rule is kept): remove it"),
        ((RULE, "XXX-9"), 1, "the waiver for XXX-9 names no rule"),
    ],
)
def test_a_problem_with_a_waiver_fails_the_gate(call, kept_in, waivers, rules, days, why):
    code, out, _ = call("gate", kept_in(broken(RULE)), "--waivers", waivers(*rules, days=days))
    assert code == 1
    assert why in out
    # Where no rule is broken, the first line says why the gate is closed.
    assert (why in out.splitlines()[0]) is out.startswith("conforming: ")


def test_a_run_with_waivers_passes_a_gate_without_and_not_one_whose_waivers_are_others(call, kept_in, waivers):
    from orderproof.reports.waivers import apply, read_waivers

    waived, _ = apply(broken(RULE), read_waivers(waivers(RULE)))
    folder = kept_in(waived)
    assert call("gate", folder)[0] == 0
    assert call("gate", folder, "--waivers", waivers(RULE, days=-1))[0] == 1
    waivers()
    assert call("gate", folder, "--waivers", waivers(OTHER))[0] == 1


def test_a_selection_is_refused_unless_it_is_allowed(call, kept_in):
    folder = kept_in(record(all_kept(), selection=("GRA-*",)))
    code, _, err = call("gate", folder)
    assert code == 2
    assert "limited to GRA-*" in err
    assert call("gate", folder, "--allow-selection")[0] == 0


READERS = {
    "gate": lambda good, bad: ["gate", bad],
    "compare, the older": lambda good, bad: ["compare", bad, good],
    "compare, the newer": lambda good, bad: ["compare", good, bad],
    "compare, one of three": lambda good, bad: ["compare", good, bad, good],
    "merge": lambda good, bad: ["merge", bad],
    "report": lambda good, bad: ["report", bad, "--report", "junit=out.xml"],
    "run --last-failed": lambda good, bad: ["run", "http://127.0.0.1:1", "--last-failed", "--out", bad.parent],
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    path = tmp_path_factory.mktemp("whole") / "report.json"
    path.write_text(WHOLE)
    return path


@pytest.mark.parametrize("kind", ["missing", *INCOMPLETE])
@pytest.mark.parametrize("arguments", READERS.values(), ids=READERS)
def test_an_incomplete_record_is_refused_by_every_command_that_reads_one(call, whole, tmp_path, arguments, kind):
    path = tmp_path / "bad" / "report.json"
    path.parent.mkdir()
    content, why = INCOMPLETE.get(kind, (None, "cannot be read"))
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    arguments = arguments(whole, path)

    code, out, err = call(*arguments)

    assert (code, out) == (2, "")
    assert err.startswith("orderproof: ")
    assert err.count("\n") == 1
    if arguments[0] == "merge" and kind == "shard":
        # A shard is what merge is for; it asks for the others.
        assert "shard 2 of 2 is missing" in err
    else:
        assert f"{path}: " in err
        assert why in err
    assert not (tmp_path / "out.xml").exists()


def test_compare_fails_where_a_rule_regressed_or_is_lost(call, kept_in):
    kept, failed = kept_in(record(all_kept()), "a"), kept_in(broken(RULE), "b")
    lost = kept_in(record(all_kept(RULE)), "c")
    assert call("compare", kept, kept)[0] == 0
    code, out, _ = call("compare", kept, failed)
    assert code == 1
    assert "regressed (1)" in out
    assert "lost (1)" in call("compare", kept, lost)[1]
    assert call("compare", kept, lost)[0] == 1
    assert call("compare", failed, kept)[0] == 0
    advice = ADVISORY[0].id
    warned = kept_in(record([*all_kept(advice), outcome(advice, result="fail")]), "d")
    code, out, _ = call("compare", kept, warned)
    assert code == 0
    assert f"no longer followed (1)\n  {advice:<7} pass -> warn" in out
    assert "rules that differ: 1, worse: 0" in out
    assert call("compare", kept)[0] == 2
    code, out, _ = call("compare", kept, failed, lost)
    assert code == 0
    assert f"≠ {RULE}" in out


def test_a_record_with_the_words_of_an_earlier_version_is_read(call, kept_in, tmp_path):
    older = {**broken(RULE), "headline": "non-conforming: 1 rule broken"}
    path = kept_in(older)
    code, out, _ = call("gate", path)
    assert (code, out.splitlines()[0]) == (1, "non-conforming: 1 rule broken")
    assert call("compare", path, path)[0] == 0
    assert call("report", path, "--report", f"summary={tmp_path / 'summary.md'}")[0] == 0
    assert "non-conforming: 1 rule broken" in (tmp_path / "summary.md").read_text()


def test_merge_joins_shards_and_ends_with_their_verdict(call, kept_in, tmp_path):
    outcomes = [*all_kept(RULE), outcome(RULE, result="fail")]
    parts = [kept_in(record(outcomes[index::2], shard=(index + 1, 2)), f"{index}") for index in range(2)]
    code, out, _ = call("merge", *parts, "--out", tmp_path / "whole")
    assert code == 1
    assert out.startswith("non-conforming: 1 of ")
    assert call("gate", tmp_path / "whole")[0] == 1
    code, _, err = call("merge", parts[0])
    assert code == 2
    assert "shard 2 of 2 is missing" in err
    assert call("gate", parts[0])[0] == 2


def test_what_cannot_be_written_is_one_sentence(call, kept_in, tmp_path):
    parts = [kept_in(record(all_kept()[index::2], shard=(index + 1, 2)), f"{index}") for index in range(2)]
    (tmp_path / "file").touch()
    code, _, err = call("merge", *parts, "--out", tmp_path / "file" / "deeper")
    assert code == 2
    assert str(tmp_path / "file") in err


@pytest.mark.parametrize(
    ("arguments", "code", "part"),
    [
        (["gaet", "x"], 2, 'did you mean "gate"'),
        (["rules", "XXX-1"], 2, "no rule has the id XXX-1"),
        (["rules", "explain"], 2, "give the id of a rule"),
        (["run", "nowhere"], 2, "BASE_URL: 'nowhere' is not an absolute URL"),
        (["run", "--target", "none.yaml"], 2, "none.yaml: cannot be read"),
        (["run", "http://h", "--rules", "ZZZ-*"], 2, "no rule has such an id"),
        (["run", "http://h", "-H", "Accept: x"], 2, "Accept cannot be set for all requests"),
        (["run", "http://h", "--fault", "x"], 2, "works only with the embedded server"),
        (["run", "http://h", "--shard", "3/2"], 2, "must be I/N"),
        (["run", "http://h", "--report", "json="], 2, "the path is missing"),
        (["run", "http://h", "--report", "jsn=x"], 2, "unknown format 'jsn'; did you mean \"json\"?"),
        (["run", "http://h", "--report", "json=."], 2, ".: is a folder"),
        (["report", "."], 2, "give at least one format"),
        (["run", "http://h", "--last-failed"], 2, "cannot be read"),
        (["run", "http://h", "--waivers", "none.toml"], 2, "none.toml"),
        (["run", "http://h", "--seed", "-1"], 2, "--seed"),
        (["run", "http://h", "--max-time", "soon"], 2, "--max-time: 'soon' is not a time of at most an hour"),
        (["run", "http://h", "--accept-partial=0"], 2, "write the share of gating rules that must be judged"),
        (["gate", "--accept-partial=0%", "x"], 2, "write the share of gating rules that must be judged"),
        (["gate", "--accept-partial=oms-ordre", "x"], 2, 'did you mean "oms-order"?'),
        (["run", "--fault", "no-such-fault"], 2, "no-such-fault"),
        (["cleanup"], 2, "--target"),
    ],
)
def test_a_mistake_on_the_command_line_is_told(call, arguments, code, part):
    ended, _, err = call(*arguments)
    assert ended == code
    assert part in err


def test_hostile_words_in_a_record_are_harmless(call, kept_in):
    code, out, _ = call("gate", kept_in(record([], void="\x1b[2J\n::error::x")))
    assert code == 3
    assert "\x1b" not in out
    assert not [line for line in out.splitlines() if line.startswith("::")]


def test_help_is_there_for_every_command():
    for name in orderproof.list_commands(None):
        ended = CliRunner().invoke(orderproof, [name, "--help"])
        assert ended.exit_code == 0, name
        assert "Usage:" in ended.output


def test_a_plain_encoding_does_not_stop_a_command():
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-c", "from orderproof.conformance.cli import main; main(['rules', 'explain', 'GRA-4'])"]
    ended = subprocess.run(command, capture_output=True, env=environment, check=False)
    assert ended.returncode == 0, ended.stderr
    assert b"GRA-4" in ended.stdout
