"""The curl line: a shell hands curl exactly the request that was sent."""

import itertools
import shutil
import subprocess
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderproof.conformance.transport.client import Client
from orderproof.reports.curl import TOKEN_VARIABLE, curl_line, secret_options, variables, variables_note
from orderproof.reports.redaction.masking import TOKEN_MARK
from tests.loopback import Server, answer

TOKEN = 'to"k$e`n\\'
# What HTTP can carry in a header, and what a shell would read something into.
VALUES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1).map(str.strip).filter(bool)
BODIES = (
    st.none()
    | st.binary(max_size=40)
    | st.text("@$`'\"\\!\n\r\t \0{}[]%&*?~#é…\U0001f600ab", max_size=40).map(str.encode)
)
PATHS = st.text(st.characters(codec="ascii", exclude_categories=("Cc",)), max_size=20).map(
    lambda text: quote(text, safe="/[]{}.;,:@!$&'()*+=~?")
)


@pytest.fixture(scope="module")
def arguments(tmp_path_factory):
    """Runs a line with a curl that only says what it was given: its arguments and its standard input."""
    folder = tmp_path_factory.mktemp("bin")
    curl = folder / "curl"
    # The dot keeps a trailing line break of an argument apart from the mark.
    curl.write_text("#!/bin/sh\nprintf '%s\\0' \"$@\"\nprintf '%s\\0' --stdin\ncase \" $* \" in *' @- '*) cat;; esac\n")
    curl.chmod(0o755)

    def run(line: str) -> tuple[list[str], bytes]:
        environment = {"PATH": f"{folder}:/usr/bin:/bin", TOKEN_VARIABLE: TOKEN}
        # As a script: a line can be longer than an argument.
        script = folder / "script"
        script.write_text(line, encoding="utf-8", newline="")
        ended = subprocess.run(["/bin/sh", script], env=environment, capture_output=True, check=True)
        assert ended.stderr == b""
        given, stdin = ended.stdout.split(b"\0--stdin\0")
        return given.decode().split("\0"), stdin

    return run


def masked(url="http://h/v0", method="GET", headers=(("Accept", "a/b"),)) -> dict:
    return {"method": method, "url": url, "request_headers": [list(one) for one in headers]}


def option(given: list[str], name: str) -> list[str]:
    return [value for key, value in itertools.pairwise(given) if key == name]


@settings(max_examples=60)
@given(
    method=st.sampled_from(["GET", "POST", "PATCH", "X-'ODD"]),
    path=PATHS,
    values=st.lists(VALUES | st.tuples(VALUES, VALUES).map(lambda pair: f"{pair[0]}{TOKEN_MARK}{pair[1]}"), max_size=3),
    body=BODIES,
)
def test_every_argument_arrives_as_it_was_sent(arguments, method, path, values, body):
    url = f"http://h/{path}"
    headers = [
        ("Accept", "a/b"),
        ("Content-Type", "c/d"),
        *((f"X-{index}", value) for index, value in enumerate(values)),
    ]
    line = curl_line(masked(url, method, headers), body)
    given, stdin = arguments(line)
    assert url in given
    assert option(given, "-X") == ([] if method == "GET" and body is None else [method])
    assert option(given, "-H") == [f"{name}: {value}".replace(TOKEN_MARK, TOKEN) for name, value in headers]
    if option(given, "--data-raw"):
        assert option(given, "--data-raw") == [body.decode()]
    elif body is not None:
        assert option(given, "--data-binary") == ["@-"]
        assert stdin == body
    assert ("--globoff" in given) >= any(one in url for one in "[]{}")


@pytest.mark.parametrize(
    ("headers", "body", "sent"),
    [
        ([], None, ["Accept:"]),
        ([], b"x", ["Accept:", "Content-Type:"]),
        ([("accept", "a/b"), ("CONTENT-TYPE", "c/d")], b"x", ["accept: a/b", "CONTENT-TYPE: c/d"]),
        ([("Accept", "")], None, ["Accept;"]),
    ],
)
def test_curl_sends_no_header_of_its_own(arguments, headers, body, sent):
    given, _ = arguments(curl_line(masked(headers=headers), body))
    assert option(given, "-H") == sent


def test_a_long_body_does_not_become_an_argument(arguments):
    given, stdin = arguments(curl_line(masked(method="POST"), b"x" * 1_000_000))
    assert stdin == b"x" * 1_000_000
    assert max(map(len, given)) < 100


def test_the_token_is_not_in_the_line():
    line = curl_line(masked(headers=[("Authorization", f"Bearer {TOKEN_MARK}")]), None)
    assert f'-H "Authorization: Bearer ${TOKEN_VARIABLE}"' in line


def test_a_secret_header_comes_from_a_variable_of_its_name():
    headers = [
        ("X-Auth", TOKEN_MARK),
        ("X-$a", TOKEN_MARK),
        ("X-B", f"a {TOKEN_MARK} b"),
        ("X-C", "ORDERPROOF_HEADER_C"),
    ]
    line = curl_line(masked(headers=headers), None, {"x-auth", "x-$a"})
    assert """-H "X-Auth: $ORDERPROOF_HEADER_X_AUTH" -H 'X-$a: '"$ORDERPROOF_HEADER_X__A\"""" in line
    assert variables([line]) == {
        TOKEN_VARIABLE: "the access token",
        "ORDERPROOF_HEADER_X_AUTH": "the value of the header X-Auth",
        "ORDERPROOF_HEADER_X__A": "the value of the header X-$a",
    }
    assert secret_options([line, line]) == [
        f'-H "Authorization: Bearer ${TOKEN_VARIABLE}"',
        '-H "X-Auth: $ORDERPROOF_HEADER_X_AUTH"',
        """-H 'X-$a: '"$ORDERPROOF_HEADER_X__A\"""",
    ]


def test_a_line_without_secrets_needs_no_variable():
    line = curl_line(masked(headers=[("X-Auth", "abc")]), None, {"x-auth"})
    assert variables_note("It takes", [line]) == ""


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
@pytest.mark.parametrize(
    ("method", "path", "headers", "body"),
    [
        ("GET", "/a/../b/./c?x=[1-3]&y={a,b}", [("Accept", "a/b")], None),
        ("GET", "/%/%zz/%2F/%00/%c0%af/%C0%AF/%ed%a0%80/..;/x/%2e%2E/%2e/y?id_type=%", [], None),
        ("GET", "/", [], None),
        ("HEAD", "/", [("Accept", "")], None),
        ("POST", "/%2F?", [("Content-Type", "application/json")], b'{"a": "\'$HOME`\\n"}'),
        ("POST", "/", [], b"@/etc/hostname"),
        ("PATCH", "/", [("X-A", "1"), ("X-A", "2")], b"\0\xff"),
        ("POST", "/", [("Content-Type", "text/plain")], b"a\r\nb\n"),
        ("DELETE", "/", [("Content-Type", "text/plain")], b""),
    ],
)
def test_the_real_curl_sends_what_the_client_sent(method, path, headers, body):
    client = Client(timeout=60)
    with Server(lambda request: answer(200)) as server:
        client.send(method, server.url + path, headers, body)
        client.close()
        line = curl_line(masked(server.url + path, method, headers), body)
        subprocess.run(["/bin/sh", "-c", line], capture_output=True, check=True, timeout=600)
    ours, theirs = server.requests
    assert ours.line == theirs.line
    assert ours.body == theirs.body
    own = {"user-agent", "accept-encoding", "host", "content-length"}
    kept = [[one for one in request.headers if one[0] not in own] for request in (ours, theirs)]
    assert kept[0] == kept[1]
