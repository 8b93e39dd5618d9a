"""Runs checks with pytest inside this process. It knows of checks, rules and outcomes, and nothing of orders."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from orderproof.conformance import checks
from orderproof.conformance.kit.settings import QUICK, Settings
from orderproof.conformance.runner.controller import Controller, Listener
from orderproof.conformance.runner.forked_workers import forked_workers
from orderproof.conformance.runner.plugin import CONTROLLER
from orderproof.conformance.runner.selection import CollectedCheck, Selection
from orderproof.conformance.runner.surroundings import closed_surroundings
from orderproof.conformance.states.platform import ORDERS_PER_SECOND
from orderproof.conformance.states.pool import Pool
from orderproof.conformance.states.shared_pool import served
from orderproof.conformance.transport.client import Client
from orderproof.conformance.transport.tokens import Tokens
from orderproof.conformance.transport.waiting import RateLimit
from orderproof.reports.outcome import Outcome

_CHECKS = Path(checks.__file__).parent


class CollectionError(Exception):
    """A check module could not be loaded: the suite itself is broken, and a run without it would say too much."""


@dataclass(frozen=True, slots=True)
class ChecksResult:
    """What came of the checks: outcomes in their order, and why the run was cut short, if it was.

    `canary` is the outcome of the planted violation, None where it was not judged.
    """

    outcomes: list[Outcome]
    canary: Outcome | None
    checks: list[CollectedCheck]
    cut_short: str | None
    interrupted: bool


def collect_checks(settings: Settings, selection: Selection) -> list[CollectedCheck]:
    """The checks that a run with these settings would run; sends nothing. Raises `CollectionError`."""
    controller = Controller(settings, _for_profile(settings, selection), collect_only=True)
    # pytest makes an exit code of Ctrl-C.
    if _run_pytest(controller, ()) == pytest.ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    return controller.checks


def run_checks(
    settings: Settings,
    selection: Selection,
    listener: Listener | None = None,
    *,
    max_failures: int | None = None,
    pool: Pool | None = None,
    tokens: Tokens | None = None,
) -> ChecksResult:
    """Run the selected checks, with as many workers as the target's limits say, else one. Raises `CollectionError`.

    They lend their states of `pool`, and leave there what can be lent again; `tokens` gives them their access token.
    """
    pool = pool or Pool(settings.target.states.fixed)
    selection = _for_profile(settings, selection)
    controller = Controller(settings, selection, listener=listener or Listener(), pool=pool, tokens=tokens)
    workers = settings.target.limits.workers or 1
    options = [f"--maxfail={max_failures}"] if max_failures else []
    if workers == 1:
        code = _run_pytest(controller, options)
    else:
        options += ["-n", str(workers), "--dist=load", "--max-worker-restart=2"]
        shared = {
            "tokens": tokens or Tokens(settings.target.auth, Client(settings.target.limits.setup)),
            "rate": RateLimit(settings.target.limits.rate),
            "injections": RateLimit(ORDERS_PER_SECOND),
            "watcher": controller.listener,
        }
        with forked_workers(), served(pool, **shared) as shared_at:
            if controller.listener.wants_checks:
                # Workers collect for themselves and tell the names of checks, but not their rules.
                controller.listener.collected(collect_checks(settings, selection))
            controller.settings = replace(settings, shared_at=shared_at)
            code = _run_pytest(controller, options)
    controller.close()
    position = {name: index for index, name in enumerate(controller.names)}
    outcomes = sorted(controller.outcomes, key=lambda outcome: position.get(outcome.check, len(position)))
    interrupted = code == pytest.ExitCode.INTERRUPTED and not max_failures
    is_over = settings.ends_at is not None and time.time() >= settings.ends_at
    cut_short = _cut_short(outcomes, len(controller.names), interrupted, max_failures, is_over=is_over)
    return ChecksResult(outcomes, controller.canary, controller.checks, cut_short, interrupted)


def _for_profile(settings: Settings, selection: Selection) -> Selection:
    # The cheapest checks of a rule may write; where nothing may, all that read are few enough.
    return replace(selection, is_quick=settings.profile == QUICK and not settings.read_only)


def _run_pytest(controller: Controller, options: Sequence[str]) -> int:
    arguments = [
        # By its folder: for the name of a package pytest would load the `conftest.py` of the working folder too.
        str(_CHECKS),
        f"-c{_CHECKS / 'pytest.ini'}",
        # Quiet: the report is ours. Capturing off: progress goes to the real stderr, and checks print nothing.
        *("-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:warnings", "-p", "no:logging", "--capture=no"),
        # It collects garbage at the end, for a warning that nobody sees: 0.1 s in each process.
        *("-p", "no:unraisableexception"),
        *("-p", "_hypothesis_pytestplugin", "-p", "xdist.plugin", "-p", "orderproof.conformance.runner.plugin"),
        f"--hypothesis-seed={controller.settings.seed}",
        *options,
    ]
    with closed_surroundings():
        code = pytest.main(arguments, plugins=[_Registered(controller)])
    if controller.collection_errors:
        raise CollectionError("; ".join(controller.collection_errors))
    if code in (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.INTERNAL_ERROR):
        raise CollectionError("pytest ended with an error of its own (see above)")
    return code


def _cut_short(
    outcomes: Sequence[Outcome], total: int, interrupted: bool, max_failures: int | None, *, is_over: bool
) -> str | None:
    """Why not all of the checks were run; None where they were."""
    lacking = total - len({outcome.check for outcome in outcomes if outcome.rules})
    gone = next((outcome.gone for outcome in outcomes if outcome.gone), "")
    if interrupted and not total:
        return "interrupted: no check was run"
    if not lacking:
        return None
    failed = sum(outcome.result == "fail" for outcome in outcomes)
    cause = "the time of --max-time was over" if is_over else "stopped early"
    if gone:
        cause = f"the target cannot be reached any more ({gone})"
    if interrupted:
        cause = "interrupted"
    if max_failures and failed >= max_failures:
        cause = f"stopped after {failed} failed checks"
    return f"{cause}: {lacking} of {total} checks were not run"


class _Registered:
    """Registers the controller under its name before the plugin looks for it, and keeps tracebacks cheap."""

    def __init__(self, controller: Controller) -> None:
        self._controller = controller

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Register the controller."""
        # Nobody sees these tracebacks, and pytest's own style parses the whole module of a check that fails: 0.1 s.
        config.option.tbstyle = "native"
        config.pluginmanager.register(self._controller, CONTROLLER)
