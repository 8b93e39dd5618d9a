"""Plain `pytest --pyargs orderproof.conformance.checks --orderproof-target FILE`, for people who live in pytest."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from orderproof.conformance.config.target import read_target
from orderproof.conformance.errors import UsageError, VoidError
from orderproof.conformance.kit.session import Session
from orderproof.conformance.kit.settings import Settings
from orderproof.conformance.runner import canary
from orderproof.conformance.runner.concealed import concealed
from orderproof.conformance.runner.controller import Controller
from orderproof.conformance.runner.preflight import preflight
from orderproof.conformance.runner.selection import Selection
from orderproof.reports.evidence import collect
from orderproof.reports.redaction.harmless import one_line
from orderproof.reports.redaction.masking import Masker
from orderproof.reports.verdict import EXIT_CODES, Verdict, judge
from orderproof.spec.catalogue import catalogue


def from_target_file(file: str) -> Controller:
    """The controller for a target file: reads the file and makes the preflight.

    Raises `pytest.UsageError` for a bad file and ends the session with code 3 when nothing can be judged.
    """
    path = Path(file)
    try:
        settings = Settings(read_target(path), folder=str(path.parent))
        with concealed(settings.target):
            session = Session(settings)
            try:
                return PlainController(replace(settings, learned=preflight(session)), Selection())
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
        if not self.outcomes:
            return
        if self._missed:
            session.exitstatus = EXIT_CODES["void"]
        elif not session.config.option.collectonly and session.exitstatus in (0, 1):
            session.exitstatus = self._verdict().exit_code

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print the verdict and the rules that were not kept or not judged."""
        if not self.outcomes:
            return
        verdict = self._verdict()
        masker = Masker(frozenset().union(*(outcome.secrets for outcome in self.outcomes)), keep_personal_data=True)
        terminalreporter.section("orderproof")
        if self._missed:
            terminalreporter.write_line(f"void: {self._missed}")
            return
        for row in verdict.rows:
            if row.verdict not in ("pass", "not-applicable"):
                reason = one_line(masker.mask_message(row.reason))
                terminalreporter.write_line(f"{row.verdict:<13} {row.rule.id:<7} {row.rule.title}: {reason}")
        terminalreporter.write_line(one_line(masker.mask_message(verdict.headline)))

    @property
    def _missed(self) -> str | None:
        """Why nothing can be relied on. Whoever selects checks with pytest's own options may leave the canary out."""
        return None if self.canary is None else canary.missed(self.canary)

    def _verdict(self) -> Verdict:
        rules = [
            rule for rule in catalogue().values() if any(rule.id in (*one.rules, *one.passive) for one in self.outcomes)
        ]
        evidence, _ = collect(rules, self.outcomes)
        return judge(rules, evidence)
