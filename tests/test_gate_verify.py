"""`gate --verify`: a record's own exchanges are judged again before the gate opens."""

import pytest

from orderproof.reports.digest import sealed
from orderproof.reports.record import write
from orderproof.reports.waivers import apply, read_waivers
from tests import records

BROKEN = "GRA-2"
WAIVER = f'[[waiver]]\nid = "{BROKEN}"\nreason = "r"\nissue = "i"\nowner = "o"\nexpires = 2999-01-01\n'


@pytest.fixture
def kept(tmp_path):
    """Writes a record with a digest that fits."""

    def keep(record):
        write(sealed(record), tmp_path / "run" / "report.json")
        return "run"

    return keep


@pytest.mark.parametrize(("run", "code"), [({}, 1), ({"void": "base_url: nothing answers"}, 3)])
def test_a_record_that_verifies_is_decided_as_without(call, kept, run, code):
    folder = kept(records.consistent(**run))

    plain, verified = call("gate", folder), call("gate", folder, "--verify")

    assert (plain[0], verified[0]) == (code, code)
    assert verified[1] == plain[1]
    assert verified[2].startswith("run: verified: the digest fits")


def _contradicted(record):
    # No passive rule rests on its number, but the count of its check does.
    record["exchanges"][-1]["check"] = "test_x.py::test_it"
    return record


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (_contradicted, "contradicts itself: "),
        (
            lambda record: {**record, "orderproof": "9.9.9"},
            "was judged by orderproof 9.9.9; verify it with that version",
        ),
    ],
)
def test_what_does_not_verify_is_refused_in_one_sentence(call, kept, made, why):
    folder = kept(made(records.consistent()))

    assert call("gate", folder)[0] == 1
    code, out, err = call("gate", folder, "--verify")

    assert (code, out) == (2, "")
    assert err.startswith(f"orderproof: run: {why}")
    assert len(err.splitlines()) == 1


def test_a_record_without_a_digest_is_refused(call, tmp_path):
    write(records.consistent(), tmp_path / "report.json")

    code, _, err = call("gate", ".", "--verify")

    assert code == 2
    assert "has no digest, so it cannot be verified" in err


def test_waivers_of_others_do_not_count(call, kept, tmp_path):
    (tmp_path / "waivers.toml").write_text(WAIVER)
    waived, _ = apply(records.consistent(), read_waivers(tmp_path / "waivers.toml"))
    folder = kept(waived)

    assert "1 waived" in call("gate", folder)[1]
    code, out, err = call("gate", folder, "--verify")
    assert code == 1
    assert f"  fail    {BROKEN}" in out
    assert "1 rule waived in it; here only the waivers of --waivers count" in err
    assert f"  waived  {BROKEN}" in call("gate", folder, "--verify", "--waivers", "waivers.toml")[1]
