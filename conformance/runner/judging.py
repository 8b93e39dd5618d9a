"""Judging a target: preflight, checks, and the record of what came of them."""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orderproof import __version__
from orderproof.conformance.config.secret_values import secret_headers
from orderproof.conformance.config.target import Target
from orderproof.conformance.errors import VoidError
from orderproof.conformance.kit.session import Session
from orderproof.conformance.kit.settings import QUICK, Settings
from orderproof.conformance.runner import canary
from orderproof.conformance.runner.completed_lists import is_complete
from orderproof.conformance.runner.controller import Listener
from orderproof.conformance.runner.giving_back import give_back
from orderproof.conformance.runner.live_rules import LiveRules, Tell
from orderproof.conformance.runner.look_up import Given, with_given
from orderproof.conformance.runner.outcome import kept_exchanges
from orderproof.conformance.runner.preflight import preflight
from orderproof.conformance.runner.progress import Progress, StatusLine
from orderproof.conformance.runner.readiness import wait_for_target
from orderproof.conformance.runner.run_checks import ChecksResult, CollectionError, run_checks
from orderproof.conformance.runner.scope import out_of_scope_of
from orderproof.conformance.runner.selection import CollectedCheck, Selection
from orderproof.conformance.runner.workers import MOST, MOST_QUICK, chosen_workers, round_trip
from orderproof.conformance.states.journal import empty_journal
from orderproof.conformance.states.pool import Pool
from orderproof.conformance.states.sources import with_remedy
from orderproof.conformance.transport.activity import Activity
from orderproof.conformance.transport.exchange import Exchange
from orderproof.reports.outcome import Outcome
from orderproof.reports.record import Run, build, moment_text
from orderproof.spec.catalogue import Rule, catalogue


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What to judge, how, and where what is left of it goes.

    `out` is where the journal goes, `target_file` the target file as a report names it. `tell` is called with the row
    of each rule that is finished while the run goes on, and `note` with a sentence on how the run is done.
    `given` are the orders and customers of a read-only run.
    """

    settings: Settings
    out: Path
    selection: Selection = Selection()  # noqa: RUF009 - it is frozen
    target_file: str | None = None
    wait_seconds: float = 0.0
    given: Given = Given()  # noqa: RUF009 - it is frozen
    max_failures: int | None = None
    keep_personal_data: bool = False
    show_progress: bool = False
    tell: Tell | None = None
    note: Callable[[str], None] | None = None


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a run ended: its record, and whether the user broke it off."""

    record: dict[str, Any]
    interrupted: bool


@dataclass(slots=True)
class _Found:
    """What a run came to so far. `void` says why nothing can be judged; `checks` is None where none was run."""

    preflight: Sequence[Mapping[str, Any]] = ()
    checks: ChecksResult | None = None
    void: str | None = None
    cut_short: str | None = None
    interrupted: bool = False


class _Listeners(Listener):
    """Shows the progress of a run, and each rule as it is finished: the live line gives way to one that stays."""

    def __init__(
        self,
        progress: Progress,
        line: StatusLine,
        rules: Sequence[Rule],
        out_of_scope: Mapping[str, str],
        tell: Tell | None,
        settings: Settings,
    ) -> None:
        self._progress = progress
        self._line = line
        self._tell = tell
        is_quick = settings.profile == QUICK
        self._rules = LiveRules(rules, self._told, out_of_scope, read_only=settings.read_only, is_quick=is_quick)
        self.wants_checks = tell is not None or line.is_enabled

    def collected(self, checks: Sequence[CollectedCheck]) -> None:
        self._rules.collected(checks)
        self._progress.collected(checks)

    def seen(self, process: int, activity: Activity) -> None:
        self._progress.seen(process, activity)

    def finished(self, outcome: Outcome, total: int) -> None:
        if self._tell:
            self._rules.finished(outcome, total)
        self._progress.finished(outcome, total)

    def _told(self, row: Mapping[str, Any]) -> None:
        if self._tell:
            with self._line.paused():
                self._tell(row)


def judge_target(options: RunOptions) -> RunResult:
    """Judge a target: preflight, checks, record. Raises `UsageError` where an earlier run left states behind."""
    progress = Progress()
    with StatusLine(progress.parts, enabled=options.show_progress) as line:
        return _judge_target(options, progress, line)


