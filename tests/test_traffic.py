"""`orderproof traffic`: what recorded traffic proves, and what it does not."""

import gzip
import json
import re

import pytest

from orderproof.conformance.traffic.judging import provable_rules
from orderproof.reports.traffic import BEYOND, NOT_SHOWN
from orderproof.spec.catalogue import catalogue
from tests.recording import archive, recorded

# Of the rules that traffic can prove, those that the session leaves alone.
_LEFT_ALONE = {"HIS-11", "HIS-26", "HIS-27"}


@pytest.fixture(scope="module")
def kept():
    """A session on a server that keeps every rule."""
    return recorded()


@pytest.fixture
def judge(tmp_path, call):
    """Judge recordings by the command line: the exit code, what was printed, and the record."""

    def run(client, *arguments, entries=None, data=None):
        content = data or json.dumps(archive(client.entries if entries is None else entries)).encode()
        (tmp_path / "one.har").write_bytes(content)
        code, out, err = call("traffic", "one.har", "--base-url", client.base_url, *arguments)
        record = json.loads((tmp_path / "orderproof-traffic" / "report.json").read_text(encoding="utf-8"))
        return code, out + err, record

    return run


def rows(record):
    return {row["id"]: row for row in record["rules"]}


def broken(record):
    return {row["id"] for row in record["rules"] if row["findings"]}


def test_what_was_exercised_is_kept_and_nothing_conforms(kept, judge):
    code, told, record = judge(kept)

    assert (code, record["verdict"]) == (4, "partial")
    passed = {id_ for id_, row in rows(record).items() if row["verdict"] == "pass"}
    assert passed == provable_rules() - _LEFT_ALONE
    headline = f"partial: traffic: {len(kept.entries)} exchanges, {len(passed)} rules exercised, 0 broken"
    assert record["headline"] == headline
    assert headline in told
    # What is not exercised is named as a figure, not line by line.
    assert "HIS-26" not in told
    # And what was not exercised is no pass.
    for id_ in catalogue():
        row = rows(record)[id_]
        if row["verdict"] != "pass":
            reason = NOT_SHOWN if id_ in provable_rules() else BEYOND
            assert (row["verdict"], row["reason"]) == ("not-run", reason), id_


@pytest.mark.parametrize(
    ("fault", "rules"),
    [
        ("count-of-51+extends-by-10-minutes+canceled-twice", {"HIS-8", "GRA-1", "CAN-21"}),
        ("extends-canceled+empty-reason-accepted", {"GRA-12", "CAN-7"}),
    ],
)
def test_a_fault_that_traffic_proves_is_found(fault, rules, judge):
    code, told, record = judge(recorded(faults=(fault,)))

    assert code == 1
    assert rules <= broken(record)
    finding = rows(record)[min(rules)]["findings"][0]
    # Whoever reads it finds the entry in the recording.
    number = int(re.search(r"\(entry (\d+) of one\.har\)", finding["message"])[1])
    assert record["exchanges"][finding["decisive"]]["url"] in finding["message"]
    assert number >= 1
    assert finding["message"] in told
    assert f"again: orderproof traffic one.har --base-url {record['target']['base_url']}" in told


def test_a_correct_server_is_not_failed(judge):
    # Extensions that wait for one another, times of another zone, and reads of a copy that lags behind.
    client = recorded(variants=("extensions-queued", "due-at-with-offset", "replica-lags"))

    _, told, record = judge(client, "--complete")

    assert broken(record) == set(), told


def _without(client, number_of, path_end, method):
    """The session without one of its requests: as if another client had sent it."""
    found = [
        at
        for at, one in enumerate(client.entries)
        if one["request"]["method"] == method and path_end in one["request"]["url"] and one["response"]["status"] < 300
    ]
    return [one for at, one in enumerate(client.entries) if at != found[number_of]]


def test_what_another_client_can_explain_is_no_finding(kept, judge):
    unseen = _without(kept, 1, "_extend_grace_period?id_type=internal", "POST")

    code, told, record = judge(kept, entries=unseen)

    assert (code, broken(record)) == (4, set())
    assert record["traffic"]["explained"] == {"GRA-1": 1}
    assert "unless another client acted in between: GRA-1 (1)" in told
    assert "--complete" in told

    code, _, record = judge(kept, "--complete", entries=unseen)

    assert (code, broken(record)) == (1, {"GRA-1"})


def test_requests_that_overlap_prove_nothing_about_order(judge):
    faulty = recorded(faults=("extends-canceled",))
    hour = 3_600_000

    _, _, record = judge(faulty, entries=[{**one, "time": hour} for one in faulty.entries])

    assert broken(record) == set()
    assert rows(record)["GRA-12"]["verdict"] == "not-run"


def test_entries_need_not_be_in_the_order_of_their_times(kept, judge):
    _, _, record = judge(kept, entries=kept.entries[::-1])

    assert broken(record) == set()
    assert rows(record)["CAN-21"]["verdict"] == "pass"


