"""States: fixed lists, callback and provider, the order in which they are asked, and giving back."""

import sys
import textwrap

import pytest

from orderproof.conformance.config.state_kinds import STATES
from orderproof.conformance.config.target import Callback, StateSources
from orderproof.conformance.errors import NotOffered, StateUnavailable, UsageError
from orderproof.conformance.states import callback as callback_module
from orderproof.conformance.states.callback import CallbackUnreachable, callback_source
from orderproof.conformance.states.giving_up import giving_up
from orderproof.conformance.states.provider import load_provider
from orderproof.conformance.states.sources import State, States
from orderproof.conformance.states.target_sources import sources_of
from orderproof.conformance.transport.client import Client
from tests.injecting import injection
from tests.loopback import Server, answer, json_answer, refusing_port


def order(name: str = "1", items: int = 2, **more):
    uuids = [f"{name}-{index}" for index in range(items)]
    return {"order_uuid": f"uuid-{name}", "order_id": f"id-{name}", "customer_id": "c", "item_uuids": uuids, **more}


def test_without_sources_the_remedy_is_named():
    with pytest.raises(StateUnavailable, match="no states were given; add states:"):
        States([]).setup("order")


@pytest.fixture
def client(monkeypatch):
    monkeypatch.setattr(callback_module, "_PAUSES", (0.0, 0.0))
    client = Client(timeout=60)
    yield client
    client.close()


class TestCallback:
    def test_it_speaks_pacts_contract(self, client):
        with Server(lambda request: json_answer(201, order())) as server:
            states = States([("callback", callback_source(client, Callback(server.url + "/_state")))])
            state = states.setup("order")
            states.teardown(state)
        assert state.values == order()
        assert [request.line for request in server.requests] == ["POST /_state HTTP/1.1"] * 2
        setup, teardown = (request.json for request in server.requests)
        assert setup == {"state": "order", "params": {"items": 2}, "action": "setup"}
        assert teardown == {"state": "order", "params": {"items": 2, **order()}, "action": "teardown"}

    @pytest.mark.parametrize(
        ("reply", "reason"),
        [
            (answer(404), "states.callback does not offer it (404)"),
            (answer(400, b"no such\n   item"), "states.callback answered 400 (no such item)"),
            (answer(401), "states.callback answered 401 (without a body)"),
            (answer(302, b"", "Location: /x"), "states.callback answered 302"),
            (answer(200, b"<html>"), "but not with JSON"),
            (answer(200, b"[]"), "its JSON is not an object"),
            (answer(204), "but not with JSON"),
            (json_answer(200, {}), "lack order_uuid, order_id, customer_id, item_uuids"),
            (json_answer(200, order(order_id="")), "lack order_id"),
            (json_answer(200, order(order_uuid=None)), "lack order_uuid"),
            (json_answer(200, order(order_id=7)), "order_id must be text"),
            (json_answer(200, order(item_uuids="ab")), "item_uuids must be a list of texts"),
            (json_answer(200, order(item_uuids=[1, 2])), "item_uuids must be a list of texts"),
            (json_answer(200, order(items=1)), "asked for at least 2 items, but the values hold fewer"),
            (json_answer(200, order(base_url="nowhere")), "base_url: 'nowhere' is not an absolute URL"),
            (json_answer(200, order(base_url="http://h:port")), "the value base_url"),
            (json_answer(200, order(base_url=5)), "base_url must be text"),
            (json_answer(200, order(token="a\nb")), "the value token holds"),
            (json_answer(200, order(token={})), "token must be text"),
            (answer(500), "states.callback answered 500"),
        ],
    )
    def test_what_is_no_state_is_said_why(self, client, reply, reason):
        with Server(lambda request: reply) as server:
            states = States([("callback", callback_source(client, Callback(server.url)))])
            with pytest.raises(StateUnavailable) as caught:
                states.setup("order")
        assert str(caught.value).startswith("state order: ")
        assert reason in str(caught.value)
        assert reason in states.missing["order"]

    @pytest.mark.parametrize("status", [500, 503, 408, 429])
    def test_trouble_that_passes_is_tried_again(self, client, status):
        replies = [answer(status, b"", "Retry-After: 60"), answer(status), json_answer(200, order())]
        with Server(lambda request: replies[request.number]) as server:
            state = States([("callback", callback_source(client, Callback(server.url)))]).setup("order")
        assert state.order_id == "id-1"
        assert len(server.requests) == 3

    def test_nobody_there_is_an_error_of_its_own(self, client):
        with refusing_port() as port, pytest.raises(CallbackUnreachable, match=r"states\.callback: no answer from"):
            States([("callback", callback_source(client, Callback(f"http://127.0.0.1:{port}")))]).setup("order")

    def test_a_protected_callback_gets_its_headers_and_its_query(self, client):
        headers, query = {"Authorization": "Basic abc", "accept": "text/json"}, {"key": "a b", "v": "1"}
        with Server(lambda request: json_answer(200, order())) as server:
            callback = Callback(server.url + "/_state", headers, query)
            States([("callback", callback_source(client, callback))]).setup("order")
        (request,) = server.requests
        assert request.line == "POST /_state?key=a+b&v=1 HTTP/1.1"
        sent = dict(request.headers)
        assert (sent["authorization"], sent["accept"], sent["content-type"]) == (
            "Basic abc",
            "text/json",
            "application/json",
        )

    def test_a_state_may_hold_on_another_tenant(self, client):
        with Server(lambda request: json_answer(200, order(base_url="https://two.example/v0/", token="t"))) as server:
            state = States([("callback", callback_source(client, Callback(server.url)))]).setup("order")
        assert (state.base_url, state.token) == ("https://two.example/v0", "t")


