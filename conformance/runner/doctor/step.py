"""A step of the doctor: what was tried, and what came of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from orderproof.conformance.runner.trouble import Trouble

OK, WARNING, MISSING, UNUSABLE, WRONG, NOT_TRIED = "ok", "warning", "missing", "unusable", "wrong", "not-tried"

FILE, NETWORK, API, DATA, RUN = "Target file", "Network", "API", "Test data", "A run"
"""The groups of steps, in their order."""

# What a run would exit with. A warning stops no run, and what was not tried follows from another step.
_EXIT_CODES: Mapping[str, int] = {WRONG: 2, UNUSABLE: 3, MISSING: 4}


@dataclass(frozen=True, slots=True)
class Step:
    """What came of a step, in a sentence, and what to do about it; `seconds` is how long it took, where that matters.

    `outcome` is `ok`; `warning`: a run goes on, and it is worth a look; `missing`: a run is partial for it; `unusable`:
    a run is void; `wrong`: a run does not begin; or `not-tried`, since an earlier step failed.
    """

    group: str
    name: str
    outcome: str
    sentence: str
    remedy: str | None = None
    seconds: float | None = None


def failed(group: str, name: str, trouble: Trouble, outcome: str = UNUSABLE) -> Step:
    """The step in which a trouble was found."""
    return Step(group, name, outcome, trouble.what, trouble.advice)


def not_tried(steps: Iterable[tuple[str, str]], why: str) -> list[Step]:
    """Steps, by group and name, that an earlier one makes impossible."""
    return [Step(group, name, NOT_TRIED, f"not tried: {why}") for group, name in steps]


def exit_code_of(steps: Iterable[Step]) -> int:
    """What a run would exit with as far as these steps foresee it; 0 where nothing stands in its way."""
    return min((code for step in steps if (code := _EXIT_CODES.get(step.outcome))), default=0)
