"""The digest of a record: an edited record is refused by every command that reads one, in one sentence."""

import hashlib
import json

import pytest

from orderproof.conformance.cli import main
from orderproof.reports import digest
from orderproof.reports.digest import digest_of, sealed
from orderproof.reports.formats import render
from orderproof.reports.reading import RecordError, read
from orderproof.reports.record import write
from tests import records


def _call(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        main([str(one) for one in arguments])
    told = capsys.readouterr()
    return ended.value.code, told.out, told.err


@pytest.fixture
def conforming():
    return sealed(records.record(records.all_kept()))


def test_the_digest_is_that_of_the_canonical_form(conforming):
    plain = {name: value for name, value in conforming.items() if name != "digest"}
    canonical = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    assert conforming["digest"] == "sha256:" + hashlib.sha256(canonical.encode()).hexdigest()


def test_how_a_record_is_written_does_not_matter(tmp_path, conforming):
    path = tmp_path / "report.json"
    path.write_text(json.dumps(dict(sorted(conforming.items())), indent=7), encoding="utf-8")

    assert read(path) == conforming


def test_half_a_surrogate_pair_has_a_digest_too():
    assert digest_of({"a": "\ud800"}) != digest_of({"a": "\ud801"})


@pytest.mark.parametrize("command", ["gate", "compare", "merge", "report"])
def test_an_edited_record_is_refused(command, tmp_path, capsys, conforming):
    path = tmp_path / "report.json"
    write({**conforming, "seed": 77}, path)
    more = {"compare": [path], "report": ["--report", "junit"], "merge": ["--out", tmp_path / "merged"]}

    code, _, err = _call(capsys, command, path, *more.get(command, []))

    assert code == 2
    assert err.startswith(f"orderproof: {path}: was changed after it was written: its digest does not fit")
    assert len(err.splitlines()) == 1


def test_who_deletes_the_digest_is_refused_by_the_version(tmp_path, conforming):
    path = tmp_path / "report.json"
    record = {name: value for name, value in conforming.items() if name != "digest"}
    write({**record, "orderproof": "0.3.0"}, path)

    with pytest.raises(RecordError, match=r"has no digest, which orderproof 0\.3\.0 writes"):
        read(path)


@pytest.mark.parametrize(("version", "is_due"), [("0.2.0", False), ("0.1", False), ("0.3.0.dev1", True), ("2.0", True)])
def test_versions_before_digests_are_known(version, is_due):
    assert digest.is_due({"orderproof": version}) is is_due


def test_the_gate_says_that_a_record_has_no_digest(tmp_path, capsys, conforming):
    path = tmp_path / "report.json"
    write({name: value for name, value in conforming.items() if name != "digest"}, path)

    code, _, err = _call(capsys, "gate", path)

    assert (code, err) == (
        0,
        f"{path}: orderproof 0.2.0 wrote no digest, so nothing shows whether the record was edited\n",
    )


def test_the_statement_names_the_record_by_its_digest(conforming):
    subjects = json.loads(render("intoto", conforming))["subject"]

    assert subjects[1]["digest"] == {"sha256": conforming["digest"].removeprefix("sha256:")}
    assert subjects[0]["digest"] == {"sha256": hashlib.sha256(render("json", conforming).encode()).hexdigest()}


def test_merged_shards_have_a_digest_of_their_own(tmp_path, capsys):
    for index in (1, 2):
        write(sealed(records.record(records.all_kept(), shard=(index, 2))), tmp_path / str(index) / "report.json")

    code, _, _ = _call(capsys, "merge", tmp_path / "1", tmp_path / "2", "--out", tmp_path / "both")

    assert code == 0
    assert "digest" in read(tmp_path / "both" / "report.json")
