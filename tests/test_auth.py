"""Tokens: fetched, renewed and kept out of every message."""

import json
from types import SimpleNamespace
from urllib.parse import parse_qs

import pytest

from orderproof.conformance.config.target import Auth, OAuth2
from orderproof.conformance.errors import VoidError
from orderproof.conformance.transport.client import Client
from orderproof.conformance.transport.tokens import Tokens
from tests.loopback import Server, answer, json_answer, refusing_port

SECRET = "s3cret"
# Met only where something is broken, however busy the machine is.
PATIENCE = 60.0


@pytest.fixture
def client():
    client = Client(timeout=PATIENCE)
    yield client
    client.close()


def tokens(client: Client, server: Server, scope: str | None = None) -> Tokens:
    return Tokens(Auth(oauth2=OAuth2(server.url + "/token", "me", SECRET, scope)), client)


def test_a_fixed_token_is_given_and_none_where_there_is_none(client):
    assert Tokens(Auth(bearer="t"), client).current() == "t"
    assert Tokens(Auth(bearer="t"), client).secrets == {"t"}
    assert Tokens(Auth(), client).current() is None
    assert not Tokens(Auth(), client).configured


def test_a_token_is_fetched_once_and_is_a_secret(client):
    with Server(lambda request: json_answer(200, {"access_token": "t", "expires_in": 300})) as server:
        source = tokens(client, server, "orders")
        assert [source.current() for _ in range(3)] == ["t"] * 3
    assert len(server.requests) == 1
    assert parse_qs(server.requests[0].body.decode()) == {
        "grant_type": ["client_credentials"],
        "client_id": ["me"],
        "client_secret": [SECRET],
        "scope": ["orders"],
    }
    assert {"t", SECRET} <= source.secrets


def test_a_token_that_runs_out_is_renewed(client, monkeypatch):
    now = 0.0
    monkeypatch.setattr("orderproof.conformance.transport.tokens.time", SimpleNamespace(monotonic=lambda: now))
    with Server(
        lambda request: json_answer(200, {"access_token": f"t{request.number}", "expires_in": "300"})
    ) as server:
        source = tokens(client, server)
        assert source.current() == "t0"
        now = 269.0
        assert source.current() == "t0"
        now = 271.0
        assert source.current() == "t1"
    assert {"t0", "t1", SECRET} <= source.secrets


@pytest.mark.parametrize("lifetime", [None, "soon", [], {}, -5, 0, float("nan"), float("inf")])
def test_an_odd_lifetime_does_not_matter(client, lifetime):
    with Server(lambda request: json_answer(200, {"access_token": "t", "expires_in": lifetime})) as server:
        assert tokens(client, server).current() == "t"


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (
            answer(401, b'{"error": "invalid_client"}'),
            'answered 401 instead of a token: \'{"error": "invalid_client"}\'',
        ),
        (answer(400, f"wrong: {SECRET}".encode()), "wrong: ***"),
        (answer(200, b"<html>"), "answered 200 instead of a token: '<html>'"),
        (answer(200, b"[]"), "answered 200 instead of a token"),
        (json_answer(200, {"access_token": ""}), "answered 200 instead of a token"),
        (json_answer(200, {"access_token": 5}), "an access_token that cannot be used"),
        (json_answer(200, {"access_token": "hunter2 \n"}), "an access_token that cannot be used"),
        (json_answer(201, {"access_token": "hunter2"}), "an access_token that cannot be used"),
        (answer(302, b"", "Location: /login"), "answered 302"),
    ],
)
def test_no_token_is_said_why_without_telling_one(client, reply, why):
    with Server(lambda request: reply) as server, pytest.raises(VoidError) as caught:
        tokens(client, server).current()
    told = str(caught.value)
    assert told.startswith("auth.oauth2: ")
    assert why in told
    assert not any(secret in json.dumps(told) for secret in (SECRET, "hunter2"))


def test_an_endpoint_that_takes_credentials_by_basic_alone_gets_them_so(client, monkeypatch):
    now = 0.0
    monkeypatch.setattr("orderproof.conformance.transport.tokens.time", SimpleNamespace(monotonic=lambda: now))

    def reply(request):
        is_basic = dict(request.headers).get("authorization") == "Basic bWUlMkZ4OnMzY3JldA=="
        return json_answer(200 if is_basic else 401, {"access_token": f"t{request.number}"})

    with Server(reply) as server:
        source = Tokens(Auth(oauth2=OAuth2(server.url, "me/x", SECRET, audience="a", resource="urn:r")), client)
        assert source.current() == "t1"
        now = 1000.0
        # What it takes is known by now.
        assert source.current() == "t2"
    sent = [parse_qs(request.body.decode()) for request in server.requests]
    assert sent[0]["client_secret"] == [SECRET]
    wanted = {"grant_type": ["client_credentials"], "audience": ["a"], "resource": ["urn:r"]}
    assert sent[1:] == [wanted, wanted]
    assert "bWUlMkZ4OnMzY3JldA==" in source.secrets


def test_nobody_there_is_said(client):
    with (
        refusing_port() as port,
        pytest.raises(VoidError, match=r"no token could be fetched from auth\.oauth2\.token_url"),
    ):
        Tokens(Auth(oauth2=OAuth2(f"http://127.0.0.1:{port}/token", "me", SECRET)), client).current()
