"""What several tests need: a server that fails, and the command line."""

import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import settings

from orderproof.conformance.cli import main

# In GitHub Actions, what the tests judge has no place in the summary of their own step.
os.environ.pop("GITHUB_STEP_SUMMARY", None)

# No time limit an example: the machine may be busy. No database: the same run everywhere.
settings.register_profile("orderproof", max_examples=50, deadline=None, database=None)
settings.load_profile("orderproof")


class _Failing(BaseHTTPRequestHandler):
    """Answers 500 to everything."""

    def _fail(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(500)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST = do_PATCH = _fail  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def failing_server():
    """Base URL of a server that answers 500 to everything."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Failing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v0"
    server.shutdown()
    server.server_close()


@pytest.fixture
def call(tmp_path, capsys, monkeypatch):
    """Calls the command line in a folder of its own: exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        told = capsys.readouterr()
        assert "Traceback" not in told.err
        return ended.value.code, told.out, told.err

    return run


@pytest.fixture(scope="session")
def pages(tmp_path_factory):
    """Pages by name: of a real run of each verdict, and made-up ones."""
    from tests.pages import every_page

    return every_page(tmp_path_factory.mktemp("pages"))


@pytest.fixture(scope="session")
def browser():
    """Chromium: one for all tests of pages, which one worker has."""
    from tests.browser import chromium

    with chromium() as started:
        yield started


@pytest.fixture
def open_page(browser, pages):
    """Opens a page by its name; a request that leaves the page, an error and a console message fail the test."""
    contexts, troubles = [], []

    def opened(name, fragment="", **options):
        context = browser.new_context(viewport={"width": 1280, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda message: troubles.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: troubles.append(f"error: {error}"))
        page.on("request", lambda request: request.is_navigation_request() or troubles.append(f"sent: {request.url}"))
        page.goto(f"{pages[name].as_uri()}#{fragment}" if fragment else pages[name].as_uri())
        if options.get("java_script_enabled", True):
            page.wait_for_selector("html[data-ready]", state="attached")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert troubles == []