def test_nothing_below_the_base_url_is_void_and_says_where_requests_went(kept, judge):
    elsewhere = [{**one, "request": {**one["request"], "url": "https://shop.example/cart"}} for one in kept.entries]

    code, told, record = judge(kept, entries=elsewhere)

    assert (code, record["verdict"]) == (3, "void")
    assert f"they went to https://shop.example ({len(elsewhere)}): correct --base-url" in told


def test_a_file_that_is_cut_off_is_judged_as_far_as_it_goes(kept, judge):
    whole = json.dumps(archive(kept.entries)).encode()

    _, told, record = judge(kept, data=gzip.compress(whole[: len(whole) // 2]))

    assert record["traffic"]["files"][0]["cut"] == "the file ends in the middle"
    assert 0 < record["traffic"]["exchanges"] < len(kept.entries)
    assert "one.har: the file ends in the middle" in told


def test_what_is_left_alone_is_counted(kept, judge):
    preflight = {**kept.entries[0], "request": {**kept.entries[0]["request"], "method": "OPTIONS"}}
    picture = {**kept.entries[0], "request": {**kept.entries[0]["request"], "url": "https://shop.example/a.png"}}

    _, told, record = judge(kept, entries=[*kept.entries, preflight, picture, {"_comment": "foreign"}])

    assert record["traffic"]["left_out"] == {"OPTIONS": 1, "outside the base URL": 1, "not an entry of HAR 1.2": 1}
    assert "left alone: 1 OPTIONS" in told


def test_secrets_and_personal_data_are_masked(kept, judge, tmp_path):
    token = kept.entries[0]["request"]["headers"][1]["value"].removeprefix("Bearer ")
    secrets = {
        "cookie": "session=4f6a7c1e9b3d",
        "x-acme-caller": "caller-77-of-acme",
        "Authorization": f"Bearer {token}",
    }
    first = json.loads(json.dumps(kept.entries[0]))
    first["request"]["headers"] += [{"name": name, "value": value} for name, value in secrets.items()]
    first["request"]["url"] += "&access_token=q9w8e7r6t5"
    first["response"]["headers"].append({"name": "set-cookie", "value": "sid=aa11bb22cc33; Path=/"})

    judge(kept, "--report", "har", "--report", "junit", entries=[first, *kept.entries[1:]])

    written = [path.read_text(encoding="utf-8") for path in (tmp_path / "orderproof-traffic").iterdir()]
    assert len(written) == 4
    for secret in (token, "4f6a7c1e9b3d", "caller-77-of-acme", "q9w8e7r6t5", "aa11bb22cc33"):
        assert not [text[:100] for text in written if secret in text], secret
    assert "‹masked›" in (tmp_path / "orderproof-traffic" / "report.json").read_text(encoding="utf-8")


def test_a_gate_takes_it_for_a_selection(kept, judge, call):
    judge(kept)

    code, _, error = call("gate", "orderproof-traffic")

    assert (code, "only recorded traffic was judged" in error) == (2, True)
    assert call("gate", "orderproof-traffic", "--allow-selection")[0] == 4
    assert call("verify", "orderproof-traffic")[0] == 0


def test_a_partial_result_can_be_accepted(kept, judge):
    assert judge(kept, "--accept-partial")[0] == 0
    assert judge(kept, "--accept-partial=90%")[0] == 4


def test_a_selection_is_judged_alone(kept, judge):
    _, _, record = judge(kept, "--rules", "GRA-*", "--exclude", "GRA-1")

    assert {row["area"] for row in record["rules"]} == {"GRA"}
    assert "GRA-1" not in rows(record)
    assert "GRA-* without GRA-1" in record["headline"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["one.har", "--base-url", "acme.example"], "--base-url: 'acme.example' is not an absolute URL"),
        (["none.har", "--base-url", "https://a.example"], "none.har: cannot be read"),
        ([".", "--base-url", "https://a.example"], "cannot be read"),
        (["one.har"], "Missing option '--base-url'"),
        ([], "Missing argument 'FILE.har…'"),
        (["one.har", "--base-url", "https://a.example", "--rules", "GRB-*"], "no rule has such an id"),
        (["one.har", "--base-url", "https://a.example", "--report", "har=one.har"], "one of the files to judge"),
        (["traffic.har", "--base-url", "https://a.example", "--out", "."], "one of the files to judge"),
    ],
)
def test_a_mistake_is_one_sentence(arguments, told, tmp_path, call):
    for name in ("one.har", "traffic.har"):
        (tmp_path / name).write_text(json.dumps(archive([])))

    code, _, error = call("traffic", *arguments)

    assert code == 2
    assert told in error
    assert (tmp_path / "one.har").is_file()
    assert (tmp_path / "traffic.har").is_file()
