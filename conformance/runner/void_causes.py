"""Why nothing can be judged at a target, by what came of the preflight's requests.

A cause is named only when every probe agrees on it: a target that merely breaks rules is judged.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from orderproof.conformance.config.target import Target
from orderproof.conformance.kit.answer import Answer
from orderproof.conformance.states.sources import State


@dataclass(frozen=True, slots=True)
class Probe:
    """One request of the preflight and what came of it."""

    name: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Probes:
    """All requests of the preflight: about nobody in particular, and about an order that the target should know."""

    target: Target
    strangers: Sequence[Probe]
    known: Sequence[Probe]
    order: State | None

    @property
    def answers(self) -> list[Answer]:
        """The answers to all of them."""
        return [probe.answer for probe in (*self.strangers, *self.known)]

    def all_in(self, *statuses: int) -> bool:
        """Whether every answer has one of these statuses."""
        return all(answer.status in statuses for answer in self.answers)

    @property
    def status(self) -> int | None:
        """The first answer's status."""
        return self.answers[0].status


def why_void(probes: Probes) -> str | None:
    """Why nothing can be judged, with the key to change; None where something can."""
    return next(filter(None, (cause(probes) for cause in _CAUSES)), None)


def _token_is_refused(probes: Probes) -> str | None:
    if not probes.all_in(401, 403):
        return None
    keys = "auth.oauth2" if probes.target.auth.oauth2 else "auth.bearer"
    return f"{keys}: the token is refused: {probes.target.base_url} answers {probes.status} to every request"


def _everything_redirects(probes: Probes) -> str | None:
    if not probes.all_in(*range(300, 400)):
        return None
    place = probes.answers[0].exchange.response_header("Location") or "nowhere"
    return f"base_url: {probes.target.base_url} redirects every request (to {place}); give the final URL"


def _everything_asks_to_wait(probes: Probes) -> str | None:
    if not probes.all_in(429, 503):
        return None
    return f"limits.rate: {probes.target.base_url} answers {probes.status} to every request and asks to wait too long"


def _everything_fails(probes: Probes) -> str | None:
    statuses = {answer.status for answer in probes.answers}
    if not all(status is None or status >= 500 for status in statuses):
        return None
    seen = ", ".join(sorted(str(status) for status in statuses if status))
    return f"base_url: {probes.target.base_url} answers {seen} to every request: it is not in working order"


def _the_path_is_wrong(probes: Probes) -> str | None:
    if not probes.all_in(404, 405, 410):
        return None
    return (
        f"base_url: {probes.target.base_url} answers {probes.status} to every request; is its path right? "
        "The documented paths start at /v0"
    )


def _the_order_is_unknown(probes: Probes) -> str | None:
    if probes.order is None or not probes.known or any(probe.answer.status != 404 for probe in probes.known):
        return None
    return (
        f"states: the order {probes.order.values['order_uuid']} that they give is unknown at {probes.target.base_url} "
        "(404 by both its ids); do states and base_url belong together?"
    )


def _nothing_is_json(probes: Probes) -> str | None:
    successes = [answer for answer in probes.answers if answer.is_success]
    if not successes or any(answer.has_json for answer in successes):
        return None
    return f"base_url: what {probes.target.base_url} answers is no JSON; is it the order API?"


_CAUSES: Sequence[Callable[[Probes], str | None]] = (
    _token_is_refused,
    _everything_redirects,
    _everything_asks_to_wait,
    _everything_fails,
    _the_path_is_wrong,
    _the_order_is_unknown,
    _nothing_is_json,
)
