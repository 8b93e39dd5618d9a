"""What the pages of `docs/` tell people to type and to write does what they say."""

import contextlib
import queue
import re
import shlex
import sys
import textwrap
import threading
from http.server import ThreadingHTTPServer
from pathlib import Path

import click
import pytest
import yaml

from orderproof.conformance.cli import orderproof as cli
from orderproof.conformance.config.state_kinds import STATES, states_table
from orderproof.conformance.config.target import target_schema
from orderproof.conformance.reference.server import start
from orderproof.reports.waivers import read_waivers
from orderproof.spec.catalogue import AREAS, catalogue
from orderproof.spec.structure import mistake
from tests.injecting import BLOCK
from tests.running import orderproof, target_file

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.glob("*.md"))
# The pages that lie at the top, where a forge looks for them.
TOP = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")]
VENDORS = (DOCS / "for-vendors.md").read_text(encoding="utf-8")
MANAGERS = (DOCS / "for-release-managers.md").read_text(encoding="utf-8")

# What a vendor's own module of the page's examples does, here on the reference server.
TESTDATA = """
import json, urllib.request

def _ask(state, **params):
    body = json.dumps({"state": state, "params": params, "action": "setup"}).encode()
    asked = urllib.request.Request("STATE_URL", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(asked) as answer:
        return json.load(answer)

def new_order(items):
    return _ask("order", items=items)

def closed_order():
    return _ask("order-closed")

def customer_with_orders(orders):
    return _ask("customer-with-orders", orders=orders)
"""


def blocks(page: str, language: str) -> list[str]:
    """The code blocks of a page in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", page, re.MULTILINE | re.DOTALL)


def commands(page: str) -> list[str]:
    """Every complete call of orderproof that a page shows."""
    prose = re.sub(r"^```.*?^```", "", page, flags=re.MULTILINE | re.DOTALL)
    inline = [" ".join(code.split()) for code in re.findall(r"`([^`]+)`", prose)]
    code = "\n".join([*blocks(page, "(?:sh|yaml)"), *inline]).replace("\\\n", "")
    calls = re.findall(r"^(?:\s*- (?:run: )?)?(orderproof [^\n]*)", code, re.MULTILINE)
    return [call.partition(" || ")[0].partition(" > ")[0] for call in calls if "…" not in call]


SHOWN = [
    pytest.param(call, id=f"{page.stem}: {call}")
    for page in [*PAGES, *TOP]
    for call in commands(page.read_text("utf-8"))
]


def python_block(beginning: str) -> str:
    return next(block for block in blocks(VENDORS, "python") if block.startswith(beginning))


@pytest.fixture
def sandbox(tmp_path):
    """The reference server, with the module beside the target file that the page's examples import."""
    with start() as running:
        (tmp_path / "testdata.py").write_text(TESTDATA.replace("STATE_URL", running.state_url), encoding="utf-8")
        yield running


@pytest.mark.parametrize("call", SHOWN)
def test_a_command_and_its_options_are_there(call):
    _, name, *words = shlex.split(call)

    command = cli.get_command(None, name)
    assert command, f"orderproof has no command {name}"
    if isinstance(command, click.Group):
        command = command.commands.get(words[0], command.commands["list"])
    known = {option for parameter in command.params for option in parameter.opts}
    unknown = {word for word in words if re.match(r"--?[A-Za-z]", word)} - known
    assert not unknown, f"orderproof {name} has no {', '.join(sorted(unknown))}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_rule_that_a_page_names_is_in_the_catalogue(page):
    text = re.sub(r"https?://\S+", "", page.read_text("utf-8"))

    named = {f"{area}-{number}" for area, number in re.findall(r"\b([A-Z]{3})-([1-9]\d*)\b", text) if area in AREAS}
    assert named <= set(catalogue())


@pytest.mark.parametrize("page", [*PAGES, *TOP], ids=lambda page: page.stem)
def test_a_link_leads_to_a_file_and_a_heading(page):
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        if link.startswith("http"):
            continue
        name, _, anchor = link.partition("#")
        path = page.parent / name if name else page
        assert path.exists(), link
        headings = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE) if anchor else []
        anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
        assert not anchor or anchor in anchors, link


def test_the_first_page_leads_to_every_other():
    links = set(re.findall(r"\]\(([^)\s#]+)", TOP[0].read_text("utf-8")))

    assert {page.relative_to(ROOT).as_posix() for page in PAGES} <= links


