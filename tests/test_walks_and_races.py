"""Walks and races in whole runs: what they find is told as a short story, or as a timeline."""

import pytest

from tests.running import orderproof


def finding_of(folder, fault, rule):
    ran = orderproof(folder, "run", "--fault", fault, "--rules", rule)
    assert (ran.code, ran.verdicts) == (1, {rule: "fail"})
    (row,) = ran.record["rules"]
    return ran, row["findings"][0]


def test_a_failing_walk_is_told_without_the_steps_that_it_can_do_without(tmp_path):
    ran, finding = finding_of(tmp_path, "extended-four-times-at-most", "GRA-18")

    # Two extensions measured the timer before the walk: the fifth is its third step.
    assert len(finding["story"]) == 3
    assert [step["answer"] for step in finding["story"]] == [
        "200, due_at 1 extension further",
        "200, due_at 2 extensions further",
        "200, due_at 2 extensions further",
    ]
    assert finding["story"][-1]["exchange"] == finding["decisive"] == finding["exchanges"][-1]
    # The two that measured it are told, too.
    assert len(finding["exchanges"]) >= 5
    assert "  3. order 1: extend the grace period" in ran.out


def test_a_lost_extension_is_drawn_with_the_answers_that_cannot_both_be(tmp_path):
    ran, finding = finding_of(tmp_path, "extension-lost", "GRA-7")

    lost = [event for event in finding["timeline"] if event["impossible"]]
    assert len(lost) == 2
    assert len({event["answer"] for event in lost}) == 1
    assert all(event["start_s"] <= event["end_s"] for event in finding["timeline"])
    assert ran.out.count("✗    0.0 to ") >= 2


@pytest.mark.parametrize("variant", ["extensions-queued", "canceled-later"])
def test_a_server_that_queues_or_cancels_later_conforms(tmp_path, variant):
    rules = ("GRA-7", "GRA-16", "GRA-17", "CAN-25")
    ran = orderproof(tmp_path, "run", "--variant", variant, *(part for rule in rules for part in ("--rules", rule)))

    assert (ran.code, ran.record["verdict"]) == (0, "conforming")
    # What needs a collision is not judged where none can be provoked.
    if variant == "extensions-queued":
        (row,) = [row for row in ran.record["rules"] if row["verdict"] != "pass"]
        assert (row["id"], row["verdict"]) == ("GRA-17", "inconclusive")
        assert "2 times 4 extensions were sent at once, and none was refused with 409" in row["reason"]
