"""The steps of the doctor, one after the other, and what they come to."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from orderproof.conformance.config.target import StateSources, Target
from orderproof.conformance.errors import UsageError, VoidError
from orderproof.conformance.kit.session import Session
from orderproof.conformance.kit.settings import Settings
from orderproof.conformance.runner.doctor import asking, network
from orderproof.conformance.runner.doctor.asking import Measured
from orderproof.conformance.runner.doctor.estimate import Estimate, estimates
from orderproof.conformance.runner.doctor.states import state_steps
from orderproof.conformance.runner.doctor.step import (
    DATA,
    FILE,
    NETWORK,
    NOT_TRIED,
    OK,
    RUN,
    UNUSABLE,
    WRONG,
    Step,
    not_tried,
)
from orderproof.conformance.runner.giving_back import give_back
from orderproof.conformance.runner.reach import Place
from orderproof.conformance.states.journal import Journal

_STATES = ((DATA, "states"), (DATA, "internal API"))
_ESTIMATE = ((RUN, "estimate"),)
_AFTER_FILE = (*network.STEPS, *asking.STEPS, *_STATES, *_ESTIMATE)

# Why what comes after a step that failed is not tried.
_WHY_NOT = {
    "name": "the name does not resolve",
    "connection": "no connection",
    "TLS": "no TLS connection",
    "answer": "the API does not answer",
    "token": "no token that is accepted",
    "base path": "the API is not at base_url",
}

Tell = Callable[[Step, frozenset[str]], None]
"""Called with each step as it ends, and with the secrets that may not be shown."""


@dataclass(slots=True)
class Examination:
    """The steps so far, what a run will take, the secrets that no step may show, and whether the user broke it off."""

    steps: list[Step] = field(default_factory=list)
    estimates: list[Estimate] = field(default_factory=list)
    secrets: frozenset[str] = frozenset()
    is_interrupted: bool = False


def without_target(error: UsageError) -> list[Step]:
    """The steps where the target file cannot be used."""
    told, _, remedy = str(error).rpartition("; ")
    key = ": ".join(told.split(": ")[:2]) if ": " in told else "--target"
    wrong = Step(FILE, "target", WRONG, told or remedy, f"{key}: {remedy}" if told else None)
    return [wrong, *not_tried(_AFTER_FILE, "the target file is wrong")]


def examine(settings: Settings, journal: Journal, tell: Tell) -> Examination:
    """Try everything that a run needs. What is set up is given back, also when the user breaks it off."""
    found = Examination()
    session, provider = _session(settings)
    measured = Measured()
    try:
        for step in _steps(session, provider, measured, found):
            found.steps.append(step)
            tell(step, session.secrets)
    except KeyboardInterrupt:
        found.is_interrupted = True
    finally:
        with suppress(KeyboardInterrupt):
            give_back(session, journal)
        found.secrets = session.secrets
        session.close()
    return found


def _session(settings: Settings) -> tuple[Session, UsageError | None]:
    """The session; without the provider, where that cannot be imported, and the error that says so."""
    try:
        return Session(settings), None
    except UsageError as error:
        states = replace(settings.target.states, provider=None)
        return Session(replace(settings, target=replace(settings.target, states=states))), error


def _rest(found: Examination) -> list[tuple[str, str]]:
    """The steps that were not told yet."""
    told = {(step.group, step.name) for step in found.steps}
    return [one for one in _AFTER_FILE if one not in told]


def _steps(session: Session, provider: UsageError | None, measured: Measured, found: Examination) -> Iterator[Step]:
    target = session.settings.target
    yield Step(FILE, "target", OK, f"{target.name}, {target.base_url}")
    place = Place("base_url", target.base_url, target.tls, target.limits.timeout)
    groups: tuple[Callable[[], Iterator[Step]], ...] = (
        lambda: network.network_steps(place),
        lambda: asking.api_steps(session, measured),
        lambda: _data_steps(session, provider, measured),
    )
    try:
        for steps in groups:
            for step in steps():
                yield step
            if step.name in _WHY_NOT and step.outcome == UNUSABLE:
                yield from not_tried(_rest(found), _WHY_NOT[step.name])
                return
    except UsageError as error:
        key, _, told = str(error).partition(": ")
        yield Step(NETWORK, "proxy", WRONG, told, f"{key}: write http://host:port, or unset it")
        yield from not_tried(_rest(found), "the proxy of the environment cannot be used")
        return
    except VoidError as error:
        # A token could be had at first, and no more.
        yield Step(DATA, "token", UNUSABLE, str(error), "auth.oauth2: let it give tokens for the whole run")
        yield from not_tried(_rest(found), _WHY_NOT["token"])
        return
    found.estimates = estimates(target, measured)
    yield Step(RUN, "estimate", OK, _in_words(found.estimates))


def _data_steps(session: Session, provider: UsageError | None, measured: Measured) -> Iterator[Step]:
    target = session.settings.target
    if provider:
        told, _, remedy = str(provider).rpartition("; ")
        advice = "states.provider: name a package.module:function that can be imported from the target file's folder"
        yield Step(DATA, "states.provider", WRONG, told or remedy, advice)
        if not target.states:
            yield from not_tried(_STATES, "the provider cannot be imported")
            return
    steps = [network.source_step(source, place) for source, place in _places(target)]
    yield from steps
    if any(step.outcome == UNUSABLE for step in steps):
        yield from not_tried(_STATES, "what sets states up cannot be reached")
        return
    yield from state_steps(session, measured)


def _places(target: Target) -> Iterator[tuple[str, Place]]:
    states: StateSources = target.states
    timeout = target.limits.timeout
    if states.injection and states.injection.url:
        yield "injection", Place("states.injection.url", states.injection.url, target.tls, timeout)
    if states.callback:
        yield "callback", Place("states.callback", states.callback.url, target.tls, timeout)


def _in_words(found: Sequence[Estimate]) -> str:
    return "; ".join(
        f"{'--profile quick' if one.profile == 'quick' else 'a default run'}: about {_about(one.requests)} requests"
        f"{f', {_about(one.orders)} orders' if one.orders else ''}, {_duration(one.seconds)}"
        for one in reversed(found)
    )


def _about(number: int) -> int:
    """A number to two digits: it is an estimate."""
    return round(number, 2 - len(str(number)))


def _duration(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{10 * max(1, round(seconds / 10))} s"


def summary(steps: Sequence[Step]) -> dict[str, int]:
    """How many steps have each outcome."""
    outcomes = dict.fromkeys((OK, "warning", "missing", UNUSABLE, WRONG, NOT_TRIED), 0)
    for step in steps:
        outcomes[step.outcome] += 1
    return outcomes
