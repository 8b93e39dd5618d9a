"""Reading recordings: what recorders write in their own ways is borne, and what they did not keep is not known."""

import base64
import copy
import gzip
import json
from pathlib import Path

import pytest

from orderproof.conformance.errors import UsageError
from orderproof.conformance.traffic import entry as entries
from orderproof.conformance.traffic.archive import Archive
from orderproof.conformance.traffic.entry import Recorded, read_entry
from orderproof.conformance.traffic.places import base_of
from tests.recording import archive

BASE = "https://acme.example/v0"
BASES = {"orders": base_of(BASE), "order-lines": base_of(BASE)}
BODY = '{"cancelable": true, "canceled": false}'
STATUS = {
    "startedDateTime": "2026-01-01T00:00:00.000Z",
    "time": 12.5,
    "request": {
        "method": "GET",
        "url": f"{BASE}/orders/A-1/cancel?id_type=external",
        "headers": [{"name": "host", "value": "acme.example"}, {"name": "accept", "value": "application/json"}],
        "bodySize": 0,
    },
    "response": {
        "status": 200,
        "headers": [{"name": "content-type", "value": "application/json"}],
        "content": {"size": len(BODY), "mimeType": "application/json", "text": BODY},
        "bodySize": len(BODY),
    },
}


def changed(*path_and_value):
    """The entry with another value at a path; the value `...` takes it away."""
    *path, name, value = path_and_value
    one = copy.deepcopy(STATUS)
    place = one
    for step in path:
        place = place[step]
    if value is ...:
        del place[name]
    else:
        place[name] = value
    return one


def read(one, *, is_own=False):
    return read_entry(one, 1, BASES, is_own=is_own)


def known(one):
    """The entry as an exchange that is judged."""
    found = read(one)
    assert isinstance(found, Recorded), found
    assert found.is_judged
    return found


def test_an_entry_is_an_exchange():
    found = known(STATUS)

    assert found.exchange.operation == "showCancellationStatus"
    assert (found.path, found.parameter("id_type")) == ({"id": "A-1"}, "external")
    assert (found.exchange.status, found.exchange.response_body) == (200, BODY.encode())
    assert all((found.body_known, found.sent_known, found.headers_known, found.type_known))
    # One unit of the last digit that the file shows.
    assert found.end - found.start == pytest.approx(0.0125 + 0.001, abs=1e-6)


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (changed("request", "url", "https://other.example/v0/orders/A-1"), entries.OUTSIDE),
        (changed("request", "url", "https://acme.example/v01/orders/A-1"), entries.OUTSIDE),
        (changed("request", "url", "http://acme.example/v0/orders/A-1"), entries.OUTSIDE),
        (changed("request", "url", "data:text/plain,orders"), entries.OUTSIDE),
        (changed("request", "url", f"{BASE}/shipments/A-1"), entries.ELSEWHERE),
        (changed("request", "method", "OPTIONS"), entries.PREFLIGHT),
        (changed("response", "status", 302), entries.REDIRECT),
        (changed("response", "status", 304), entries.CACHED),
        (changed("_fromCache", "disk"), entries.CACHED),
        (changed("request", ...), entries.UNREADABLE),
        (changed("response", "status", "none"), entries.UNREADABLE),
        (None, entries.UNREADABLE),
        ([], entries.UNREADABLE),
    ],
)
def test_what_is_no_answer_of_the_api_is_left_alone(one, reason):
    assert read(one) == reason


@pytest.mark.parametrize("url", ["https://ACME.example:443/v0/orders/A-1/cancel?id_type=external#top"])
def test_another_spelling_of_the_base_url_is_the_same(url):
    assert known(changed("request", "url", url)).exchange.operation == "showCancellationStatus"


def test_a_user_and_a_password_in_a_url_are_not_kept():
    found = known(changed("request", "url", "https://user:hunter2@acme.example/v0/orders/A-1?id_type=external"))

    assert found.exchange.url == f"{BASE}/orders/A-1?id_type=external"


@pytest.mark.parametrize("status", [0, -1])
def test_a_request_without_an_answer_may_have_been_carried_out(status):
    found = read(changed("response", "status", status))

    assert isinstance(found, Recorded)
    assert not found.is_judged


def content(**members):
    return changed("response", "content", {"mimeType": "application/json", **members})


@pytest.mark.parametrize(
    ("one", "body"),
    [
        (content(size=len(BODY), text=base64.b64encode(BODY.encode()).decode(), encoding="base64"), BODY.encode()),
        # The size before it was unpacked, or none: JSON that is cut off cannot be read.
        (content(size=10, text=BODY), BODY.encode()),
        (content(size=10, compression=len(BODY) - 10, text=BODY), BODY.encode()),
        (content(text=BODY), BODY.encode()),
        (content(size=-1, text=BODY), BODY.encode()),
        (content(size=8, text="no JSON!"), b"no JSON!"),
        (content(size=6, text="größ"), "größ".encode()),
    ],
)
def test_a_whole_body_is_known(one, body):
    found = known(one)

    assert (found.body_known, found.exchange.response_body) == (True, body)


