"""Gives checks their session, and turns what came of each into an outcome on pytest's report of it."""

import time
from collections.abc import Generator
from typing import Any

import pytest

from orderproof.conformance.kit.session import SESSION, Session
from orderproof.conformance.kit.settings import Settings
from orderproof.conformance.runner.attempts import Attempts
from orderproof.conformance.runner.passive import judgements
from orderproof.conformance.runner.selection import rules_of
from orderproof.conformance.states.pool import Pool
from orderproof.reports.redaction.masking import Masker


def record_checks(config: pytest.Config, settings: Settings, pool: Pool | None = None) -> None:
    """Let this process run checks: the session for them, which lends of `pool`, and the recorder of their outcomes."""
    session = config.stash[SESSION] = Session(settings, pool)
    session.judged = judgements
    config.pluginmanager.register(Recorder(session))
    if settings.ends_at is not None:
        config.pluginmanager.register(TimeLimit(settings.ends_at))


class TimeLimit:
    """Begins no more checks once the run's time is over: what was judged until then is told."""

    def __init__(self, ends_at: float) -> None:
        self._ends_at = ends_at

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> bool | None:
        """Say that a check was taken care of, so that nothing runs it."""
        return True if rules_of(item) and time.time() >= self._ends_at else None


class Recorder:
    """The hooks of pytest by which checks are recorded. Tests that are no checks are left alone."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._attempts = Attempts(session)

    def pytest_unconfigure(self) -> None:
        """Close the session's connections."""
        self._session.close()

    @pytest.hookimpl
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
        """Run a check, and again where its first end does not stand."""
        if not rules_of(item):
            return None
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        for report in self._attempts.run(item, nextitem):
            item.ihook.pytest_runtest_logreport(report=report)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, Any, pytest.TestReport]:
        """Keep what a check ended with, and conceal the secrets in what is told of it."""
        # Before the yield: pytest replaces what derives from SkipTest by an exception of its own.
        if call.excinfo is not None and rules_of(item):
            self._attempts.note(call.excinfo.value)
        report: Any = yield
        if rules_of(item):
            _conceal(report, self._session)
        return report  # type: ignore[no-any-return]


def _conceal(report: pytest.TestReport, session: Session) -> None:
    """Mask the secrets in what pytest would print of a check: people who live in pytest read it in a log too."""
    if report.longrepr is None:
        return
    masker = Masker(session.secrets, keep_personal_data=True)
    if isinstance(report.longrepr, tuple):
        path, line, reason = report.longrepr
        report.longrepr = (path, line, masker.mask_message(reason))
        return
    told = str(report.longrepr)
    masked = masker.mask_message(told)
    if masked != told:
        report.longrepr = masked
