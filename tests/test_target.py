"""The target file: every key, every placeholder, and every mistake as one sentence that says what to do."""

import json

import pytest
from jsonschema import Draft202012Validator

from orderproof.conformance.config.state_kinds import FEATURES, STATES, VALUE_TYPES
from orderproof.conformance.config.target import (
    Auth,
    Callback,
    Limits,
    OAuth2,
    StateSources,
    Target,
    read_target,
    target_schema,
    with_headers,
    with_states,
)
from orderproof.conformance.errors import UsageError

ORDER = {"order_uuid": "u", "order_id": "i", "customer_id": "c", "item_uuids": ["a", "b"]}
TARGET = Target("t", "http://t")


@pytest.fixture
def target_of(tmp_path):
    path = tmp_path / "target.yaml"

    def read(text: str, base: str = "base_url: https://acme.example/v0\n") -> Target:
        path.write_text(base + text, encoding="utf-8")
        return read_target(path)

    return read


@pytest.fixture
def mistake(target_of):
    """The message that a mistaken file gets."""

    def message(text: str, base: str = "base_url: https://acme.example/v0\n") -> str:
        with pytest.raises(UsageError) as caught:
            target_of(text, base)
        told = str(caught.value)
        assert "target.yaml" in told
        assert "\n" not in told
        return told

    return message


def test_every_key_is_read(target_of, tmp_path):
    target = target_of(
        """
        name: acme
        internal_base_url: http://internal.example:8080/v0/
        auth: {oauth2: {token_url: https://id.example/token, client_id: me, client_secret: "s", scope: orders}}
        headers: {X-Tenant: acme}
        limits: {rate: 600/m, timeout: 500ms, setup: 2m, workers: 4}
        states:
            callback: {url: https://acme.example/_state, headers: {Authorization: Basic abc}, query: {key: k}}
            provider: acme.states:give
            order: [{order_uuid: u, order_id: i, customer_id: c, item_uuids: [a, b]}]
    """.replace("\n        ", "\n")
    )
    assert target == Target(
        name="acme",
        base_url="https://acme.example/v0",
        internal_base_url="http://internal.example:8080/v0",
        auth=Auth(oauth2=OAuth2("https://id.example/token", "me", "s", "orders")),
        headers={"X-Tenant": "acme"},
        limits=Limits(10.0, 0.5, 120.0, 4),
        states=StateSources(
            {"order": [ORDER]},
            Callback("https://acme.example/_state", {"Authorization": "Basic abc"}, {"key": "k"}),
            "acme.states:give",
        ),
        source=str(tmp_path / "target.yaml"),
    )
    assert Target.from_dict(target.to_dict()) == target


def test_what_may_be_left_out(target_of):
    target = target_of("")
    assert (target.name, target.auth, target.limits) == ("target", Auth(), Limits())
    assert not target.states
    assert Target.from_dict(target.to_dict()) == target


def test_the_command_line_replaces_the_base_url(tmp_path):
    path = tmp_path / "t.yaml"
    path.write_text("name: x\n")
    assert read_target(path, "http://other/").base_url == "http://other"


