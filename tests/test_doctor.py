"""`orderproof doctor`: each mistake that people make is named, with the key and the remedy, and nothing is judged."""

import base64
import io
import json
import re
import signal
import ssl
import time
from contextlib import ExitStack
from dataclasses import asdict, replace
from email.utils import formatdate
from pathlib import Path

import pytest
import trustme
from jsonschema import Draft202012Validator

import orderproof.reports.record as record_module
from orderproof.conformance.config.state_kinds import STATES
from orderproof.conformance.config.target import Limits, Target
from orderproof.conformance.reference.server import start
from orderproof.conformance.runner.doctor.asking import Measured
from orderproof.conformance.runner.doctor.estimate import estimates
from orderproof.conformance.runner.doctor.step import Step
from orderproof.reports.console import make_console
from orderproof.reports.console.steps_table import StepsTable
from tests.loopback import Hangup, Server, answer, json_answer, refusing_port

SCHEMA = json.loads(Path(record_module.__file__).with_name("doctor.schema.json").read_text(encoding="utf-8"))
HTML = answer(200, b"<html><title>Console</title></html>", "Content-Type: text/html; charset=utf-8")
UNKNOWN = "0b6c4d0a-8a3c-4e3e-9a57-0d5a3a3f7f10"
EMPTY_HISTORY = {"orders": []}


