"""At the end of a run: what did not answer is asked once more, and the checks that needed it run after all.

A deployment or a bad minute must not leave rules unjudged. So each operation that was given up gets one ordinary
request. If it is answered, the checks that it made inconclusive run once more; if not, they stay inconclusive, and the
request is one more exchange of the finding.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import pytest

from orderproof.conformance.kit.breaker import Line
from orderproof.conformance.kit.findings import Inconclusive, NotApplicable, NotRun
from orderproof.conformance.kit.session import Session
from orderproof.conformance.runner.outcome import outcome_of
from orderproof.conformance.runner.plugin import CONTROLLER
from orderproof.conformance.transport.mediatype import ORDERS_V2
from orderproof.conformance.transport.origin import origin_and_path
from orderproof.reports.outcome import Outcome
from orderproof.spec.description import operations

WORKER_OUTPUT = "orderproof_second_look"
_NOBODY = "00000000-0000-4000-8000-000000000000"
_IDS = dict.fromkeys(("id", "uuid", "order_uuid", "item_uuid"), _NOBODY)
# An ordinary request for each operation, about an order that does not exist: any answer will do.
_PARTS: dict[str, dict[str, Any]] = {
    "showOrderHistoryForCustomer": {"query": {"customer_id": _NOBODY}, "accept": ORDERS_V2},
    "createPriceInformationForItems": {"body": {"items": [{"type": "shipping"}]}},
    "updateSalesOrderSerialNumbers": {"body": {"items": [{"id": _NOBODY, "serial_number": "SN-1"}]}},
    "createCancellation": {"query": {"id_type": "internal"}, "body": {"reason": "Customer remorse"}},
    "cancelLineItem": {},
}
_BY_ID = {"query": {"id_type": "internal"}}


class OpenCheck(NamedTuple):
    """A check that was inconclusive since something did not answer, and what that was."""

    item: pytest.Item
    unanswered: frozenset[Line]


def second_look(
    session: Session, checks: list[OpenCheck], run: Callable[[pytest.Item, None], list[pytest.TestReport]]
) -> Iterator[Outcome]:
    """Ask what was given up once more, and `run` the open checks of what answers again; what came of both."""
    for line in session.breaker.given_up():
        if _may_go_on(session) and line.origin == origin_and_path(_base_url(session, line))[0]:
            yield _ask_once_more(session, line)
    silent = set(session.breaker.given_up())
    for check in checks:
        if _may_go_on(session) and not check.unanswered & silent:
            *_, last = run(check.item, None)
            yield Outcome.from_dict(last.orderproof)


def hand_over(config: pytest.Config, outcomes: list[Outcome]) -> None:
    """Pass the outcomes of the second look to the process that reports."""
    output = getattr(config, "workeroutput", None)
    if output is not None:
        output[WORKER_OUTPUT] = [outcome.to_dict() for outcome in outcomes]
        return
    controller: Any = config.pluginmanager.get_plugin(CONTROLLER)
    for outcome in outcomes:
        controller.look_again(outcome)


def _may_go_on(session: Session) -> bool:
    ends_at = session.settings.ends_at
    return session.gone is None and (ends_at is None or time.time() < ends_at)


def _base_url(session: Session, line: Line) -> str:
    target = session.settings.target
    is_public = operations()[line.operation].api == "orders"
    return target.base_url if is_public else target.internal_base_url or target.base_url


def _ask_once_more(session: Session, line: Line) -> Outcome:
    session.begin()
    session.breaker.try_again(line)
    error: BaseException | None = None
    try:
        parts = _PARTS.get(line.operation, _BY_ID)
        session.orders().call(line.operation, None, _IDS, method=line.method, **parts)
    except (Inconclusive, NotApplicable, NotRun) as unanswered:
        error = unanswered
    outcome = outcome_of(f"one more {line.method} {operations()[line.operation].path}", (), session.end(), error)
    # A token that was fetched for this request alone is a secret too.
    return replace(outcome, secrets=session.secrets)
