"""orderproof as a pytest plugin: it gives checks their session and turns what came of them into outcomes.

Loaded in every pytest session where orderproof is installed, so it imports nothing heavy and does nothing until checks
of `conformance.checks` are collected. `orderproof run` registers a `Controller`; plain
`pytest --pyargs conformance.checks --target target.yaml` makes one of its own.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conformance.controller import Controller
    from conformance.session import Session

CONTROLLER = "orderproof-controller"
CANARY = "test_canary.py::test_the_planted_violation_is_found"
SESSION: pytest.StashKey[Session] = pytest.StashKey()
_ERROR = pytest.StashKey[BaseException]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the one option that plain pytest needs."""
    group = parser.getgroup("orderproof", "orderproof: conformance of an order API")
    group.addoption("--target", metavar="FILE", help="target file of the server that conformance.checks judge")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker, and start a session where this process runs checks."""
    config.addinivalue_line("markers", "rule(*ids): the rules of orderproof's catalogue that a check judges")
    config.addinivalue_line("markers", "canary: a check that must fail in every run, and is no part of its record")
    worker_input = getattr(config, "workerinput", None)
    if worker_input is not None and "orderproof" in worker_input:
        from conformance.session import Session, Settings

        config.stash[SESSION] = Session(Settings.from_json(worker_input["orderproof"]))
        config.pluginmanager.register(WorkerSelection(*worker_input["orderproof_selection"]))
        return
    if worker_input is None and config.getoption("target", None) and _controller(config) is None:
        from conformance.controller import from_target_file

        config.pluginmanager.register(from_target_file(config), CONTROLLER)
    controller = _controller(config)
    if controller is not None and not config.getoption("numprocesses", None):
        config.stash[SESSION] = controller.new_session()


def _controller(config: pytest.Config) -> Controller | None:
    return config.pluginmanager.get_plugin(CONTROLLER)


class WorkerSelection:
    """Makes a worker of pytest-xdist select and order checks as the controller would."""

    def __init__(self, patterns: list[str], shard: list[int] | None) -> None:
        self._patterns = tuple(patterns)
        self._shard = (shard[0], shard[1]) if shard else None

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Keep the selected checks, in the order of the catalogue."""
        from conformance.controller import Selection, select_items

        select_items(config, items, Selection(self._patterns, self._shard))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Close the session's connections."""
    session = config.stash.get(SESSION, None)
    if session is not None:
        session.close()


def rules_of(item: pytest.Item) -> tuple[str, ...]:
    """The rules that a check names; empty for a test that is no check of ours."""
    return tuple(rule_id for mark in item.iter_markers("rule") for rule_id in mark.args)


def is_canary(item: pytest.Item) -> bool:
    """Whether a check is the run's canary, which runs whatever is selected."""
    return item.get_closest_marker("canary") is not None


def check_name(nodeid: str) -> str:
    """A check's name wherever it is installed: module and function, with its parameters."""
    path, _, rest = nodeid.partition("::")
    return f"{Path(path).name}::{rest}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Start a trace with each check."""
    session = item.config.stash.get(SESSION, None)
    if session is not None and rules_of(item):
        session.begin()
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Attach the outcome of a check to the report of its last phase."""
    # Before the yield: pytest replaces what derives from SkipTest by an exception of its own.
    if call.excinfo is not None and _ERROR not in item.stash:
        item.stash[_ERROR] = call.excinfo.value
    report = yield
    session = item.config.stash.get(SESSION, None)
    if session is None or not rules_of(item):
        return report
    if call.when == "teardown":
        from conformance.outcome import outcome_of

        trace = session.end()
        outcome = outcome_of(check_name(item.nodeid), rules_of(item), trace, item.stash.get(_ERROR, None))
        outcome["secrets"] = sorted(session.secrets)
        outcome["missing"] = dict(session.states.missing)
        outcome["canary"] = is_canary(item)
        report.orderproof = outcome
    return report
