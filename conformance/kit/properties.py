"""Properties: checks that Hypothesis tries with many generated examples."""

import functools
import inspect
import unittest
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from hypothesis.strategies import SearchStrategy

from orderproof.conformance.kit.findings import Finding
from orderproof.conformance.kit.session import Session
from orderproof.conformance.kit.settings import PROFILES, QUICK

Check = Callable[..., Any]

_DIVISORS = {"cheap": 1, "costly": 4}
# Where Hypothesis keeps what `@example` names.
_EXAMPLES = "hypothesis_explicit_examples"

# Hypothesis mixes in constants that it reads in the source of whatever is loaded from outside site-packages: with one
# seed a checkout sent other requests than an installed package, and a user's own modules changed them.
providers._get_local_constants = Constants


def generation(max_examples: int, *phases: Phase, steps: int = 50) -> settings:
    """How Hypothesis generates: every setting is given, so that no profile and no CI system changes what is sent.

    No example database and no time limits: the same seed sends the same requests. `steps` are those of a state machine.
    """
    return settings(
        max_examples=max_examples,
        phases=phases,
        stateful_step_count=steps,
        derandomize=False,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        print_blob=False,
        verbosity=Verbosity.normal,
        backend="hypothesis",
    )


def property_of(cost: str = "cheap", **strategies: SearchStrategy[Any]) -> Callable[[Check], Check]:
    """Try a check with examples from `strategies`, as many as the run's profile says (a quarter of them if `costly`).

    The check must ask for the `session` fixture by name: each example marks its beginning there, so that a finding
    shows the exchanges of the minimal example alone. Examples that must always be tried are named with Hypothesis'
    `@example` below.
    """

    def decorate(check: Check) -> Check:
        @functools.wraps(check)
        def example(*args: Any, **kwargs: Any) -> Any:
            session: Session = kwargs["session"]
            session.trace.begin_example()
            try:
                return check(*args, **kwargs)
            except Finding as found:
                session.trace.found = found
                raise

        # Without its attributes: examples that Hypothesis' `@example` names there belong to the attempt alone.
        @functools.wraps(check, updated=())
        def run(*args: Any, **kwargs: Any) -> Any:
            session: Session = kwargs["session"]
            count = max(1, PROFILES[session.settings.profile] // _DIVISORS[cost])
            named = session.sample(getattr(check, _EXAMPLES, ()))
            setattr(example, _EXAMPLES, named)
            # Where a sample is tried, a named example is enough.
            is_enough = named and session.settings.profile == QUICK
            phases = (Phase.explicit,) if is_enough else (Phase.explicit, Phase.generate, Phase.shrink)
            attempt = generation(count, *phases)(given(**strategies)(example))
            try:
                return attempt(*args, **kwargs)
            except unittest.SkipTest:
                # A smaller example could not be tried, since the operation was given up: what was found stands.
                if session.trace.found is None:
                    raise
                raise session.trace.found from None

        # pytest must not take the generated arguments for fixtures.
        signature = inspect.signature(check)
        kept = [parameter for name, parameter in signature.parameters.items() if name not in strategies]
        run.__signature__ = signature.replace(parameters=kept)  # type: ignore[attr-defined]
        return run

    return decorate
