"""The UUID and the readable id of one order are joined where the traffic shows both, and never by guess."""

import json

import pytest

from orderproof.conformance.traffic.judging import TrafficOptions, judge_traffic
from orderproof.spec.catalogue import catalogue
from tests.recording import archive

BASE = "https://acme.example/v0"
UUID, READABLE = "c2569449-1d0d-4ca5-8d00-d80c38d5efcb", "GD000001234"
ORDER = {"id": READABLE, "origin": "newstore", "origin_id": UUID}


def _entry(second, method, path, status, body, sent=None):
    text = json.dumps(body)
    posted = {"postData": {"mimeType": "application/json", "text": json.dumps(sent)}} if sent else {}
    headers = [{"name": "Content-Type", "value": "application/json"}, {"name": "Host", "value": "acme.example"}]
    return {
        "startedDateTime": f"2026-01-01T00:00:{second:02}.000Z",
        "time": 10,
        "request": {"method": method, "url": BASE + path, "headers": headers, "bodySize": -1, **posted},
        "response": {"status": status, "headers": headers, "content": {"size": len(text), "text": text}},
    }


def _canceled_twice(*more):
    """An order is canceled by its UUID, seen to be so, and canceled once more by its readable id."""
    reason = {"reason": "customer_request"}
    return [
        _entry(1, "POST", f"/orders/{UUID}/cancel?id_type=internal", 200, {}, reason),
        _entry(2, "GET", f"/orders/{UUID}/cancel?id_type=internal", 200, {"cancelable": False, "canceled": True}),
        _entry(3, "POST", f"/orders/{READABLE}/cancel?id_type=external", 200, {}, reason),
        *more,
    ]


def _broken(tmp_path, entries):
    path = tmp_path / "one.har"
    path.write_text(json.dumps(archive(entries)))
    record = judge_traffic(TrafficOptions([path], BASE, BASE, [catalogue()["CAN-21"]]))
    return [row["id"] for row in record["rules"] if row["findings"]]


READ = f"/orders/{UUID}?id_type=internal"
BY_READABLE = f"/orders/{READABLE}?id_type=external"


@pytest.mark.parametrize(
    ("path", "body"),
    [(READ, {"id": READABLE}), (BY_READABLE, ORDER), ("/orders?customer_id=7", {"orders": [ORDER]})],
)
def test_an_answer_that_shows_both_ids_joins_them(tmp_path, path, body):
    # Even if it comes last: the ids of an order never change.
    assert _broken(tmp_path, _canceled_twice(_entry(9, "GET", path, 200, body))) == ["CAN-21"]


@pytest.mark.parametrize(
    "bodies",
    [
        [],
        [{**ORDER, "origin": "external"}],
        [{**ORDER, "origin_id": READABLE}],
        # Of a server that mixes orders up, nothing is known.
        [ORDER, {**ORDER, "origin_id": UUID.replace("c", "d")}],
        [ORDER, {**ORDER, "id": "GD000009999"}],
    ],
)
def test_nothing_is_guessed(tmp_path, bodies):
    more = [_entry(9 + at, "GET", "/orders?customer_id=7", 200, {"orders": [one]}) for at, one in enumerate(bodies)]

    assert _broken(tmp_path, _canceled_twice(*more)) == []
