"""Runs checks with pytest inside this process. It knows of checks, rules and outcomes, and nothing of orders."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from orderproof.conformance import checks
from orderproof.conformance.kit.session import Settings
from orderproof.conformance.runner.controller import Controller
from orderproof.conformance.runner.plugin import CONTROLLER
from orderproof.conformance.runner.selection import CollectedCheck, Selection

_CONFIG = Path(checks.__file__).with_name("pytest.ini")


class CollectionError(Exception):
    """A check module could not be loaded: the suite itself is broken, and a run without it would say too much."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a run: outcomes in the order of the checks, and why it was cut short, if it was.

    `canary` is the outcome of the planted violation, None where it was not judged.
    """

    outcomes: list[dict[str, Any]]
    canary: dict[str, Any] | None
    checks: list[CollectedCheck]
    cut_short: str | None
    interrupted: bool


def run_checks(
    settings: Settings,
    selection: Selection,
    *,
    max_failures: int | None = None,
    collect_only: bool = False,
    progress: Callable[[dict[str, Any], int], None] = lambda outcome, total: None,
    collected: Callable[[list[CollectedCheck]], None] | None = None,
) -> Result:
    """Run the selected checks, with as many workers as the target's limits say. Raises `CollectionError`.

    `collected` is told which checks there are (name, rules, fixtures) before the first of them runs.
    """
    controller = Controller(settings, selection, collect_only, progress, collected)
    workers = 1 if collect_only else _workers(settings)
    if workers > 1 and collected:
        # Workers collect for themselves and tell the names of checks, but not their rules.
        collected(run_checks(settings, selection, collect_only=True).checks)
    arguments = [
        "--pyargs",
        "orderproof.conformance.checks",
        f"-c{_CONFIG}",
        # Quiet: the report is ours. Capturing off: progress goes to the real stderr, and checks print nothing.
        *("-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:warnings", "-p", "no:logging", "--capture=no"),
        *("-p", "_hypothesis_pytestplugin", "-p", "xdist.plugin", "-p", "orderproof.conformance.runner.plugin"),
        f"--hypothesis-seed={settings.seed}",
        *([f"--maxfail={max_failures}"] if max_failures else []),
        *(["-n", str(workers), "--dist=load", "--max-worker-restart=2"] if workers > 1 else []),
    ]
    with _clean_environment():
        code = pytest.main(arguments, plugins=[_Registered(controller)])
    if controller.collection_errors:
        raise CollectionError("; ".join(controller.collection_errors))
    position = {name: index for index, name in enumerate(controller.names)}
    outcomes = sorted(controller.outcomes, key=lambda outcome: position.get(outcome["check"], 0))
    interrupted = code == pytest.ExitCode.INTERRUPTED and not max_failures
    if code in (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.INTERNAL_ERROR):
        raise CollectionError("pytest ended with an error of its own (see above)")
    lacking = len(controller.names) - len(outcomes)
    cut_short = None
    if lacking and not collect_only:
        cause = "interrupted" if interrupted else "stopped early"
        failed = sum(outcome["outcome"] == "fail" for outcome in outcomes)
        if max_failures and failed >= max_failures:
            cause = f"stopped after {failed} failed checks"
        cut_short = f"{cause}: {lacking} of {len(controller.names)} checks were not run"
    return Result(outcomes, controller.canary, controller.checks, cut_short, interrupted)


class _Registered:
    """Registers the controller under its name before the plugin looks for it."""

    def __init__(self, controller: Controller) -> None:
        self._controller = controller

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Register the controller."""
        config.pluginmanager.register(self._controller, CONTROLLER)


def _workers(settings: Settings) -> int:
    """Fixed lists are handed out by one process: two workers would give the same order to two checks."""
    return 1 if settings.target.states.fixed else settings.target.limits.workers


@contextmanager
def _clean_environment() -> Iterator[None]:
    """Keep the user's own pytest settings and plugins out of the run: they are for the user's own tests."""
    changed = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": None, "PYTEST_PLUGINS": None}
    before = {name: os.environ.get(name) for name in changed}
    try:
        for name, value in changed.items():
            _set(name, value)
        yield
    finally:
        for name, value in before.items():
            _set(name, value)


def _set(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value
