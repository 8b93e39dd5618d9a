"""One mistake of whatever gives states fails no server: the state is named, and what the server says against it."""

import contextlib
import json

import pytest

from orderproof.conformance.config.state_kinds import STATES
from orderproof.conformance.reference.choices import choose
from orderproof.conformance.reference.server import start
from tests.loopback import Server, answer
from tests.running import made, orderproof, rules, target_file

PROVIDER = """
import json, urllib.request

def made(state, params={}, action="setup"):
    body = json.dumps({"state": state, "params": params, "action": action}).encode()
    request = urllib.request.Request("STATE_URL", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read() or b"{}")

def cancel(values):
    url = "BASE_URL/orders/" + values["order_uuid"] + "/cancel?id_type=internal"
    headers = {"Content-Type": "application/json", "Authorization": "Bearer TOKEN"}
    urllib.request.urlopen(urllib.request.Request(url, b'{"reason": "x"}', headers, method="POST")).close()
    return values

GIVEN = {}

def give(state, params, action):
    values = made(state, params, action)
    if action == "setup" and state == "STATE":
        MISTAKE
    return values
"""
ORDER = ("ORD-1", "ORD-2", "ORD-3", "CST-5")
CANCELABLE = ("CAN-2", "CAN-5", "CST-10")
GRACE = ("GRA-1", "GRA-2", "GRA-3")
HISTORY = ("HIS-1", "HIS-2", "HIS-4")
ALIEN = "values['order_ids'][-1:] = [made('order')['order_id']]"
ONE_MORE = "values = made(state, {'orders': params['orders'] + 1}); values['order_ids'].pop()"
SWAPPED = "values['order_uuid'], values['order_id'] = values['order_id'], values['order_uuid']"
ITEMS_SWAPPED = "values['item_uuid'], values['other_item_uuid'] = values['other_item_uuid'], values['item_uuid']"
NOT_TERMINAL = "values |= made('order-with-preordered-item')"
MISTAKES = [
    ("order", ("PRI-29", "SER-8", "SER-23"), "values = GIVEN.setdefault(state, values)", "each must be one of its own"),
    ("order", ORDER, SWAPPED, "are the two ids in each other's place?"),
    ("order", ORDER, "values['order_uuid'] = 'c3f1b3df-0000-4000-8000-000000000000'", "does not find its order_uuid"),
    ("order", ORDER, "values['order_id'] = values['order_id'].lower()", "does not find its order_id"),
    ("order", ORDER, "values['order_id'] = made('order')['order_id']", "are of two orders"),
    ("order", ("PRI-1", "SER-1"), "values['item_uuids'] = made('order')['item_uuids']", "shows no item"),
    ("order-cancelable", CANCELABLE, SWAPPED, "are the two ids in each other's place?"),
    ("order-cancelable", CANCELABLE, "values |= made('order-closed')", "says cancelable false"),
    ("order-cancelable", CANCELABLE, "values |= cancel(made('order-cancelable'))", "says that it was canceled"),
    ("order-cancelable", CANCELABLE, "values |= made('order-past-grace-period')", "says cancelable false"),
    ("order-cancelable", CANCELABLE, "values = GIVEN.setdefault(state, values)", "a second time: the server says"),
    ("order-in-grace-period", GRACE, "values |= made('order-past-grace-period')", "says cancelable false"),
    ("order-in-grace-period", GRACE[:1], "values['due_at'] = '2001-01-01T00:00:00Z'", "is that its due_at?"),
    ("order-past-grace-period", ("GRA-4",), "values |= made('order-cancelable')", "and it can be extended"),
    ("order-closed", ("CAN-22", "CST-12"), "values |= made('order')", "status open and cancelable true"),
    ("order-with-preordered-item", ("LIN-2",), "cancel(values)", "says that it was canceled"),
    ("customer-with-orders", ("HIS-3",), "values = GIVEN.setdefault(state, values)", "each must be one of its own"),
    ("customer-with-orders", HISTORY, ONE_MORE, "the customer has the order "),
    ("customer-with-orders", HISTORY, "values['order_ids'].reverse()", "by the placed_at that the server shows"),
    ("customer-with-orders", HISTORY, ALIEN, "the customer has the order "),
    ("customer-without-orders", ("HIS-16",), "values['customer_id'] = made('order')['customer_id']", "has the order"),
    ("order-closed", ("CAN-22",), SWAPPED, "are the two ids in each other's place?"),
    ("order-past-grace-period", ("GRA-4",), "values['order_id'] = made('order')['order_id']", "are of two orders"),
    ("order-past-grace-period", ("GRA-4",), "values |= cancel(made('order-cancelable'))", "says that it was canceled"),
    ("order-in-grace-period", GRACE, "values['order_uuid'] = made('order')['order_uuid']", "are of two orders"),
    ("order-in-grace-period", GRACE, "values |= made('order-closed')", "says cancelable false"),
    ("order-with-preordered-item", ("LIN-2",), "values['item_uuid'] = made('order')['item_uuids'][0]", "shows no item"),
    ("order-with-preordered-item", ("LIN-2",), SWAPPED, "are the two ids in each other's place?"),
    ("customer-with-orders", HISTORY, "values['order_ids'][0] = 'NOBODY-1'", "the customer has the order "),
    ("customer-with-orders", HISTORY, "values['customer_id'] = made(state, params)['customer_id']", "has the order"),
    ("order-cancelable", CANCELABLE, "values['order_id'] += ' '", "does not find its order_id"),
    ("order", ORDER, "values['item_uuids'][0] = values['order_uuid']", "shows no item"),
    ("order-with-preordered-item", ("LIN-2", "LIN-5", "INT-2"), ITEMS_SWAPPED, "are the two in each other's place?"),
    ("order-with-terminal-preordered-item", ("LIN-6",), NOT_TERMINAL, "which is not a terminal one"),
]
# What is told before the server is asked.
UNUSABLE = [
    ("order-cancelable", CANCELABLE, "del values['order_id']", "the values lack order_id"),
    ("order-cancelable", CANCELABLE, "values['order_uuid'] = None", "the values lack order_uuid"),
    ("order-in-grace-period", GRACE, "values['order_id'] = 5", "the value order_id must be text"),
    ("order-with-preordered-item", ("LIN-2",), "del values['item_uuid']", "the values lack item_uuid"),
    ("customer-with-orders", ("HIS-16",), "values['order_ids'] += values['order_ids'][-1:]", "twice"),
    ("order-with-preordered-item", ("LIN-5",), "values['other_item_uuid'] = values['item_uuid']", "are the same item"),
    ("order", ORDER, "values['item_uuids'] = []", "the values lack item_uuids"),
    ("order", ("PRI-1",), "values['item_uuids'] = values['item_uuids'][:1]", "the values hold fewer"),
    ("customer-with-orders", HISTORY, "values['order_ids'] = 'A, B, C'", "the value order_ids must be a list"),
]


