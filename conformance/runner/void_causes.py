"""Why nothing can be judged at a target, by what came of the preflight's requests.

A cause is named only when every probe agrees on it: a target that merely breaks rules is judged.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from orderproof.conformance.config.target import Target
from orderproof.conformance.kit.answer import Answer
from orderproof.conformance.runner.reach import Place, https_for_http, speaks_tls, wants_a_name
from orderproof.conformance.runner.trouble import Trouble
from orderproof.conformance.states.sources import State
from orderproof.conformance.transport.origin import origin_and_path


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
    def place(self) -> Place:
        """The server that was asked."""
        return Place("base_url", self.target.base_url, self.target.tls, self.target.limits.timeout)

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


def why_void(probes: Probes) -> Trouble | None:
    """Why nothing can be judged; None where something can."""
    return next(filter(None, (cause_of(subject, probes) for subject in _CAUSES)), None)


def cause_of(subject: str, probes: Probes) -> Trouble | None:
    """The trouble with `answer`, `token`, `base path` or `states`, in this order; None where there is none."""
    return next(filter(None, (cause(probes) for cause in _CAUSES[subject])), None)


def _a_proxy_answers(probes: Probes) -> Trouble | None:
    return wants_a_name(probes.place, probes.answers[0].exchange) if probes.all_in(407) else None


def _it_speaks_https(probes: Probes) -> Trouble | None:
    """Servers tell it in a 400, which is no JSON."""
    place = probes.place
    if place.origin.scheme == "https" or not probes.all_in(400) or any(one.has_json for one in probes.answers):
        return None
    return https_for_http(place) if place.proxy is None and speaks_tls(place) else None


def _token_is_refused(probes: Probes) -> Trouble | None:
    if not probes.all_in(401, 403):
        return None
    auth = probes.target.auth
    if not auth.oauth2 and not auth.bearer:
        return Trouble(
            "auth",
            f"every request got {probes.status} and no token was given",
            'add auth.bearer or auth.oauth2 to the target file, or -H "Authorization: Bearer TOKEN"',
        )
    key, remedy = "auth.bearer", "give a token that is valid (the old one may have expired) and may read orders"
    if auth.oauth2:
        key, remedy = "auth.oauth2", "check the client, its scope and its audience"
    return Trouble(
        key, f"the token is refused: {probes.target.base_url} answers {probes.status} to every request", remedy
    )


def _everything_redirects(probes: Probes) -> Trouble | None:
    if not probes.all_in(*range(300, 400)):
        return None
    base_url, asked = probes.target.base_url, probes.answers[0].exchange
    location = asked.response_header("Location")
    place = urljoin(asked.url, location or "")
    told = f"{base_url} redirects every request (to {location or 'nowhere'})"
    if location and place == asked.url:
        return Trouble("base_url", f"{told}: to itself, without end", "give the URL of the API itself")
    suffix = asked.url.removeprefix(base_url)
    if not location or not place.endswith(suffix):
        return Trouble("base_url", told, "give the final URL")
    final = place.removesuffix(suffix)
    try:
        host = origin_and_path(final)[0].host
    except (KeyError, ValueError):
        return Trouble("base_url", told, "give the final URL")
    note = "" if host == probes.place.origin.host else f", on another host: {host}"
    return Trouble("base_url", f"{told}{note}", f"give the final URL, {final}")


def _everything_asks_to_wait(probes: Probes) -> Trouble | None:
    if not probes.all_in(429, 503):
        return None
    return Trouble(
        "limits.rate",
        f"{probes.target.base_url} answers {probes.status} to every request and asks to wait too long",
        "lower it, or try again later",
    )


def _everything_fails(probes: Probes) -> Trouble | None:
    statuses = {answer.status for answer in probes.answers}
    if not all(status is None or status >= 500 for status in statuses):
        return None
    seen = ", ".join(sorted(str(status) for status in statuses if status)) or "nothing"
    proxy = probes.place.proxy
    by = f"through the proxy {proxy}, " if proxy else ""
    return Trouble(
        "base_url",
        f"{by}{probes.target.base_url} answers {seen} to every request: it is not in working order",
        "start it, or give the URL of one that works",
    )


_PATHS = "The documented paths start at /v0"


def _the_path_is_wrong(probes: Probes) -> Trouble | None:
    if not probes.all_in(404, 405, 410):
        return None
    return Trouble(
        "base_url", f"{probes.target.base_url} answers {probes.status} to every request", f"is its path right? {_PATHS}"
    )


def _the_order_is_unknown(probes: Probes) -> Trouble | None:
    if probes.order is None or not probes.known or any(probe.answer.status != 404 for probe in probes.known):
        return None
    return Trouble(
        "states",
        f"the order {probes.order.values['order_uuid']} that they give is unknown at {probes.target.base_url} "
        "(404 by both its ids)",
        "do states and base_url belong together?",
    )


def _nothing_is_json(probes: Probes) -> Trouble | None:
    successes = [answer for answer in probes.answers if answer.is_success]
    if not successes or any(answer.has_json for answer in successes):
        return None
    media_type = successes[0].media_type
    is_page = media_type is not None and media_type.essence in ("text/html", "application/xhtml+xml")
    return Trouble(
        "base_url",
        f"what {probes.target.base_url} answers is {'HTML, a page for people' if is_page else 'not JSON'}",
        f"is it the order API? {_PATHS}",
    )


_CAUSES: Mapping[str, Sequence[Callable[[Probes], Trouble | None]]] = {
    "answer": (
        _a_proxy_answers,
        _it_speaks_https,
        _everything_redirects,
        _everything_asks_to_wait,
        _everything_fails,
    ),
    "token": (_token_is_refused,),
    "base path": (_the_path_is_wrong, _nothing_is_json),
    "states": (_the_order_is_unknown,),
}
