"""Comparing records: what became worse includes what is no longer judged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderproof.reports.compare import JUDGED, compare, matrix
from orderproof.reports.verdict import RULE_VERDICTS

VERDICTS = st.sampled_from([*RULE_VERDICTS, None])


def of(level: str = "documented", **verdicts) -> dict:
    return {
        "rules": [
            {"id": name, "title": name.title(), "level": level, "verdict": verdict}
            for name, verdict in verdicts.items()
            if verdict
        ]
    }


def kind(before: str | None, after: str | None) -> str | None:
    return next((change.kind for change in compare(of(a=before), of(a=after))), None)


def test_advice_that_is_no_longer_followed_is_told_and_not_worse():
    (change,) = compare(of("advisory", a="pass"), of("advisory", a="warn"))
    assert (change.kind, change.is_worse) == ("no longer followed", False)
    # The later record says what its rules gate.
    (change,) = compare(of("documented", a="pass"), of("advisory", a="warn"))
    assert not change.is_worse
    (change,) = compare(of("advisory", a="pass"), of("documented", a="warn"))
    assert change.is_worse
    # Advice that is not judged any more is lost, as any rule.
    (change,) = compare(of("advisory", a="pass"), of("advisory", a="not-run"))
    assert (change.kind, change.is_worse) == ("lost", True)


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        ("pass", "fail", "regressed"),
        ("pass", "warn", "regressed"),
        ("pass", "waived", "regressed"),
        ("waived", "fail", "regressed"),
        ("not-run", "fail", "regressed"),
        ("inconclusive", "fail", "regressed"),
        (None, "fail", "regressed"),
        ("pass", "not-run", "lost"),
        ("pass", "inconclusive", "lost"),
        ("pass", "not-applicable", "lost"),
        ("fail", "not-run", "lost"),
        ("fail", None, "lost"),
        ("fail", "pass", "fixed"),
        ("warn", "pass", "fixed"),
        ("waived", "pass", "fixed"),
        ("fail", "waived", "changed"),
        ("not-run", "pass", "newly judged"),
        (None, "pass", "newly judged"),
        ("inconclusive", "not-run", "changed"),
    ],
)
def test_kinds_of_change(before, after, wanted):
    assert kind(before, after) == wanted


@given(before=VERDICTS, after=VERDICTS)
def test_only_what_is_kept_is_called_fixed_and_nothing_worse_passes(before, after):
    changes = compare(of(a=before), of(a=after))
    assert len(changes) == (before != after)
    for change in changes:
        assert change.kind != "fixed" or after == "pass"
        if after == "fail" or (before in JUDGED and after not in JUDGED):
            assert change.is_worse
        if after == "pass":
            assert not change.is_worse


@given(st.dictionaries(st.sampled_from("abcdef"), VERDICTS))
def test_a_record_compared_with_itself_is_the_same(verdicts):
    assert compare(of(**verdicts), of(**verdicts)) == []


def test_side_by_side():
    assert matrix([of(a="pass", b="fail"), of(b="pass", c="warn")]) == [
        ("a", "A", ["pass", "absent"]),
        ("b", "B", ["fail", "pass"]),
        ("c", "C", ["absent", "warn"]),
    ]
