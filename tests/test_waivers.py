"""Waivers: they cover what they name until they expire, and one that is not needed is a problem of its own."""

from datetime import date

import pytest

from orderproof.reports.waivers import Waiver, WaiverError, apply, fingerprint, read_waivers
from tests.records import ADVISORY, GATING, RULES, all_kept, broken, outcome, record, row

TODAY = date(2026, 6, 1)
RULE, OTHER = GATING[0].id, GATING[1].id


def waiver(rule: str = RULE, expires: date = date(2026, 12, 1), mark: str | None = None) -> Waiver:
    return Waiver(rule, "being mended", "ACME-1", "jo", expires, mark)


def test_a_waived_failure_does_not_gate():
    waived, problems = apply(broken(RULE), [waiver()], TODAY)
    assert problems == []
    assert waived["verdict"] == "conforming"
    assert row(waived, RULE)["verdict"] == "waived"
    assert row(waived, RULE)["reason"] == "waived until 2026-12-01: being mended (ACME-1, jo)"
    gating = sum(rule.gates for rule in RULES)
    assert waived["headline"] == (
        f"conforming: {gating - 1} of {gating} gating rules kept, 1 waived (first waiver expires 2026-12-01)"
    )
    assert waived["summary"]["waived"] == 1


def test_a_waiver_covers_its_own_rule_alone():
    waived, problems = apply(broken(RULE, OTHER), [waiver()], TODAY)
    assert (waived["verdict"], problems) == ("non-conforming", [])
    assert row(waived, OTHER)["verdict"] == "fail"


def test_nothing_is_changed_in_the_record_that_is_given():
    made = broken(RULE)
    apply(made, [waiver()], TODAY)
    assert row(made, RULE)["verdict"] == "fail"


@pytest.mark.parametrize(("expires", "holds"), [(date(2026, 6, 1), True), (date(2026, 5, 31), False)])
def test_a_waiver_holds_until_its_day_is_over(expires, holds):
    waived, problems = apply(broken(RULE), [waiver(expires=expires)], TODAY)
    assert waived["verdict"] == ("conforming" if holds else "non-conforming")
    assert problems == (
        []
        if holds
        else [f"the waiver for {RULE} expired on 2026-05-31 (owner jo, ACME-1): repair the rule or agree on a new date"]
    )


def test_a_waiver_that_nobody_needs_is_a_problem():
    kept, problems = apply(record(all_kept()), [waiver()], TODAY)
    assert problems == [f"the waiver for {RULE} is not needed any more (the rule is kept): remove it"]
    # The verdict of the rules does not change, and the headline says why the exit code is not 0.
    assert kept["verdict"] == "conforming"
    assert kept["headline"] == f"{record(all_kept())['headline']}; {problems[0]}"
    # That it has expired as well changes nothing.
    assert apply(record(all_kept()), [waiver(expires=date(2020, 1, 1))], TODAY)[1] == problems


def test_a_waiver_for_no_rule_is_a_problem():
    waived, problems = apply(broken(RULE), [waiver("XXX-1")], TODAY)
    assert problems == ["the waiver for XXX-1 names no rule: correct its id or remove it"]
    # The broken rule is reason enough.
    assert waived["headline"] == broken(RULE)["headline"]
    assert waived["verdict"] == "non-conforming"


def test_each_problem_is_told_apart():
    waivers = [waiver("XXX-1"), waiver(OTHER), waiver(expires=date(2020, 1, 1))]
    _, problems = apply(broken(RULE), waivers, TODAY)
    assert [problem.split(" ")[4] for problem in problems] == ["names", "is", "expired"]
    kept, _ = apply(record(all_kept()), waivers, TODAY)
    assert kept["headline"].endswith(f"; {problems[0]} (and 2 more problems with waivers)")


def test_what_was_not_judged_cannot_be_waived():
    waived, _ = apply(record(all_kept(RULE)), [waiver()], TODAY)
    assert waived["verdict"] == "partial"
    assert row(waived, RULE)["verdict"] == "not-run"


def test_an_advisory_rule_needs_no_waiver():
    name = ADVISORY[0].id
    waived, _ = apply(record([*all_kept(name), outcome(name, result="fail")]), [waiver(name)], TODAY)
    assert row(waived, name)["verdict"] == "warn"
    _, problems = apply(waived, [waiver(name, mark="0" * 16)], TODAY)
    assert f"the waiver for {name} meets no finding" in problems[0]