class TestProvider:
    @pytest.fixture
    def write(self, tmp_path, monkeypatch):
        monkeypatch.setattr(sys, "path", list(sys.path))

        def module(name: str, source: str):
            (tmp_path / f"{name}.py").write_text(textwrap.dedent(source))
            monkeypatch.delitem(sys.modules, name, raising=False)
            return tmp_path

        return module

    def states(self, folder, reference: str) -> States:
        return States([("provider", load_provider(reference, folder))])

    def test_a_callable_beside_the_target_file_gives_states(self, write):
        folder = write(
            "states_that_give",
            f"""
            class Give:
                asked = []
                def me(state, params, action):
                    Give.asked.append((state, params, action))
                    return {order()!r} if state == "order" else None
            """,
        )
        states = self.states(folder, "states_that_give:Give.me")
        states.teardown(states.setup("order"))
        with pytest.raises(StateUnavailable, match=r"state order-closed: states\.provider does not offer it"):
            states.setup("order-closed")
        asked = sys.modules["states_that_give"].Give.asked
        assert [(name, action) for name, _, action in asked] == [
            ("order", "setup"),
            ("order", "teardown"),
            ("order-closed", "setup"),
        ]

    @pytest.mark.parametrize(
        ("body", "reason"),
        [
            ("raise OSError('no database')", "states.provider raised OSError: no database"),
            ("return 5", "the values must be a mapping, such as {order_uuid: …}"),
            ("return {'order_uuid': object()}", "lack order_id"),
            ("return {'order_uuid': 1, 'order_id': 2, 'customer_id': 3, 'item_uuids': [4]}", "order_uuid must be text"),
        ],
    )
    def test_a_failing_one_is_a_state_that_cannot_be_had(self, write, body, reason):
        folder = write("states_that_fail", f"def give(state, params, action):\n    {body}\n")
        with pytest.raises(StateUnavailable, match="state order: ") as caught:
            self.states(folder, "states_that_fail:give").setup("order")
        assert reason in str(caught.value)

    @pytest.mark.parametrize(
        ("source", "reference", "reason"),
        [
            ("", "no_such_module_here:give", "cannot be imported"),
            ("", "bad_states:give", "has no give"),
            ("give = 5", "bad_states:give", "is not a function"),
            ("import no_such_module_here", "bad_states:give", "No module named"),
            ("this is no Python", "bad_states:give", "cannot be imported (SyntaxError"),
            ("1 / 0", "bad_states:give", "cannot be imported (ZeroDivisionError"),
            ("", ".bad_states:give", "cannot be imported"),
        ],
    )
    def test_one_that_cannot_be_had_is_a_mistake(self, write, source, reference, reason):
        with pytest.raises(UsageError) as caught:
            load_provider(reference, write("bad_states", source))
        assert str(caught.value).startswith(f"states.provider: {reference}")
        assert reason in str(caught.value)


