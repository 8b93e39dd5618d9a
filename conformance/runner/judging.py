"""Judging a target: preflight, checks, and the record of what came of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orderproof import __version__
from orderproof.conformance.config.target import Target
from orderproof.conformance.errors import UsageError, VoidError
from orderproof.conformance.kit.polling import PATIENT_SECONDS
from orderproof.conformance.kit.session import Session, Settings
from orderproof.conformance.runner import canary
from orderproof.conformance.runner.live_rules import LiveRules, Tell
from orderproof.conformance.runner.preflight import preflight, wait_for_target
from orderproof.conformance.runner.progress import Progress
from orderproof.conformance.runner.run_checks import CollectionError, run_checks
from orderproof.conformance.runner.selection import Selection
from orderproof.conformance.states.journal import JOURNAL_NAME, Journal
from orderproof.reports.record import Run, build
from orderproof.reports.redaction.masking import is_secret_header
from orderproof.spec.catalogue import catalogue
from orderproof.spec.description import operations


@dataclass(frozen=True, slots=True)
class RunOptions:
    """RunOptions to judge.

    `folder` is what relative paths of the target start from, `out` where the journal goes, `file` the target file as a
    report names it. `tell` is called with the row of each rule that is finished while the run goes on.
    """

    folder: Path
    out: Path
    seed: int
    file: str | None = None
    profile: str = "default"
    wait_seconds: float = 0.0
    max_failures: int | None = None
    keep_personal_data: bool = False
    quiet: bool = False
    tell: Tell | None = None
    patience_seconds: float = PATIENT_SECONDS


@dataclass(frozen=True, slots=True)
class RunResult:
    """RunOptions a run ended: its record, and whether the user broke it off."""

    record: dict[str, Any]
    interrupted: bool


def judge_target(target: Target, selection: Selection, how: RunOptions) -> RunResult:
    """Judge a target: preflight, checks, record. Raises `UsageError` where an earlier run left states behind."""
    started = datetime.now(UTC)
    progress = Progress(enabled=not how.quiet)
    how.out.mkdir(parents=True, exist_ok=True)
    journal = Journal(how.out / JOURNAL_NAME)
    if journal.path.exists() and journal.left_over():
        raise UsageError(
            f"{journal.path}: an earlier run left states behind; `orderproof cleanup {how.out}` gives them back "
            "(or delete the file)"
        )
    settings = Settings(
        target,
        how.seed,
        how.profile,
        str(how.folder),
        str(journal.path),
        patience_seconds=how.patience_seconds,
    )
    session = Session(settings)
    rules = [catalogue()[rule_id] for rule_id in selection.rules()]
    out_of_scope = _out_of_scope(target)

    def tell(row: Mapping[str, Any]) -> None:
        if how.tell:
            # The live line gives way to one that stays.
            progress.end()
            how.tell(row)

    finished = LiveRules(rules, tell, out_of_scope)

    def heard(outcome: dict[str, Any], total: int) -> None:
        if how.tell:
            finished.outcome(outcome)
        progress.outcome(outcome, total)

    before: list[dict[str, Any]] = []
    result, void = None, None
    try:
        progress.say("preflight")
        try:
            # Here too no token may be had, and the answer that says so is masked in the record alone.
            if how.wait_seconds:
                wait_for_target(session, how.wait_seconds)
            settings = preflight(session)
        except VoidError as error:
            void = str(error)
        before = [exchange.to_dict() for exchange in session.trace.exchanges]
        if void is None:
            result = run_checks(
                settings,
                selection,
                max_failures=how.max_failures,
                progress=heard,
                collected=finished.collected if how.tell else None,
            )
            # A run that was broken off says so in any case.
            void = None if result.cut_short and result.canary is None else canary.missed(result.canary)
    except CollectionError as error:
        void = f"the suite itself could not be loaded: {error}"
    finally:
        session.close()
        progress.end()
    if journal.path.exists() and not journal.left_over():
        journal.path.unlink()
    outcomes = result.outcomes if result else []
    run = Run(
        version=__version__,
        target={**{key: getattr(target, key) for key in ("name", "base_url", "internal_base_url")}, "file": how.file},
        started_at=started.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        duration_s=(datetime.now(UTC) - started).total_seconds(),
        seed=how.seed,
        profile=how.profile,
        requests_before=before,
        secrets=_secrets(target).union(session.secrets, *(outcome["secrets"] for outcome in outcomes)),
        keep_personal_data=how.keep_personal_data,
        selection=selection.patterns,
        shard=selection.shard,
        out_of_scope=out_of_scope,
        missing_states={name: reason for outcome in outcomes for name, reason in outcome["missing"].items()},
        void=void,
        cut_short=result.cut_short if result else None,
    )
    record, _ = build(run, rules, outcomes)
    return RunResult(record, bool(result and result.interrupted))


def _secrets(target: Target) -> frozenset[str]:
    """Credentials among the target's fixed headers, which the server may echo."""
    return frozenset(value for name, value in target.headers.items() if is_secret_header(name))


def _out_of_scope(target: Target) -> dict[str, str]:
    if target.internal_base_url is not None:
        return {}
    reason = "the target file gives no internal_base_url"
    return {one.id: reason for one in operations().values() if one.api == "order-lines"}
