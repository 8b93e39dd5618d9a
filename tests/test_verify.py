"""Verifying a record: what a run wrote is verified, and no edit brings another verdict about."""

import copy
import json
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderproof.conformance.cli import main
from orderproof.conformance.kit.settings import Settings
from orderproof.conformance.runner.embedded import embedded_target
from orderproof.conformance.runner.judging import RunOptions, judge_target
from orderproof.conformance.runner.recorded import prove
from orderproof.conformance.runner.rejudging import rejudged
from orderproof.conformance.runner.selection import Selection
from orderproof.conformance.traffic.verifying import verify
from orderproof.reports import digest
from orderproof.reports.compare import compare
from orderproof.reports.digest import sealed
from orderproof.reports.formats import render
from orderproof.reports.reading import RecordError, load, read
from orderproof.reports.record import write
from orderproof.reports.verdict import conclude, results_in
from orderproof.reports.verification import conclusion, told
from tests import records
from tests.edits import edited

pytestmark = pytest.mark.slow

# What nothing in a record proves: the words in which a check tells what it expected and saw, beyond the requests and
# statuses in them, and what an answer of such a finding said beside its status.
UNPROVEN = re.compile(
    r"rules/\d+/findings/\d+/(expected|observed|message)"
    r"|exchanges/\d+/(request_body|response_body)/.*"
)