def _judge_target(options: RunOptions, progress: Progress, line: StatusLine) -> RunResult:
    started = datetime.now(UTC)
    options.out.mkdir(parents=True, exist_ok=True)
    journal = empty_journal(options.out)
    settings = replace(options.settings, journal=str(journal.path))
    found = _Found()
    looked_up: list[Exchange] = []
    if options.given or not is_complete(settings.target.states.fixed):
        try:
            settings = with_given(settings, options.given, options.wait_seconds, looked_up)
        except VoidError as error:
            found.void = str(error)
    rules = [catalogue()[rule_id] for rule_id in options.selection.rules()]
    out_of_scope = out_of_scope_of(
        settings.target.internal_base_url, settings.target.absent, read_only=settings.read_only
    )
    session = Session(settings, Pool(settings.target.states.fixed))
    try:
        if found.void is None:
            listeners = _Listeners(progress, line, rules, out_of_scope, options.tell, settings)
            _judge(options, session, progress, line, listeners, found)
    except KeyboardInterrupt:
        found.interrupted = True
        found.cut_short = "interrupted: no check had been run to its end"
    finally:
        progress.say("giving states back")
        # Interrupted here, all was judged; what is left is in the journal, for `orderproof cleanup`.
        with contextlib.suppress(KeyboardInterrupt):
            give_back(session, journal)
        session.close()
    progress.say("writing the record")
    outcomes = found.checks.outcomes if found.checks else []
    run = Run(
        version=__version__,
        target=_about(settings.target, options.target_file),
        started_at=moment_text(started),
        duration_s=(datetime.now(UTC) - started).total_seconds(),
        seed=settings.seed,
        profile=settings.profile,
        requests_before=[*(exchange.to_dict() for exchange in looked_up), *found.preflight],
        secrets=session.secrets.union(*(outcome.secrets for outcome in outcomes)),
        secret_headers=secret_headers(settings.target),
        keep_personal_data=options.keep_personal_data,
        selection=options.selection.patterns,
        shard=options.selection.shard,
        read_only=settings.read_only,
        out_of_scope=out_of_scope,
        missing_states={
            name: with_remedy(name, why) for outcome in outcomes for name, why in outcome.missing_states.items()
        },
        void=found.void,
        cut_short=found.cut_short,
    )
    return RunResult(build(run, rules, outcomes), found.interrupted)


def _judge(
    options: RunOptions, session: Session, progress: Progress, line: StatusLine, listener: Listener, found: _Found
) -> None:
    progress.say("preflight")
    lacking = wait_for_target(session, options.wait_seconds) if options.wait_seconds else None
    try:
        learned = preflight(session)
    except VoidError as error:
        # The answer that says why no token may be had is masked in the record alone.
        found.void = f"{error}; waited {options.wait_seconds:g} s in vain for {lacking}" if lacking else str(error)
        return
    finally:
        found.preflight = kept_exchanges(session.trace)
    target = session.settings.target
    most = MOST_QUICK if session.settings.profile == QUICK else MOST
    workers, why = chosen_workers(target, round_trip(session.trace.exchanges), most=most)
    if options.note:
        with line.paused():
            options.note(why)
    progress.say("starting the checks")
    target = replace(target, limits=replace(target.limits, workers=workers))
    settings = replace(session.settings, learned=learned, target=target)
    selection = replace(options.selection, is_scarce=bool(target.states.fixed))
    try:
        found.checks = run_checks(
            settings,
            selection,
            listener,
            max_failures=options.max_failures,
            pool=session.pool,
            tokens=session.tokens,
        )
    except CollectionError as error:
        found.void = f"the suite itself could not be loaded: {error}"
        return
    found.cut_short, found.interrupted = found.checks.cut_short, found.checks.interrupted
    # A run that was broken off says so in any case.
    is_early = found.cut_short and found.checks.canary is None
    found.void = None if is_early else canary.missed(found.checks.canary)


def _about(target: Target, file: str | None) -> dict[str, Any]:
    about = {key: getattr(target, key) for key in ("name", "base_url", "internal_base_url")}
    return {**about, "file": file, "absent": list(target.absent)}