def giving(values, log):
    def ask(name, params, action):
        log.append(action)
        return values

    return ask


def test_the_first_source_that_has_a_state_wins_and_gets_it_back():
    first, second, third = [], [], []
    states = States([("a", giving(None, first)), ("b", giving(order(), second)), ("c", giving(order("3"), third))])
    states.teardown(states.setup("order"))
    assert (first, second, third) == (["setup"], ["setup", "teardown"], [])


def test_an_entry_of_the_users_list_is_never_torn_down():
    log = []
    states = States([("fixed", lambda *_: None), ("callback", giving(order(), log))])
    states.teardown(State("order", {}, order(), "fixed"))
    assert log == []


def test_the_sources_stand_in_the_order_of_the_contract(tmp_path):
    sources = StateSources({"order": []}, "http://callback", "os.path:join", injection())

    def made(said):
        return giving(said, [])

    assert [name for name, _ in sources_of(sources, made, made, tmp_path)] == [
        "fixed",
        "injection",
        "callback",
        "provider",
    ]


def test_what_a_source_does_not_offer_is_sought_in_the_next_and_each_says_why():
    def refuses(name, params, action):
        raise NotOffered("states.injection does not offer it: no")

    made = States([("injection", giving_up("injection", refuses)), ("callback", giving(order(), []))])
    assert made.setup("order").source == "callback"
    made = States([("injection", giving_up("injection", refuses)), ("callback", giving(None, []))])
    for _ in range(5):
        # An answer, not a failure: the source is not given up for it.
        with pytest.raises(StateUnavailable) as caught:
            made.setup("order")
    assert str(caught.value) == (
        "state order: states.injection does not offer it: no; states.callback does not offer it (404)"
    )


def test_a_size_that_fails_is_given_up_alone():
    def fails(name, params, action):
        if params["items"] > 2:
            raise StateUnavailable("too slow")
        return order()

    made = States([("callback", giving_up("callback", fails))])
    for _ in range(5):
        with pytest.raises(StateUnavailable) as caught:
            made.setup("order", items=501)
    assert "states.callback was given up for order with items 501" in str(caught.value)
    assert made.setup("order").source == "callback"


def test_trouble_with_giving_back_says_nothing():
    def ask(name, params, action):
        if action == "teardown":
            raise StateUnavailable("no")
        return order()

    noted = []
    states = States([("callback", ask)], lambda source, state, action: noted.append(action))
    states.teardown(states.setup("order"))
    assert noted == ["setup"]


def test_a_state_that_there_is_none_of_is_an_error_of_ours():
    with pytest.raises(KeyError, match="no state 'ordr'"):
        States([]).setup("ordr")
    with pytest.raises(AttributeError, match="state order has no value nothing"):
        _ = State("order", {}, {}).nothing


@pytest.mark.parametrize("name", STATES)
def test_every_state_can_be_set_up(name):
    values = {key: ["a", "b", "c"] if key in ("item_uuids", "order_ids") else f"a {key}" for key in STATES[name].values}
    assert States([("callback", giving(values, []))]).setup(name).values == values
