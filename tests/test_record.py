"""The record: valid, without secrets, written whole, and refused with its own reason in every incomplete state."""

import base64
import json
from pathlib import Path
from urllib.parse import quote

import jsonschema
import pytest

from orderproof.reports import record as record_module
from orderproof.reports.reading import RecordError, read
from orderproof.reports.record import write, write_text
from orderproof.reports.redaction.masking import TOKEN_MARK
from orderproof.reports.redaction.persons import PERSON_MARK
from tests.incomplete import INCOMPLETE
from tests.records import GATING, all_kept, broken, exchange, outcome, record, row

TOKEN = "hunter2/to+ken=="
SCHEMA = json.loads(Path(record_module.__file__).with_name("report.schema.json").read_text(encoding="utf-8"))
RULE = GATING[0].id


def validate(made: dict) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.Draft202012Validator(SCHEMA, format_checker=checker).validate(json.loads(json.dumps(made)))


RECORDS = {
    "conforming": lambda: record(all_kept()),
    "non-conforming": lambda: broken(RULE),
    "partial": lambda: record(all_kept(RULE)),
    "void": lambda: record([], void="base_url: nothing answers"),
    "cut short": lambda: record(all_kept(), cut_short="interrupted: 1 of 2 checks were not run"),
    "shard": lambda: record(all_kept(), shard=(1, 2)),
    "no answers": lambda: record([outcome(RULE, exchanges=[exchange(status=None, error="x", response_headers=None)])]),
}


@pytest.mark.parametrize("made", RECORDS.values(), ids=RECORDS)
def test_a_record_is_valid(made):
    validate(made())


@pytest.mark.parametrize("name", ["conforming", "non-conforming", "partial", "void"])
def test_what_was_written_is_read(tmp_path, name):
    made = RECORDS[name]()
    assert made["verdict"] == name
    write(made, tmp_path / "deep" / "report.json")
    assert read(tmp_path / "deep" / "report.json") == json.loads(json.dumps(made))


def echoes() -> list[dict]:
    """Exchanges whose answers tell the token in every place."""
    spelled = [TOKEN, quote(TOKEN, safe=""), quote(TOKEN), base64.b64encode(TOKEN.encode()).decode()]
    spelled += [json.dumps(TOKEN).replace("/", "\\/"), base64.b64encode(f"Bearer {TOKEN}".encode()).decode()]
    return [
        exchange(
            url=f"http://acme.example/v0/orders/{quote(one, safe='')}?token={one}",
            request_headers=[["Authorization", f"Bearer {TOKEN}"], ["X-Echo", one]],
            request_body=one.encode(),
            response_headers=[
                ["Location", f"/{one}"],
                ["Set-Cookie", one],
                ["WWW-Authenticate", f'Bearer error="{one}"'],
            ],
            response_body=body,
            error=one,
        )
        for one in spelled
        for body in (
            json.dumps({"echo": one}).encode(),
            b"\xff" + one.encode(),
            one.encode(),
            b"x" * 1990 + one.encode(),
        )
    ]


def test_a_token_never_appears():
    finding = {"message": f"said {TOKEN}", "expected": quote(TOKEN, safe=""), "observed": json.dumps({"a": TOKEN})}
    made = record(
        [outcome(RULE, result="fail", exchanges=echoes(), finding=finding, reason=f"sent {TOKEN}")],
        secrets=frozenset({TOKEN}),
        requests_before=echoes(),
        missing_states={"order": f"refused with 400: {TOKEN}"},
        void=f"the token {TOKEN} is refused",
    )
    text = json.dumps(made, ensure_ascii=False)
    assert TOKEN_MARK in text
    parts = ("hunter2", base64.b64encode(b"hunter2").decode()[2:8], "to+ken", "to%2Bken")
    assert [part for part in parts if part in text] == []


PERSON = {"customer": {"name": "Jane Exemplar", "email": "jane@exemplar.example"}, "id": "1"}


@pytest.mark.parametrize("keep", [False, True])
def test_personal_data_is_masked_unless_it_is_asked_for(keep):
    body = json.dumps(PERSON).encode()
    finding = {"message": "it shows Jane Exemplar", "observed": f"200 {body.decode()[:40]}…"}
    exchanges = [exchange(method="POST", request_body=body, response_body=body)]
    made = record(
        [outcome(RULE, result="fail", exchanges=exchanges, finding=finding, reason="Jane Exemplar")],
        keep_personal_data=keep,
    )
    text = json.dumps(made, ensure_ascii=False)
    assert ("Exemplar" in text) is keep
    assert ("jane@" in text) is keep
    assert (PERSON_MARK in text) is not keep
    validate(made)


@pytest.mark.parametrize("keep", [False, True])
def test_a_person_is_masked_in_whatever_else_is_answered_before_and_after(keep):
    told = exchange(
        response_headers=[["Content-Type", "text/plain"], ["X-Customer", "Jane Exemplar"]],
        response_body=b"Jane Exemplar has no orders",
    )
    made = record(
        [outcome(RULE, exchanges=[told, exchange(response_body=json.dumps(PERSON).encode()), told])],
        keep_personal_data=keep,
    )
    assert ("Exemplar" in json.dumps(made)) is keep


