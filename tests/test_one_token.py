"""One access token for all workers of a run, and a new one where it ends before its time."""

import pytest

from orderproof.conformance.config.target import Auth, OAuth2
from orderproof.conformance.reference.server import start
from orderproof.conformance.states.pool import Pool
from orderproof.conformance.states.shared_pool import connected, served
from orderproof.conformance.transport.client import Client
from orderproof.conformance.transport.tokens import Tokens
from orderproof.conformance.transport.waiting import RateLimit, SharedRate
from tests.loopback import Server, json_answer
from tests.running import orderproof, rules, target_file


class Endpoint:
    """A token endpoint whose newest token alone is good, for so many requests, at a reference server."""

    def __init__(self, reference, lasts: int) -> None:
        self._tenant = reference.decisions.store.by_token[reference.token]
        self._lasts = lasts
        self.left = 0
        self.newest = ""
        reference.decisions.tenant_of = self.tenant_of

    def issue(self, request) -> bytes:
        self.newest, self.left = f"token-{request.number}", self._lasts
        return json_answer(200, {"access_token": self.newest, "expires_in": 3600})

    def tenant_of(self, call, token):
        is_good = token == self.newest and self.left > 0
        self.left -= is_good
        return self._tenant if is_good else None


@pytest.fixture
def client():
    client = Client(timeout=60.0)
    yield client
    client.close()


def judge(folder, lasts, workers, *judged):
    with start() as reference, Server(Endpoint(reference, lasts).issue) as endpoint:
        auth = f"auth: {{oauth2: {{token_url: '{endpoint.url}', client_id: me, client_secret: s3cret}}}}"
        limits = f"limits: {{workers: {workers}}}"
        target_file(folder, reference.base_url, "", reference.state_url, auth=auth, limits=limits)
        ran = orderproof(folder, "run", "--target", "target.yaml", *rules(*judged))
    return ran, len(endpoint.requests)


def test_a_token_that_ends_early_is_replaced_and_the_request_sent_again(tmp_path):
    ran, issued = judge(tmp_path, 10, 1, "GRA-1", "GRA-4", "SEC-1", "SEC-2")

    assert set(ran.verdicts.values()) == {"pass"}, ran.out
    assert ran.code == 0
    assert issued > 2


@pytest.mark.slow
def test_all_workers_have_one_token(tmp_path):
    """Were each to fetch its own, each would end those of the others."""
    ran, issued = judge(tmp_path, 100_000, 2, "GRA-1", "GRA-4")

    assert set(ran.verdicts.values()) == {"pass"}, ran.out
    assert issued == 1


def test_what_one_process_renews_all_others_get(client):
    with Server(lambda request: json_answer(200, {"access_token": f"t{request.number}"})) as endpoint:
        auth = Auth(oauth2=OAuth2(endpoint.url, "me", "s3cret"))
        with served(Pool(), tokens=Tokens(auth, client)) as at:
            first, second = (Tokens(auth, client, connected(at, "tokens")) for _ in range(2))
            assert first.current() == second.current() == "t0"
            # Both are refused at the same time.
            assert first.renewed("t0") == second.renewed("t0") == "t1"
            assert first.current() == second.current() == "t1"
    assert len(endpoint.requests) == 2
    assert {"t0", "t1"} <= first.secrets


def test_a_token_of_the_target_file_has_no_successor(client):
    assert Tokens(Auth(bearer="t"), client).renewed("t") is None


def test_an_endpoint_that_gives_no_other_token_changes_nothing(client):
    tokens = iter(
        [json_answer(200, {"access_token": "t"}), json_answer(200, {"access_token": "t"}), json_answer(500, {})]
    )
    with Server(lambda request: next(tokens)) as endpoint:
        source = Tokens(Auth(oauth2=OAuth2(endpoint.url, "me", "s3cret")), client)
        assert source.current() == "t"
        assert source.renewed("t") is None
        assert source.renewed("t") is None
        assert source.current() == "t"


def test_a_rate_is_kept_by_all_processes_together():
    limit = RateLimit(0.01)
    with served(Pool(), rate=limit) as at:
        first, second = (connected(at, "rate") for _ in range(2))
        waits = [first.reserve(), second.reserve(), first.reserve()]
        shared = SharedRate(second)
        assert shared.lowered_to is None
        shared.lower()
        shared.restore()
    assert waits[0] == 0
    # A hundred seconds apart, less what passes between the calls.
    assert 50 < waits[1] <= 100 < waits[2] <= 200
    assert limit.per_second == 0.01
