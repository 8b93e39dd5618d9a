"""The provider: a Python function of the user's that gives states, named `package.module:function` in the target file.

What is the user's keeps a random state of its own: Hypothesis seeds `random` anew before each example of a property,
and a function that draws its test data would draw the same again and again.
"""

import importlib
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from orderproof.conformance.errors import StateUnavailable, UsageError
from orderproof.conformance.states.sources import Ask, Values


class _OwnRandom:
    """The random state of the user's code: as the system gave it, and from then on as that code left it."""

    def __init__(self) -> None:
        self._state: Any = random.Random().getstate()

    @contextmanager
    def __call__(self) -> Iterator[None]:
        outside = random.getstate()
        random.setstate(self._state)
        try:
            yield
        finally:
            self._state = random.getstate()
            random.setstate(outside)


def load_provider(reference: str, folder: Path) -> Ask:
    """Import `package.module:function`; `folder` (the target file's) is importable too. Raises `UsageError`."""
    module_name, _, attribute = reference.partition(":")
    for place in (str(folder), str(Path.cwd())):
        if place not in sys.path:
            sys.path.insert(0, place)
    own_random = _OwnRandom()
    try:
        with own_random():
            found: Any = importlib.import_module(module_name)
    except Exception as error:
        # The user's module may raise anything when it is imported.
        raise UsageError(f"states.provider: {reference} cannot be imported ({type(error).__name__}: {error})") from None
    try:
        for part in attribute.split("."):
            found = getattr(found, part)
    except AttributeError:
        raise UsageError(f"states.provider: {reference}: the module {module_name} has no {attribute}") from None
    if not callable(found):
        raise UsageError(f"states.provider: {reference} is not a function")

    def ask(name: str, params: Values, action: str) -> Values | None:
        try:
            with own_random():
                return found(name, dict(params), action)  # type: ignore[no-any-return]
        except Exception as error:
            raise StateUnavailable(f"states.provider raised {type(error).__name__}: {error}") from None

    return ask
