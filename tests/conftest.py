"""What several tests need: a known environment, a server that fails, and the command line."""

import re
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from orderproof.conformance.cli import main
from tests.environment import make_known

# Nothing is timed: the machine may be busy. No database, no seed of the moment, and the same in CI, which Hypothesis
# notices: the same run everywhere.
settings.register_profile(
    "orderproof",
    settings.get_profile("default"),
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    database=None,
    derandomize=True,
)
settings.load_profile("orderproof")


# A hook that comes after workers are started: they need the environment of outside as well.
@pytest.hookimpl(tryfirst=True)
def pytest_collection(session):
    """Before a test module is imported: libraries remember proxies and colours from when they were loaded."""
    home = tempfile.TemporaryDirectory(prefix="orderproof-home-", ignore_cleanup_errors=True)
    session.config.add_cleanup(home.cleanup)
    make_known(Path(home.name))


_SLOW = re.compile(r"^(?:import subprocess|from tests\.(?:running|pages|browser) import)", re.MULTILINE)
_SHARING = re.compile(r"scope=\"module\"|^@cache$|= cache\(", re.MULTILINE)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark tests by what their modules do, and put those first that take long: the short ones fill the end of a run.

    Modules that start processes or a browser are `slow`: `tox run -e quick` leaves them out. What a module makes once
    for its tests is made once where one worker has them all.
    """
    texts = {path: path.read_text(encoding="utf-8") for path in {item.path for item in items}}
    slow = {path for path, text in texts.items() if _SLOW.search(text)}
    sharing = {path for path, text in texts.items() if _SHARING.search(text)}
    for item in items:
        if item.path in slow:
            item.add_marker("slow")
        if item.path in sharing and not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(item.path.stem))
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


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


@pytest.fixture(scope="session")
def tabs(browser):
    """The tabs of the browser, which tests of pages share."""
    from tests.browser import Tabs

    return Tabs(browser)


@pytest.fixture
def open_page(tabs, pages):
    """Opens a page by its name; a request that leaves the page, an error and a console message fail the test."""
    lent, troubles = [], []
    listeners = {
        "console": lambda message: troubles.append(f"console: {message.text}"),
        "pageerror": lambda error: troubles.append(f"error: {error}"),
        "request": lambda request: request.is_navigation_request() or troubles.append(f"sent: {request.url}"),
    }

    def opened(name, fragment="", **options):
        page = tabs.lend(**options)
        lent.append((page, options))
        for event, listener in listeners.items():
            page.on(event, listener)
        page.goto(f"{pages[name].as_uri()}#{fragment}" if fragment else pages[name].as_uri())
        if options.get("java_script_enabled", True):
            page.wait_for_selector("html[data-ready]", state="attached")
        return page

    yield opened
    for page, options in lent:
        for event, listener in listeners.items():
            page.remove_listener(event, listener)
        tabs.take_back(page, **options)
    assert troubles == []


@pytest.fixture
def seen():
    """What the `client` has recorded."""
    return []


@pytest.fixture
def client(seen):
    """A client that records, and whose time-out is met only where something is broken, however busy the machine is."""
    from orderproof.conformance.transport.client import Client

    client = Client(timeout=60.0, record=seen.append)
    yield client
    client.close()
