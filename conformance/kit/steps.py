"""A check in steps, each about a rule of its own: one order then judges what would else use up several."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from orderproof.conformance.kit.session import Session
from orderproof.conformance.kit.trace import Broken

Step = Callable[..., AbstractContextManager[None]]


@contextmanager
def steps(session: Session) -> Iterator[Step]:
    """Judge the rules that a check names one after the other: `with step("CAN-2"): …`.

    What is raised in a step is about its rule alone. With `goes_on=True` the steps after it are taken all the same, and
    it is raised at the end; without, the rules of the steps after it could not be judged.
    """
    trace = session.trace

    @contextmanager
    def step(rule: str, *, goes_on: bool = False) -> Iterator[None]:
        try:
            yield
        except AssertionError as error:
            trace.broken[rule] = Broken(error, len(trace.exchanges))
            if not goes_on:
                raise
        else:
            trace.kept.append(rule)

    yield step
    if trace.broken:
        raise next(iter(trace.broken.values())).error
