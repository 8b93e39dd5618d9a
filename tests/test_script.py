"""The shell script of a finding: the same requests for other orders, whatever quotes their ids stand in."""

import shutil
import subprocess

import pytest

from orderproof.reports.page.script import script
from tests.records import exchange, outcome, record

pytestmark = pytest.mark.skipif(not shutil.which("sh"), reason="needs a POSIX shell")

OLD, NEW = "0d9a3a1e-8f0c-4d51-9d2f-6a0c53b0a001", "ffffffff-0000-4000-8000-ffffffffffff"
URL = f"http://acme.example/v0/orders/{OLD}/serial_numbers"
EXTEND = "http://acme.example/v0/orders/{}/_extend_grace_period?id_type={}"
# In place of the programs: what each is called with.
PRINTING = """
curl() { printf 'curl'; printf '|%s' "$@"; }
sleep() { echo "sleep $1"; }
"""


def ran(sent, **finding):
    """The calls of curl and sleep in the script of a finding with these exchanges, its first id replaced by another."""
    broken = outcome("GRA-7", result="fail", exchanges=sent, finding=finding, states=("order-cancelable",))
    of = record([broken])
    (row,) = [row for row in of["rules"] if row["findings"]]
    text = script(row, row["findings"][0], of)
    head, _, rest = text.partition("\n")
    ended = subprocess.run(
        ["sh", "-c", f"{head}{PRINTING}{rest}"],
        env={"ID_1": NEW, "ORDERPROOF_TOKEN": "abc"},
        capture_output=True,
        text=True,
        check=True,
    )
    return text, [line for line in ended.stdout.splitlines() if line]


@pytest.mark.parametrize("before", ["", "it's ", 'say "no" ', "'", "$HOME `x` \\\\ "])
def test_an_id_is_replaced_in_whatever_quotes_it_stands(before):
    body = f'{before}{{"id": "{OLD}"}}'

    _, (call,) = ran([exchange(method="PATCH", url=URL, request_body=body.encode())])

    assert call.split("|")[-1] == body.replace(OLD, NEW)
    assert URL.replace(OLD, NEW) in call.split("|")
    assert OLD not in call


def test_the_script_stops_where_a_secret_is_not_set():
    sent = [exchange(request_headers=[["X-Auth", "hunter2-sesame"]])] * 2
    broken = outcome("GRA-7", result="fail", exchanges=sent)
    of = record([broken], secret_headers=frozenset({"x-auth"}))
    (row,) = [row for row in of["rules"] if row["findings"]]
    text = script(row, row["findings"][0], of)

    ended = subprocess.run(["sh", "-c", text], env={}, capture_output=True, text=True, check=False)

    assert ended.returncode != 0
    assert "ORDERPROOF_HEADER_X_AUTH: set it to the value of the header X-Auth" in ended.stderr


def test_only_whole_ids_are_replaced():
    longer = f"{OLD}0"
    sent = [exchange(url=EXTEND.format("10001", "external")), exchange(url=EXTEND.format("100010", "external"))]
    sent += [exchange(url=f"http://acme.example/v0/orders/{OLD}/cancel?x={longer}")]

    _, calls = ran(sent)

    assert EXTEND.format(NEW, "external") in calls[0].split("|")
    assert EXTEND.format("100010", "external") in calls[1].split("|")
    assert f"http://acme.example/v0/orders/{OLD}/cancel?x={longer}" in calls[2].split("|")


def test_a_reading_that_a_story_tells_once_is_sent_once_and_as_late():
    sent = [exchange(url=EXTEND.format(OLD, "internal"), method="POST", started_at=100.0)]
    sent += [exchange(url=URL, started_at=moment) for moment in (101.0, 101.4, 103.2)]
    story = [
        {"text": "extend", "answer": "200", "exchange": 0},
        {"text": "read, sent 3 times", "answer": "200", "exchange": 3},
    ]

    text, (first, pause, second) = ran(sent, story=story)

    assert (first.split("|")[0], pause, second.split("|")[0]) == ("curl", "sleep 3", "curl")
    assert "# 2 to 4. read, sent 3 times (then: 200)" in text
    assert "# in the state order-cancelable.\n" in text


def test_requests_that_no_story_tells_are_all_sent():
    _, calls = ran([exchange(url=URL, method="POST", started_at=100.0 + index) for index in range(3)])

    assert len(calls) == 3


def test_requests_of_a_race_are_sent_together_and_the_others_after_them():
    sent = [exchange(url=EXTEND.format(OLD, "internal"), method="POST") for _ in range(3)]
    times = ((0.0, 0.2), (0.0, None), (0.3, 0.4))
    timeline = [
        {
            "text": f"extend ({index})",
            "start_s": start,
            "end_s": end,
            "answer": "",
            "exchange": index,
            "impossible": False,
        }
        for index, (start, end) in enumerate(times)
    ]

    text, calls = ran(sent, timeline=timeline)

    assert len(calls) == 3
    assert text.count(") &\n") == 2
    assert text.index("# 1 to 2 are sent together") < text.index("\nwait\n") < text.index("# 3. extend (2)")
