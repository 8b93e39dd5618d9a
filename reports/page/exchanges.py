"""Exchanges on the page: those that findings cite as HTML, and all exchanges of the run as packed data."""

import base64
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from orderproof.reports.page.json_layout import laid_out
from orderproof.reports.page.markup import attribute, clipped, clock, counted, duration, path_of, text
from orderproof.reports.redaction.harmless import harmless

Exchange = Mapping[str, Any]

_BODY_SHOWN = 4_000
# Nobody reads a longer body to its end, so laying it out is not worth the time.
_LAID_OUT = 40_000
_VALUE_SHOWN = 1_000


def anchor(number: int) -> str:
    """The id of an exchange on the page."""
    return f"x{number}"


def line(exchange: Exchange, target: Mapping[str, Any]) -> str:
    """An exchange in one line: `POST /orders/…/cancel → 200`."""
    path = clipped(path_of(exchange["url"], target), 160)
    return (
        f'<code class="call"><b>{text(clipped(exchange["method"], 20))}</b> {text(path)}</code> '
        f'<span class="came">→ {_came(exchange)}</span>'
    )


def _came(exchange: Exchange) -> str:
    return "no answer" if exchange["status"] is None else f"{exchange['status']}"


def whole(exchange: Exchange) -> str:
    """An exchange as sent over the network, request and answer, with long bodies shortened."""
    request = f"<b>{text(clipped(exchange['method'], 200))}</b> {text(exchange['url'][:8_000])}"
    answer = f"<b>{exchange['status']}</b>" if exchange["status"] is not None else "<b>No complete answer</b>"
    if exchange["error"]:
        answer += f"\n{text(clipped(exchange['error'], _VALUE_SHOWN))}"
    repeats = ", sent again on a new connection" if exchange.get("repeats") else ""
    waited = ", which asked to wait, so the request was sent again" if exchange["waited"] else ""
    return (
        f'<div class="exchange"><p class="leg">Request, {clock(exchange["started_at"])}{repeats}</p>'
        f"<pre>{request}{_headers(exchange['request_headers'])}{_body(exchange['request_body'])}</pre>"
        f'<p class="leg">Answer, after {duration(exchange["duration_s"])}{waited}</p>'
        f"<pre>{answer}{_headers(exchange['response_headers'])}{_left_out(exchange)}{_body(exchange['response_body'])}"
        "</pre></div>"
    )


def _headers(headers: Iterable[Sequence[str]]) -> str:
    return "".join(
        f'\n<span class="header">{text(clipped(name, 200))}:</span> {text(clipped(value, _VALUE_SHOWN))}'
        for name, value in headers
    )


def _left_out(exchange: Exchange) -> str:
    number = exchange.get("headers_left_out", 0)
    return f'\n<span class="note">(and {counted(number, "more header")})</span>' if number else ""


def _body(body: Mapping[str, Any] | None) -> str:
    if not body or not body["bytes"]:
        return ""
    raw = body["text"]
    readable = laid_out(raw) if len(raw) <= _LAID_OUT and not body["cut"] else raw
    notes = []
    if body["encoding"] == "latin-1":
        notes.append("not UTF-8; shown as Latin-1")
    if body["cut"] or len(readable) > _BODY_SHOWN:
        more = f"SHA-256 {body['sha256']}" if "sha256" in body else "report.json holds more"
        notes.append(f"beginning of {counted(body['bytes'], 'byte')}; {more}")
    note = f'\n<span class="note">({"; ".join(notes)})</span>' if notes else ""
    return f"\n\n{text(readable[:_BODY_SHOWN])}{note}"


def appendix(exchanges: Iterable[tuple[Exchange, str]], target: Mapping[str, Any]) -> str:
    """Every cited exchange once, each with the command that repeats its request."""
    return "".join(_cited(exchange, curl, target) for exchange, curl in exchanges)


def _cited(exchange: Exchange, curl: str, target: Mapping[str, Any]) -> str:
    name = anchor(exchange["number"])
    return (
        f'<details class="cited"><summary><span class="number">{exchange["number"]}</span> {line(exchange, target)}'
        f'</summary><div id="{name}">{whole(exchange)}{curl_block(curl, f"{name}-curl")}'
        f'<p class="aside">Sent by {text(exchange["check"])}</p></div></details>'
    )


def curl_block(curl: str, block_id: str) -> str:
    """A `curl` line with a button that copies it; empty if there is no line."""
    return copyable(curl, block_id, "curl line") if curl else ""


_CHANGED = (
    '<p class="aside">Some of its characters cannot be shown and are written here as escapes. To repeat it exactly, '
    "copy it from the finding in report.json.</p>"
)


def copyable(plain: str, block_id: str, kind: str) -> str:
    """A text with a button that copies it. `kind` names the text for screen readers."""
    return (
        f'<div class="copyable"><pre id="{attribute(block_id)}" class="command">{text(plain)}</pre>'
        f'<button type="button" class="copy" data-copy="{attribute(block_id)}" hidden>'
        f'Copy<span class="unseen"> the {kind}</span></button></div>' + ("" if harmless(plain) == plain else _CHANGED)
        # Characters that cannot be shown are escaped, and whoever copies the text must know.
    )


def island(exchanges: Sequence[Exchange]) -> str:
    """All exchanges as JSON in gzip and base64; the page unpacks them when somebody asks for them."""
    # In the form of gzip, without a timestamp: the same record must give the same page.
    packer = zlib.compressobj(6, wbits=zlib.MAX_WBITS | 16)
    # One by one: the text of all exchanges at once would take as much memory as the run.
    texts = (json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in exchanges)
    packed = [
        packer.compress(f"{',' if number else '['}{text}".encode("utf-8", "surrogatepass"))
        for number, text in enumerate(texts)
    ]
    packed.append(packer.compress(b"]" if exchanges else b"[]"))
    return base64.b64encode(b"".join([*packed, packer.flush()])).decode()
