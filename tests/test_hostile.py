"""A server that puts markup, commands and secrets into every place of its answers: no format lets one through."""

import itertools
import json
import uuid
from functools import cache
from html.parser import HTMLParser

import pytest

from orderproof.reports.console import make_console
from orderproof.reports.console import render as render_console
from orderproof.reports.formats import FORMATS, STDOUT, render
from tests import valid
from tests.hostile import BODIES, PAYLOADS, PERSON, TOKEN, answered, harms, hostile_records, leaks
from tests.loopback import Request, Server, answer, json_answer
from tests.running import orderproof, target_file

ENDS = ("broken", "void", "cut short", "partial")
RECORDS = cache(hostile_records)

TAGS_OF_SUMMARY = {
    *("h2", "h3", "p", "code", "pre", "ul", "li", "details", "summary", "b"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
EVIL = ("evil.example", "pwned")


@cache
def rendered(name: str, end: str) -> str:
    return render(name, RECORDS()[end])


def texts(node) -> list[str]:
    """Every text in a JSON value, names of members included."""
    if isinstance(node, dict):
        return [text for pair in node.items() for part in pair for text in texts(part)]
    if isinstance(node, list):
        return [text for part in node for text in texts(part)]
    return [node] if isinstance(node, str) else []


class Page(HTMLParser):
    """What a browser would make of a page: its tags, their attributes, comments, and the text outside of code."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.odd: list[str] = []
        self.outside: list[str] = []
        self._code = 0
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        self._code += tag == "code"

    def handle_endtag(self, tag):
        self._code -= tag == "code"

    def handle_data(self, data):
        if not self._code:
            self.outside.append(data)

    def handle_comment(self, data):
        self.odd.append(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def test_there_are_payloads_enough():
    assert len(PAYLOADS) >= 30


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("name", FORMATS)
def test_no_format_lets_a_secret_through(name, end):
    text = rendered(name, end)
    assert leaks(text) == []
    if name in ("json", "har", "ctrf", "sarif", "intoto", "badge"):
        assert leaks("\n".join(texts(json.loads(text)))) == []


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("name", FORMATS)
def test_no_format_holds_what_harms_a_terminal_or_a_runner(name, end):
    text = rendered(name, end)
    text.encode()
    if name == "annotations":
        told = valid.annotations(text)
        assert all(kind in ("error", "warning", "notice") for kind, _, _ in told)
        text = "\n".join(part for _, title, message in told for part in (title, message))
    assert harms(text) == []


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_valid_and_short(name, end):
    text = rendered(name, end)
    if name in valid.CHECKS:
        valid.CHECKS[name](text)
    assert len(text) < 8_000_000


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("name", ["ctrf", "sarif", "intoto", "badge"])
def test_what_a_format_tells_people_is_harmless_when_it_is_read(name, end):
    told = texts(json.loads(rendered(name, end)))
    assert harms("\n".join(told)) == []
    assert max(map(len, told)) <= 12_000


@pytest.mark.parametrize("end", ENDS)
def test_the_summary_shows_what_a_server_sent_as_code_alone(end):
    text = rendered("summary", end)
    page = Page(valid.summary(text))
    assert set(page.tags) <= TAGS_OF_SUMMARY
    assert page.odd == []
    assert [value for name, value in page.attributes if name not in ("align", "class", "lang")] == []
    assert not [part for part in page.outside if any(word in part for word in EVIL)]
    rows = [row for row in RECORDS()[end]["rules"] if row["verdict"] in ("fail", "warn")]
    assert page.tags.count("details") == text.count("<details>") <= len(rows)


@pytest.mark.parametrize("end", ENDS)
def test_junit_has_no_element_but_its_own(end):
    for suite in valid.junit(rendered("junit", end)):
        assert "pwned" not in suite.name
        for case in suite:
            assert "pwned" not in case.name


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.skipif("html" not in FORMATS, reason="there is no page yet")
def test_the_page_shows_what_a_server_sent_as_text_alone(end):
    page = Page(rendered("html", end))
    own = Page(render("html", {**RECORDS()[end], "exchanges": [], "rules": []}))
    assert {"script", "style"} <= set(page.tags)
    assert page.tags.count("script") == own.tags.count("script")
    assert page.odd == own.odd
    for name, value in page.attributes:
        assert not name.startswith("on")
        if name in ("href", "src", "action", "style", "srcdoc"):
            assert not any(word in (value or "") for word in EVIL)
    assert not {"iframe", "img", "object", "embed", "base"} & set(page.tags)


@pytest.mark.parametrize("end", ENDS)
def test_the_console_is_harmless_too(end, capsys):
    render_console(RECORDS()[end], make_console("never"), verbose=True)
    out = capsys.readouterr().out
    assert leaks(out) == []
    assert harms(out) == []


class HostileServer:
    """Answers every request with the next payload in its body and in its headers, and with the token that came along.

    It gives states too, whose ids are payloads.
    """

    def __init__(self) -> None:
        self.payloads = itertools.cycle(PAYLOADS.values())
        self.bodies = itertools.chain(BODIES.values(), itertools.repeat(None))

    def __call__(self, request: Request) -> bytes:
        payload = next(self.payloads)
        if b"/_state" in request.head.split(b"\r\n", 1)[0]:
            return json_answer(200, self.state(request.json["params"], payload))
        told = dict(request.headers).get("authorization", "")
        everything = f"{payload} {told} {TOKEN} {PERSON['name']} {PERSON['email']}"
        line = "".join(one if one.isprintable() or one in "\t\x1b\x9b" else " " for one in everything)
        shown = line.encode("latin-1", "replace").decode("latin-1")[:4_000]
        body = next(self.bodies) if request.number > 20 else None
        if body is None:
            body = json.dumps({"echo": told, "path": request.line, **json.loads(answered(payload))}).encode()
        return answer(
            200 if request.number % 3 else 404,
            body,
            "Content-Type: application/json" if request.number % 2 else f"Content-Type: {shown}",
            f"Location: {shown}",
            f"X-Echo: {shown}",
            f"Set-Cookie: session={TOKEN}; HttpOnly",
        )

    def state(self, params: dict, payload: str) -> dict:
        name = payload.encode("utf-8", "replace").decode()[:100]
        items = [str(uuid.uuid4()) for _ in range(params.get("items") or 2)]
        return {
            "order_uuid": str(uuid.uuid4()),
            "order_id": name,
            "customer_id": name,
            "item_uuids": items,
            "item_uuid": items[0],
            "other_item_uuid": items[-1],
            "order_ids": [name] * (params.get("orders") or 3),
            "due_at": "2030-01-01T00:00:00Z",
        }


def test_a_run_against_a_hostile_server_leaves_nothing_harmful(tmp_path):
    with Server(HostileServer()) as server:
        target_file(tmp_path, f"{server.url}/v0", json.dumps(TOKEN), f"{server.url}/_state")
        wanted = [part for name in FORMATS if name != "json" for part in ("--report", name)]
        rules = [part for area in ("ORD", "GRA", "CST") for part in ("--rules", f"{area}-*")]
        ran = orderproof(tmp_path, "run", "--target", "target.yaml", "--profile", "quick", *rules, *wanted)

    assert ran.code == 1, ran.out + ran.err
    # How many rules break is chance: the ids of the states are made anew each time, and so are the answers.
    assert ran.record["summary"]["fail"] > 3
    commands = [line for line in ran.out.splitlines() if line.startswith("::")]
    assert valid.annotations("".join(f"{line}\n" for line in commands))
    shown = "\n".join(line for line in ran.out.splitlines() if line not in commands)
    files = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "orderproof-report").iterdir()}
    assert set(files) == {format_.file_name for format_ in FORMATS.values()} - {STDOUT}
    for text in (shown, ran.err, "\n".join(commands), *files.values()):
        assert leaks(text) == []
    for text in (shown, ran.err, *files.values()):
        assert harms(text) == []
    for name, (file_name, _) in FORMATS.items():
        if name in valid.CHECKS and file_name != STDOUT:
            valid.CHECKS[name](files[file_name])
    assert sum(map(len, files.values())) < 40_000_000
