"""A check in steps, each about a rule of its own: one order then judges what would else use up several."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from orderproof.conformance.kit.findings import Inconclusive
from orderproof.conformance.kit.session import Session
from orderproof.conformance.kit.trace import Broken

Step = Callable[..., AbstractContextManager[None]]


@contextmanager
def steps(session: Session, *, together: bool = False) -> Iterator[Step]:
    """Judge the rules that a check names one after the other: `with step("CAN-2"): …`.

    What is raised in a step is about its rule alone. With `goes_on=True` the steps after it are taken all the same, and
    a finding is raised at the end; without, the rules of the steps after it could not be judged. `together`: what
    follows the steps holds for all of them, so that none is kept before all of it has ended well.
    """
    trace = session.trace
    kept: list[str] = []

    @contextmanager
    def step(rule: str, *, goes_on: bool = False) -> Iterator[None]:
        try:
            yield
        except AssertionError as error:
            trace.broken.setdefault(rule, Broken(error, len(trace.exchanges)))
            if not goes_on:
                raise
        except Inconclusive as error:
            if not goes_on:
                raise
            trace.set_aside[rule] = error.reason
        else:
            (kept if together else trace.kept).append(rule)

    yield step
    trace.kept.extend(kept)
    if trace.broken:
        raise next(iter(trace.broken.values())).error
