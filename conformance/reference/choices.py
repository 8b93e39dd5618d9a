"""Choosing how the reference server behaves: seeded faults and open-choice variants by their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from orderproof.conformance.reference.decisions import Decisions


class UnknownChoiceError(ValueError):
    """A name that no fault or variant has; the message names those that come near."""


def choose(faults: Sequence[str] = (), variants: Sequence[str] = ()) -> type[Decisions]:
    """The decisions with these faults and variants mixed in, the first named winning. Raises `UnknownChoiceError`.

    A name may join several by `+`, as `a+b`.
    """
    from orderproof.conformance.reference.decisions import Decisions

    if not faults and not variants:
        return Decisions
    from orderproof.conformance.reference.faults import all_faults
    from orderproof.conformance.reference.injections import injection_variants
    from orderproof.conformance.reference.spoilers import all_spoilers
    from orderproof.conformance.reference.variants import all_variants

    wrong, right = {**all_faults(), **all_spoilers()}, {**all_variants(), **injection_variants()}
    chosen = [_named("fault", name, wrong) for names in faults for name in names.split("+")]
    chosen += [_named("variant", name, right) for names in variants for name in names.split("+")]
    return type("Chosen", (*chosen, Decisions), {})


def _named(kind: str, name: str, known: Mapping[str, type]) -> type:
    if name not in known:
        import difflib

        near = difflib.get_close_matches(name, known, n=3, cutoff=0.3) or sorted(known)[:3]
        raise UnknownChoiceError(f"no {kind} {name!r}; near it: {', '.join(near)} (of {len(known)})")
    return known[name]
