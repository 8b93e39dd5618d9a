"""The servers to run the suite against: every seeded fault, every correct server, and combinations."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from orderproof.conformance.errors import UsageError
from orderproof.spec.structure import did_you_mean

if TYPE_CHECKING:
    from orderproof.conformance.runner.selection import Selection

Kind = Literal["fault", "spoiler", "variant"]

_COMBINED = 6


@dataclass(frozen=True, slots=True)
class Subject:
    """One server to run against: its kind and name, and the rules that the suite must find broken.

    For a variant these can only be advisory rules, for a spoiler those that find it on fresh orders. `about` says in a
    sentence how it differs from the reference server.
    """

    kind: Kind
    name: str
    breaks: tuple[str, ...] = ()
    about: str = ""


def subjects() -> list[Subject]:
    """Every fault, every spoiler and every variant; the reference server itself is a variant without a name."""
    from orderproof.conformance.reference.faults import all_faults
    from orderproof.conformance.reference.spoilers import all_spoilers
    from orderproof.conformance.reference.variants import all_variants

    faults = [
        Subject("fault", name, tuple(fault.breaks), _about(fault)) for name, fault in sorted(all_faults().items())
    ]
    spoilers = [Subject("spoiler", name, (), _about(one)) for name, one in sorted(all_spoilers().items())]
    return [*faults, *spoilers, *(combined([name]) for name in ("", *sorted(all_variants())))]


def _about(seed: type[Any]) -> str:
    return " ".join((seed.__doc__ or "").partition("\n\n")[0].split())


def combinations(count: int, seed: int) -> list[Subject]:
    """Servers that combine several open choices, the same for the same seed.

    Variants that decide the same choice are not combined.
    """
    from orderproof.conformance.reference.behaviours import decided
    from orderproof.conformance.reference.variants import all_variants

    variants = all_variants()
    dice = random.Random(seed)
    found = []
    for _ in range(count):
        names: list[str] = []
        taken: frozenset[str] = frozenset()
        for name in dice.sample(sorted(variants), len(variants)):
            if len(names) < _COMBINED and not decided(variants[name]) & taken:
                names.append(name)
                taken |= decided(variants[name])
        found.append(combined(names))
    return found


def combined(names: Sequence[str]) -> Subject:
    """The server that combines these variants; no name is the reference server itself.

    Raises `KeyError` for an unknown variant.
    """
    from orderproof.conformance.reference.variants import all_variants

    variants = [all_variants()[name] for name in names if name]
    warned_by = dict.fromkeys(rule for variant in variants for rule in variant.warned_by)
    about = " ".join(map(_about, variants)) or "The reference server itself."
    return Subject("variant", "+".join(names), tuple(warned_by), about)


def sample(among: Sequence[Subject], count: int, seed: int) -> list[Subject]:
    """A random part of the subjects, the same for the same seed, in their order."""
    chosen = set(random.Random(seed).sample(among, min(count, len(among))))
    return [subject for subject in among if subject in chosen]


def named(faults: Sequence[str], variants: Sequence[str], among: Sequence[Subject]) -> list[Subject]:
    """The subjects with these names; a variant such as `a+b` combines several choices. Raises `UsageError`."""
    known = {(subject.kind, subject.name): subject for subject in among}
    joined = [name for name in variants if "+" in name and ("variant", name) not in known]
    for name in joined:
        if all(("variant", part) in known for part in name.split("+")):
            known["variant", name] = combined(name.split("+"))
    spoilers = [name for name in faults if ("spoiler", name) in known]
    wanted = {("fault", name) for name in faults if name not in spoilers} | {("spoiler", name) for name in spoilers}
    wanted |= {("variant", name) for name in variants}
    for kind, name in sorted(wanted - known.keys()):
        near = did_you_mean(name, [other for of_kind, other in known if of_kind == kind])
        raise UsageError(f"--{kind}: unknown {kind} {name!r}{near}")
    return [subject for key, subject in known.items() if key in wanted]


def selections(subject: Subject, is_whole: bool) -> Iterator[Selection]:
    """What to run until nothing escapes: first the checks of a fault's rules, then all checks, for passive rules."""
    from orderproof.conformance.runner.selection import Selection
    from orderproof.spec.catalogue import catalogue

    if subject.kind != "fault" or is_whole:
        yield Selection()
        return
    if not all(catalogue()[rule_id].passive for rule_id in subject.breaks):
        yield Selection(subject.breaks, is_narrow=True)
    if any(catalogue()[rule_id].passive for rule_id in subject.breaks):
        yield Selection(subject.breaks)
