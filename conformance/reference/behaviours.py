"""What faults and variants are made of: decisions with one of them overridden, found by name."""

from __future__ import annotations

import re
from importlib import import_module
from pkgutil import iter_modules
from typing import ClassVar, TypeVar

from orderproof.conformance.reference.decisions import Decisions


class Fault(Decisions):
    """A server that is wrong in one point; the docstring of each says in which."""

    #: What the documents say and this server does not do.
    breaks: ClassVar[tuple[str, ...]] = ()
    #: The operation that goes wrong; empty if it is more than one.
    operation: ClassVar[str] = ""


class Spoiler(Decisions):
    """A server where an operation silently changes what only a later one shows; the docstring of each says which."""


class Variant(Decisions):
    """A server that is right, but takes one of the open choices otherwise; `choice` is the point it is listed under."""

    choice: ClassVar[int] = 12
    #: Its readings of the register of open choices, as `choice/reading`; none where that has no words for it.
    readings: ClassVar[tuple[str, ...]] = ()
    #: Advisory rules that it does not follow: they warn of it, and no other rule may say a word.
    warned_by: ClassVar[tuple[str, ...]] = ()


Behaviour = TypeVar("Behaviour", bound=Decisions)


def kebab_case(name: str) -> str:
    """`CountOf51` as `count-of-51`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[a-z])(?=[0-9])", "-", name).lower()


def collect(package: str, kind: type[Behaviour]) -> dict[str, type[Behaviour]]:
    """Every subclass of `kind` that a package's modules define, in a class statement or a tuple named `GENERATED`.

    What is called `…Fault` or `…Variant` is only what several of them share.
    """
    found: dict[str, type[Behaviour]] = {}
    for info in sorted(iter_modules(import_module(package).__path__), key=lambda info: info.name):
        if info.ispkg:
            continue
        module = import_module(f"{package}.{info.name}")
        defined = [one for one in vars(module).values() if isinstance(one, type) and one.__module__ == module.__name__]
        for behaviour in (*defined, *getattr(module, "GENERATED", ())):
            if not issubclass(behaviour, kind) or behaviour.__name__.endswith(kind.__name__):
                continue
            if kebab_case(behaviour.__name__) in found:
                raise ValueError(f"Two behaviours are called {behaviour.__name__}.")
            found[kebab_case(behaviour.__name__)] = behaviour
    return found


def decided(behaviour: type[Decisions]) -> frozenset[str]:
    """The decisions that a behaviour takes otherwise, with those of its bases: two behaviours that share one clash."""
    return frozenset[str]().union(
        *(overridden(one) for one in behaviour.__mro__ if issubclass(one, (Fault, Spoiler, Variant)))
    )


def overridden(behaviour: type[Decisions]) -> frozenset[str]:
    """The decisions that a behaviour takes otherwise."""
    return frozenset(
        name for name in vars(behaviour) if not name.startswith("__") and callable(getattr(behaviour, name))
    )
