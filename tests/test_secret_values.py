"""Secrets by where they come from: whatever brings one in, and however a server spells it, no output shows it."""

import hashlib
import json
import os
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderproof.conformance.config.secret_values import is_ordinary, is_public_header, secret_headers, secrets_of
from orderproof.conformance.config.target import Auth, OAuth2, Target, read_target, with_headers, with_states
from orderproof.conformance.errors import InternalError, UsageError
from orderproof.conformance.runner.concealed import concealed
from orderproof.reports.formats import FORMATS, render
from orderproof.reports.redaction.masking import TOKEN_MARK, Masker
from tests.records import RULES, exchange, outcome, record
from tests.spellings import SPELLINGS
from tests.test_page import unpacked

BASE = "base_url: https://acme.example/v0\n"


def a_part(number: int) -> str:
    """Letters and digits that stand in no text by chance."""
    return "q" + hashlib.sha256(str(number).encode()).hexdigest()[:10]


PARTS = st.integers(0, 2**32).map(a_part)
HEADERS = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,20}", fullmatch=True).filter(
    lambda name: (
        name.lower()
        not in ("accept", "content-type", "content-length", "host", "transfer-encoding", "connection", "authorization")
    )
)
ORIGINS = {
    "a bearer token": "auth: {bearer: SECRET}",
    "a bearer token from the environment": "auth: {bearer: '${VALUE}'}",
    "a client's secret": "auth: {oauth2: {token_url: 'https://id.example/t', client_id: me, client_secret: SECRET}}",
    "a client's id": "auth: {oauth2: {token_url: 'https://id.example/t', client_id: '${VALUE}', client_secret: s}}",
    "a header": "headers: {HEADER: SECRET}",
    "a header from the environment": "headers: {HEADER: '${VALUE}'}",
    "a header with a default": "headers: {HEADER: '${NO_SUCH_VALUE:-SECRET}'}",
    "a part of a header": "headers: {HEADER: 'ApiKey id=\"${VALUE}\", x'}",
    "a public header from the environment": "headers: {User-Agent: '${VALUE}'}",
    "the callback's path": "states: {callback: 'https://acme.example/${VALUE}'}",
    "a callback's header": "states: {callback: {url: 'https://acme.example/s', headers: {HEADER: SECRET}}}",
    "a callback's query": "states: {callback: {url: 'https://acme.example/s', query: {key: SECRET}}}",
    "a state's token": "states: {customer-without-orders: [{customer_id: c, token: SECRET}]}",
    "the command line": "",
}


def read(folder: Path, text: str, value: str = "") -> Target:
    """A target file's target, with one variable in the environment."""
    path = folder / "target.yaml"
    path.write_text(BASE + text + "\n", encoding="utf-8")
    with mock.patch.dict(os.environ, {"VALUE": value}):
        return read_target(path)


def target_from(folder: Path, origin: str, header: str, secret: str) -> Target:
    literal = json.dumps(secret)
    inner = secret.replace("'", "''") if "NO_SUCH" in ORIGINS[origin] else literal
    text = ORIGINS[origin].replace("HEADER", header).replace("SECRET", inner)
    target = read(folder, text, secret)
    return target if text else with_headers(target, (f"{header}: {secret}",))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("targets")


@pytest.mark.parametrize("origin", ORIGINS)
@settings(max_examples=10)
@given(
    spelling=st.sampled_from(list(SPELLINGS)),
    header=HEADERS.filter(lambda name: not is_public_header(name)),
    parts=st.tuples(PARTS, PARTS),
    between=st.text("!&'*+,-./:;<=>\"#%^_~", min_size=1, max_size=3),
)
def test_no_output_shows_a_secret_whatever_its_origin_and_spelling(folder, origin, spelling, header, parts, between):
    between = "-" if origin == "the callback's path" else between
    secret = between.join(parts)
    target = target_from(folder, origin, header, secret)
    spelled = SPELLINGS[spelling](secret)
    told = f"it said {spelled}"
    sent = [[name, value] for name, value in target.headers.items()]
    one = exchange(
        url=f"http://acme.example/v0/orders/{secret}",
        request_headers=[["Accept", "a/b"], *sent],
        request_body=json.dumps({"reason": secret}).encode(),
        response_headers=[["X-Echo", spelled], [header, f"{spelled}; x"]],
        response_body=f"echo {spelled} {secret}".encode(),
        error=told,
    )
    found = outcome(
        "GRA-7",
        result="fail",
        exchanges=[one, one],
        finding={"message": told, "expected": told, "observed": told[: len(told) - 3] + "…"},
    )
    made = record(
        [found, outcome("GRA-4", result="not-run", reason=told)],
        tuple(rule for rule in RULES if rule.id in ("GRA-7", "GRA-4")),
        secrets=secrets_of(target),
        secret_headers=secret_headers(target),
    )

    for name in FORMATS:
        assert leaks(render(name, made), parts, spelled) == []
    assert leaks(json.dumps(unpacked(render("html", made))), parts, spelled) == []


