"""An order's life: operations in any sequence, each answered as what went before allows."""

from functools import partial

from orderproof.conformance.checks.stateful.itineraries import LinesWalk, NumbersWalk, TimerWalk
from orderproof.conformance.checks.stateful.observed_order import EITHER, ObservedOrder
from orderproof.conformance.checks.stateful.walks import walk
from orderproof.conformance.kit import rule, uses_up


def two_cancelable(orders, states, *, looks=False):
    found = []
    for name in ("order 1", "order 2"):
        state = states("order-cancelable")
        life = ObservedOrder(orders, state, name=name)
        if looks:
            life.look()
        else:
            life.start_timer()
        found.append(life)
    return found


def one_with_preordered(orders, states):
    state = states("order-with-preordered-item")
    life = ObservedOrder(orders, state, timer_runs=EITHER, is_cancelable=EITHER)
    life.look()
    return [life]


@rule("GRA-18")
@uses_up(1)
def test_a_timer_stands_where_its_extensions_led(session, orders, states):
    walk(session, orders, TimerWalk, partial(two_cancelable, orders, states))


@rule("SER-34")
@uses_up(2)
def test_serial_numbers_are_those_that_were_added_last(session, orders, states):
    walk(session, orders, NumbersWalk, partial(two_cancelable, orders, states, looks=True))


@rule("LIN-18")
@uses_up(3)
def test_items_are_canceled_once_and_alone(session, orders, states):
    walk(session, orders, LinesWalk, partial(one_with_preordered, orders, states))
