"""What checks ask for: the API, and every state of the states contract as a fixture of its own.

A state's fixture is its name with underscores: `order_in_grace_period` sets `order-in-grace-period` up afresh for the
check, and the state is given back when the check ends. `states` sets up more, or with other parameters.
"""

import contextlib
from collections.abc import Callable
from typing import Any

import pytest

from orderproof.conformance.checks.support.line_cancellations import TERMINAL
from orderproof.conformance.kit import SESSION, STATES, NotRun, Orders, Session, State, StateUnavailable

_TERMINAL_ITEM = "order-with-terminal-preordered-item"


@pytest.fixture
def session(request: pytest.FixtureRequest) -> Session:
    """The session of this process."""
    found: Session | None = request.config.stash.get(SESSION, None)
    if found is None:
        raise pytest.UsageError("these checks judge a server: name its target file with --orderproof-target FILE")
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
    """A pre-ordered item in a terminal status: whichever the target offers, since no document names one."""
    reasons = []
    for params in (*({"status": status} for status in TERMINAL), {}):
        try:
            state = session.take(_TERMINAL_ITEM, **params)
        except StateUnavailable as error:
            reasons.append(str(error))
        else:
            # That others are not offered is nothing that the vendor must mend.
            session.states.missing.pop(_TERMINAL_ITEM, None)
            return state
    raise NotRun(reasons[-1])


@pytest.fixture
def orders_with_terminal_preordered_item(session: Session, order_with_terminal_preordered_item: State) -> list[State]:
    """A pre-ordered item in each terminal status that the target offers by its name; at least one in any."""
    found = [order_with_terminal_preordered_item]
    offered = found[0].params.get("status")
    for status in TERMINAL[TERMINAL.index(offered) + 1 :] if offered else ():
        with contextlib.suppress(StateUnavailable):
            found.append(session.take(_TERMINAL_ITEM, status=status))
    session.states.missing.pop(_TERMINAL_ITEM, None)
    return found


def _fixture(name: str) -> Any:
    def state(states: Callable[..., State]) -> State:
        return states(name)

    state.__doc__ = f"{STATES[name].says}, set up afresh."
    return pytest.fixture(name=name.replace("-", "_"))(state)


for _name in STATES.keys() - {_TERMINAL_ITEM}:
    globals()[f"state_{_name.replace('-', '_')}"] = _fixture(_name)
