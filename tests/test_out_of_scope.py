"""Only what the target is or declares puts a rule out of scope; what test data happen to be asks for other states."""

import ast
import json
from itertools import count

import pytest

from orderproof.conformance.reference.choices import choose
from orderproof.conformance.reference.server import start
from tests.running import orderproof, rules, target_file
from tests.test_reference_server import Sandbox
from tests.test_rooms import ROOT

# Every reason for `not-applicable`, and what of the target it is. A reason that says what an order of the test data
# happens to be does not belong here: such a rule asks for another state (checks/support/suitable.py).
ALLOWED = {
    "the target file has no internal_base_url": "declared",
    "the target does not have this feature (features.{feature}: false in the target file)": "declared",
    "the tenant has an external OMS": "where its orders are",
    "the target's orders show no shipments and have no price for shipping": "what it sells",
    "the target's orders show no gift_wrapping and have no price for it": "what it sells",
    "the target's orders have no price for shipping and none for gift wrapping": "what it sells",
    "the target's readable ids have no letters that have a case": "how it makes ids",
    "the target's readable ids are the UUIDs": "how it makes ids",
    "the readable ids of the external OMS are UUIDs": "how it makes ids",
    "the target's orders are in the external OMS, which decides which of a customer's orders it returns": (
        "where its orders are"
    ),
    "the external OMS knows the customers of different orders by one e-mail address": "how it knows customers",
    "the target gives orders with a pre-ordered item no grace period: no new one was extended": "what it does",
    "the states give no two orders of one customer that this can be done to; orders of different customers were "
    "judged": "what its states give; another check of the rule judges orders of different customers",
    "the states give no order that is like this, so its readings were not tried": (
        "what its states give; other checks of the rules judge other orders"
    ),
    "the order is in the external OMS, which decides what of a customer's it returns": "where its orders are",
    "the states give no two orders of one customer": "what its states give; another check judges unchanged orders",
    "the states' orders of one customer were placed at the same time": "as above: such orders have no order of times",
    "the cancellation status shows cancelable false": "what it does: an order that lost an item need not be cancelable",
    "no item of the closed order shows the status complete, so it may have been canceled": (
        "what closed means there: nothing then tells a closed order from a canceled one"
    ),
    "the order does not show an epc for both items to which one was added": "what it does; SER-20 advises",
    "the target accepts no epc, which is open": "what it does; SER-19 advises",
    "the order has no single price for its shipping and none for its gift wrapping": "what it sells",
    "the canceled product no longer has a price, and no document requires one": "what it does",
}
# Where the reason is a name: the parameter of the helper, the sentence of `Target.why_absent`, the mode of the run.
PASSED_ON = {
    'f"{trait}, as {len(seen)} orders show"': "its `trait`",
    "absent": "from `why_absent`",
    "READ_ONLY": "--read-only",
}


def reasons_in(source: str) -> set[str]:
    """The reasons for which a module's code raises `NotApplicable`, as they are written there."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        given = [word.value for word in node.keywords if word.arg == "trait"]
        if isinstance(node.func, ast.Name | ast.Attribute) and ast.unparse(node.func).endswith("NotApplicable"):
            given += node.args
        found |= {one.value if isinstance(one, ast.Constant) else ast.unparse(one).replace("'", '"') for one in given}
    return found


def test_only_what_the_target_is_puts_a_rule_out_of_scope():
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "conformance").rglob("*.py")]
    used = set().union(*map(reasons_in, sources))

    declared = {one for one in ALLOWED if "{feature}" in one}
    assert used - PASSED_ON.keys() == set(ALLOWED) - declared


def test_a_new_reason_is_seen():
    source = 'raise kit.NotApplicable("the order is blue")\nsuitable_or_trait(s, "order", is_red, trait="all are blue")'
    assert reasons_in(source) == {"the order is blue", "all are blue"}


PROVIDER = """
import json, urllib.request

CALLS = []

def give(state, params, action):
    if action == "setup":
        CALLS.append(state)
        MORE
    body = json.dumps({"state": state, "params": params, "action": action}).encode()
    request = urllib.request.Request("STATE_URL", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read() or b"{}")
