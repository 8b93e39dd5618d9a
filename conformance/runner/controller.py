"""The side of the plugin that lives in the process that reports: which checks run, and what came of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from orderproof.conformance.kit.session import Settings
from orderproof.conformance.runner.recorder import record_checks
from orderproof.conformance.runner.selection import CollectedCheck, Selection, check_name, checks_among, select_items

CANARY = "test_canary.py::test_the_planted_violation_is_found"


@dataclass(slots=True, eq=False)
class Controller:
    """Selects and orders checks, hands settings to workers, and collects outcomes.

    `collected` is told which checks there are before the first of them runs, `progress` each outcome and how many
    checks there are.
    """

    settings: Settings
    selection: Selection
    collect_only: bool = False
    progress: Callable[[dict[str, Any], int], None] = lambda outcome, total: None
    collected: Callable[[list[CollectedCheck]], None] | None = None
    outcomes: list[dict[str, Any]] = field(default_factory=list)
    canary: dict[str, Any] | None = None
    checks: list[CollectedCheck] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    collection_errors: list[str] = field(default_factory=list)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Hand the settings to a worker of pytest-xdist."""
        node.workerinput["orderproof"] = self.settings.to_json()
        node.workerinput["orderproof_selection"] = [list(self.selection.patterns), self.selection.shard]

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        """Learn from a worker which checks there are: with workers, this process collects none itself."""
        self.names = [check_name(nodeid) for nodeid in ids if check_name(nodeid) != CANARY]

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Keep the selected checks, in the order of the catalogue."""
        select_items(config, items, self.selection)
        self.checks = checks_among(items)
        self.names = [check.name for check in self.checks]
        if self.collected:
            self.collected(self.checks)
        if self.collect_only:
            items.clear()

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep what could not be collected: a check that vanishes must not shrink the run in silence."""
        if report.failed:
            self.collection_errors.append(str(report.longrepr).strip().rsplit("\n", 1)[-1])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Collect an outcome, from this process or a worker."""
        outcome = getattr(report, "orderproof", None)
        if outcome is not None and outcome["canary"]:
            self.canary = outcome
        elif outcome is not None:
            self.outcomes.append(outcome)
            self.progress(outcome, len(self.names))


def configure_worker(config: pytest.Config, worker_input: Mapping[str, Any]) -> None:
    """Make a worker of pytest-xdist select, order and record checks as the controller would."""
    patterns, shard = worker_input["orderproof_selection"]
    config.pluginmanager.register(_WorkerSelection(Selection(tuple(patterns), tuple(shard) if shard else None)))
    record_checks(config, Settings.from_json(worker_input["orderproof"]))


class _WorkerSelection:
    def __init__(self, selection: Selection) -> None:
        self._selection = selection

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Keep the selected checks, in the order of the catalogue."""
        select_items(config, items, self._selection)
