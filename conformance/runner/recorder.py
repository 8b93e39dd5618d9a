"""Gives checks their session, and turns what came of each into an outcome on pytest's report of it."""

import time
from collections.abc import Generator
from typing import Any

import pytest

from orderproof.conformance.kit.session import SESSION, Session
from orderproof.conformance.kit.settings import Settings
from orderproof.conformance.runner.attempts import Attempts
from orderproof.conformance.runner.passive import judgements
from orderproof.conformance.runner.second_look import OpenCheck, hand_over, second_look
from orderproof.conformance.runner.selection import rules_of
from orderproof.conformance.states.pool import Pool
from orderproof.conformance.transport.tokens import Tokens
from orderproof.reports.redaction.masking import Masker


def record_checks(
    config: pytest.Config, settings: Settings, pool: Pool | None = None, tokens: Tokens | None = None
) -> None:
    """Let this process run checks: the session for them, which lends of `pool`, and the recorder of their outcomes."""
    session = config.stash[SESSION] = Session(settings, pool, tokens)
    session.judged = judgements
    config.pluginmanager.register(Recorder(session))
    config.pluginmanager.register(EarlyEnd(session))


class EarlyEnd:
    """Begins no more checks once the run's time is over or the target is gone: what was judged until then is told."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> bool | None:
        """Say that a check was taken care of, so that nothing runs it."""
        ends_at = self._session.settings.ends_at
        is_over = self._session.gone is not None or (ends_at is not None and time.time() >= ends_at)
        return True if is_over and rules_of(item) else None


class Recorder:
    """The hooks of pytest by which checks are recorded. Tests that are no checks are left alone."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._attempts = Attempts(session)
        self._open: list[OpenCheck] = []

    def pytest_unconfigure(self) -> None:
        """Close the session's connections."""
        self._session.close()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """Look again at what did not answer, when all checks have run."""
        result = yield
        hand_over(session.config, list(second_look(self._session, self._open, self._attempts.run)))
        return result

    @pytest.hookimpl
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
        """Run a check, and again where its first end does not stand."""
        if not rules_of(item):
            return None
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        for report in self._attempts.run(item, nextitem):
            item.ihook.pytest_runtest_logreport(report=report)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        if self._attempts.is_open:
            self._open.append(OpenCheck(item, frozenset(self._session.trace.unanswered)))
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