"""
ONE_PRICE = "params = {**params, 'one_price': True} if state == 'order' else params"
ONE_PRICE_OF_FEW = "params = {**params, 'one_price': params['items'] < 10} if state == 'order' else params"
ONE_ORDER = "params = {**params, 'orders': 1} if state == 'oms-order' else params"
OFTEN_ONE_ORDER = (
    "params = {**params, 'orders': 3 if CALLS.count(state) % 3 == 0 else 1} if state == 'oms-order' else params"
)
MANY_ORDERS = "params = {**params, 'orders': 120} if state == 'oms-order' else params"


@pytest.fixture
def judged(tmp_path):
    """Judge rules on a server whose provider gives states as `more` makes them."""
    numbers = count(1)

    def judge(more, *chosen, faults=(), variants=()):
        # A folder for each run: Python takes a module that is written anew, as long and in the same second, for the one
        # that it has compiled, which asks a server that is gone.
        folder = tmp_path / str(next(numbers))
        folder.mkdir()
        with start(choose(faults=faults, variants=variants)) as server:
            text = PROVIDER.replace("STATE_URL", server.state_url).replace("MORE", more)
            (folder / "given.py").write_text(text, encoding="utf-8")
            target_file(folder, server.base_url, server.token, None, states="states: {provider: 'given:give'}")
            return orderproof(folder, "run", "--target", "target.yaml", *rules(*chosen))

    return judge


def reason(ran, rule):
    return next(row["reason"] for row in ran.record["rules"] if row["id"] == rule)


def test_swapped_prices_are_found_though_most_orders_have_one_price(judged):
    assert judged(ONE_PRICE_OF_FEW, "PRI-10").verdicts == {"PRI-10": "pass"}
    assert judged(ONE_PRICE_OF_FEW, "PRI-10", faults=["prices-of-the-neighbour"]).verdicts == {"PRI-10": "fail"}


def test_orders_with_one_price_do_not_make_a_conforming_run(judged):
    ran = judged(ONE_PRICE, "PRI-9", "PRI-10")

    assert (ran.code, ran.verdicts) == (4, {"PRI-9": "pass", "PRI-10": "not-run"})
    assert reason(ran, "PRI-10") == (
        "the rule needs an order whose items have different prices; states.provider gave 3 with one price for all items"
    )


OF_SEVERAL = ("HIS-26", "HIS-39", "HIS-40")


def test_customers_with_one_order_do_not_make_a_conforming_run(judged):
    ran = judged(ONE_ORDER, *OF_SEVERAL)

    assert (ran.code, set(ran.verdicts.values())) == (4, {"not-run"})
    assert "needs an order in the external OMS whose customer has several orders; states.provider gave 3 " in reason(
        ran, "HIS-40"
    )


def test_a_customer_with_several_orders_is_looked_for(judged):
    ran = judged(OFTEN_ONE_ORDER, "HIS-15", *OF_SEVERAL)

    assert (ran.code, set(ran.verdicts.values())) == (0, {"pass"}), ran.out


@pytest.mark.parametrize(("faults", "verdict"), [((), "pass"), (("total-of-page",), "fail")])
def test_the_orders_of_a_customer_who_has_many_are_counted(judged, faults, verdict):
    assert judged(MANY_ORDERS, "HIS-42", faults=faults).verdicts == {"HIS-42": verdict}


@pytest.mark.parametrize(
    ("variant", "rules", "says"),
    [
        ("nothing-is-shipped", ("PRI-5", "PRI-6"), "and have no price for"),
        ("readable-ids-are-numbers", ("ORD-20", "CAN-29"), "no letters that have a case"),
        ("readable-ids-are-uuids", ("OMS-17",), "the readable ids of the external OMS are UUIDs"),
        ("external-from-elsewhere", ("HIS-46",), "in the external OMS, which decides"),
    ],
)
def test_what_every_order_shows_is_of_the_target(judged, variant, rules, says):
    ran = judged("pass", *rules, "ORD-1", variants=[variant])

    assert (ran.code, ran.verdicts) == (0, {**dict.fromkeys(rules, "not-applicable"), "ORD-1": "pass"}), ran.out
    for rule in rules:
        assert says in reason(ran, rule)
        # Of the place of an order that order alone tells.
        assert reason(ran, rule).endswith(", as 3 orders show") or reason(ran, rule).startswith("the order is in")


def test_a_history_without_an_external_oms_is_judged_where_the_target_declares_it(tmp_path):
    with start(choose(faults=["plain-json-lists-platform-orders"])) as server:
        customer = Sandbox(server).state("customer-with-orders", orders=1)
        target_file(
            tmp_path,
            server.base_url,
            server.token,
            None,
            features="features: {external_oms: false}",
            states=f"states: {{customer-with-orders: {json.dumps([customer])}}}",
        )
        ran = orderproof(tmp_path, "run", "--target", "target.yaml", "--rules", "HIS-49")

    assert ran.verdicts == {"HIS-49": "warn"}


def test_a_history_on_the_tenant_of_the_external_oms_is_left_out(judged):
    of_the_oms = "params = {**params, 'tenant': 'oms'} if state == 'customer-with-orders' else params"

    assert judged(of_the_oms, "HIS-49", "ORD-1").verdicts == {"HIS-49": "not-applicable", "ORD-1": "pass"}


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("ORD-20", "or a second one to show that there is none"),
        ("HIS-43", "for oms-order and oms-order in one check: each must be one of its own"),
    ],
)
def test_one_order_does_not_speak_for_the_target(tmp_path, rule, says):
    """A provider that gives one order again and again: another may have letters in its readable id."""
    with start(choose(variants=["readable-ids-are-numbers"])) as server:
        (tmp_path / "given.py").write_text(
            PROVIDER.replace("STATE_URL", server.state_url).replace("MORE", "pass") + ONE_OF_EACH, encoding="utf-8"
        )
        target_file(tmp_path, server.base_url, server.token, None, states="states: {provider: 'given:same'}")
        ran = orderproof(tmp_path, "run", "--target", "target.yaml", "--rules", rule)

    assert ran.verdicts == {rule: "not-run"}
    assert says in reason(ran, rule)


ONE_OF_EACH = """
GIVEN = {}

