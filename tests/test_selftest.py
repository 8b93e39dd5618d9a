"""The self-test: what counts as an escape and as a false alarm, and that both fail it."""

import json
from dataclasses import replace

import pytest

from orderproof.conformance.reference.behaviours import decided
from orderproof.conformance.reference.variants import all_variants
from orderproof.conformance.selftest import judging
from orderproof.conformance.selftest.judging import SubjectResult
from orderproof.conformance.selftest.matrix import as_text, matrix
from orderproof.conformance.selftest.subjects import Subject, combinations, sample, selections, subjects
from tests.running import orderproof

SPOILER = "refused-cancellation-ends-the-grace-period"


def judgement(kind="fault", name="x", breaks=("GRA-1",), verdict="non-conforming", broken=("GRA-1",), **more):
    return SubjectResult(Subject(kind, name, breaks), verdict, broken, more.pop("unjudged", ()), 1, 1.0, **more)


@pytest.mark.parametrize(
    ("one", "is_wrong", "says"),
    [
        (judgement(), False, None),
        (judgement(broken=("GRA-1", "GRA-2")), False, None),
        (judgement(unverified="GRA-2: its verdict is pass"), True, "its record contradicts itself: GRA-2: its verdict"),
        (judgement(broken=("GRA-2",)), True, "not found by GRA-1 (found by: GRA-2)"),
        (judgement(breaks=("GRA-1", "GRA-2")), True, "not found by GRA-2 (found by: GRA-1)"),
        (judgement(breaks=()), True, "the fault names no rule that must find it"),
        (judgement(verdict="void", broken=(), note="nothing answers"), True, "nothing answers"),
        (judgement("variant", breaks=(), verdict="conforming", broken=()), False, None),
        (judgement("variant", breaks=(), broken=("GRA-1",)), True, "a correct server was judged non-conforming: GRA-1"),
        (
            judgement("variant", breaks=(), verdict="partial", broken=(), unjudged=("GRA-3",)),
            True,
            "a correct server was judged partial: GRA-3",
        ),
        (judgement("spoiler", broken=("GRA-1",)), False, None),
        (
            judgement("spoiler", breaks=(), broken=("GRA-2",)),
            True,
            "rules failed that do not fail on fresh orders: GRA-2",
        ),
        # What a variant may be warned of is written beside it.
        (judgement("variant", breaks=("PRI-4",), verdict="conforming", broken=("PRI-4",)), False, None),
        (judgement("variant", breaks=("PRI-4",), verdict="conforming", broken=("PRI-5",)), True, "PRI-5"),
    ],
)
def test_what_is_wrong_is_said(one, is_wrong, says):
    found = matrix([one])

    assert one.is_wrong is is_wrong
    assert (found["escapes"] + found["false_alarms"] == ["x"]) is is_wrong
    told = list(as_text([one]))
    assert [line for line in told if says and says in line] == told
    assert bool(told) is is_wrong


def test_a_fault_that_was_found_by_chance_is_told():
    late = judgement(tries=2)

    assert (late.is_wrong, matrix([late])["judgements"][0]["tries"]) == (False, 2)
    assert list(as_text([late])) == ["✓ fault x: GRA-1 (by try 2)"]


def test_an_escape_is_tried_again_and_a_false_alarm_is_not(monkeypatch):
    seeds = []

    def judged(subject, seed, is_whole, end):
        seeds.append((subject.kind, seed))
        found = ("GRA-1",) if subject.name == "narrow" and seed == 2 else ()
        return SubjectResult(subject, "conforming", found, (), 1, 1.0)

    monkeypatch.setattr(judging, "_judge", judged)
    chosen = [Subject("fault", "narrow", ("GRA-1",)), Subject("fault", "unseen", ("GRA-1",)), Subject("variant", "v")]
    narrow, unseen, variant = judging.judge_all(chosen, 1, jobs=1)

    assert (narrow.is_wrong, narrow.tries) == (False, 2)
    assert (unseen.is_wrong, unseen.tries) == (True, 3)
    assert (variant.is_wrong, variant.tries) == (False, 1)
    assert sorted(seeds) == [("fault", 1), ("fault", 1), ("fault", 2), ("fault", 2), ("fault", 3), ("variant", 1)]


def test_what_lists_are_too_short_for_is_nobodys_mistake():
    short = judgement(breaks=("GRA-1", "GRA-2"), broken=("GRA-1",), unjudged=("GRA-2",), has_lists=True)
    unseen = judgement(breaks=("GRA-1",), broken=(), unjudged=("GRA-1",), has_lists=True)
    missed = judgement(breaks=("GRA-1",), broken=(), has_lists=True)

    assert [(one.is_wrong, one.is_unjudged) for one in (short, unseen, missed)] == [
        (False, False),
        (False, True),
        (True, False),
    ]
    partial = judgement("variant", breaks=(), verdict="partial", broken=(), unjudged=("GRA-2",))
    assert partial.is_wrong
    assert not replace(partial, has_lists=True).is_wrong
    assert replace(partial, has_lists=True, broken=("GRA-1",)).is_wrong


