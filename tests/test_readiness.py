"""`--wait-for-target`: what a run needs comes up piece by piece."""

import contextlib

import pytest

from orderproof.conformance.config.target import Auth, Callback, OAuth2, StateSources, Target
from orderproof.conformance.kit.session import Session
from orderproof.conformance.kit.settings import Settings
from orderproof.conformance.reference.server import start
from orderproof.conformance.runner.readiness import wait_for_target
from orderproof.conformance.transport.activity import current
from tests.loopback import Server, answer, json_answer, refusing_port
from tests.running import orderproof

# Met only where something is broken, however busy the machine is.
PATIENCE = 60.0
NOT_THERE_YET = [
    answer(404, b"<html>no such route</html>"),
    answer(502, b"<html>"),
    answer(503, b"", "Retry-After: 3600"),
    answer(200, b"<html>we are starting</html>", "Content-Type: text/html"),
]
EMPTY = json_answer(200, {"orders": [], "count": 0})


@pytest.fixture
def session():
    with contextlib.ExitStack() as stack:

        def made(base_url, **more):
            session = Session(Settings(Target("t", base_url, **more)))
            stack.callback(session.close)
            return session

        yield made


@pytest.mark.parametrize("early", NOT_THERE_YET)
def test_what_a_gateway_says_is_not_the_api(session, early):
    seen = set()

    def script(request):
        if current().wait:
            seen.add(current().wait.what)
        return early if request.number < 4 else EMPTY

    with Server(script) as server:
        assert wait_for_target(session(server.url), PATIENCE) is None
    # Two requests at a time, twice in vain.
    assert len(server.requests) == 6
    status = early.split()[1].decode()
    assert any(what.startswith(f"waiting for base_url, which answers {status}") for what in seen)
    assert current().wait is None


@pytest.mark.parametrize("ready", [EMPTY, answer(401), answer(403), answer(400, b"{}"), answer(301)])
def test_what_waiting_does_not_change_is_not_waited_for(session, ready):
    with Server(lambda request: ready) as server:
        assert wait_for_target(session(server.url), PATIENCE) is None
    assert len(server.requests) == 2


def test_the_token_endpoint_and_the_callback_are_waited_for_too(session):
    asked = []

    def script(request):
        place = request.line.split()[1].split("?")[0]
        if place == "/_state" and request.json["action"] == "teardown":
            return json_answer(200, {})
        asked.append(place)
        is_first = asked.count(place) == 1
        match place:
            case "/token":
                return answer(502) if is_first else json_answer(200, {"access_token": "t"})
            case "/_state":
                # Nobody offers customers: the orders that every run needs decide.
                is_customer = request.json["state"].startswith("customer")
                order = {"order_uuid": "u", "order_id": "o", "customer_id": "c", "item_uuids": ["i", "j"]}
                return answer(404) if is_first or is_customer else json_answer(200, order)
        return EMPTY

    with Server(script) as server:
        waiting = session(
            f"{server.url}/v0",
            auth=Auth(oauth2=OAuth2(f"{server.url}/token", "me", "s3cret")),
            states=StateSources(callback=Callback(f"{server.url}/_state")),
        )
        assert wait_for_target(waiting, PATIENCE) is None
        assert not waiting.trace.exchanges
    assert asked[0] == asked[1] == "/token"
    assert asked.count("/_state") >= 2


@pytest.mark.parametrize("status", [400, 401])
def test_an_endpoint_that_refuses_is_left_to_preflight(session, status):
    with Server(lambda request: json_answer(status, {}) if "token" in request.line else EMPTY) as server:
        auth = Auth(oauth2=OAuth2(f"{server.url}/token", "me", "s3cret"))
        assert wait_for_target(session(server.url, auth=auth), PATIENCE) is None
    assert all("token" in request.line for request in server.requests)


@pytest.mark.parametrize("key", ["internal_base_url", "callback", "token_url", "base_url"])
def test_what_never_comes_is_named_by_its_key_alone(session, key):
    with Server(lambda request: EMPTY) as server, refusing_port() as port:
        gone = f"http://127.0.0.1:{port}/secret-path"
        more = {
            "internal_base_url": {"internal_base_url": gone},
            "callback": {"states": StateSources(callback=Callback(gone))},
            "token_url": {"auth": Auth(oauth2=OAuth2(gone, "me", "s3cret"))},
            "base_url": {},
        }
        lacking = wait_for_target(session(gone if key == "base_url" else server.url, **more[key]), 0.01)
    assert key in lacking.split(",")[0]
    assert "secret-path" not in lacking


def test_a_run_says_what_it_waited_for(tmp_path):
    with start() as reference:
        wrong = reference.base_url.replace("/v0", "/v9")
        ran = orderproof(
            tmp_path, "run", wrong, "-H", f"Authorization: Bearer {reference.token}", "--wait-for-target=0.3"
        )
    assert ran.code == 3
    told = ran.record["void"]
    assert told.endswith("waited 0.3 s in vain for base_url, which answers 404")
    assert "correct the path" in told