def run_mistaken(folder, source, state, chosen, mistake):
    """A run of the chosen rules, where a source of states makes one mistake with one state."""
    with start() as server:
        values = {"STATE_URL": server.state_url, "TOKEN": server.token, '"STATE"': f'"{state}"', "MISTAKE": mistake}
        text = PROVIDER
        # The address comes last, because a mistake may name it.
        for name, value in {**values, "BASE_URL": server.base_url}.items():
            text = text.replace(name, value)
        with SOURCES[source](folder, text, state, server) as states:
            # Each check is given what the source makes, or the next entry.
            states = {**states, "reuse": False}
            target_file(folder, server.base_url, server.token, None, states=f"states: {json.dumps(states)}")
            return orderproof(folder, "run", "--target", "target.yaml", *rules(*chosen))


@contextlib.contextmanager
def provider(folder, text, *_):
    (folder / "mistaken.py").write_text(text, encoding="utf-8")
    yield {"provider": "mistaken:give"}


@contextlib.contextmanager
def callback(_folder, text, *_):
    give = giving(text)

    def answered(request):
        values = give(request.json["state"], request.json["params"], request.json["action"])
        return answer(200, json.dumps(values).encode())

    with Server(answered) as server:
        yield {"callback": f"{server.url}/_state"}


@contextlib.contextmanager
def fixed(_folder, text, state, server):
    # Preflight takes an order, and finds out how the server shows it.
    right = [made(server.state_url, "order")]
    defaults = {name: value for name, value in STATES[state].params.items() if value is not None}
    params = {"orders": 12} if state == "customer-with-orders" else defaults
    wrong = giving(text)(state, params, "setup")
    yield {"order": [*right, wrong]} if state == "order" else {"order": right, state: [wrong]}


