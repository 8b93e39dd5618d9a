"""Properties: checks that Hypothesis tries with many generated examples."""

import functools
import inspect
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from hypothesis.strategies import SearchStrategy

from orderproof.conformance.kit.session import Session
from orderproof.conformance.kit.settings import PROFILES

Check = Callable[..., Any]

_DIVISORS = {"cheap": 1, "costly": 4}

# Hypothesis mixes in constants that it reads in the source of whatever is loaded from outside site-packages: with one
# seed a checkout sent other requests than an installed package, and a user's own modules changed them.
providers._get_local_constants = Constants


def property_of(cost: str = "cheap", **strategies: SearchStrategy[Any]) -> Callable[[Check], Check]:
    """Try a check with examples from `strategies`, as many as the run's profile says (a quarter of them if `costly`).

    The check must ask for the `session` fixture by name: each example marks its beginning there, so that a finding
    shows the exchanges of the minimal example alone. No example database and no time limits: the same seed
    sends the same requests. Examples that must always be tried are named with Hypothesis' `@example` below.
    """

    def decorate(check: Check) -> Check:
        @functools.wraps(check)
        def example(*args: Any, **kwargs: Any) -> Any:
            session: Session = kwargs["session"]
            session.trace.begin_example()
            return check(*args, **kwargs)

        # Without its attributes: examples that Hypothesis' `@example` names there belong to the attempt alone.
        @functools.wraps(check, updated=())
        def run(*args: Any, **kwargs: Any) -> Any:
            session: Session = kwargs["session"]
            count = max(1, PROFILES[session.settings.profile] // _DIVISORS[cost])
            configured = settings(
                max_examples=count,
                deadline=None,
                database=None,
                print_blob=False,
                report_multiple_bugs=False,
                phases=(Phase.explicit, Phase.generate, Phase.shrink),
                suppress_health_check=list(HealthCheck),
            )
            attempt = configured(given(**strategies)(example))
            return attempt(*args, **kwargs)

        # pytest must not take the generated arguments for fixtures.
        signature = inspect.signature(check)
        kept = [parameter for name, parameter in signature.parameters.items() if name not in strategies]
        run.__signature__ = signature.replace(parameters=kept)  # type: ignore[attr-defined]
        return run

    return decorate