@pytest.fixture(autouse=True, scope="module")
def _every_version_writes_digests():
    """As from the next release on: what lacks a digest was edited."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(digest, "_LAST_WITHOUT", (0, 1))
        yield


def _judged(folder, fault, *rules):
    with embedded_target(["--fault", fault] if fault else []) as target:
        how = Settings(target, 1, "default", folder=str(folder), patience_seconds=3.0)
        record = judge_target(RunOptions(how, folder, Selection(rules, is_narrow=True))).record
    path = folder / "report.json"
    write(sealed(record), path)
    return path


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """Records of a conforming server, of one with a broken answer, and of one that loses a race."""
    folders = [tmp_path_factory.mktemp(name) for name in ("kept", "broken", "raced")]
    paths = [
        _judged(folders[0], None, "GRA-1", "GRA-4", "CST-1", "CAN-4", "ERR-*", "GRA-9", "GRA-10", "GRA-11"),
        _judged(folders[1], "error-code-as-number", "ERR-*", "GRA-4", "CAN-4", "GRA-9"),
        _judged(folders[2], "extension-id-in-shared-field", "GRA-3", "GRA-9", "ROB-2"),
    ]
    return [read(path) for path in paths]


def matters(record):
    """What a record is read for: its verdict, that of each rule, the counts, the headline, and the findings."""
    return {
        "of the run": [record[name] for name in ("verdict", "headline", "summary", "requests", "void")],
        "rules": [
            [row[name] for name in ("id", "title", "level", "source", "verdict", "reason", "strength")]
            for row in record["rules"]
        ],
        "findings": sorted(
            [finding[name] for name in ("message", "expected", "observed", "exchanges", "decisive", "curl")]
            + [_shown(record["exchanges"][number]) for number in finding["exchanges"]]
            for row in record["rules"]
            for finding in row["findings"]
        ),
    }


def _shown(exchange):
    bodies = [body and body["text"] for body in (exchange["request_body"], exchange["response_body"])]
    return [exchange["method"], exchange["url"], exchange["status"], bodies]


@settings(max_examples=300)
@given(st.integers(0, 2), st.randoms(use_true_random=False))
def test_an_edit_is_refused_or_changes_nothing_that_matters(recorded, tmp_path_factory, which, chance):
    original = recorded[which]
    path, changed = edited(original, chance)
    file = tmp_path_factory.getbasetemp() / "edited.json"
    file.write_text(json.dumps(changed), encoding="utf-8")
    with pytest.raises(RecordError):
        read(file)
    # Who edits a record can make a new digest, too.
    file.write_text(json.dumps(sealed(changed)), encoding="utf-8")
    try:
        found = verify(load(file))
    except RecordError:
        return
    where = "/".join(map(str, path))
    assert not found.is_verified or UNPROVEN.fullmatch(where) or matters(changed) == matters(original), where


@pytest.mark.parametrize("which", [0, 1, 2])
def test_what_a_run_wrote_is_verified(recorded, which):
    found = verify(recorded[which])

    assert (found.fits, found.is_known, found.disagreements) == (True, True, [])


@pytest.mark.parametrize(
    "run",
    [
        {"void": "base_url: nothing answers"},
        {"cut_short": "interrupted: 3 of 5 checks were not run"},
        {"shard": (1, 2)},
        {"read_only": True},
        {"selection": ["GRA-*", "!GRA-4"]},
        {"keep_personal_data": True},
    ],
)
def test_a_record_need_not_be_of_a_whole_run(run):
    found = verify(sealed(records.consistent(**run)))

    assert [str(one) for one in found.disagreements] == []


def forged(record):
    """The record as if its first broken rule was kept: all that says otherwise was changed with it."""
    record = copy.deepcopy(record)
    row = next(row for row in record["rules"] if row["findings"])
    row |= {"findings": [], "verdict": "pass", "reason": ""}
    row["checks"] = [{**entry, "outcome": "pass", "reason": ""} for entry in row["checks"]]
    concluded = conclude(results_in(record["rules"]), selection=record["selection"])
    told_so = {"verdict": concluded.verdict, "summary": concluded.summary, "headline": concluded.headline}
    return row["id"], sealed({**record, **told_so})


def test_an_edit_that_is_consistent_is_found_by_the_exchanges(recorded, tmp_path):
    rule, record = forged(recorded[1])
    write(record, tmp_path / "report.json")
    # Nothing but the evidence is against it.
    read(tmp_path / "report.json")

    found = verify(record)

    assert [(one.where, one.what, one.said) for one in found.disagreements] == [(rule, "its verdict", "pass")]
    assert "proves it broken" in found.disagreements[0].proven


def _call(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        main([str(one) for one in arguments])
    out, err = capsys.readouterr()
    return ended.value.code, out, err


def test_the_command_says_what_agrees_and_what_does_not(recorded, tmp_path, capsys):
    rule, record = forged(recorded[1])
    write(recorded[1], tmp_path / "report.json")
    write(record, tmp_path / "forged.json")

    assert _call(capsys, "verify", tmp_path)[:2][0] == 0
    code, out, _ = _call(capsys, "verify", tmp_path / "forged.json")
    assert code == 1
    assert f"  {rule}: its verdict is pass, but exchange " in out
    assert out.splitlines()[-1].startswith("not verified: the record contradicts itself")
    code, out, _ = _call(capsys, "verify", tmp_path / "forged.json", "--json")
    data = json.loads(out)
    assert (code, data["verified"], data["digest"], data["disagreements"][0]["where"]) == (1, False, "fits", rule)


def test_a_file_that_is_no_record_is_an_error_of_use(tmp_path, capsys):
    (tmp_path / "report.json").write_text("{}", encoding="utf-8")

    code, _, err = _call(capsys, "verify", tmp_path)

    assert code == 2
    assert f"{tmp_path}/report.json: is not the record of a run" in err
    assert len(err.splitlines()) == 1


def test_page_and_junit_say_whether_the_record_was_verified(recorded, tmp_path, capsys):
    write(recorded[0], tmp_path / "report.json")
    write(forged(recorded[1])[1], tmp_path / "forged" / "report.json")

    code, _, err = _call(capsys, "report", tmp_path, "--report", "all")
    names = {path.name for path in tmp_path.iterdir() if path.is_file()}
    assert code == 0
    assert {"report.html", "junit.xml", "results.sarif", "traffic.har", "summary.md", "badge.json"} < names
    for name in ("report.html", "junit.xml"):
        assert "verified: the digest fits" in (tmp_path / name).read_text(encoding="utf-8")
    code, _, err = _call(capsys, "report", tmp_path / "forged", "--report", "junit")
    assert "not verified: the record contradicts itself" in err
    assert "not verified: the record contradicts itself" in (tmp_path / "forged" / "junit.xml").read_text(
        encoding="utf-8"
    )
    # A run's own views were written with the record.
    assert "Written together with its record" in render("html", recorded[0])


@pytest.mark.parametrize("which", [0, 1, 2])
def test_the_same_version_says_the_same_again(recorded, which):
    again = rejudged(recorded[which])

    assert again["rules"] == recorded[which]["rules"]
    assert [again[name] for name in ("verdict", "headline")] == [
        recorded[which][name] for name in ("verdict", "headline")
    ]
    assert again["rejudged"] == {"by": recorded[which]["orderproof"], "of": recorded[which]["digest"]}
    assert verify(again).is_verified


def test_what_an_earlier_version_had_not_found_is_found_again(recorded, tmp_path, capsys):
    rule, earlier = forged(recorded[1])
    earlier = sealed({**earlier, "orderproof": "0.1.9"})
    write(earlier, tmp_path / "report.json")

    assert not verify(earlier).is_known
    code, _, _ = _call(capsys, "verify", tmp_path, "--rejudge", tmp_path / "new" / "report.json")
    assert code == 0
    changes = compare(earlier, read(tmp_path / "new" / "report.json"))
    assert [(change.id, change.before, change.after) for change in changes] == [(rule, "pass", "warn")]


def test_a_record_that_contradicts_itself_is_not_judged_anew(recorded, tmp_path, capsys):
    write(forged(recorded[1])[1], tmp_path / "report.json")

    code, _, err = _call(capsys, "verify", tmp_path, "--rejudge", tmp_path / "new.json")

    assert (code, (tmp_path / "new.json").exists()) == (2, False)
    assert "--rejudge: " in err


def _told(body, **parts):
    kept = {"text": body, "encoding": "utf-8", "bytes": len(body.encode()), "cut": False}
    made = records.record([records.outcome("CST-1", exchanges=[records.exchange(operation="showCancellationStatus")])])
    return {**made["exchanges"][0], "response_body": kept, **parts}


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ('{"cancelable": true, "canceled": false}', "kept"),
        ('{"cancelable": true, "canceled": "no"}', "broken"),
        # What was masked may have been right, and what stands beside it is judged.
        ('{"cancelable": true, "canceled": "‹masked›"}', "unknown"),
        ('{"cancelable": "yes", "canceled": "‹masked›"}', "broken"),
        ('{"cancelable": true, "note": "‹masked›"}', "broken"),
        ('{"cancelable": true, "canceled": ‹token›', "unknown"),
    ],
)
def test_what_was_masked_is_not_judged_again(body, says):
    proof = prove(_told(body), is_marked=True)

    assert [name for name in ("kept", "broken", "unknown") if "CST-3" in getattr(proof, name)] == [says]


def test_of_a_body_kept_in_part_status_and_type_are_judged():
    body = {"text": '{"cance', "encoding": "utf-8", "bytes": 9_000, "cut": True}

    proof = prove(_told("", response_body=body), is_marked=True)

    assert "CST-3" in proof.unknown & proof.uncounted
    assert not proof.broken


def test_where_there_is_no_digest_that_is_said(recorded):
    record = {name: value for name, value in recorded[0].items() if name != "digest"}
    found = replace(verify(recorded[0]), fits=None)

    assert conclusion(found) == "verified, but without a digest: nothing in the record contradicts the rest"
    assert told(record, None).endswith("the record has no digest")
