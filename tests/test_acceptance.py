"""What `--accept-partial` accepts: a floor, or what it names; nothing that is broken, void or cut short."""

import json

import pytest

from orderproof.conformance.commands.options import STATES
from orderproof.reports.acceptance import AcceptanceError, read_acceptance, with_acceptance
from orderproof.reports.page.overview import overview
from orderproof.reports.reading import read
from orderproof.reports.record import write
from tests.records import ADVISORY, GATING, PASSIVE_RULES, RULES, all_kept, broken, outcome, record

IN_SCOPE = sum(rule.gates for rule in RULES)
RULE, OTHER, THIRD = (rule.id for rule in GATING[:3])
STATE = "oms-unavailable"


def lacking(rule: str, state: str = STATE, **more):
    return outcome(rule, result="not-run", reason=f"state {state}: your target file lists no such order", **more)


def judged(record_, text):
    return with_acceptance(record_, read_acceptance(text, STATES))


def is_accepted(record_, text) -> bool:
    return "accepted" in judged(record_, text)[0]


def with_judged(count: int):
    """The record of a run that judged this many gating rules and found all of them kept."""
    unjudged = [rule.id for rule in RULES if rule.gates and not rule.passive][: IN_SCOPE - count]
    made = record(all_kept(*unjudged))
    assert sum(row["level"] != "advisory" and row["verdict"] == "pass" for row in made["rules"]) == count
    return made


@pytest.mark.parametrize("percent", ["50", "95", "99.5", "100", "33.3"])
def test_a_share_is_reached_by_whole_rules(percent):
    least = next(count for count in range(IN_SCOPE + 1) if count * 100 >= float(percent) * IN_SCOPE)
    assert is_accepted(with_judged(least), f"{percent}%") is (least < IN_SCOPE)
    less, told = judged(with_judged(least - 1), f"{percent}%")
    assert "accepted" not in less
    counts = f"{least - 1} of {IN_SCOPE} gating rules in scope were judged, and {least} are needed"
    assert told == f"not accepted by --accept-partial={percent}%: {counts}"


def test_a_count_is_of_gating_rules_that_were_judged():
    made = with_judged(200)
    assert is_accepted(made, "200")
    assert not is_accepted(made, "201")
    # Advice counts for nothing.
    assert not is_accepted(record(all_kept(*(rule.id for rule in GATING[100:]))), "150")


def test_rules_out_of_scope_do_not_count():
    operation = next(rule.operation for rule in RULES if rule.area == "INT" and rule.operation)
    left_out = {rule.id for rule in RULES if rule.operation == operation}
    outcomes = [one for one in all_kept(RULE) if not left_out.intersection(one.rules)]
    made, _ = judged(record(outcomes, out_of_scope={operation: "no internal_base_url"}), "99%")
    assert made["accepted"]["in_scope"] == IN_SCOPE - sum(rule.gates for rule in RULES if rule.id in left_out)


def test_what_is_named_may_be_missing_and_nothing_else():
    made = record([*all_kept(RULE, OTHER), lacking(RULE), lacking(OTHER, "order-closed")])
    assert is_accepted(made, f"{RULE},{OTHER}")
    assert is_accepted(made, f"{RULE.lower()}, order-closed")
    assert is_accepted(made, f"{STATE},order-closed")
    for text, left in ((RULE, OTHER), (STATE, OTHER), ("order-closed", RULE), (f"{THIRD},order", f"{RULE}, {OTHER}")):
        less, told = judged(made, text)
        assert "accepted" not in less
        assert told.endswith(f"were not judged: {left}")


def test_a_state_excuses_no_other_reason():
    # One check lacked the state, the other came to nothing.
    made = record([*all_kept(RULE), lacking(RULE), outcome(RULE, result="inconclusive", check="b", reason="no race")])
    assert not is_accepted(made, STATE)
    # No check of the rule ran at all.
    assert not is_accepted(record(all_kept(RULE)), STATE)
    twice = [lacking(RULE), lacking(RULE, "order", check="b")]
    assert not is_accepted(record([*all_kept(RULE), *twice]), STATE)
    assert is_accepted(record([*all_kept(RULE), *twice]), f"{STATE},order")


