"""The fixtures of checks: the API, and every state of the states contract.

A state's fixture is its name with underscores: `order_in_grace_period` sets `order-in-grace-period` up, and the end of
the check tears it down. `states` sets up more states, or states with other parameters.
"""

import contextlib
from collections.abc import Callable
from typing import Any

import pytest

from orderproof.conformance.checks.support.cancellations import was_canceled
from orderproof.conformance.checks.support.facts import cancel_and_wait
from orderproof.conformance.checks.support.line_cancellations import TERMINAL
from orderproof.conformance.checks.support.nobody import or_nobody
from orderproof.conformance.kit import (
    CANCELED,
    SESSION,
    STATES,
    NotRun,
    Orders,
    Session,
    State,
    StateUnavailable,
)

_TERMINAL_ITEM = "order-with-terminal-preordered-item"
# States that checks of unknown ids can do without.
_JUDGED_WITHOUT = (
    "order",
    "order-cancelable",
    "order-in-grace-period",
    "order-with-preordered-item",
    "customer-with-orders",
)


@pytest.fixture
def session(request: pytest.FixtureRequest) -> Session:
    """The session of this process."""
    found: Session | None = request.config.stash.get(SESSION, None)
    if found is None:
        raise pytest.UsageError("the checks need a server to judge: add --orderproof-target FILE with its target file")
    return found


@pytest.fixture
def orders(session: Session) -> Orders:
    """The documented API of the target."""
    return session.orders()


@pytest.fixture
def states(session: Session) -> Callable[..., State]:
    """Set up a state by its name: `states("order", items=501)`."""
    return session.state


@pytest.fixture
def order_with_terminal_preordered_item(session: Session) -> State:
    """An order with a pre-ordered item in any terminal status that the target offers, since no document names one."""
    reasons = []
    for status in (*TERMINAL, None):
        try:
            state = session.take(_TERMINAL_ITEM, status=status)
        except StateUnavailable as error:
            reasons.append(str(error))
        else:
            # One terminal status is enough, so the others are not reported as missing.
            session.states.missing.pop(_TERMINAL_ITEM, None)
            return state
    raise NotRun(reasons[-1])


@pytest.fixture
def orders_with_terminal_preordered_item(session: Session, order_with_terminal_preordered_item: State) -> list[State]:
    """An order with a pre-ordered item for each terminal status that the target offers by name, or else for any."""
    found = [order_with_terminal_preordered_item]
    offered = None if session.orders().is_brief else found[0].params.get("status")
    for status in TERMINAL[TERMINAL.index(offered) + 1 :] if offered else ():
        with contextlib.suppress(StateUnavailable):
            found.append(session.take(_TERMINAL_ITEM, status=status))
    session.states.missing.pop(_TERMINAL_ITEM, None)
    return found


@pytest.fixture
def order_canceled(session: Session, orders: Orders) -> State:
    """An order that was canceled and shows it: by an earlier check, or else now."""
    order = session.used_up("order-cancelable", CANCELED)
    if order is None or not was_canceled(orders, order):
        order = session.state("order-cancelable")
        cancel_and_wait(orders, order)
    return order


def _fixture(name: str) -> Any:
    def state(states: Callable[..., State]) -> State:
        return states(name)

    state.__doc__ = f"{STATES[name].says}, set up afresh."
    return pytest.fixture(name=name.replace("-", "_"))(state)


def _or_nobody(name: str) -> Any:
    def state(states: Callable[..., State]) -> State:
        return or_nobody(states, name)

    state.__doc__ = f"{STATES[name].says}, or where it is not offered one that does not exist."
    return pytest.fixture(name=f"{name.replace('-', '_')}_or_nobody")(state)


for _name in (
    "order",
    "order-cancelable",
    "order-in-grace-period",
    "order-with-preordered-item",
    "customer-with-orders",
):
    globals()[f"state_{_name.replace('-', '_')}_or_nobody"] = _or_nobody(_name)

for _name in STATES.keys() - {_TERMINAL_ITEM}:
    globals()[f"state_{_name.replace('-', '_')}"] = _fixture(_name)