@pytest.fixture(scope="module")
def server():
    with start() as running:
        yield running


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture(scope="module")
def servers(authority):
    """Servers that each are one mistake: by its name."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    scripts = {
        "console": lambda _: HTML,
        "redirecting": lambda request: answer(301, b"", f"Location: {request.line.split()[1]}"),
        "moved": lambda request: answer(308, b"", f"Location: https://api.acme.example{request.line.split()[1]}"),
        "proxy": lambda _: answer(407, b"who are you?", "Proxy-Authenticate: Basic"),
        "late": lambda _: json_answer(200, EMPTY_HISTORY, f"Date: {formatdate(time.time() - 600, usegmt=True)}"),
        "tokens": lambda _: json_answer(400, {"error": "invalid_scope", "error_description": "orders:all is unknown"}),
        "refusing": lambda _: json_answer(401, {"message": "no"}),
        "closing": _hang_up,
    }
    with ExitStack() as stack:
        started = {name: stack.enter_context(Server(script)) for name, script in scripts.items()}
        started["https"] = stack.enter_context(Server(lambda _: json_answer(200, EMPTY_HISTORY), context))
        yield {name: one.url for name, one in started.items()}


def _hang_up(_request):
    raise Hangup


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def doctor(call, tmp_path):
    """Calls doctor with a target file of these lines: exit code and document."""

    def run(*lines, name="target.yaml"):
        (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        code, out, _ = call("doctor", "--target", name, "--json")
        told = json.loads(out)
        Draft202012Validator(SCHEMA).validate(told)
        assert told["exit_code"] == code
        assert not (tmp_path / "orderproof-report").exists()
        return code, told

    return run


def step(told, name):
    return next(one for one in told["steps"] if one["name"] == name)


def file_of(server, **changes):
    """The lines of a target file for the reference server, with other values of some keys."""
    values = {
        "base_url": server.base_url,
        "auth": f"{{bearer: {server.token}}}",
        "states": f"{{callback: {server.state_url}}}",
        "limits": "{timeout: 5s}",
    } | changes
    return [f"{key}: {value}" for key, value in values.items() if value is not None]


def test_all_is_well(doctor, server):
    code, told = doctor(*file_of(server, internal_base_url=server.base_url))

    assert code == 0, told
    assert {one["outcome"] for one in told["steps"]} == {"ok"}
    assert step(told, "order-closed")["sentence"] == "as promised, from states.callback"
    assert [one["profile"] for one in told["estimates"]] == ["quick", "default"]
    assert "conform" not in json.dumps(told)


@pytest.mark.parametrize(
    ("line", "names", "remedy"),
    [
        ("auth: {bearer: $TOKEN}", "auth.bearer", "${NAME}"),
        ("auth: {bearer: '${ORDERPROOF_UNSET}'}", "ORDERPROOF_UNSET is not set", "set it"),
        ("auth:\n\tbearer: x", "line 2", "spaces"),
        ("auht: {bearer: x}", "auht", "auth"),
    ],
)
def test_a_mistake_in_the_file_is_named(doctor, line, names, remedy):
    code, told = doctor("base_url: http://127.0.0.1:1/v0", line) if "\t" not in line else doctor(line)

    wrong = step(told, "target")
    assert (code, wrong["outcome"]) == (2, "wrong")
    assert names in wrong["sentence"]
    assert remedy in wrong["remedy"] + wrong["sentence"]
    assert {one["outcome"] for one in told["steps"][1:]} == {"not-tried"}


@pytest.mark.parametrize(
    ("wrong", "right"), [("/v1", "/v0"), ("", "/v0"), ("/v0/v0", "/v0"), ("//v0", "/v0"), ("/v0/orders", "/v0")]
)
def test_a_wrong_path_is_named_with_the_right_one(doctor, server, wrong, right):
    root = server.base_url.removesuffix("/v0")
    code, told = doctor(*file_of(server, base_url=root + wrong))

    found = step(told, "base path")
    assert (code, found["outcome"]) == (3, "unusable")
    assert found["remedy"] == f"base_url: correct the path: the API answers at {root}{right}"
    assert step(told, "states")["sentence"] == "not tried: the API is not at base_url"


@pytest.mark.parametrize(
    ("server_name", "failed", "sentence", "remedy"),
    [
        ("console", "base path", "HTML, a page for people", "base_url: is it the order API?"),
        ("redirecting", "answer", "to itself, without end", "base_url: give the URL of the API itself"),
        (
            "moved",
            "answer",
            "on another host: api.acme.example",
            "base_url: give the final URL, https://api.acme.example/v0",
        ),
        ("https", "answer", "speaks https, not http", "base_url: write https://127.0.0.1"),
        ("refusing", "token", "the token is refused", "auth.bearer: give a token that is valid"),
        ("closing", "answer", "answers nothing", "base_url: correct host and port"),
    ],
)
def test_a_server_that_is_not_the_api_is_named(doctor, servers, server_name, failed, sentence, remedy):
    code, told = doctor(
        f"base_url: {servers[server_name].replace('https', 'http')}/v0",
        "auth: {bearer: secret-token-1}",
        "limits: {timeout: 5s}",
    )

    found = step(told, failed)
    assert (code, found["outcome"]) == (3, "unusable"), told
    assert sentence in found["sentence"]
    assert found["remedy"].startswith(remedy)
    assert "secret-token-1" not in json.dumps(told)


def jwt(expires):
    claims = base64.urlsafe_b64encode(json.dumps({"exp": expires}).encode()).decode().rstrip("=")
    return f"e30.{claims}.c2lnbmF0dXJl"


def test_an_expired_token_is_named(doctor, servers):
    code, told = doctor(f"base_url: {servers['refusing']}/v0", f"auth: {{bearer: {jwt(time.time() - 7200 - 60)}}}")

    found = step(told, "token")
    assert (code, "it expired 2 hours ago" in found["sentence"]) == (3, True), found
    assert found["remedy"].startswith("auth.bearer: give a new one")


def test_a_token_that_ends_soon_is_a_warning(doctor, servers):
    code, told = doctor(f"base_url: {servers['late']}/v0", f"auth: {{bearer: {jwt(time.time() + 200)}}}")

    assert (code, step(told, "token")["outcome"]) == (4, "warning")


def test_a_token_endpoint_speaks_for_itself(doctor, server, servers):
    oauth2 = f"{{token_url: {servers['tokens']}/token, client_id: me, client_secret: a-long-secret}}"
    code, told = doctor(*file_of(server, auth=f"{{oauth2: {oauth2}}}"))

    found = step(told, "token")
    assert (code, "orders:all is unknown" in found["sentence"]) == (3, True), found
    assert found["remedy"] == "auth.oauth2: check client_id, client_secret and scope"
    assert "a-long-secret" not in json.dumps(told)


def test_a_clock_that_is_off_is_a_warning(doctor, servers):
    _, told = doctor(f"base_url: {servers['late']}/v0")

    found = step(told, "clock")
    assert (found["outcome"], found["sentence"]) == (
        "warning",
        "the server's clock is 10 minutes behind this machine's",
    )


def test_http_where_the_file_says_https(doctor, server):
    code, told = doctor(*file_of(server, base_url=server.base_url.replace("http", "https")))

    found = step(told, "TLS")
    assert (code, found["outcome"]) == (3, "unusable")
    assert "speaks http, not https" in found["sentence"]
    assert found["remedy"].startswith(f"base_url: write {server.base_url}")


def test_a_certificate_that_nobody_knows_names_the_key(doctor, servers, authority, tmp_path):
    _, told = doctor(f"base_url: {servers['https']}/v0")
    found = step(told, "TLS")
    assert (found["outcome"], found["remedy"].partition(":")[0]) == ("unusable", "tls.ca_file")

    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    _, told = doctor(f"base_url: {servers['https']}/v0", "tls: {ca_file: ca.pem}")
    assert "the certificate is valid until" in step(told, "TLS")["sentence"]


def test_a_name_that_does_not_resolve(doctor):
    code, told = doctor("base_url: https://orders.invalid/v0")

    found = step(told, "name")
    assert (code, found["sentence"]) == (3, "the name orders.invalid does not resolve")
    assert found["remedy"].startswith("base_url: correct the host name")


def test_nothing_listens(doctor):
    with refusing_port() as port:
        code, told = doctor(f"base_url: http://127.0.0.1:{port}/v0")

    assert (code, step(told, "connection")["outcome"]) == (3, "unusable")
    assert step(told, "connection")["remedy"] == "base_url: correct host and port, or start the server"


def test_a_server_that_never_answers_costs_one_time_out(doctor):
    with Server(_never) as silent:
        code, told = doctor(f"base_url: {silent.url}/v0", "limits: {timeout: 1s}")

    found = step(told, "answer")
    assert (code, "no complete answer within 1 s" in found["sentence"]) == (3, True)
    assert found["remedy"].startswith("limits.timeout: raise it")


def _never(_request):
    while True:
        yield b""


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_is_not_there(doctor, monkeypatch, scheme):
    variable = f"{scheme.upper()}_PROXY"
    with refusing_port() as port:
        monkeypatch.setenv(variable, f"http://me:proxy-password@127.0.0.1:{port}")
        code, told = doctor(f"base_url: {scheme}://orders.invalid/v0")

    found = step(told, "connection")
    assert (code, found["sentence"].startswith(f"the proxy 127.0.0.1:{port} cannot be reached")) == (3, True)
    assert found["remedy"] == f"{variable}: correct or unset it, or name orders.invalid in NO_PROXY"
    assert "proxy-password" not in json.dumps(told)


@pytest.mark.parametrize(("scheme", "name"), [("http", "answer"), ("https", "TLS")])
def test_a_proxy_that_wants_to_know_who_asks(doctor, servers, monkeypatch, scheme, name):
    monkeypatch.setenv(f"{scheme.upper()}_PROXY", servers["proxy"])
    code, told = doctor(f"base_url: {scheme}://orders.invalid/v0")

    found = step(told, name)
    assert (code, "407" in found["sentence"]) == (3, True), found
    assert found["remedy"].startswith(f"{scheme.upper()}_PROXY: write http://USER:PASSWORD@127.0.0.1")


def test_a_proxy_that_cannot_be_used(doctor, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "socks5://127.0.0.1:1080")
    code, told = doctor("base_url: https://orders.invalid/v0")

    assert (code, step(told, "proxy")["outcome"]) == (2, "wrong")
    assert step(told, "proxy")["remedy"] == "HTTPS_PROXY: write http://host:port, or unset it"
    assert step(told, "connection")["outcome"] == "not-tried"


def test_a_callback_that_is_not_there(doctor, server):
    with refusing_port() as port:
        code, told = doctor(*file_of(server, states=f"{{callback: 'http://127.0.0.1:{port}'}}"))

    assert (code, step(told, "states.callback")["outcome"]) == (3, "unusable")
    assert step(told, "states.callback")["remedy"].startswith("states.callback: correct host and port")
    assert step(told, "states")["outcome"] == "not-tried"


def test_a_callback_that_answers_html(doctor, server, servers):
    code, told = doctor(*file_of(server, states=f"{{callback: {servers['console']}}}"))

    first = step(told, "order")
    assert (code, first["outcome"]) == (4, "missing")
    assert "not with JSON" in first["sentence"]
    assert first["remedy"].startswith("states.callback: give an object with order_uuid")
    assert step(told, "order-closed")["sentence"] == "the same as for order"


def test_a_callback_at_a_wrong_path(doctor, server):
    code, told = doctor(*file_of(server, states=f"{{callback: {server.state_url}_wrong}}"))

    assert code == 3
    assert told["steps"][-3]["sentence"].endswith("answers 404 for every state")


def callback_with(server, change):
    """A callback that changes the values that the reference server gives."""

    def script(request):
        asked = request.json
        values = server.state(asked["state"], **asked["params"]) if asked["action"] == "setup" else {}
        return json_answer(200, change(asked["state"], values))

    return Server(script)


def test_values_that_lack_a_key(doctor, server):
    def change(name, values):
        return {key: value for key, value in values.items() if name != "order-closed" or key != "order_id"}

    with callback_with(server, change) as callback:
        code, told = doctor(*file_of(server, states=f"{{callback: {callback.url}}}"))

    found = step(told, "order-closed")
    assert (code, found["sentence"]) == (4, "states.callback gave one, but the values lack order_id")
    assert found["remedy"].startswith("states.callback: give an object with order_uuid, order_id")
    assert step(told, "order")["outcome"] == "ok"


def test_lists_that_are_short_make_a_run_partial(doctor, server):
    lists = {
        "order-cancelable": [server.state("order-cancelable") for _ in range(3)],
        "customer-with-orders": [server.state("customer-with-orders", orders=4) for _ in range(2)],
    }
    code, told = doctor(*file_of(server, states=json.dumps(lists)))

    few, small = step(told, "order-cancelable"), step(told, "customer-with-orders")
    assert (code, few["outcome"], small["outcome"]) == (4, "missing", "missing")
    assert re.fullmatch(r"3 listed, as promised; a whole run wants \d+", few["sentence"])
    assert small["sentence"] == "2 listed, as promised; a whole run wants 2, one with 51 orders or more"
    assert step(told, "order")["sentence"] == "an entry of order-cancelable serves as one"


def test_what_is_wrong_with_several_entries_is_said_once(doctor, server):
    closed = [server.state("order-closed") for _ in range(4)]
    code, told = doctor(*file_of(server, states=json.dumps({"order-cancelable": closed})))

    found = step(told, "order-cancelable")
    assert (code, found["sentence"].count("the server says cancelable false")) == (4, 1)
    assert "entries 1 to 4: " in found["sentence"]
    assert found["remedy"] == "states.order-cancelable: correct entries 1 to 4, or list another in place"


def test_lists_that_aged_are_read_entry_by_entry(doctor, server):
    good, open_, one, two = (server.state(name) for name in ("order", *["order-cancelable"] * 3))
    customer, other = server.state("customer-with-orders", orders=2), server.state("customer-with-orders", orders=1)
    lists = {
        "order": [good, {**good, "order_uuid": UNKNOWN, "order_id": "NOPE1"}],
        "order-closed": [open_],
        "order-cancelable": [{**one, "order_id": two["order_id"]}],
        "customer-with-orders": [{**customer, "order_ids": [*customer["order_ids"], *other["order_ids"]]}],
    }
    code, told = doctor(*file_of(server, states=json.dumps(lists)))

    unknown = step(told, "order")
    assert (code, unknown["outcome"]) == (4, "warning")
    assert "entry 2: the server does not find its order_uuid 0b6c4d0a" in unknown["sentence"]
    assert unknown["remedy"].startswith("states.order: correct entry 2")
    assert "status open and cancelable true" in step(told, "order-closed")["sentence"]
    assert step(told, "order-closed")["outcome"] == "missing"
    assert "of two orders" in step(told, "order-cancelable")["sentence"]
    assert "is of the customer" in step(told, "customer-with-orders")["sentence"]
    assert step(told, "oms-order")["remedy"].startswith("features.external_oms: write false")


@pytest.mark.parametrize(("key", "code", "outcome"), [("item_uuids", 4, "missing"), ("customer_id", 0, "warning")])
def test_an_order_with_the_values_of_another_shows_beside_the_others(doctor, server, key, code, outcome):
    other = server.state("order")

    def change(name, values):
        return {**values, key: other[key]} if name == "order" else values

    with callback_with(server, change) as callback:
        ended, told = doctor(*file_of(server, states=f"{{callback: {callback.url}}}"))

    doubted = [one for one in told["steps"] if one["name"] == "order"][-1]
    assert (ended, doubted["outcome"]) == (code, outcome), told
    assert "than the state gives" in doubted["sentence"]


def test_without_states(doctor, server):
    code, told = doctor(*file_of(server, states=None))

    assert (code, step(told, "states")["outcome"]) == (4, "missing")
    assert step(told, "states")["remedy"].startswith("states: add")


def test_a_provider_that_cannot_be_imported(doctor, server):
    code, told = doctor(*file_of(server, states="{provider: 'no_such_module:states'}"))

    assert (code, step(told, "states.provider")["outcome"]) == (2, "wrong")
    assert step(told, "token")["outcome"] == "ok"


def test_an_internal_api_that_is_elsewhere(doctor, server):
    code, told = doctor(*file_of(server, internal_base_url=server.base_url.replace("/v0", "/v7")))

    found = step(told, "internal API")
    assert (code, found["outcome"]) == (4, "missing")
    assert found["remedy"].startswith("internal_base_url: correct it")


def test_what_is_set_up_is_given_back_and_noted(call, server, tmp_path):
    asked = []

    def script(request):
        asked.append((request.json["action"], request.json["state"]))
        journal = tmp_path / "report" / "states.jsonl"
        if request.json["action"] == "teardown":
            assert journal.read_text(encoding="utf-8").count('"setup"') >= 1
            return json_answer(200, {})
        return json_answer(200, server.state(request.json["state"], **request.json["params"]))

    with Server(script) as callback:
        code, out, _ = call(
            "doctor",
            server.base_url,
            "-H",
            f"Authorization: Bearer {server.token}",
            "--states",
            _states(tmp_path, callback.url),
            "--out",
            "report",
        )

    assert code == 0, out
    set_up = [state for action, state in asked if action == "setup"]
    assert len(set_up) == len(set(set_up))
    assert sorted(set_up) == sorted(state for action, state in asked if action == "teardown")
    assert not (tmp_path / "report").exists()
    assert server.token not in out


def _states(folder, url):
    (folder / "states.yaml").write_text(f"callback: {url}\n", encoding="utf-8")
    return "states.yaml"


def test_states_that_an_earlier_command_left_are_named(call, server, tmp_path):
    (tmp_path / "left").mkdir()
    line = {"action": "setup", "source": "callback", "state": "order", "params": {}, "values": {"order_uuid": "x"}}
    (tmp_path / "left" / "states.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")

    code, _, err = call("doctor", server.base_url, "--out", "left")

    assert (code, "orderproof cleanup left" in err) == (2, True)


@pytest.mark.parametrize(
    ("place", "remedy"),
    [
        ("https", "write https://127.0.0.1"),
        ("console", "HTML, a page for people; is it the order API?"),
        ("invalid", "correct the host name"),
    ],
)
def test_a_void_run_says_it_as_well(call, servers, place, remedy):
    root = "http://orders.invalid" if place == "invalid" else servers[place].replace("https", "http")
    code, out, _ = call("run", f"{root}/v0", "--color", "never")

    told = " ".join(out.split())
    assert (code, "void: base_url: " in told, remedy in told) == (3, True, True), told


def test_neither_url_nor_file(call):
    code, _, err = call("doctor")
    assert (code, "BASE_URL or --target is missing" in err) == (2, True)


def test_what_is_broken_off_is_given_back(call, server, tmp_path):
    asked = []

    def script(request):
        asked.append((request.json["action"], request.json["state"]))
        if request.json["action"] == "setup" and request.json["state"] == "order-closed":
            signal.raise_signal(signal.SIGTERM)
        values = server.state(request.json["state"], **request.json["params"]) if asked[-1][0] == "setup" else {}
        return json_answer(200, values)

    with Server(script) as callback:
        (tmp_path / "target.yaml").write_text("\n".join(file_of(server, states=f"{{callback: {callback.url}}}")))
        code, out, _ = call("doctor", "--target", "target.yaml", "--color", "never")

    assert code == 130
    assert "interrupted" in out.splitlines()[-1]
    torn_down = {state for action, state in asked if action == "teardown"}
    assert {"order", "order-cancelable"} <= torn_down
    assert ("setup", "oms-order") not in asked


@pytest.fixture
def table(monkeypatch):
    """Prints steps on a terminal of 80 columns with an encoding; returns its lines."""

    def run(encoding, *steps):
        file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, write_through=True)
        monkeypatch.setattr(file, "isatty", lambda: True, raising=False)
        monkeypatch.setenv("COLUMNS", "80")
        console = make_console("never", file)
        shown = StepsTable(console)
        for one in steps:
            shown.show(one)
        file.seek(0)
        return file.read().splitlines()

    return run


@pytest.mark.parametrize(("encoding", "mark", "arrow"), [("utf-8", "✗", "→"), ("cp1252", "x", "->")])
def test_the_table_fits_80_columns_on_any_code_page(table, encoding, mark, arrow):
    one = Step(
        "Test data", "order-with-terminal-preordered-item", "unusable", "no such order " * 9, "states: " + "x " * 50
    )
    lines = table(encoding, asdict(one), asdict(one))

    assert lines[0] == "Test data"
    assert lines[1].startswith(f"  {mark} order-with-terminal-preordered-item no such order")
    assert max(map(len, lines)) <= 80
    # The same remedy twice is read once.
    assert sum(arrow in line for line in lines) == 1


def test_what_a_server_says_commands_no_terminal(table):
    lines = table("utf-8", asdict(Step("API", "token", "unusable", "\x1b[2J::error::gone", "auth: \u202eno")))

    assert "\x1b" not in "".join(lines)
    assert "\u202e" not in "".join(lines)


def test_an_estimate_follows_what_was_measured():
    target = Target("t", "http://h/v0", limits=Limits(rate=10.0))
    near, far = (Measured(trip, workers, set(STATES), [1.0, 3.0]) for trip, workers in ((0.001, 1), (0.5, 8)))
    quick, default = estimates(replace(target, limits=Limits()), near)
    assert (quick.requests, default.requests, default.orders) == (550, 2700, 200)
    assert default.seconds > quick.seconds
    # 200 set-ups of two seconds, one after the other.
    assert default.seconds >= 400
    assert estimates(target, far)[1].seconds >= 270
    assert estimates(target, Measured(0.001, 1, set(), []))[1].orders == 0