@pytest.mark.parametrize("page", [*PAGES, *TOP[:3]], ids=lambda page: page.stem)
def test_a_file_that_a_page_names_is_there(page):
    """Files of the repository alone, from its top or, in the page on architecture, from `conformance/`."""
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    named = re.findall(r"`([a-z_.]+/[\w./-]*?(?:/|\.(?:py|yaml|md|json)))`", text)

    missing = {name for name in named if not (ROOT / name).exists() and not (ROOT / "conformance" / name).exists()}
    assert not missing


def test_the_table_of_states_names_every_state_and_no_other():
    rows = re.findall(r"^\| (`[a-z`, -]+`) \|", VENDORS, re.MULTILINE)

    assert sorted(name for row in rows for name in re.findall(r"`([^`]+)`", row)) == sorted(STATES)


@contextlib.contextmanager
def served(code, monkeypatch, folder):
    """Run code that serves for ever, with the modules of a folder; its port is taken for any that is free."""
    made = queue.SimpleQueue()

    class OnAFreePort(ThreadingHTTPServer):
        def __init__(self, address, handler):
            super().__init__((address[0], 0), handler)
            made.put(self)

    monkeypatch.setattr("http.server.ThreadingHTTPServer", OnAFreePort)
    monkeypatch.syspath_prepend(folder)
    monkeypatch.delitem(sys.modules, "testdata", raising=False)
    thread = threading.Thread(target=exec, args=(code, {}))
    thread.start()
    # It listens from now on: nothing has to be waited for.
    server = made.get(timeout=60)
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_callback_of_the_page_gives_states(tmp_path, sandbox, monkeypatch):
    code = python_block("import json")
    assert len(code.splitlines()) <= 30
    with served(code, monkeypatch, tmp_path) as url:
        target = target_file(tmp_path, sandbox.base_url, sandbox.token, url)

        kept = orderproof(tmp_path, "run", "--target", str(target), "--rules", "ORD-1", "--rules", "ORD-22")
        lacking = orderproof(tmp_path, "run", "--target", str(target), "--rules", "GRA-4")

    assert kept.code == 0, kept.out
    assert lacking.code == 4
    assert "order-past-grace-period: states.callback does not offer it (404)" in lacking.out


def test_the_provider_of_the_page_gives_states(tmp_path, sandbox):
    (tmp_path / "acme_states.py").write_text(python_block("import testdata"), encoding="utf-8")
    states = next(block for block in blocks(VENDORS, "yaml") if "provider: acme_states" in block)
    target = target_file(tmp_path, sandbox.base_url, sandbox.token, None, states=states)

    ran = orderproof(tmp_path, "run", "--target", str(target), "--rules", "ORD-1")

    assert ran.code == 0, ran.out


def test_the_injection_of_the_page_is_the_one_that_the_tests_run():
    (block,) = (block for block in blocks(VENDORS, "yaml") if "injection:" in block)
    assert yaml.safe_load(block) == {"states": {"injection": BLOCK}}


def test_the_waivers_of_the_page_are_waivers(tmp_path):
    (code,) = blocks(MANAGERS, "toml")
    (tmp_path / "waivers.toml").write_text(code, encoding="utf-8")

    (waiver,) = read_waivers(tmp_path / "waivers.toml")
    assert waiver.id in catalogue()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_yaml_of_a_page_can_be_read(page):
    for block in blocks(page.read_text("utf-8"), "yaml"):
        assert isinstance(yaml.safe_load(block), dict)


@pytest.mark.parametrize(("page", "indent"), [("README.md", "   "), ("docs/for-vendors.md", "")])
def test_the_table_of_states_is_that_of_the_code(page, indent):
    """Made by `states_table()`: where this fails, put what it returns into the page."""
    table = "".join(f"{indent}{line}\n" for line in states_table().splitlines())
    assert table in (DOCS.parent / page).read_text(encoding="utf-8")


TARGETS = [
    pytest.param(block, id=f"{page.name} {number}")
    for page in (*PAGES, DOCS.parent / "README.md")
    for number, block in enumerate(re.findall(r"```yaml\n(.*?)```", page.read_text("utf-8"), re.DOTALL))
    if "base_url:" in block
]


def test_the_target_file_of_the_whole_example_is_that_of_the_example():
    assert (ROOT / "examples/fastapi_orders/target.yaml").read_text(encoding="utf-8") in blocks(VENDORS, "yaml")


@pytest.mark.parametrize("block", TARGETS)
def test_every_target_file_that_a_page_shows_keeps_the_published_schema(block):
    shown = yaml.safe_load(textwrap.dedent(block))
    assert mistake(shown, target_schema()) is None
