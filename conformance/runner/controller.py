"""The side of the plugin that lives in the process that reports: which checks run, and what came of them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import pytest

from orderproof.conformance.kit.settings import Settings
from orderproof.conformance.runner.recorder import record_checks
from orderproof.conformance.runner.second_look import WORKER_OUTPUT
from orderproof.conformance.runner.selection import (
    CollectedCheck,
    Selection,
    check_name,
    checks_among,
    leave_out,
    select_items,
)
from orderproof.conformance.states.pool import Pool
from orderproof.conformance.states.shared_pool import connected
from orderproof.conformance.transport.activity import Activity, tell_activity
from orderproof.conformance.transport.tokens import Tokens
from orderproof.reports.outcome import Outcome

CANARY = "test_canary.py::test_the_planted_violation_is_found"


class Listener:
    """Hears of a run as it goes on, and may be called by several threads; this one does nothing about it.

    `wants_checks` says whether `collected` matters: with workers it costs a collection of its own.
    """

    wants_checks = False

    def collected(self, checks: Sequence[CollectedCheck]) -> None:
        """Which checks there are, before the first of them runs."""

    def finished(self, outcome: Outcome, total: int) -> None:
        """What a check came to, of so many in all."""

    def seen(self, process: int, activity: Activity) -> None:
        """What one of several processes is doing now."""


@dataclass(slots=True, eq=False)
class Controller:
    """Selects and orders checks, hands settings to workers, and collects outcomes."""

    settings: Settings
    selection: Selection
    collect_only: bool = False
    listener: Listener = field(default_factory=Listener)
    pool: Pool | None = None
    tokens: Tokens | None = None
    outcomes: list[Outcome] = field(default_factory=list)
    canary: Outcome | None = None
    checks: list[CollectedCheck] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    collection_errors: list[str] = field(default_factory=list)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Hand the settings to a worker of pytest-xdist."""
        node.workerinput["orderproof"] = self.settings.to_json()
        node.workerinput["orderproof_selection"] = asdict(self.selection)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        """Learn from a worker which checks there are: with workers, this process collects none itself."""
        self.names = [check_name(nodeid) for nodeid in ids if check_name(nodeid) != CANARY]

    @pytest.hookimpl(tryfirst=True)
    def pytest_pycollect_makeitem(self, collector: pytest.Collector, name: str, obj: Any) -> list[pytest.Item] | None:
        """Make no items of checks that are not selected."""
        return leave_out(collector, name, obj, self.selection)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Keep the selected checks, in the order of the catalogue."""
        select_items(config, items, self.selection)
        self.checks = checks_among(items)
        self.names = [check.name for check in self.checks]
        self.listener.collected(self.checks)
        if self.collect_only:
            items.clear()

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep what could not be collected: a check that vanishes must not shrink the run in silence."""
        if report.failed:
            self.collection_errors.append(str(report.longrepr).strip().rsplit("\n", 1)[-1])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Collect an outcome, from this process or a worker."""
        data = getattr(report, "orderproof", None)
        if data is None:
            return
        outcome = Outcome.from_dict(data)
        if outcome.is_canary:
            self.canary = outcome
        else:
            self.outcomes.append(outcome)
            # What may run once more is not finished yet.
            if not outcome.is_open:
                self.listener.finished(outcome, len(self.names))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take what a worker of pytest-xdist found in its second look."""
        for data in getattr(node, "workeroutput", {}).get(WORKER_OUTPUT, ()):
            self.look_again(Outcome.from_dict(data))

    def look_again(self, outcome: Outcome) -> None:
        """Take an outcome of the second look: it decides, and of the first one the answers alone still count."""
        outcome = replace(outcome, is_open=False)
        for index, first in enumerate(self.outcomes):
            if first.check == outcome.check and first.is_open:
                self.outcomes[index] = replace(first, rules=(), is_open=False)
                self.listener.finished(outcome, len(self.names))
        self.outcomes.append(outcome)

    def close(self) -> None:
        """Tell of the checks that did not run once more: what they came to stands."""
        for index, outcome in enumerate(self.outcomes):
            if outcome.is_open:
                self.outcomes[index] = replace(outcome, is_open=False)
                self.listener.finished(outcome, len(self.names))


def configure_worker(config: pytest.Config, worker_input: Mapping[str, Any]) -> None:
    """Make a worker of pytest-xdist select, order and record checks as the controller would."""
    config.pluginmanager.register(_WorkerSelection(Selection(**worker_input["orderproof_selection"])))
    settings = Settings.from_json(worker_input["orderproof"])
    record_checks(config, settings)
    if settings.shared_at:
        tell_activity(connected(settings.shared_at, "watcher"))


class _WorkerSelection:
    def __init__(self, selection: Selection) -> None:
        self._selection = selection

    @pytest.hookimpl(tryfirst=True)
    def pytest_pycollect_makeitem(self, collector: pytest.Collector, name: str, obj: Any) -> list[pytest.Item] | None:
        """Make no items of checks that are not selected."""
        return leave_out(collector, name, obj, self._selection)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Keep the selected checks, in the order of the catalogue."""
        select_items(config, items, self._selection)
