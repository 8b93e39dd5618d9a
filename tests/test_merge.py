"""Joining shards: nothing lost, nothing doubled, and judged anew by the one verdict function."""

import copy

import pytest

from orderproof.reports.merge import MergeError, merge
from orderproof.reports.reading import read
from orderproof.reports.record import write
from tests.records import GATING, PASSIVE_RULES, RULES, all_kept, outcome, record, row

RULE, OTHER = GATING[0].id, GATING[1].id


def shards(outcomes: list[dict], count: int = 3, **run) -> list[tuple[str, dict]]:
    return [
        (f"{index}.json", record(outcomes[index - 1 :: count], shard=(index, count), **run))
        for index in range(1, count + 1)
    ]


def test_shards_of_a_conforming_run_are_conforming(tmp_path):
    parts = shards(all_kept())
    assert {part["verdict"] for _, part in parts} <= {"partial", "void"}
    whole = merge(parts)
    assert whole["verdict"] == "conforming"
    assert whole["shard"] is None
    assert len(whole["exchanges"]) == whole["requests"] == sum(part["requests"] for _, part in parts)
    write(whole, tmp_path / "report.json")
    assert read(tmp_path / "report.json")["verdict"] == "conforming"


def test_a_merged_run_says_what_the_whole_run_says():
    outcomes = [*all_kept(RULE, OTHER), outcome(RULE, result="fail"), outcome(OTHER, result="not-run")]
    whole, merged = record(outcomes), merge(shards(outcomes, 4))
    verdicts = [{one["id"]: one["verdict"] for one in of["rules"]} for of in (whole, merged)]
    assert verdicts[0] == verdicts[1]
    assert merged["headline"] == whole["headline"]


def test_a_finding_still_points_at_its_exchanges():
    failing = outcome(RULE, result="fail", check="test_z.py::test_z")
    failing.exchanges[0]["url"] = "http://acme.example/v0/the-one"
    merged = merge(shards([*all_kept(RULE), failing], 2))
    finding = row(merged, RULE)["findings"][0]
    assert merged["exchanges"][finding["decisive"]]["url"] == "http://acme.example/v0/the-one"
    assert [merged["exchanges"][number]["number"] for number in finding["exchanges"]] == finding["exchanges"]


def test_the_order_of_the_records_does_not_matter():
    parts = shards(all_kept())
    assert merge(parts)["rules"] == merge(parts[::-1])["rules"]


def test_answers_judged_in_passing_are_added_up():
    rule = PASSIVE_RULES[0]
    parts = [
        outcome(GATING[index].id, passive={rule.id: {"judged": 2, "findings": []}}, check=f"{index}")
        for index in range(3)
    ]
    merged = merge(shards(parts))
    assert [check["requests"] for check in row(merged, rule.id)["checks"]] == [6]


def test_a_check_that_does_not_apply_takes_no_other_rule_with_it():
    rules = [rule for rule in GATING if rule.operation == GATING[0].operation]
    first, *rest = [rule.id for rule in rules]
    assert rest
    merged = merge(shards([outcome(first, result="not-applicable"), outcome(OTHER, check="b")], 2))
    assert row(merged, first)["verdict"] == "not-applicable"
    assert {row(merged, other)["verdict"] for other in rest if other != OTHER} == {"not-run"}


def test_an_operation_that_the_target_leaves_out_stays_out():
    operation = next(rule.operation for rule in RULES if rule.area == "INT" and rule.operation)
    left_out = {operation: "the target file gives no internal_base_url"}
    kept = [one for one in all_kept() if not one.rules[0].startswith("INT")]
    parts = shards(kept, 2, out_of_scope=left_out)
    for _, part in parts:
        assert {one["verdict"] for one in part["rules"] if one["operation"] == operation} == {"not-applicable"}
    merged = merge(parts)
    assert {one["reason"] for one in merged["rules"] if one["operation"] == operation} == set(left_out.values())


def test_a_story_and_a_timeline_name_the_exchanges_of_the_whole_run():
    event = {"text": "extend", "start_s": 0.0, "end_s": None, "answer": "none", "exchange": None, "impossible": True}
    told = {"story": [{"text": "cancel", "answer": "200", "exchange": 0}], "timeline": [event]}
    outcomes = [*all_kept(RULE), outcome(RULE, result="fail", finding=told)]
    parts = [("1.json", record(outcomes[:-1], shard=(1, 2))), ("2.json", record(outcomes[-1:], shard=(2, 2)))]
    whole = merge(parts)
    (finding,) = row(whole, RULE)["findings"]
    assert finding["story"][0]["exchange"] == finding["decisive"] == len(whole["exchanges"]) - 1
    assert finding["timeline"] == [event]


def test_a_void_shard_makes_the_whole_void():
    parts = shards(all_kept(), 2)
    merged = merge([parts[0], ("2.json", record([], shard=(2, 2), void="nothing answers"))])
    assert merged["verdict"] == "void"


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda parts: parts[1:], "shard 1 of 3 is missing"),
        (lambda parts: parts[:1], "shard 2 of 3 is missing"),
        (lambda parts: [*parts, ("again.json", parts[1][1])], "again.json: shard 2 was given twice .also 2.json"),
        (lambda parts: [*parts, ("w.json", record(all_kept()))], "w.json: is a whole run, not a shard"),
        (lambda parts: [*parts, shards(all_kept(), 4)[3]], "4.json: is a shard of 4, but others are shards of 3"),
        (lambda parts: [parts[0], changed(parts[1], seed=7), parts[2]], "2.json: its seed differs"),
        (lambda parts: [parts[0], changed(parts[1], selection=["GRA-*"]), parts[2]], "its selection differs"),
        (lambda parts: [parts[0], changed(parts[1], target={"name": "b"}), parts[2]], "its target differs"),
        (lambda parts: [parts[0], changed(parts[1], orderproof="9"), parts[2]], "its orderproof differs"),
        (lambda parts: [parts[0], changed(parts[1], cut_short="stopped"), parts[2]], "2.json: the run was cut short"),
    ],
)
def test_what_is_no_set_of_shards_is_refused(spoil, why):
    with pytest.raises(MergeError, match=why):
        merge(spoil(shards(all_kept())))


def test_shards_of_the_embedded_server_have_addresses_of_their_own():
    def at(port: int, **target) -> dict:
        url = f"http://127.0.0.1:{port}/v0"
        return {"name": "reference", "base_url": url, "internal_base_url": url, "file": None, "absent": [], **target}

    parts = shards(all_kept(), 2)
    assert merge([changed(parts[0], target=at(1)), changed(parts[1], target=at(2))])["verdict"] == "conforming"
    # A target file of the same name says where its server is.
    for different in ({"file": "target.yaml"}, {"absent": ["external_oms"]}, {"name": "acme"}):
        with pytest.raises(MergeError, match="its target differs"):
            merge([changed(parts[0], target=at(1)), changed(parts[1], target=at(2, **different))])
    named = {"file": "target.yaml"}
    with pytest.raises(MergeError, match="its target differs"):
        merge([changed(parts[0], target=at(1, **named)), changed(parts[1], target=at(2, **named))])


def changed(part: tuple[str, dict], **values) -> tuple[str, dict]:
    return part[0], {**copy.deepcopy(part[1]), **values}
