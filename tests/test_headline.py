"""The headline: every case of a verdict in one plain sentence that begins with the verdict."""

from datetime import date

import pytest

from orderproof.reports.headline import RuleResult, headline
from orderproof.reports.verdict import conclude


def rows(gating: str = "", advice: str = "", **reasons: str) -> list[RuleResult]:
    """Rows from words such as `3 pass 1 fail`; reasons by verdict, with an underscore for a hyphen."""
    made = []
    for level, words in (("documented", gating), ("advisory", advice)):
        counts = words.split()
        for count, verdict in zip(counts[::2], counts[1::2], strict=True):
            reason = reasons.get(verdict.replace("-", "_"), "")
            made += [RuleResult(level, verdict, reason)] * int(count)
    return made


@pytest.mark.parametrize(
    ("found", "more", "sentence"),
    [
        (rows("269 pass", "48 pass"), {}, "conforming: all 269 gating and 48 advisory rules kept"),
        (rows("1 pass", "1 pass"), {}, "conforming: 1 gating and 1 advisory rule kept"),
        (rows("14 pass"), {}, "conforming: all 14 gating rules kept"),
        (
            rows("255 pass 14 not-applicable", "46 pass 2 not-applicable"),
            {},
            "conforming: all 255 gating and 46 advisory rules in scope kept",
        ),
        (
            rows("269 pass", "46 pass 2 warn"),
            {},
            "conforming: all 269 gating rules kept, 2 of 48 advisory rules not followed",
        ),
        (
            rows("269 pass", "46 pass 1 not-run 1 inconclusive"),
            {},
            "conforming: all 269 gating rules kept, 2 advisory rules not judged",
        ),
        (
            rows("268 pass 1 waived", "48 pass"),
            {"waived_until": date(2027, 1, 31)},
            "conforming: 268 of 269 gating rules kept, 1 waived (first waiver expires 2027-01-31)",
        ),
        (
            rows("16 pass", "4 pass"),
            {"selection": ["GRA-*"]},
            "conforming: all 16 gating and 4 advisory rules kept (only GRA-* selected)",
        ),
        (
            rows("5 pass"),
            {"selection": ["A-1", "A-2", "A-3", "A-4", "A-5"]},
            "conforming: all 5 gating rules kept (only A-1, A-2, A-3 and 2 more selected)",
        ),
        (
            rows("268 pass"),
            {"selection": ["!GRA-7"]},
            "conforming: all 268 gating rules kept (all but GRA-7 selected)",
        ),
        (
            rows("15 pass"),
            {"selection": ["GRA-*", "!GRA-7"]},
            "conforming: all 15 gating rules kept (only GRA-* without GRA-7 selected)",
        ),
        (rows("268 pass 1 fail", "48 pass"), {}, "non-conforming: 1 of 269 gating rules broken"),
        (
            rows("200 pass 2 fail 30 not-run 1 waived", "40 pass 4 not-run 1 warn"),
            {"waived_until": date(2027, 1, 31)},
            "non-conforming: 2 of 233 gating rules broken, 34 rules not judged (30 can fail a release, 4 are advice), "
            "1 waived (first waiver expires 2027-01-31), 1 of 45 advisory rules not followed",
        ),
        (
            rows("239 pass 30 not-run", "47 pass 1 not-run"),
            {},
            "partial: nothing broken, but 31 rules not judged (30 can fail a release, 1 is advice)",
        ),
        (rows("268 pass 1 inconclusive", "48 pass"), {}, "partial: nothing broken, but 1 rule not judged"),
        (
            rows("3 pass 2 not-run"),
            {"cut_short": "interrupted: 2 of 5 checks were not run"},
            "partial: nothing broken, but 2 rules not judged (interrupted: 2 of 5 checks were not run)",
        ),
        (
            rows("5 pass"),
            {"cut_short": "interrupted: 1 of 6 checks were not run"},
            "partial: nothing broken, but the run did not finish (interrupted: 1 of 6 checks were not run)",
        ),
        (
            rows("7 not-run 21 inconclusive", not_run="every request got 401", inconclusive="no such answer"),
            {},
            "partial: no rule that can fail a release could be judged. Every request got 401",
        ),
        (rows("1 pass"), {"void": "base_url: nothing answers"}, "void: base_url: nothing answers"),
        (
            rows("", "1 pass 1 warn"),
            {},
            "void: only advisory rules were judged, and they cannot make a server conforming",
        ),
        (
            rows("2 inconclusive", inconclusive="the answer was not JSON"),
            {},
            "void: no rule that can fail a release could be judged. The answer was not JSON",
        ),
    ],
)
def test_each_case_is_one_sentence(found, more, sentence):
    assert conclude(found, **more).headline == sentence


def test_the_cause_is_what_concerns_the_whole_target_rather_than_a_state():
    found = [*rows("9 not-run", not_run="state order: no states were given"), *rows("2 not-run", not_run="401")]
    assert headline("partial", found).endswith("could be judged. 401")