def leaks(text: str, parts: tuple[str, ...], spelled: str = "") -> list[str]:
    """What of a secret stands in a text; no spelling but base64 touches letters and digits."""
    bare = text.replace("\0", "").replace("\\u0000", "")
    return [part for part in (*parts, spelled) if part and part in bare]


@pytest.mark.parametrize(
    ("text", "value", "kept"),
    [
        ("name: '${VALUE}'", "acme-staging", ()),
        ("headers: {X-A: '${VALUE}'}", "1", ()),
        ("headers: {X-A: '${VALUE}'}", "true", ()),
        ("headers: {X-A: '${VALUE}'}", "acme", ()),
        ("headers: {X-A: '${VALUE}'}", "https://acme.example/v0", ()),
        ("headers: {X-A: '${VALUE}'}", "https://acme.example/v0/", ()),
        ("headers: {X-A: '${VALUE}'}", "acme.example", ()),
        ("states: {callback: '${VALUE}/_state'}", "https://acme.example", ()),
        ("states: {customer-without-orders: [{customer_id: '${VALUE}'}]}", "customer-1234", ()),
        ("limits: {rate: '${VALUE}'}", "25/s", ()),
        ("headers: {X-A: '${VALUE}'}", "s3cret", ("s3cret",)),
        ("headers: {X-A: 'Bearer ${VALUE}'}", "s3cret", ("Bearer s3cret", "s3cret")),
        ("headers: {Cookie: 'a=b; sid=${VALUE}'}", "s3cret", ("a=b; sid=s3cret", "sid=s3cret", "s3cret")),
        ("headers: {X-A: 'Basic bWU6aHVudGVyMi1zZXNhbWU='}", "", ("me:hunter2-sesame", "hunter2-sesame")),
        ("headers: {X-Tenant: '${VALUE}'}", "acme-staging-7", ("acme-staging-7",)),
        ("headers: {X-Tenant: acme-staging-7}", "", ()),
        ("headers: {X-Auth: acme-staging-7}", "", ("acme-staging-7",)),
    ],
)
def test_what_is_looked_for_in_texts(folder, text, value, kept):
    found = secrets_of(read(folder, text, value))
    assert set(kept) <= found
    assert bool(found) == bool(kept)


def test_a_credential_is_a_secret_however_ordinary_it_is():
    target = Target("acme", "https://acme.example/v0", auth=Auth(bearer="acme"))
    assert secrets_of(target) == {"acme"}


@pytest.mark.parametrize("value", ["1", "true", "acme", "no", "staging", "12345", "internal", "application/json", ""])
def test_ordinary_values(value):
    assert is_ordinary(value)


@pytest.mark.parametrize("value", ["s3cret", "hunter2", "12345678", "sunshine", "correcthorse", "a-b-c"])
def test_values_that_are_not_ordinary(value):
    assert not is_ordinary(value)


@pytest.mark.parametrize(
    "name",
    [
        "Accept-Language",
        "User-Agent",
        "X-Request-ID",
        "traceparent",
        "X-Tenant",
        "Tenant-Id",
        "X-Api-Version",
        "X-Requested-With",
    ],
)
def test_a_public_header_is_shown(name):
    target = with_headers(Target("t", "http://t"), (f"{name}: abc-123-def",))
    assert secret_headers(target) == set()
    assert secrets_of(target) == set()


@pytest.mark.parametrize("name", ["X-Auth", "X-JWT-Assertion", "Cookie", "X-User", "X-Tenant-Key", "X-Version-Token"])
def test_every_other_header_is_masked_as_a_whole(name):
    target = with_headers(Target("t", "http://t"), (f"{name}: 1",))
    assert secret_headers(target) == {name.lower()}
    masked = Masker(secrets_of(target), secret_headers=secret_headers(target)).headers([[name, "1"], ["X-B", "1"]])
    assert masked == [[name, TOKEN_MARK], ["X-B", "1"]]


