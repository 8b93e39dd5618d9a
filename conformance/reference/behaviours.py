"""What faults and variants are made of: decisions with one of them overridden, found by name."""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar, TypeVar

from orderproof.conformance.reference.decisions import Decisions

if TYPE_CHECKING:
    from collections.abc import Iterable


class Fault(Decisions):
    """A server that is wrong in one point; the docstring of each says in which."""

    #: What the documents say and this server does not do.
    breaks: ClassVar[tuple[str, ...]] = ()
    #: The operation that goes wrong; empty if it is more than one.
    operation: ClassVar[str] = ""


class Variant(Decisions):
    """A server that is right, but takes one of the open choices otherwise; `choice` is the point it is listed under."""

    choice: ClassVar[int] = 12
    #: Its readings of the register of open choices, as `choice/reading`; none where that has no words for it.
    readings: ClassVar[tuple[str, ...]] = ()
    #: Advisory rules that it does not follow: they warn of it, and no other rule may say a word.
    warned_by: ClassVar[tuple[str, ...]] = ()


Seed = TypeVar("Seed", bound=Decisions)


def kebab_case(name: str) -> str:
    """`CountOf51` as `count-of-51`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[a-z])(?=[0-9])", "-", name).lower()


def collect(package: str, modules: Iterable[str], kind: type[Seed]) -> dict[str, type[Seed]]:
    """Every subclass of `kind` that the modules define, in a class statement or a tuple named `GENERATED`.

    What is called `…Fault` or `…Variant` is only what several of them share.
    """
    found: dict[str, type[Seed]] = {}
    for name in modules:
        module = import_module(f"{package}.{name}")
        defined = [
            seed for seed in vars(module).values() if isinstance(seed, type) and seed.__module__ == module.__name__
        ]
        for seed in (*defined, *getattr(module, "GENERATED", ())):
            if not issubclass(seed, kind) or seed.__name__.endswith(kind.__name__):
                continue
            if kebab_case(seed.__name__) in found:
                raise ValueError(f"Two seeds are called {seed.__name__}.")
            found[kebab_case(seed.__name__)] = seed
    return found


def decided(seed: type[Decisions]) -> frozenset[str]:
    """The decisions that a seed takes otherwise, those that it has from others included: two that share one clash."""
    return frozenset[str]().union(*(overridden(one) for one in seed.__mro__ if one.__module__ == seed.__module__))


def overridden(seed: type[Decisions]) -> frozenset[str]:
    """The decisions that a seed takes otherwise."""
    return frozenset(name for name in vars(seed) if not name.startswith("__") and callable(getattr(seed, name)))