def test_a_fingerprint_waives_the_known_finding_and_no_other():
    made = broken(RULE)
    mark = fingerprint(row(made, RULE), row(made, RULE)["findings"][0])
    assert apply(made, [waiver(mark=mark)], TODAY)[0]["verdict"] == "conforming"
    other, problems = apply(made, [waiver(mark="0" * 16)], TODAY)
    assert other["verdict"] == "non-conforming"
    assert problems == [
        f"the waiver for {RULE} meets no finding: none has the fingerprint {'0' * 16}, but {mark}; "
        "correct the fingerprint or remove the waiver"
    ]
    two = record(
        [*all_kept(RULE), *(outcome(RULE, result="fail", check=f"test_x.py::test_{end}") for end in (RULE, "b"))]
    )
    assert apply(two, [waiver(mark=mark)], TODAY)[0]["verdict"] == "non-conforming"
    # Beside a waiver that covers all, one that meets no finding is still a problem.
    both, problems = apply(made, [waiver(), waiver(mark="0" * 16)], TODAY)
    assert both["verdict"] == "conforming"
    assert both["headline"].endswith(f"; {problems[0]}")
    marks = [fingerprint(row(two, RULE), finding) for finding in row(two, RULE)["findings"]]
    assert apply(two, [waiver(mark=one) for one in marks], TODAY)[0]["verdict"] == "conforming"


def test_a_fingerprint_is_the_same_in_another_run():
    first, second = broken(RULE), broken(OTHER, RULE)
    assert len({fingerprint(row(one, RULE), row(one, RULE)["findings"][0]) for one in (first, second)}) == 1


def test_waivers_of_the_run_do_not_outlive_those_of_the_gate():
    waived, _ = apply(broken(RULE), [waiver()], TODAY)
    again, problems = apply(waived, [waiver(expires=date(2026, 7, 1))], date(2026, 8, 1))
    assert again["verdict"] == "non-conforming"
    assert len(problems) == 1
    assert row(again, RULE) == row(broken(RULE), RULE)
    other, _ = apply(waived, [waiver(OTHER)], TODAY)
    assert other["verdict"] == "non-conforming"


def test_without_waivers_a_record_stays_as_it_is():
    waived, _ = apply(broken(RULE), [waiver()], TODAY)
    assert apply(waived, [], TODAY) == (waived, [])


FILE = """
[[waiver]]
id = "GRA-1"
reason = "being mended"
issue = "ACME-1"
owner = "jo"
expires = 2026-12-01
"""


def test_a_file_is_read(tmp_path):
    path = tmp_path / "waivers.toml"
    path.write_text(FILE + FILE.replace("2026-12-01", '"2027-01-01"\nfingerprint = "abc"'))
    assert read_waivers(path) == [waiver("GRA-1"), waiver("GRA-1", date(2027, 1, 1), "abc")]
    path.write_text("")
    assert read_waivers(path) == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[[waiver]", "is not valid TOML"),
        ("[[waivers]]", "unknown key 'waivers'; did you mean \"waiver\"?"),
        ("[waiver]\nid = 'x'", "waiver must be a list of [[waiver]] tables"),
        ("waiver = ['x']", "waiver 1: must be a [[waiver]] table, not text"),
        *(
            (FILE.replace(f"\n{key} ", "\n# "), f"waiver 1: {key} is missing")
            for key in ("id", "reason", "issue", "owner")
        ),
        (FILE.replace("expires", "# "), "waiver 1: expires is missing"),
        (FILE + FILE.replace("jo", ""), "waiver 2: owner must be a text that is not empty"),
        (FILE + "expiry = 1", "unknown key 'expiry'"),
        (FILE.replace("2026-12-01", '"soon"'), "expires must be a date, not 'soon'"),
        (FILE.replace("2026-12-01", "2026-12-01T00:00:00"), "expires must be a date"),
        (FILE.replace("2026-12-01", "20261201"), "expires must be a date"),
        (FILE.replace('"jo"', "5"), "owner must be a text that is not empty, not a number; put it in quotes"),
        (FILE + "fingerprint = ['a']", "fingerprint must be text"),
    ],
)
def test_a_mistake_is_told(tmp_path, text, why):
    path = tmp_path / "waivers.toml"
    path.write_text(text)
    with pytest.raises(WaiverError) as caught:
        read_waivers(path)
    assert str(path) in str(caught.value)
    assert why in str(caught.value)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(WaiverError, match="cannot be read"):
        read_waivers(tmp_path / "none.toml")
    (tmp_path / "odd.toml").write_bytes(b"\xff")
    with pytest.raises(WaiverError, match="is not valid TOML"):
        read_waivers(tmp_path / "odd.toml")
