"""The orders that a race begins with, each as far looked at as the race needs."""

from orderproof.conformance.checks.stateful.observed_order import EITHER, ObservedOrder


def each(make, orders, states, count=1, **how):
    """Prepares the orders of a race, which have names if they are several."""
    names = [f"order {number}" for number in range(1, count + 1)] if count > 1 else [""]
    return lambda: [make(orders, states, name, **how) for name in names]


def timed(orders, states, name):
    life = in_grace_period(orders, states, name)
    life.start_timer()
    return life


def cancelable(orders, states, name):
    return ObservedOrder(orders, states("order-cancelable"), name=name)


def in_grace_period(orders, states, name):
    return ObservedOrder(orders, states("order-in-grace-period"), is_cancelable=EITHER, name=name)


def unnumbered(orders, states, name, items=2):
    return ObservedOrder(orders, states("order", items=items), name=name)


def numbered(orders, states, name, items=2):
    life = unnumbered(orders, states, name, items)
    life.look()
    return life


def with_preordered(orders, states, name):
    state = states("order-with-preordered-item")
    # Nothing promises that its grace period has begun, or is not over yet.
    life = ObservedOrder(orders, state, timer_runs=EITHER, is_cancelable=EITHER, name=name)
    life.look()
    return life
