"""A server that echoes whatever it is sent, in every spelling: no file and no line of a run shows a secret."""

import json
import subprocess
import sys
import urllib.parse
from pathlib import Path

import pytest

from orderproof.reports.formats import FORMATS
from tests.loopback import Request, Server, answer, json_answer
from tests.running import orderproof, target_file
from tests.spellings import SPELLINGS
from tests.test_page import unpacked

# Their letters and digits stand in no text by chance, and no spelling but base64 changes them.
SECRETS = {
    "BEARER": "qbearer5d1/a+qend7f3",
    "X_AUTH": 'qauth81c&"<qtail04b>',
    "X_JWT_ASSERTION": "qjwt66aeyJh.qjwtmiddle9.qjwtend31",
    "USER_AGENT": "qagent72f qagentend55",
    "COOKIE": "qcookie93e",
    "SHORT": "q7x",
}
OPTION = "qoption47 qoptionend12"
STATE_TOKEN = "qstate28d=qstateend66"
BARE = [
    part
    for secret in [*SECRETS.values(), OPTION, STATE_TOKEN]
    for part in ("".join(one if one.isalnum() else " " for one in secret).split())
    if len(part) >= 8
]
HEADERS = """headers:
  X-Auth: '${X_AUTH}'
  X-JWT-Assertion: 'Bearer ${X_JWT_ASSERTION}'
  User-Agent: '${USER_AGENT}'
  Cookie: 'a=b; sid=${COOKIE}'
  X-Short: '${SHORT}'
  X-Typed: qtyped58c-qtypedend
  X-Tenant: acme-tenant-shown"""
SENT = ("authorization", "x-auth", "x-jwt-assertion", "user-agent", "cookie", "x-from-option", "x-typed", "x-short")


class Echo:
    """Answers with all that came, in the next spelling, in headers and body; gives states of another tenant."""

    def __init__(self) -> None:
        self.url = ""

    def __call__(self, request: Request) -> bytes:
        if "/_state" in request.line:
            return json_answer(200, self.state(request.json))
        spell = list(SPELLINGS.values())[request.number % len(SPELLINGS)]
        came = [value for name, value in request.headers if name in SENT]
        told = " ".join(spell(value) for value in [*came, *(value.partition(" ")[2] for value in came)])
        line = told.replace("\0", "").replace("\n", " ")
        return answer(
            500 if request.number % 3 else 200,
            json.dumps({"echo": told}).encode() if request.number % 2 else told.encode(),
            f"X-Echo: {line}",
            f"X-Auth: {line[:300]}",
        )

    def state(self, asked: dict) -> dict:
        items = [f"00000000-0000-4000-8000-00000000000{number}" for number in range(asked["params"].get("items") or 2)]
        return {
            "order_uuid": "00000000-0000-4000-8000-0000000000aa",
            "order_id": "1000",
            "customer_id": "c-1",
            "item_uuids": items,
            "item_uuid": items[0],
            "other_item_uuid": items[-1],
            "order_ids": [str(1000 + number) for number in range(asked["params"].get("orders") or 3)],
            "due_at": "2030-01-01T00:00:00Z",
            "token": STATE_TOKEN,
            "base_url": f"{self.url}/v0",
        }


@pytest.fixture
def echo(tmp_path, monkeypatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    script = Echo()
    with Server(script) as server:
        script.url = server.url
        target_file(tmp_path, f"{server.url}/v0", "'${BEARER}'", f"{server.url}/_state", headers=HEADERS)
        yield server


def leaks(text: str) -> list[str]:
    bare = urllib.parse.unquote(text)
    return [part for part in [*BARE, "qtyped58c", "qtypedend"] if part in bare]


def test_no_output_of_a_run_shows_a_secret(tmp_path, echo):
    wanted = [part for name in FORMATS if name != "json" for part in ("--report", name)]
    rules = [part for area in ("ORD", "GRA", "SEC") for part in ("--rules", f"{area}-*")]
    options = ("--profile", "quick", *rules, "-v", "-H", f"X-From-Option: {OPTION}")

    ran = orderproof(tmp_path, "run", "--target", "target.yaml", *options, *wanted)

    assert ran.code == 1, ran.out + ran.err
    files = {path.name: path.read_text(encoding="utf-8") for path in Path(tmp_path / "orderproof-report").iterdir()}
    assert {"report.json", "report.html", "traffic.har"} <= set(files)
    for name, text in {**files, "stdout": ran.out, "stderr": ran.err}.items():
        assert leaks(text) == [], name
    assert leaks(json.dumps(unpacked(files["report.html"]))) == []
    shown = [dict(one["request_headers"]) for one in ran.record["exchanges"]]
    assert {one["X-Short"] for one in shown} == {"‹token›"}
    assert {one["X-Tenant"] for one in shown} == {"acme-tenant-shown"}


def test_the_curl_lines_name_a_variable_for_each_secret_and_say_what_to_set(tmp_path, echo):
    ran = orderproof(tmp_path, "run", "--target", "target.yaml", "--profile", "quick", "--rules", "ORD-?")

    lines = [line for row in ran.record["rules"] for finding in row["findings"] for line in finding["curl"]]
    assert lines
    for line in lines:
        assert '-H "X-Auth: $ORDERPROOF_HEADER_X_AUTH"' in line
        assert '-H "X-JWT-Assertion: $ORDERPROOF_HEADER_X_JWT_ASSERTION"' in line
        assert "-H 'X-Tenant: acme-tenant-shown'" in line
    page = (tmp_path / "orderproof-report" / "report.html").read_text(encoding="utf-8")
    for text in (ran.out, page):
        assert "the access token from $ORDERPROOF_TOKEN" in text
        assert "the value of the header X-Auth from $ORDERPROOF_HEADER_X_AUTH" in text


@pytest.mark.parametrize("arguments", [["--dry-run"], ["--rules", "NOPE-1"], ["--shard", "0/0"]])
def test_a_run_that_sends_nothing_shows_no_secret(tmp_path, echo, arguments):
    ran = orderproof(tmp_path, "run", "--target", "target.yaml", *arguments)

    assert leaks(ran.out + ran.err) == []


def test_plain_pytest_shows_no_secret(tmp_path, echo):
    command = [sys.executable, "-m", "pytest", "--pyargs", "orderproof.conformance.checks.test_authorization"]
    command += ["--orderproof-target", "target.yaml", "-p", "no:cacheprovider", "-rA"]

    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert "failed" in ended.stdout
    assert leaks(ended.stdout + ended.stderr) == []
