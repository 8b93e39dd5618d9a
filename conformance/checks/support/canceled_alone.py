"""What a cancellation of an item is judged by: it is accepted, the order shows it, and nothing else of it changes."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from orderproof.conformance.checks.support.cancellations import expect_accepted, status_of, steady_status
from orderproof.conformance.checks.support.facts import poll_until
from orderproof.conformance.checks.support.kept import expect_kept
from orderproof.conformance.checks.support.line_cancellations import (
    Cancel,
    shown_after,
    status_shown,
    statuses_in,
)
from orderproof.conformance.checks.support.same_facts import number_items
from orderproof.conformance.checks.support.timers import Timer, assert_moved, running_timer
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
            number_items(orders, order)
            timer = _timer_if_it_runs(orders, order)
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
                _expect_numbers_kept(orders, order, earlier, shown)
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


def _expect_numbers_kept(orders: Orders, order: State, before: Answer, after: Answer) -> None:
    """The other items still have serial numbers, at once or after a moment: a read may show what was there earlier."""

    def lost(seen: Answer) -> list[str]:
        items = [item for item in seen.at("items") if str(item.get("id")) in had]
        return [str(item["id"]) for item in items if not _is_numbered(item)]

    had = {str(item.get("id")) for item in before.at("items") if _is_numbered(item)} - {order.item_uuid}
    if lost(after):
        after = poll_until(orders, lambda: require(orders.show(order)), lambda seen: not lost(seen))
    for other in lost(after):
        raise Finding(
            f"canceling the item {order.item_uuid} took the serial number from the item {other}",
            "a serial number",
            "no serial number",
            before.exchange,
            after.exchange,
        )


def _timer_if_it_runs(orders: Orders, order: State) -> Timer | None:
    """The state does not promise a timer that runs: where it does not, an extension is refused."""
    try:
        return running_timer(orders, order)
    except Inconclusive:
        return None


def _expect_timer_kept(orders: Orders, order: State, timer: Timer) -> None:
    extended = orders.extend_grace_period(order)

    expect_accepted(extended, "the grace period ran before an item of the order was canceled")
    assert_moved(timer, extended, f"compared with the due_at before the item {order.item_uuid} was canceled")


def _is_numbered(item: Mapping[str, Any]) -> bool:
    identifiers = item.get("external_identifier")
    return isinstance(identifiers, dict) and bool(identifiers.get("serial_number"))