@pytest.mark.parametrize(
    ("written", "given", "read"),
    [
        ("${TOKEN}", {"TOKEN": "secret"}, "secret"),
        ("${TOKEN:-else}", {"TOKEN": "secret"}, "secret"),
        ("${TOKEN:-else}", {}, "else"),
        ("${TOKEN:-else}", {"TOKEN": ""}, "else"),
        ("${TOKEN:-}x", {}, "x"),
        ("a${TOKEN}b${TOKEN}", {"TOKEN": "-"}, "a-b-"),
        ("$$${TOKEN}$${TOKEN}", {"TOKEN": "s"}, "$s${TOKEN}"),
        ("${TOKEN}", {"TOKEN": "${HOME}"}, "${HOME}"),
        ("5$ and $$TOKEN", {}, "5$ and $TOKEN"),
    ],
)
def test_placeholders(target_of, monkeypatch, written, given, read):
    monkeypatch.delenv("TOKEN", raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert target_of(f"headers: {{X-A: '{written}'}}").headers == {"X-A": read}


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("auth: {bearer: '${ORDERPROOF_NOT_SET}'}", ("auth.bearer", "ORDERPROOF_NOT_SET is not set", ":-")),
        ("name: a$NAME", ("name: a $ stands before a name; write ${NAME} for", "or $$ for a dollar sign")),
        ("name: '${NAME'", ("name: a ${ is not closed; write ${NAME}",)),
        ("name: '${A:-${B}}'", ("name: ${A:-${B} is in another placeholder", "plain text")),
        ("name: ${1}", ("name", "${1} is not a placeholder", "${NAME}")),
        ("states: {order: [{order_uuid: '${ORDERPROOF_NOT_SET}'}]}", ("states.order[0].order_uuid", "is not set")),
        ("nmae: x", ("unknown key 'nmae'", 'did you mean "name"')),
        ("auth: {baerer: x}", ("auth", "unknown key 'baerer'", 'did you mean "bearer"')),
        ("auth: {oauth2: {token_ulr: x}}", ("auth.oauth2", 'did you mean "token_url"')),
        ("limits: {rat: 1}", ("limits", 'did you mean "rate"')),
        ("states: {order-closd: []}", ("states", 'did you mean "order-closed"')),
        ("zzz: 1", ("unknown key 'zzz'", "keys here: name, base_url")),
        ("name: a\nname: b", ("line 3", "'name' is given twice")),
        ("headers: {A: x, A: y}", ("'A' is given twice",)),
        ("1: x", ("the key 1 must be text",)),
        ("name: [a]", ("name must be text, not a list",)),
        ("name:", ("name must be text, not nothing",)),
        ("name: yes", ("name must be text, not true/false", "quotes")),
        ("name: 1.10", ("name must be text, not a number", "quotes")),
        ("name: ' '", ("name is empty",)),
        ("auth: {bearer: 0123}", ("auth.bearer must be text", "quotes")),
        ("auth: token", ("auth must be a mapping",)),
        ("auth: {}", ("auth is empty", "bearer or oauth2")),
        ("auth: {bearer: x, oauth2: {}}", ("auth: give either bearer or oauth2, not both",)),
        ("auth: {bearer: 'Bearer x'}", ("auth.bearer", "space")),
        ('auth: {bearer: "a\\nb"}', ("auth.bearer", "cannot carry")),
        ("auth: {bearer: tökén}", ("auth.bearer", "cannot carry")),
        ("auth: {oauth2: {token_url: 'https://x/t'}}", ("auth.oauth2", "client_id is missing")),
        (
            "auth: {oauth2: {token_url: x, client_id: i, client_secret: s}}",
            ("auth.oauth2.token_url", "not an absolute URL"),
        ),
        ("headers: [a]", ("headers must be a mapping",)),
        ("headers: {'A b': x}", ("'A b' is not a header name",)),
        ('headers: {A: "x\\ny"}', ("headers.A", "cannot carry")),
        ("headers: {A: '€'}", ("headers.A", "cannot carry")),
        ("headers: {accept: x}", ("accept cannot be set for all requests",)),
        ("headers: {Content-Type: x}", ("Content-Type cannot be set for all requests",)),
        ("headers: {Authorization: x}", ("write the token under auth.bearer",)),
        ("limits: {rate: fast}", ("limits.rate", "25/s")),
        ("limits: {rate: 0/s}", ("limits.rate",)),
        ("limits: {rate: 1/h}", ("limits.rate",)),
        ("limits: {rate: nan}", ("limits.rate",)),
        ("limits: {rate: 1e999}", ("limits.rate",)),
        ("limits: {timeout: 0}", ("limits.timeout", "10s")),
        ("limits: {timeout: -1s}", ("limits.timeout",)),
        ("limits: {timeout: 1.2.3s}", ("limits.timeout",)),
        ("limits: {timeout: 99999999999999999999s}", ("limits.timeout", "an hour")),
        ("limits: {workers: 0}", ("limits.workers", "1 to 64")),
        ("limits: {workers: 65}", ("limits.workers",)),
        ("limits: {workers: 1.5}", ("limits.workers",)),
        (f"limits: {{workers: '{'9' * 5000}'}}", ("limits.workers",)),
        ("limits: {workers: ²}", ("limits.workers",)),
        ("states: callback", ("states must be a mapping",)),
        ("states:", ("states must be a mapping", "nothing")),
        ("states: {callback: nowhere}", ("states.callback", "not an absolute URL")),
        ("states: {callback: [a]}", ("states.callback must be a URL, or a mapping of url, headers and query",)),
        ("states: {callback: {headers: {A: b}}}", ("states.callback: url is missing",)),
        ("states: {callback: {url: nowhere}}", ("states.callback.url", "not an absolute URL")),
        ("states: {callback: {url: 'http://h/', header: {}}}", ("states.callback", 'did you mean "headers"')),
        ("states: {callback: {url: 'http://h/', headers: {A: 5}}}", ("states.callback.headers.A must be text",)),
        ("states: {callback: {url: 'http://h/', headers: {'a b': c}}}", ("headers: 'a b' is not a header name",)),
        ("limits: {workers: many}", ("limits.workers: 'many' must be auto or a whole number from 1 to 64",)),
        ("limits: {setup: 2h}", ("limits.setup", "not a time of at most an hour")),
        ("states: {provider: module}", ("states.provider", "package.module:function")),
        ("states: {provider: 5}", ("states.provider must be of the form package.module:function", "quotes")),
        ("states: {order: {order_uuid: u}}", ("states.order must be a list of mappings", "order_uuid: …")),
        ("states: {order: [u]}", ("states.order[0] must be a mapping of keys to values, not text",)),
        ("states: {order: [{order_id: u}]}", ("states.order[0]", "order_uuid is missing")),
        (
            "states: {order: [{order_uid: u}]}",
            ("states.order[0]", "order_uuid is missing", 'did you mean it by "order_uid"?'),
        ),
        (
            "states: {order: [{order_uuid: u, order_idd: x}]}",
            ("states.order[0]", "order_idd", 'did you mean "order_id"?'),
        ),
        (
            "states: {customer-without-orders: [{customer_id: c}, {customer_id: 12}]}",
            ("states.customer-without-orders[1].customer_id must be text", "quotes"),
        ),
        (
            "states: {customer-with-orders: [{customer_id: c, order_ids: o}]}",
            ("states.customer-with-orders[0].order_ids must be a list of texts",),
        ),
        ("name: [", ("line",)),
        ("\tname: x", ("line",)),
        ("name: !!python/object:os.system x", ("line 2",)),
        ("limits: {rate: 0b_}", ("target.yaml",)),
        ("limits: {rate: !!float x}", ("target.yaml",)),
        ("states: &a [*a]", ("states", "an alias refers to itself")),
        ("name: \x07", ("target.yaml",)),
    ],
)
def test_a_mistake_is_told_with_its_place_and_its_remedy(mistake, monkeypatch, text, parts):
    monkeypatch.delenv("ORDERPROOF_NOT_SET", raising=False)
    told = mistake(text)
    for part in parts:
        assert part in told


