"""Lists of test data are typed by hand and age: what the server says against an entry breaks no rule."""

import json

import pytest

from orderproof.conformance.reference.choices import choose
from orderproof.conformance.reference.server import start
from tests.running import made, orderproof, rules, target_file


@pytest.fixture
def server():
    with start() as running:
        yield running


def judged(folder, server, chosen, **lists):
    entries = {name.replace("_", "-"): entries for name, entries in lists.items()}
    target_file(folder, server.base_url, server.token, None, states=f"states: {json.dumps(entries)}")
    return orderproof(folder, "run", "--target", "target.yaml", *rules(*chosen))


def swapped(entry):
    return {**entry, "order_uuid": entry["order_id"], "order_id": entry["order_uuid"]}


def test_a_list_that_an_earlier_run_used_breaks_no_rule(server, tmp_path):
    entries = [made(server.state_url, "order-in-grace-period") for _ in range(4)]
    for _ in range(3):
        ran = judged(tmp_path, server, ["GRA-1", "GRA-2"], order_in_grace_period=entries)
        # From the second time on the server's due_at are later than those of the list.
        assert {ran.verdicts["GRA-1"], ran.verdicts["GRA-2"]} == {"pass"}, ran.out


def test_items_that_an_earlier_run_canceled_break_no_rule(server, tmp_path):
    orders = [made(server.state_url, "order")]
    entries = [made(server.state_url, "order-with-preordered-item") for _ in range(2)]

    first, second, third = (
        judged(tmp_path, server, ["LIN-2"], order=orders, order_with_preordered_item=entries).record for _ in range(3)
    )

    verdicts = [one["rules"][0]["verdict"] for one in (first, second, third)]
    assert verdicts == ["pass", "pass", "not-run"]
    told = "entry 1 of order-with-preordered-item: the server shows its item_uuid with the status cancelled"
    assert told in third["rules"][0]["reason"]


def test_the_due_at_of_a_list_may_be_left_out(server, tmp_path):
    entries = [made(server.state_url, "order-in-grace-period") for _ in range(2)]
    for entry in entries:
        del entry["due_at"]
    assert judged(tmp_path, server, ["GRA-1"], order_in_grace_period=entries).verdicts == {"GRA-1": "pass"}


@pytest.mark.parametrize(
    ("rule", "state", "other", "says"),
    [
        ("GRA-1", "order-in-grace-period", "order-past-grace-period", "the server says cancelable false"),
        ("GRA-1", "order-in-grace-period", "order-closed", "the server says cancelable false"),
        ("GRA-4", "order-past-grace-period", "order-in-grace-period", "the server says cancelable true"),
        ("CAN-2", "order-cancelable", "order-closed", "the server says cancelable false"),
    ],
)
def test_an_order_that_is_not_in_its_state_is_named(server, tmp_path, rule, state, other, says):
    entry = {**made(server.state_url, state), **made(server.state_url, other)}
    ran = judged(
        tmp_path, server, [rule], **{state.replace("-", "_"): [entry], "order": [made(server.state_url, "order")]}
    )

    assert (ran.code, ran.verdicts) == (4, {rule: "not-run"}), ran.out
    assert f"entry 1 of {state}: {says}" in ran.record["rules"][0]["reason"]


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (swapped, "are the two ids in each other's place?"),
        (lambda entry: {**entry, "order_uuid": "c3f1b3df-0000-4000-8000-000000000000"}, "does not find its order_uuid"),
        (lambda entry: {**entry, "order_id": "NOBODY-1"}, "does not find its order_id NOBODY-1"),
    ],
)
def test_a_mistyped_entry_is_passed_over_and_named_where_none_is_left(server, tmp_path, spoil, says):
    wrong, right = spoil(made(server.state_url, "order")), made(server.state_url, "order")
    others = [made(server.state_url, "order") for _ in range(4)]

    # Preflight finds the first order of the list, so that ids of both types are known to work.
    ran = judged(tmp_path, server, ["ORD-2"], order=[right, wrong, *others])
    assert ran.verdicts["ORD-2"] == "pass", ran.out
    only = judged(tmp_path, server, ["CST-10"], order=[right], order_cancelable=[wrong])

    assert only.verdicts == {"CST-10": "not-run"}, only.out
    assert f"entry 1 of order-cancelable: {'its order_uuid' if spoil is swapped else 'the server'}" in (
        reason := only.record["rules"][0]["reason"]
    )
    assert says in reason


def test_a_server_that_finds_no_order_by_one_type_of_id_is_not_excused(tmp_path):
    from orderproof.conformance.reference.choices import choose

    with start(choose(faults=["cancel-only-by-uuid"])) as server:
        entries = [made(server.state_url, "order-cancelable") for _ in range(6)]
        ran = judged(tmp_path, server, ["CAN-5"], order=[made(server.state_url, "order")], order_cancelable=entries)
    assert ran.verdicts == {"CAN-5": "fail"}, ran.out


def test_the_orders_of_a_list_may_be_too_old_for_an_extension(tmp_path):
    with start(choose(variants=["no-grace-period-with-preordered-items"])) as server:
        entries = [made(server.state_url, "order-with-preordered-item") for _ in range(8)]
        ran = judged(
            tmp_path, server, ["LIN-21"], order_with_preordered_item=entries, order=[made(server.state_url, "order")]
        )

    assert (ran.code, ran.verdicts) == (4, {"LIN-21": "not-run"}), ran.out
    assert "needs an order with a pre-ordered item in its grace period" in ran.record["rules"][0]["reason"]


def test_what_a_list_lacks_is_told_with_what_it_gave(server, tmp_path):
    entries = [made(server.state_url, "order", one_price=True) for _ in range(3)]
    # Preflight takes one.
    ran = judged(tmp_path, server, ["PRI-10"], order=entries)

    assert (ran.code, ran.verdicts) == (4, {"PRI-10": "not-run"}), ran.out
    assert ran.record["rules"][0]["reason"] == (
        "the rule needs an order whose items have different prices; the target file gave 2 with one price for all items"
        "; state order: states.order lists no order with at least 10 items; add one"
    )
    assert ran.record["missing_states"] == {}