def test_a_separate_file_of_states_has_secrets_too(folder):
    path = folder / "states.yaml"
    path.write_text("customer-without-orders: [{customer_id: c, token: hunter2-a}]\ncallback: http://h/${VALUE}\n")
    with mock.patch.dict(os.environ, {"VALUE": "hunter2-b"}):
        target = with_states(read(folder, "headers: {X-A: '${VALUE}'}", "hunter2-c"), path)
    assert secrets_of(target) == {"hunter2-a", "hunter2-b", "hunter2-c"}
    assert secrets_of(Target.from_dict(json.loads(json.dumps(target.to_dict())))) == secrets_of(target)


MISTAKES = [
    *(f"{key}: VALUE" for key in ("base_url", "internal_base_url", "auth", "headers", "limits", "features")),
    "base_url: https://VALUE",
    "base_url: https://h:VALUE",
    "base_url: https://me:VALUE@[h/v0",
    "base_url: https://h/v0?key=VALUE",
    "base_url: https://me:VALUE@h/v0",
    "base_url: me:VALUE@h",
    "base_url: https://h/ü/VALUE",
    "auth: {bearer: 'Bearer VALUE'}",
    "auth: {bearer: [VALUE]}",
    "auth: {bearer: !VALUE}",
    "auth: {bearer: !!float VALUE}",
    "auth: {bearer: *VALUE}",
    "auth: {bearer: {VALUE: x}}",
    'auth: {bearer: "VALUE',
    "auth: {oauth2: {token_url: VALUE, client_id: i, client_secret: s}}",
    "auth: {oauth2: {token_url: 'http://h', client_id: i, client_secret: [VALUE]}}",
    'headers: {X-A: "VALUE\\nx"}',
    "headers: {X-A: [VALUE]}",
    "headers: {Authorization: VALUE}",
    "headers: {Host: 'VALUE/'}",
    "limits: {rate: VALUE}",
    "limits: {timeout: VALUE}",
    "limits: {workers: VALUE}",
    "features: {external_oms: VALUE}",
    "states: {callback: 'http://VALUE@h'}",
    "states: {callback: 'http://h?VALUE'}",
    "states: {provider: VALUE}",
    "states: {order: VALUE}",
    "states: {customer-without-orders: [{customer_id: c, token: [VALUE]}]}",
]
# Typed into a key that holds no secret, a value is shown as it stands in the file.
TYPED = [text for text in MISTAKES if text.startswith(("auth", "headers")) or "@" in text or "?" in text or "[" in text]


@pytest.mark.parametrize(
    ("text", "written"), [*((text, "${VALUE}") for text in MISTAKES), *((text, "hunter2-sesame") for text in TYPED)]
)
def test_the_message_of_a_broken_file_shows_no_secret(folder, text, written):
    path = folder / "broken.yaml"
    text = text.replace("VALUE", written)
    path.write_text(text if text.startswith("base_url") else f"{BASE}{text}\n", encoding="utf-8")
    with mock.patch.dict(os.environ, {"VALUE": "hunter2-sesame ü"}), pytest.raises(UsageError) as caught:
        read_target(path)
    assert "hunter2" not in str(caught.value)
    assert "sesame" not in str(caught.value)


@pytest.mark.parametrize(
    "line", ["hunter2", "hunter2 x: y", "Authorization: hunter2", "X-A: hunter2\nx", "Host: hunter2/"]
)
def test_the_message_of_a_bad_option_shows_no_secret(line):
    with pytest.raises(UsageError) as caught:
        with_headers(Target("t", "http://t"), (line,))
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("kind", [UsageError, ValueError])
def test_errors_of_a_run_show_no_secret(kind):
    target = Target("t", "http://t", headers={"X-Auth": "hunter2-sesame"})
    with pytest.raises((UsageError, InternalError)) as caught, concealed(target):
        raise kind("wrong: hunter2-sesame")
    assert "wrong: ‹token›" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_traceback_that_shows_values_shows_no_secret(folder):
    text = "\n".join((ORIGINS["a header"], ORIGINS["a state's token"], "auth: {bearer: '${VALUE}'}"))
    target = read(folder, text.replace("HEADER", "X-Auth"), "SECRET")
    for one in (target, Target("t", "http://t", auth=Auth("SECRET")), OAuth2("http://t", "me", "SECRET")):
        assert "SECRET" not in repr(one)