def same(state, params, action):
    if state not in GIVEN and action == "setup":
        GIVEN[state] = give(state, params, action)
    return GIVEN.get(state)
"""


OTHER_CUSTOMERS = "params = {key: value for key, value in params.items() if key != 'customer_id'}"
ONE_EACH = f"{OTHER_CUSTOMERS}\n        if state == 'customer-with-orders': params['orders'] = 1"
STRICT = "if 'customer_id' in params: raise ValueError('unknown parameter customer_id')"
REACHING_CUSTOMERS = {
    "CAN-23": "customers-orders-canceled",
    "GRA-3": "customers-timers-extended",
    "SER-8": "serials-for-customers-orders",
}


@pytest.mark.parametrize(("rule", "fault"), REACHING_CUSTOMERS.items())
@pytest.mark.parametrize("given", [OTHER_CUSTOMERS, STRICT], ids=["ignored", "refused"])
def test_orders_of_one_customer_are_found_among_those_of_a_customer_with_several(judged, given, rule, fault):
    assert judged(given, rule, faults=[fault]).verdicts == {rule: "fail"}


@pytest.mark.parametrize("given", [OTHER_CUSTOMERS, ONE_EACH, STRICT], ids=["ignored", "one each", "refused"])
def test_a_source_need_not_know_whose_order_is_wanted(judged, given):
    ran = judged(given, *REACHING_CUSTOMERS, "LIN-20")

    assert (ran.code, set(ran.verdicts.values())) == (0, {"pass"}), ran.out
    assert not ran.record["missing_states"]


def test_what_was_not_tried_on_orders_of_one_customer_is_told(judged):
    ran = judged(ONE_EACH, *REACHING_CUSTOMERS)

    for row in ran.record["rules"]:
        told = {check["outcome"]: check["reason"] for check in row["checks"]}
        assert set(told) == {"pass", "not-applicable"}
        assert told["not-applicable"].endswith("orders of different customers were judged")


def test_orders_of_different_customers_are_judged_where_no_customer_has_several(judged):
    assert judged(ONE_EACH, "GRA-3", faults=["order-stored-next-extended"]).verdicts == {"GRA-3": "fail"}