@pytest.mark.parametrize(
    "url",
    [
        "acme.example/v0",
        "ftp://acme.example",
        "https://",
        "https:///v0",
        "http://host:99999",
        "http://host:0",
        "http://host:port",
        "http://[::1",
        "https://acme.example/v0?",
        "https://acme.example/v0?a=b",
        "https://acme.example/v0#",
        "https://ac me.example",
        "https://acme.example/v0/ü",
        "http://me@acme.example",
    ],
)
def test_a_bad_url_is_a_mistake(mistake, url):
    assert "base_url" in mistake("", f"base_url: '{url}'\n")


def test_credentials_are_not_shown(mistake):
    told = mistake("", "base_url: 'https://me:hunter2@acme.example/v0?x=1'\n")
    assert "hunter2" not in told
    assert "use auth" in told


@pytest.mark.parametrize("base", ["name: x\n", "", "- a\n", "text\n"])
def test_a_file_without_a_base_url_is_a_mistake(mistake, base):
    assert "base_url is missing" in (told := mistake("", base)) or "must be a mapping" in told


@pytest.mark.parametrize("content", [b"\xff\xfe", b"a: \xe9"])
def test_what_is_no_utf8_is_a_mistake(tmp_path, content):
    path = tmp_path / "t.yaml"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="UTF-8"):
        read_target(path)


def test_a_file_that_cannot_be_read_is_a_mistake(tmp_path):
    for path in (tmp_path, tmp_path / "none.yaml"):
        with pytest.raises(UsageError, match="cannot be read"):
            read_target(path)


def test_states_in_a_file_apart(tmp_path, monkeypatch):
    path = tmp_path / "states.yaml"
    monkeypatch.setenv("HOST", "acme.example")
    path.write_text("callback: https://${HOST}/_state\n")
    assert with_states(TARGET, path).states == StateSources(callback=Callback("https://acme.example/_state"))
    path.write_text("calback: x\n")
    with pytest.raises(UsageError, match=r"states\.yaml: states: unknown key 'calback'; did you mean \"callback\""):
        with_states(TARGET, path)


@pytest.mark.parametrize("name", STATES)
def test_every_state_can_be_a_fixed_list(tmp_path, name):
    entry = {key: ["a"] if key in VALUE_TYPES else "x" for key in STATES[name].values}
    path = tmp_path / "states.yaml"
    path.write_text(json.dumps({name: [entry]}), encoding="utf-8")
    assert with_states(TARGET, path).states.fixed == {name: [entry]}


def entry(number: int, **more) -> dict:
    return {"order_uuid": f"ab-{number}", "order_id": f"ID-{number}", "customer_id": "c", "item_uuids": ["i"], **more}


def failing_oms(number: int) -> dict:
    return {"order_id": f"ID-{number}", "customer_id": "c"}


