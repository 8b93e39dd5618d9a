"""Gives checks their session, and turns what came of each into an outcome on pytest's report of it."""

import time
from collections.abc import Generator
from dataclasses import replace
from typing import Any

import pytest

from orderproof.conformance.kit.session import SESSION, Session
from orderproof.conformance.kit.settings import Settings
from orderproof.conformance.runner.outcome import outcome_of
from orderproof.conformance.runner.second_look import OpenCheck, hand_over, second_look
from orderproof.conformance.runner.selection import check_name, is_canary, rules_of
from orderproof.reports.redaction.masking import Masker

_ERROR = pytest.StashKey[BaseException]()


def record_checks(config: pytest.Config, settings: Settings) -> None:
    """Let this process run checks: the session for them, and the recorder of their outcomes."""
    session = config.stash[SESSION] = Session(settings)
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
        self._open: list[OpenCheck] = []

    def pytest_unconfigure(self) -> None:
        """Close the session's connections."""
        self._session.close()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """Look again at what did not answer, when all checks have run."""
        result = yield
        checks, self._open = self._open, []
        hand_over(session.config, list(second_look(self._session, checks, self._begin)))
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Start a trace with each check."""
        if rules_of(item):
            self._begin(item)
        return (yield)

    def _begin(self, item: pytest.Item) -> None:
        if _ERROR in item.stash:
            del item.stash[_ERROR]
        self._session.begin()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, Any, pytest.TestReport]:
        """Attach the outcome of a check to the report of its last phase."""
        # Before the yield: pytest replaces what derives from SkipTest by an exception of its own.
        if call.excinfo is not None and _ERROR not in item.stash:
            item.stash[_ERROR] = call.excinfo.value
        report: Any = yield
        if rules_of(item):
            _conceal(report, self._session)
        if call.when == "teardown" and rules_of(item):
            session = self._session
            trace = session.end()
            outcome = outcome_of(check_name(item.nodeid), rules_of(item), trace, item.stash.get(_ERROR, None))
            outcome = replace(
                outcome,
                secrets=session.secrets,
                missing_states=dict(session.states.missing),
                is_canary=is_canary(item),
                is_open=outcome.result == "inconclusive" and bool(trace.unanswered),
                gone=session.gone or "",
            )
            if outcome.is_open:
                self._open.append(OpenCheck(item, frozenset(trace.unanswered)))
            # pytest-xdist passes plain data from a worker to the process that reports.
            report.orderproof = outcome.to_dict()
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