@pytest.mark.parametrize(
    "one",
    [
        content(size=len(BODY)),
        content(size=0),
        content(),
        content(size=len(BODY), text=BODY[:-5]),
        content(size=-1, text="no JSON!"),
        content(size=11, text="no \ufffd JSON"),
        content(size=20, text='{"name": "‹masked›"}'),
        changed("_error", "net::ERR_ABORTED"),
        changed("response", "content", ...),
    ],
)
def test_a_body_that_was_not_kept_is_not_known(one):
    # A body of 0 bytes is known where the recorder says that none came.
    one["response"]["bodySize"] = -1
    assert not known(one).body_known


def test_a_body_of_which_a_run_kept_the_beginning_is_not_known():
    # Even if it happens to be JSON.
    cut = content(size=9_000, text="17", comment="the beginning of 9000 bytes")

    assert not read(cut, is_own=True).body_known


def test_a_body_that_was_empty_is_known():
    one = content(size=0, text="")
    one["response"]["bodySize"] = 0

    assert known(one).body_known


def test_an_accept_that_a_browser_did_not_tell_is_not_missing():
    provisional = changed("request", "headers", [{"name": "User-Agent", "value": "Chrome"}])
    over_http2 = changed("request", "headers", [{"name": ":authority", "value": "acme.example"}])

    assert not known(provisional).headers_known
    assert known(over_http2).headers_known
    assert known(over_http2).exchange.request_headers == []


def test_a_media_type_that_the_recorder_kept_elsewhere_is_not_missing():
    assert not known(changed("response", "headers", [])).type_known
    assert not known(changed("response", "headers", [{"name": "date", "value": "today"}])).type_known


@pytest.mark.parametrize("text", [None, 17, "yesterday", ""])
def test_a_time_that_cannot_be_read_says_nothing_about_order(text):
    found = known(changed("startedDateTime", text))

    assert (found.start, found.end) == (None, None)


@pytest.mark.parametrize(
    ("post", "size", "is_known"),
    [
        ({"mimeType": "application/json", "text": "{}"}, 2, True),
        ({"mimeType": "application/json", "text": '{"reason"'}, 9, True),
        ({"mimeType": "application/json", "text": '{"reason"'}, 90, False),
        ({"mimeType": "application/json", "text": '{"reason"'}, -1, False),
        ({"mimeType": "application/x-www-form-urlencoded", "params": []}, 0, False),
        (None, 0, True),
        (None, -1, False),
    ],
)
def test_the_body_of_a_request_is_known_or_not(post, size, is_known):
    one = changed("request", "bodySize", size)
    one["request"] |= {"postData": post} if post else {}

    assert known(one).sent_known is is_known


def entries_of(path: Path):
    found = Archive(path, path.name)
    return list(found.read()), found


WHOLE = json.dumps(archive([STATUS, STATUS])).encode()


@pytest.mark.parametrize(
    "data",
    [WHOLE, b"\xef\xbb\xbf" + WHOLE, gzip.compress(WHOLE), b" \n" + WHOLE, gzip.compress(b"\xef\xbb\xbf" + WHOLE)],
    ids=["plain", "byte-order-mark", "packed", "blanks", "packed-byte-order-mark"],
)
def test_a_file_is_read_however_it_is_packed(tmp_path, data):
    path = tmp_path / "one.har"
    path.write_bytes(data)

    assert entries_of(path)[0] == [STATUS, STATUS]


@pytest.mark.parametrize(
    "data",
    [WHOLE[:-60], WHOLE[:-60] + b"\xff\x00", gzip.compress(WHOLE, 0)[:-200]],
    ids=["cut", "broken", "packed"],
)
def test_the_whole_entries_of_a_file_that_is_cut_off_are_read(tmp_path, data):
    path = tmp_path / "one.har"
    path.write_bytes(data)

    found, read_archive = entries_of(path)

    assert found == [STATUS]
    assert read_archive.cut


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b"GET / HTTP/1.1", "no JSON object"),
        (WHOLE.decode().encode("utf-16"), "UTF-16"),
        (b'{"schema": "orderproof.report/1"}', "no log.entries"),
        (WHOLE[:300], "holds no whole entry"),
    ],
)
def test_another_file_is_refused(tmp_path, data, told):
    path = tmp_path / "one.har"
    path.write_bytes(data)

    with pytest.raises(UsageError, match=told):
        entries_of(path)


def test_a_file_without_entries_is_a_recording_of_nothing(tmp_path):
    path = tmp_path / "one.har"
    path.write_text(json.dumps(archive([])))

    found, read_archive = entries_of(path)

    assert (found, read_archive.cut) == ([], None)


def test_a_missing_file_is_told_of(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        entries_of(tmp_path / "none.har")