def test_a_token_that_a_finding_cuts_off_never_appears():
    token = "eyJhbGciOiJSUzI1NiJ9." + "aZ3_x-Q" * 200
    body = json.dumps({"detail": f"the token {token} is unknown"})
    finding = {"message": f"was answered 401 {body[:300]}…", "observed": f"401 {body[:300]}…", "expected": body[:300]}
    made = record(
        [outcome(RULE, result="fail", exchanges=[exchange(response_body=body.encode())], finding=finding)],
        secrets=frozenset({token}),
    )
    assert "eyJhb" not in json.dumps(made)


def test_megabytes_are_cut_wherever_they_stand():
    long = "x" * 5_000_000
    huge = exchange(response_headers=[["X-Long", long[:64_000]]], response_body=long.encode(), error=long)
    finding = {"message": long, "expected": long, "observed": long}
    made = record([outcome(RULE, result="fail", exchanges=[huge, huge], finding=finding)], cut_short=long)
    shown = made["exchanges"][1]
    assert shown["response_body"] == {"text": long[:200_000], "encoding": "utf-8", "bytes": len(long), "cut": True}
    # Beside what any record of so many rules takes.
    assert len(json.dumps(made)) - len(json.dumps(record([]))) < 1_000_000
    validate(made)


def test_evidence_is_kept_whole_and_the_rest_is_cut():
    long, usual = (json.dumps({"a": "x" * length}).encode() for length in (9_000, 7_000))
    made = record(
        [
            outcome(RULE, result="fail", exchanges=[exchange(response_body=long)]),
            outcome(RULE, exchanges=[exchange(response_body=long), exchange(response_body=usual)]),
        ]
    )
    cited, other, short = made["exchanges"]
    # What was cut could not be judged again.
    assert (short["response_body"]["cut"], short["response_body"]["text"]) == (False, usual.decode())
    assert (cited["response_body"]["cut"], len(cited["response_body"]["text"])) == (False, len(long))
    assert (other["response_body"]["cut"], other["response_body"]["bytes"]) == (True, len(long))
    assert row(made, RULE)["findings"][0]["exchanges"] == [0]


def test_odd_bytes_reach_the_file_and_come_back(tmp_path):
    bodies = [
        rb'{"a": "\ud800"}',
        rb'{"customer": {"name": "\ud800\udc00 \udfff"}}',
        b"\xff\xfe\x00",
        b"\0\x1b[31m",
        b"",
    ]
    sent = [exchange(method="POST", request_body=body, response_body=body) for body in bodies]
    finding = {"message": "half: \ud800", "observed": "\0\x1b"}
    made = record([*all_kept(RULE), outcome(RULE, result="fail", exchanges=sent, finding=finding)])
    write(made, tmp_path / "report.json")
    assert read(tmp_path / "report.json") == json.loads(json.dumps(made))


@pytest.mark.parametrize(("content", "why"), INCOMPLETE.values(), ids=INCOMPLETE)
def test_an_incomplete_record_is_refused_with_its_own_reason(tmp_path, content, why):
    path = tmp_path / "report.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(RecordError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert why in str(caught.value)


def test_a_missing_record_is_refused(tmp_path):
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(RecordError, match="cannot be read"):
            read(path)


def test_a_shard_is_read_where_it_is_expected(tmp_path):
    write(RECORDS["shard"](), tmp_path / "report.json")
    assert read(tmp_path / "report.json", allow_shard=True)["shard"] == [1, 2]


def test_nothing_is_left_of_a_write_that_failed(tmp_path, monkeypatch):
    path = tmp_path / "report.json"
    write_text(path, "before")

    def fail(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="no space left"):
        write_text(path, "after")
    assert [one.name for one in tmp_path.iterdir()] == ["report.json"]
    assert path.read_text() == "before"


def test_a_report_can_be_read_by_others(tmp_path):
    write_text(tmp_path / "report.json", "x")
    (tmp_path / "plain").touch()
    assert (tmp_path / "report.json").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_story_and_a_timeline_name_the_runs_own_exchanges():
    story = [{"text": "cancel the order", "answer": "200", "exchange": 1}]
    event = {"text": "extend", "start_s": 0.0, "end_s": None, "answer": "no answer", "exchange": 0, "impossible": True}
    told = {"story": story, "timeline": [event]}
    first = outcome(RULE)
    second = outcome(RULE, result="fail", exchanges=[exchange(), exchange()], finding=told)

    made = record([first, second])

    (finding,) = row(made, RULE)["findings"]
    assert finding["story"] == [{**story[0], "exchange": 2}]
    assert finding["timeline"] == [{**event, "exchange": 1}]
    validate(made)


def test_a_request_that_was_sent_again_says_so_and_no_other_does():
    first = exchange(status=None, error="closed; the request was sent again", response_headers=None, dropped=True)

    made = record([outcome(RULE, result="fail", exchanges=[first, exchange(repeats=True)])])

    shown = [(one["error"], one.get("repeats")) for one in made["exchanges"]]
    assert shown == [("closed; the request was sent again", None), (None, True)]
    validate(made)
