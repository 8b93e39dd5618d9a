"""Runs a check, and again on fresh states where it failed on states that other checks had before.

A reused state may acquit, only a fresh one convicts: what an earlier check did to it may have changed more than anybody
asked for, and the rule that is judged now is not to blame.
"""

import os
import time
import traceback
from collections.abc import Sequence
from dataclasses import replace

import pytest
from _pytest.runner import runtestprotocol

from orderproof.conformance.config.state_kinds import ITEM_CANCELED, ITEM_CANCELED_INTERNALLY
from orderproof.conformance.kit.exchanged_items import exchanged_items
from orderproof.conformance.kit.findings import Inconclusive
from orderproof.conformance.kit.polling import PATIENT_SECONDS
from orderproof.conformance.kit.proof import without_judging
from orderproof.conformance.kit.read_only import READ_ONLY
from orderproof.conformance.kit.rule_mark import NEW_MARK, UNCHANGED_MARK
from orderproof.conformance.kit.session import Session
from orderproof.conformance.kit.terms import Terms
from orderproof.conformance.runner.outcome import outcome_of
from orderproof.conformance.runner.selection import check_name, is_canary, rules_of
from orderproof.conformance.runner.writing_checks import writing_checks
from orderproof.conformance.states.pool import Contended, Kept
from orderproof.conformance.states.sources import FIXED
from orderproof.reports.outcome import Outcome, UsedState

_MOST_CONTENDED = 20
"""So often a check starts again because other processes have the states that it needs."""

_MOST_TOLD = 3
_LATE_SECONDS = 3 * PATIENT_SECONDS
_DEEPEST_ERROR = 20


class Attempts:
    """The attempts at one check after the other."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._error: BaseException | None = None
        self._reports: list[pytest.TestReport] = []
        self.is_open = False
        """Whether the last check is inconclusive since something did not answer, so that it may run once more."""

    def note(self, error: BaseException) -> None:
        """Keep what the running attempt ended with: the first of its errors."""
        if self._error is None:
            self._error = error

    def run(self, item: pytest.Item, nextitem: pytest.Item | None) -> list[pytest.TestReport]:
        """Run a check to its outcome, which is on the last of the reports."""
        session = self._session
        if session.settings.read_only and check_name(item.nodeid) in writing_checks():
            return self._left_out(item, nextitem)
        terms = Terms(
            is_new=item.get_closest_marker(NEW_MARK) is not None,
            is_unchanged=item.get_closest_marker(UNCHANGED_MARK) is not None,
            writes=check_name(item.nodeid) in writing_checks(),
        )
        outcome, used = self._attempt(item, nextitem, terms)
        # Where nothing is written, no check did anything to a state.
        is_recalled = outcome.recalled > 0
        may_be_theirs = (used or is_recalled) and not session.settings.read_only and _may_be_theirs(outcome)
        if may_be_theirs and not self._is_open(outcome):
            again, _ = self._attempt(item, nextitem, replace(terms, is_fresh=True), after=outcome)
            # What was not asked for again may have changed since, as it may on a server of several machines.
            outcome = again if is_recalled and again.result == "pass" else _joined(outcome, again, used)
        self.is_open = self._is_open(outcome)
        self._reports[-1].orderproof = replace(  # type: ignore[attr-defined]
            outcome,
            secrets=session.secrets,
            missing_states=dict(session.states.missing),
            is_canary=is_canary(item),
            is_open=self.is_open,
            gone=session.gone or "",
            rates={"run" if session.has_shared_rate else str(os.getpid()): session.client.rate.lowered_to},
        ).to_dict()
        return self._reports

    def _exchanged(self) -> str | None:
        """What is wrong with the items of one of the check's states, so that it says nothing about the server."""
        session, canceled = self._session, {ITEM_CANCELED, ITEM_CANCELED_INTERNALLY}
        used_up = {kept.subject for kept in session.lending.used_before if kept.done & canceled}
        states = [one for one in session.trace.states if one.values.get("order_uuid") not in used_up]
        with without_judging(session):
            found = exchanged_items(session.orders(), states, session.trace.exchanges)
        return f"state {found[0].name}: {session.lending.place_of(found[0])}: {found[1]}" if found else None

    def _is_open(self, outcome: Outcome) -> bool:
        return outcome.result == "inconclusive" and bool(self._session.trace.unanswered)

    def _left_out(self, item: pytest.Item, nextitem: pytest.Item | None) -> list[pytest.TestReport]:
        """The outcome of a check that a read-only run does not begin, since it would end at a write."""
        item.add_marker(pytest.mark.skip(reason=READ_ONLY))
        self._reports = runtestprotocol(item, log=False, nextitem=nextitem)
        outcome = Outcome(check_name(item.nodeid), rules_of(item), "not-applicable", READ_ONLY)
        self._reports[-1].orderproof = outcome.to_dict()  # type: ignore[attr-defined]
        return self._reports

    def _attempt(
        self, item: pytest.Item, nextitem: pytest.Item | None, terms: Terms, after: Outcome | None = None
    ) -> tuple[Outcome, list[Kept]]:
        """One attempt: its outcome, and those of its states that other checks had before."""
        session, name = self._session, check_name(item.nodeid)
        earlier = session.trace.exchanges if after else []
        for attempt in range(_MOST_CONTENDED):
            session.begin(name, terms, earlier)
            self._error = None
            self._reports = runtestprotocol(item, log=False, nextitem=nextitem)
            if not isinstance(self._error, Contended) or attempt == _MOST_CONTENDED - 1:
                break
            earlier = session.end(name).exchanges
        outcome = outcome_of(name, rules_of(item), session.trace, self._error)
        if outcome.result == "fail" and (why := self._exchanged()):
            session.trace.broken.clear()
            session.trace.kept.clear()
            outcome = outcome_of(name, rules_of(item), session.trace, Inconclusive(why))
        _forget(self._error)
        self._error = None
        used = session.lending.used_before
        session.end(name, is_well=outcome.result in ("pass", "not-run", "not-applicable"))
        return outcome, used


