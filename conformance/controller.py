"""The side of the plugin that lives in the process that reports: which checks run, and what came of them."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from conformance import canary
from conformance.plugin import CANARY, check_name, is_canary, rules_of
from conformance.preflight import preflight
from conformance.problems import UsageError, VoidError
from conformance.session import Session, Settings
from conformance.target import read_target
from reports.evidence import collect
from reports.harmless import one_line
from reports.verdict import EXIT_CODES, Verdict, judge
from spec.catalogue import catalogue


@dataclass(frozen=True, slots=True)
class Selection:
    """Which part of the catalogue a run judges: rule ids or patterns such as `GRA-*`, and a shard (i of n).

    A passive rule is judged on the answers of every check that has to do with it; with `is_narrow` only on those of the
    checks of other rules that are selected.
    """

    patterns: tuple[str, ...] = ()
    shard: tuple[int, int] | None = None
    is_narrow: bool = False

    def has(self, rule_id: str) -> bool:
        """Whether a rule is selected."""
        return not self.patterns or any(fnmatch.fnmatchcase(rule_id, pattern.upper()) for pattern in self.patterns)

    def needs(self, rules: Sequence[str]) -> bool:
        """Whether a check that names `rules` must run.

        It must where one of them is selected, and where its requests are what a selected passive rule is judged on.
        """
        is_named = any(self.has(rule_id) for rule_id in rules)
        if is_named or self.is_narrow:
            return is_named
        passive = _passive_operations(self)
        return None in passive or any(catalogue()[rule_id].operation in passive for rule_id in rules)

    def rules(self) -> list[str]:
        """The selected rules, in the catalogue's order."""
        return [rule_id for rule_id in catalogue() if self.has(rule_id)]


@cache
def _passive_operations(selection: Selection) -> frozenset[str | None]:
    """The operations that the selected passive rules are about; None for one that is about all of them."""
    return frozenset(rule.operation for rule in catalogue().values() if rule.passive and selection.has(rule.id))


@dataclass(slots=True, eq=False)
class Controller:
    """Selects and orders checks, hands settings to workers, and collects outcomes."""

    settings: Settings
    selection: Selection = Selection()
    collect_only: bool = False
    progress: Callable[[dict[str, Any], int], None] = lambda outcome, total: None
    collected: Callable[[list[tuple[str, tuple[str, ...], tuple[str, ...]]]], None] | None = None
    outcomes: list[dict[str, Any]] = field(default_factory=list)
    canary: dict[str, Any] | None = None
    checks: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    collection_errors: list[str] = field(default_factory=list)

    def new_session(self) -> Session:
        """A session for checks that run in this process."""
        return Session(self.settings)

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
        chosen = [item for item in items if rules_of(item) and not is_canary(item)]
        self.names = [check_name(item.nodeid) for item in chosen]
        self.checks = [(check_name(item.nodeid), rules_of(item), fixtures_of(item)) for item in chosen]
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


def fixtures_of(item: pytest.Item) -> tuple[str, ...]:
    """Names of the fixtures that a check asks for."""
    return tuple(getattr(item, "fixturenames", ()))


def select_items(config: pytest.Config, items: list[pytest.Item], selection: Selection) -> None:
    """Drop the checks that are not selected and sort the rest, in place. Tests that are no checks stay first."""
    order = list(catalogue())

    def key(item: pytest.Item) -> tuple[int, str]:
        rules = rules_of(item)
        return (min(order.index(rule_id) for rule_id in rules) if rules else -1, check_name(item.nodeid))

    checks = [item for item in items if not is_canary(item)]
    chosen = [item for item in checks if not rules_of(item) or selection.needs(rules_of(item))]
    chosen.sort(key=key)
    if selection.shard:
        index, count = selection.shard
        chosen = chosen[index - 1 :: count]
    # First, so that a run that is broken off has judged it.
    chosen = [*(item for item in items if is_canary(item)), *chosen]
    kept = set(chosen)
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = chosen


def from_target_file(config: pytest.Config) -> Controller:
    """The controller of plain `pytest --target FILE`: reads the file and makes the preflight.

    Raises `pytest.UsageError` for a bad file and ends the session with code 3 when nothing can be judged.
    """
    path = Path(config.getoption("target"))
    try:
        settings = Settings(read_target(path), folder=str(path.parent))
        session = Session(settings)
        try:
            return PlainController(preflight(session))
        finally:
            session.close()
    except UsageError as error:
        raise pytest.UsageError(str(error)) from None
    except VoidError as error:
        pytest.exit(f"void: {error}", returncode=3)


class PlainController(Controller):
    """A controller that also ends plain pytest with the verdict: a skipped check must not look like a pass."""

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Replace "all passed" by the verdict's exit code where checks were skipped."""
        if self._missed:
            session.exitstatus = EXIT_CODES["void"]
        elif not session.config.option.collectonly and session.exitstatus in (0, 1):
            session.exitstatus = self._verdict().exit_code

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print the verdict and the rules that were not kept or not judged."""
        if not self.outcomes:
            return
        verdict = self._verdict()
        terminalreporter.section("orderproof")
        if self._missed:
            terminalreporter.write_line(f"void: {self._missed}")
            return
        for row in verdict.rows:
            if row["verdict"] not in ("pass", "not-applicable"):
                terminalreporter.write_line(
                    f"{row['verdict']:<13} {row['id']:<7} {row['title']}: {one_line(row['reason'])}"
                )
        terminalreporter.write_line(one_line(verdict.headline))

    @property
    def _missed(self) -> str | None:
        """Why nothing can be relied on. Whoever selects checks with pytest's own options may leave the canary out."""
        return None if self.canary is None else canary.missed(self.canary)

    def _verdict(self) -> Verdict:
        rules = [
            rule
            for rule in catalogue().values()
            if any(rule.id in (*one["rules"], *one["passive"]) for one in self.outcomes)
        ]
        evidence, _ = collect(rules, self.outcomes)
        return judge(rules, evidence)