def giving(text):
    names = {}
    exec(text, names)
    return names["give"]


SOURCES = {"provider": provider, "callback": callback, "list": fixed}
NAMES = {
    "provider": "states.provider gave",
    "callback": "states.callback gave",
    "list": "entry ",
}


def each_from_one_source(mistakes, sources):
    """Each mistake from one of the sources, in turn: they differ in little, and runs take time."""
    for number, mistake in enumerate(mistakes):
        # The server's own due_at counts for an entry of a list, which ages.
        not_of_a_list = "GIVEN" in mistake[2] or "due_at" in mistake[2]
        yield ("provider" if not_of_a_list else sources[number % len(sources)], *mistake)


ALL = [
    *each_from_one_source(MISTAKES, ("provider", "callback", "list")),
    # In a list they are errors of the target file, which is read first.
    *each_from_one_source(UNUSABLE, ("provider", "callback")),
]


@pytest.mark.parametrize(("source", "state", "chosen", "mistake", "says"), ALL)
def test_a_mistake_of_a_source_is_named_and_fails_no_rule(tmp_path, source, state, chosen, mistake, says):
    ran = run_mistaken(tmp_path, source, state, chosen, mistake)

    assert ran.code in (3, 4), ran.out
    reasons = " ".join(row["reason"] for row in ran.record["rules"])
    assert says in reasons, ran.out
    assert NAMES[source] in reasons or "gave the order" in reasons, ran.out
    assert not {"fail", "warn"} & set(ran.verdicts.values()), ran.out


@pytest.mark.parametrize(
    ("fault", "rule"),
    [("never-cancelable", "CST-10"), ("expired-said-cancelable", "CST-13"), ("closed-said-cancelable", "CST-12")],
)
def test_a_server_that_contradicts_itself_is_not_excused(tmp_path, fault, rule):
    """Its status says of an order what neither the order nor what the server then does bears out."""
    with start(choose(faults=[fault])) as server:
        target_file(tmp_path, server.base_url, server.token, server.state_url)
        ran = orderproof(tmp_path, "run", "--target", "target.yaml", "--rules", rule)
    assert ran.verdicts == {rule: "fail"}


TENANTS = [
    ("values['base_url'] = 'http://127.0.0.1:9/v0'", "nothing answers at http://127.0.0.1:9/v0"),
    ("values['base_url'] = 'BASE_URL/v7'", "is its path right?"),
    ("values['base_url'] = 'BASE_URL'; values['token'] = 'stale'", "its token is refused"),
    ("values['token'] = 'stale'", "its token is refused"),
]


@pytest.mark.parametrize(("mistake", "says"), TENANTS)
def test_a_wrong_tenant_of_a_state_is_named_and_fails_no_rule(tmp_path, mistake, says):
    ran = run_mistaken(tmp_path, "provider", "order-cancelable", (*CANCELABLE, "CAN-90"), mistake)

    assert ran.code in (3, 4), ran.out
    reasons = " ".join(row["reason"] for row in ran.record["rules"])
    assert "state order-cancelable: states.provider gave one on a tenant of its own, and " in reasons, ran.out
    assert says in reasons, ran.out
    assert set(ran.verdicts.values()) == {"not-run"}, ran.out