def _forget(error: BaseException | None, seen: int = 0) -> None:
    """Let go of what the frames of an error hold: answers as large as a server likes, in circles of references."""
    if error is None or seen > _DEEPEST_ERROR:
        return
    traceback.clear_frames(error.__traceback__)
    for other in (error.__cause__, error.__context__, *getattr(error, "exceptions", ())):
        _forget(other, seen + 1)


def _may_be_theirs(outcome: Outcome) -> bool:
    """Whether the end of a check may be the doing of those that had its states before: a missing answer is not."""
    unanswered = bool(outcome.exchanges) and outcome.exchanges[-1]["status"] is None
    return outcome.result in ("fail", "inconclusive") and not unanswered


def _joined(first: Outcome, again: Outcome, used: Sequence[Kept]) -> Outcome:
    """What a check came to that ended badly on states that others had before, and was tried `again` on fresh ones."""
    if again.result == "fail" or (first.result == "inconclusive" and again.result != "not-run"):
        return again
    if again.result == "pass" and any(time.time() - one.changed_at < _LATE_SECONDS for one in used):
        # What was asked for may show late, or now and then not yet: that is no more than was asked for.
        return again
    everything = replace(first, exchanges=again.exchanges, passive=again.passive, proofs=again.proofs)
    if again.result == "not-run" and (first.result == "inconclusive" or all(one.state.source == FIXED for one in used)):
        # An entry of a list was read just before, and was as promised.
        return everything
    message = "; ".join(finding["message"] for finding in first.findings) or first.reason
    had = "; ".join(_told(one) for one in used)
    if again.result == "not-run":
        why = "it fails on a state that other checks had used, and no fresh one can be had to judge it"
    else:
        why = (
            "it fails on a state that other checks had used, and not on a fresh one: one of them did more than it asked"
        )
    reason = f"{why}: {message} (used before: {had})"
    return replace(everything, result="inconclusive", reason=reason, findings=(), used=tuple(map(_used, used)))


def _used(kept: Kept) -> UsedState:
    values = kept.state.values
    ids = [values[key] for key in ("order_uuid", "order_id", "item_uuid", "other_item_uuid") if values.get(key)]
    # Of a state that is about an order, the customer has others too.
    ids = [*ids, *values.get("item_uuids", ())] or [values["customer_id"]]
    return {"ids": list(map(str, ids)), "checks": list(kept.checks)}


def _told(kept: Kept) -> str:
    """A state and who had it before, the last few."""
    checks = list(dict.fromkeys(kept.checks))
    others = f"{len(checks) - _MOST_TOLD} others and " if len(checks) > _MOST_TOLD else ""
    return f"{kept.state.name} {kept.subject} by {others}{', '.join(checks[-_MOST_TOLD:])}"
