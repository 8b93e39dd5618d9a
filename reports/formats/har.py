"""HAR 1.2: every exchange of the run, for browsers' developer tools and traffic viewers.

Bodies and headers are unchanged, except for what the record masked and cut: they are evidence.
"""

import http
import io
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import harfile

from orderproof.reports.redaction.jsontext import harmless_json

BEGINNING = "the beginning of "
"""How the comment of a body begins that the record did not keep whole."""


def render(record: Mapping[str, Any]) -> str:
    """The record's exchanges as HAR JSON."""
    text = io.StringIO()
    creator = harfile.Creator(name="orderproof", version=record["orderproof"])
    with harfile.open(text, creator=creator) as archive:
        for exchange in record["exchanges"]:
            milliseconds = round(exchange["duration_s"] * 1000, 3)
            archive.add_entry(
                startedDateTime=datetime.fromtimestamp(exchange["started_at"], UTC),
                time=milliseconds,
                request=_request(exchange),
                response=_response(exchange),
                timings=harfile.Timings(send=0, wait=milliseconds, receive=0),
                comment=f"exchange {exchange['number']} of {exchange['check']}",
            )
    return harmless_json(text.getvalue() + "\n")


def _request(exchange: Mapping[str, Any]) -> harfile.Request:
    body = exchange["request_body"]
    return harfile.Request(
        method=exchange["method"],
        url=exchange["url"],
        httpVersion="HTTP/1.1",
        headers=_records(exchange["request_headers"]),
        queryString=_records(_query(exchange["url"])),
        postData=body
        and harfile.PostData(
            mimeType=_header(exchange["request_headers"], "Content-Type"), text=body["text"], comment=_note(body)
        ),
        bodySize=body["bytes"] if body else 0,
    )


def _query(url: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(urlsplit(url).query, keep_blank_values=True)
    except ValueError:
        return []


def _response(exchange: Mapping[str, Any]) -> harfile.Response:
    headers, body = exchange["response_headers"], exchange["response_body"]
    status = exchange["status"] or 0
    return harfile.Response(
        # Viewers expect 0 for a request without an answer.
        status=status,
        statusText=http.HTTPStatus(status).phrase if status in set(http.HTTPStatus) else "",
        httpVersion="HTTP/1.1",
        headers=_records(headers),
        content=harfile.Content(
            size=body["bytes"], mimeType=_header(headers, "Content-Type"), text=body["text"], comment=_note(body)
        ),
        redirectURL=_header(headers, "Location"),
        bodySize=body["bytes"],
        comment=exchange["error"],
    )


def _records(pairs: Any) -> list[harfile.Record]:
    return [harfile.Record(name=name, value=value) for name, value in pairs]


def _header(headers: Any, wanted: str) -> str:
    return next((value for name, value in headers if name.lower() == wanted.lower()), "")


def _note(body: Mapping[str, Any]) -> str | None:
    notes = []
    if body["encoding"] != "utf-8":
        notes.append("not UTF-8; shown as Latin-1")
    if body["cut"]:
        notes.append(f"{BEGINNING}{body['bytes']} bytes")
    return "; ".join(notes) or None