@pytest.mark.parametrize(
    ("lists", "where"),
    [
        ({"order": [entry(1), entry(2), entry(1)]}, "order[2]: its order_uuid is that of order[0] too"),
        ({"order": [entry(1), entry(2, order_uuid="AB-1")]}, "order[1]: its order_uuid is that of order[0] too"),
        ({"order": [entry(1), entry(2, order_id="ID-1")]}, "order[1]: its order_id is that of order[0] too"),
        (
            {"order": [entry(1)], "order-closed": [entry(2), entry(1)]},
            "order-closed[1]: its order_uuid is that of order[0] too",
        ),
        (
            {"oms-unavailable": [failing_oms(1)], "oms-order": [entry(1)]},
            "oms-order[0]: its order_id is that of oms-unavailable[0] too",
        ),
        (
            {"oms-unavailable": [failing_oms(1), failing_oms(1)]},
            "oms-unavailable[1]: its order_id is that of oms-unavailable[0] too",
        ),
        (
            {"order": [entry(1, base_url="http://b.example/"), entry(1, base_url="http://b.example")]},
            "order[1]: its order_uuid is that of order[0] too",
        ),
    ],
)
def test_an_order_that_is_listed_twice_is_told_with_both_places(tmp_path, lists, where):
    path = tmp_path / "target.yaml"
    path.write_text(json.dumps({"base_url": "http://a.example/v0", "states": lists}), encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        read_target(path)
    remedy = "an order is used once, so remove one of the two entries"
    assert str(caught.value) == f"{path}: states.{where}; {remedy}"


def test_what_is_not_used_up_or_is_another_order_may_be_listed_twice(tmp_path):
    lists = {
        "order": [entry(1), entry(1, base_url="http://b.example")],
        # A readable id is opaque: another case is another order.
        "order-closed": [entry(2), entry(3, order_id="id-2")],
        "oms-unavailable": [failing_oms(4)],
        "oms-misconfigured": [failing_oms(4)],
        "customer-with-orders": [{"customer_id": "c", "order_ids": ["ID-1"]}],
        "customer-without-orders": [{"customer_id": "d"}, {"customer_id": "d"}],
    }
    path = tmp_path / "target.yaml"
    path.write_text(json.dumps({"base_url": "http://a.example/v0", "states": lists}), encoding="utf-8")
    assert read_target(path).states.fixed == lists


def test_the_published_schema_knows_the_states_and_features_and_no_other():
    Draft202012Validator.check_schema(target_schema())
    states = dict(target_schema()["properties"]["states"]["properties"])
    assert set(states) == {"injection", "callback", "provider", "reuse", *STATES}
    assert set(target_schema()["properties"]["features"]["properties"]) == set(FEATURES)
    for name, kind in STATES.items():
        items = states[name]["items"]
        assert tuple(items["required"]) == kind.listed
        assert set(items["properties"]) >= set(kind.values)
        lists = {key for key, schema in items["properties"].items() if schema["type"] == "array"}
        assert lists == VALUE_TYPES.keys() & set(kind.values)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_byte_order_mark_is_read_over(tmp_path, encoding):
    path = tmp_path / "t.yaml"
    path.write_text("base_url: https://acme.example/v0\nname: ü\n", encoding=encoding)
    assert read_target(path).name == "ü"


def test_headers_from_the_command_line():
    changed = with_headers(TARGET, ("X-A: 1", "x-b:2", "Authorization: bearer  abc"))
    assert changed.headers == {"X-A": "1", "x-b": "2"}
    assert changed.auth == Auth(bearer="abc")


@pytest.mark.parametrize(
    "line",
    ["X-A", "Accept: x", "Authorization: Basic abc", "Authorization: Bearer", "Authorization: Bearer a b", ": x"],
)
def test_a_bad_header_on_the_command_line_is_a_mistake(line):
    with pytest.raises(UsageError, match="-H"):
        with_headers(TARGET, (line,))


def test_a_header_without_a_colon_is_not_shown():
    with pytest.raises(UsageError) as caught:
        with_headers(TARGET, ("Authorization Bearer hunter2",))
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("features: {oms: false}", "unknown key 'oms'"),
        ("features: {external_oms: 'no'}", "features.external_oms must be true or false"),
        ("features: {internal_api: false}\ninternal_base_url: http://acme.example/v0", "leave one of them out"),
        ("features: {internal_api: true}", "internal_base_url is missing"),
        (
            "features: {preordered_items: false}\nstates: {order-with-preordered-item: []}",
            "features.preordered_items is false, and states lists order-with-preordered-item",
        ),
    ],
)
def test_features_that_contradict_the_file_are_mistakes(tmp_path, text, hint):
    path = tmp_path / "target.yaml"
    path.write_text(f"base_url: http://acme.example/v0\n{text}\n", encoding="utf-8")
    with pytest.raises(UsageError) as error:
        read_target(path)
    assert hint in str(error.value)
    assert "target.yaml" in str(error.value)