def test_a_rule_that_caught_no_fault_is_idle():
    found = matrix([judgement(broken=("GRA-1", "GRA-2"))])

    assert found["caught"]["GRA-1"] == ["x"]
    # It fired, but the fault was not written for it.
    assert "GRA-2" in found["idle_rules"]


def test_combinations_are_the_same_for_the_same_seed_and_decide_nothing_twice():
    assert combinations(5, seed=3) == combinations(5, seed=3) != combinations(5, seed=4)
    for one in combinations(5, seed=3):
        taken = [name for part in one.name.split("+") for name in decided(all_variants()[part])]
        assert len(one.name.split("+")) > 2
        assert len(taken) == len(set(taken))


def test_a_sample_is_a_part_in_order():
    every = subjects()
    chosen = sample(every, 10, seed=1)

    assert len(chosen) == 10
    assert [one for one in every if one in chosen] == chosen
    assert sample(every, 10**6, seed=1) == every


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    """A self-test of a fault, of two open choices at once, and of a server that spoils orders."""
    subjects = ["--fault", "extends-by-10-minutes", "--variant", "pretty-json+chunked-answers", "--fault", SPOILER]
    files = ["--json", "matrix.json", "--html", "pages/matrix.html"]
    folder = tmp_path_factory.mktemp("three")
    return orderproof(folder, "selftest", "--profile", "quick", "--verbose", *files, *subjects)


def test_a_fault_is_caught_and_two_choices_at_once_are_spared(three):
    assert three.code == 0, three.out
    assert "✓ fault extends-by-10-minutes: GRA-1" in three.out
    assert "1 fault, 0 escaped; 1 correct server and 1 spoiler, 0 false alarms" in three.out
    written = json.loads((three.folder / "matrix.json").read_text())
    judged = [one["name"] for one in written["judgements"]]
    assert judged == ["extends-by-10-minutes", SPOILER, "pretty-json+chunked-answers"]
    assert (written["caught"]["GRA-1"], written["elsewhere"]) == (["extends-by-10-minutes"], {})
    assert "None of 1 fault escaped" in (three.folder / "pages" / "matrix.html").read_text(encoding="utf-8")


def test_a_spoiled_order_fails_no_innocent_rule(three):
    assert f"✓ spoiler {SPOILER}" in three.out


def test_a_fault_is_judged_with_lists_too(tmp_path):
    ran = orderproof(
        tmp_path, "selftest", "--fixed", "3", "--json", "matrix.json", "--fault", "extends-by-10-minutes", "--no-reuse"
    )

    assert (ran.code, "1 fault, 0 escaped; 0 correct servers, 0 false alarms" in ran.out) == (0, True), ran.out
    written = json.loads((tmp_path / "matrix.json").read_text())
    assert (written["fixed"], written["reuse"], written["escapes"]) == (3, False, [])


def test_judged_by_all_rules_a_fault_is_judged_once_and_by_every_rule():
    (fault,) = [one for one in subjects() if one.name == "extends-by-10-minutes"]

    assert [selection.patterns for selection in selections(fault, is_whole=True)] == [()]
    assert [selection.patterns for selection in selections(fault, is_whole=False)] == [("GRA-1",)]


def test_when_time_is_up_no_run_begins_and_what_is_left_out_is_said(tmp_path):
    ran = orderproof(tmp_path, "selftest", "--sample", "20", "--minutes", "1e-9", "--html", "matrix.html")

    assert ran.code == 1
    assert (
        "0 faults, 0 escaped; 0 correct servers, 0 false alarms; "
        "20 of 20 servers were not run: the time limit was reached" in ran.out
    )
    assert "20 servers of 20 were not run" in (tmp_path / "matrix.html").read_text(encoding="utf-8")


def test_what_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    ran = orderproof(tmp_path, "selftest", "--fault", "extends-by-10-minutes", "--html", "file/matrix.html")

    assert ran.code == 2
    assert "--html: file/matrix.html cannot be written" in ran.err


def test_an_unknown_name_is_a_mistake_of_the_user(tmp_path):
    ran = orderproof(tmp_path, "selftest", "--fault", "extends-by-10-minute")

    assert ran.code == 2
    assert "unknown fault 'extends-by-10-minute'; did you mean \"extends-by-10-minutes\"?" in ran.err