def test_a_rule_that_is_judged_in_passing_lacks_the_state_of_its_area():
    rule = next(rule for rule in PASSIVE_RULES if rule.gates and rule.area == "GRA")
    lack = "order-in-grace-period"
    made = record(all_kept(rule.id), missing_states={lack: "none"})
    assert is_accepted(made, lack)
    assert not is_accepted(made, "order")
    # Where the state was there, its lack is not the reason.
    assert not is_accepted(record(all_kept(rule.id)), lack)


@pytest.mark.parametrize(
    "made",
    [
        broken(RULE),
        record([], void="nothing answers"),
        record(all_kept(RULE), cut_short="interrupted"),
        record([outcome(ADVISORY[0].id)]),
        record([lacking(RULE)]),
    ],
    ids=["broken", "void", "cut short", "advice alone", "nothing judged"],
)
def test_what_has_no_result_is_never_accepted(made):
    for text in ("1", "0.1%", ",".join(STATES)):
        assert not is_accepted(made, text)


def test_a_conforming_run_needs_no_acceptance():
    made = record(all_kept())
    assert judged(made, "95%") == (made, "")
    assert with_acceptance(made, None) == (made, "")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("0", "would accept a run that judged nothing"),
        ("0%", "would accept a run that judged nothing"),
        ("00.0%", "would accept a run that judged nothing"),
        ("*", "would accept a run that judged nothing"),
        ("???-*,order", "would accept a run that judged nothing"),
        ("101%", "is more than all rules"),
        ("", "'' is no rule and no state"),
        ("LIN-*,", "'' is no rule and no state"),
        ("XXX-*", "'XXX-*' is no rule and no state"),
        ("oms-unavailabel", 'did you mean "oms-unavailable"?'),
        ("!GRA-4", "'!GRA-4' is no rule and no state"),
        ("-5", "'-5' is no rule and no state"),
        ("٣%", "is no rule and no state"),
        ("95%,LIN-*", "'95%' is no rule and no state"),
    ],
)
def test_a_wrong_value_is_told_with_the_forms(text, why):
    with pytest.raises(AcceptanceError) as caught:
        read_acceptance(text, STATES)
    told = str(caught.value)
    assert told.startswith(f"--accept-partial={text}")
    assert why in told
    assert "(--accept-partial=95%)" in told
    assert "\n" not in told


def test_what_was_accepted_stands_in_the_record_and_on_its_page(tmp_path):
    made, told = judged(record([*all_kept(RULE, OTHER, THIRD), lacking(RULE), lacking(OTHER)]), "95%")
    reason = f"state {STATE}: your target file lists no such order"
    assert made["accepted"] == {
        "by": "95%",
        "judged": IN_SCOPE - 3,
        "in_scope": IN_SCOPE,
        "unjudged": [
            {"reason": reason, "rules": [RULE, OTHER]},
            {"reason": "no check of this rule ran", "rules": [THIRD]},
        ],
    }
    sentence = f"accepted by --accept-partial=95%: {IN_SCOPE - 3} of {IN_SCOPE} gating rules in scope were judged"
    assert told.splitlines() == [
        sentence,
        f"  not judged: {RULE}, {OTHER}: {reason}",
        f"  not judged: {THIRD}: no check of this rule ran",
    ]
    assert overview(made).limits == [f"This partial result was {sentence}."]
    write(made, tmp_path / "report.json")
    assert read(tmp_path / "report.json")["accepted"] == made["accepted"]
    # Whoever asks for more later is not bound by it.
    assert not is_accepted(json.loads(json.dumps(made)), "100%")
