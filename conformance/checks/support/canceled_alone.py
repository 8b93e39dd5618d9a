"""What a cancellation of an item is judged by: it is accepted, the order shows it, and nothing else of it changes."""

from collections.abc import Mapping
from typing import NamedTuple

from orderproof.conformance.checks.support.cancellations import expect_accepted, status_of, steady_status
from orderproof.conformance.checks.support.kept import expect_items_kept, expect_kept, numbered
from orderproof.conformance.checks.support.line_cancellations import (
    Cancel,
    shown_after,
    status_shown,
    statuses_in,
)
from orderproof.conformance.checks.support.timers import Timer, assert_moved, timer_if_it_runs
from orderproof.conformance.kit import Answer, Finding, Inconclusive, Orders, Session, State, require, steps


class Rules(NamedTuple):
    """What a cancellation of an item is judged by: it is accepted, the order shows it, and nothing else is canceled."""

    accepted: str
    shown: str
    alone: str = ""


def item_alone_is_canceled(session: Session, orders: Orders, order: State, cancel: Cancel, rules: Rules) -> None:
    """The pre-ordered item of an order is canceled, the order shows it, and nothing else changes."""
    before: Mapping[str, object] = {}
    timer: Timer | None = None
    unknown: Inconclusive | None = None
    try:
        if rules.alone:
            earlier = numbered(orders, order)
            timer = timer_if_it_runs(orders, order)
        else:
            earlier = require(orders.show(order))
        before = statuses_in(earlier, (order.item_uuid, *order.item_uuids))
        if steady_status(orders, order).canceled:
            raise Inconclusive("the order was already canceled before the check canceled its item")
    except Inconclusive as error:
        # Whether the cancellation is accepted can be judged all the same.
        unknown = error

    with steps(session) as step:
        with step(rules.accepted):
            expect_accepted(cancel(order, order.item_uuid), "the item is pre-ordered and not in a terminal status")
        if unknown:
            raise unknown
        with step(rules.shown):
            shown = shown_after(orders, order, order.item_uuid, before[order.item_uuid])
            _expect_shown(shown, order, before[order.item_uuid])
        if rules.alone:
            with step(rules.alone):
                expect_kept(earlier, shown, f"canceling the item {order.item_uuid}")
                _expect_alone(orders, order, shown, before)
                expect_items_kept(
                    orders,
                    earlier,
                    shown,
                    lambda: orders.show(order),
                    f"canceling the item {order.item_uuid}",
                    besides={order.item_uuid},
                )
                if timer is not None:
                    _expect_timer_kept(orders, order, timer)


def _expect_shown(shown: Answer, order: State, before: object) -> None:
    if status_shown(shown, order.item_uuid) == before:
        raise Finding(
            f"the order still shows the status {before} for the canceled item",
            "another status, or the order without the item",
            f"the status {before}",
            shown.exchange,
        )


def _expect_alone(orders: Orders, order: State, shown: Answer, statuses: Mapping[str, object]) -> None:
    """Neither the other items, which had these statuses, nor the order were canceled with an item."""
    canceled = status_shown(shown, order.item_uuid)
    for other, before in statuses.items():
        after = status_shown(shown, other)
        # The platform may change a status on its own, so only the status of a canceled item is a finding.
        if other != order.item_uuid and after != before and after == canceled:
            raise Finding(
                f"canceling the item {order.item_uuid} also canceled the item {other}",
                f"a status other than {canceled}",
                f"the status {after}",
                shown.exchange,
            )
    status = status_of(orders, order)
    assert status.canceled is False, f"only an item of the order was canceled, but the order shows {status}"


def _expect_timer_kept(orders: Orders, order: State, timer: Timer) -> None:
    extended = orders.extend_grace_period(order)

    expect_accepted(extended, "the grace period ran before an item of the order was canceled")
    assert_moved(timer, extended, f"compared with the due_at before the item {order.item_uuid} was canceled")
