"""The steps that ask the API: its first answer, the clock, the token, the base path, both media types, the distance.

Reads alone are sent, about a customer whom nobody knows: the requests with which a run begins.
"""

import base64
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any

from orderproof.conformance.errors import VoidError
from orderproof.conformance.kit.answer import Answer
from orderproof.conformance.kit.session import Session
from orderproof.conformance.runner.base_path import path_trouble
from orderproof.conformance.runner.doctor.step import API, OK, UNUSABLE, WARNING, Step, failed
from orderproof.conformance.runner.preflight import nobody, stranger_probes
from orderproof.conformance.runner.reach import LAYERS, Place, layer, why_unreachable
from orderproof.conformance.runner.trouble import Trouble
from orderproof.conformance.runner.void_causes import Probe, Probes, cause_of
from orderproof.conformance.runner.workers import chosen_workers, round_trip
from orderproof.conformance.transport.mediatype import JSON, ORDERS_V2

STEPS = ((API, "answer"), (API, "clock"), (API, "token"), (API, "base path"), (API, "media types"), (API, "workers"))

# `Date` counts whole seconds, and an answer takes its time.
_SKEW_SECONDS = 30.0
_SHORT_LIFE_SECONDS = 600.0
_NOT_ACCEPTABLE = (406, 415)


@dataclass(slots=True)
class Measured:
    """What the steps found out for those that follow: the round trip in seconds, and the workers of a run."""

    trip: float = 0.0
    workers: int = 1
    offered: set[str] = field(default_factory=set)
    set_ups: list[float] = field(default_factory=list)
    """How long each state took to set up and to tear down, in seconds."""


def api_steps(session: Session, measured: Measured) -> Iterator[Step]:
    """The steps that ask the API; the last one that is yielded has failed where others cannot be tried."""
    target = session.settings.target
    no_token = _why_no_token(session)
    found = Probes(target, list(_probes(session, is_anonymous=no_token is not None)), [], None)
    first = found.answers[0]
    if first.status is None:
        yield failed(API, "answer", why_unreachable(found.place, first.exchange))
        return
    trouble = cause_of("answer", found)
    # Without a token some servers fail at everything: then it is the token that is told.
    if trouble and not (no_token and first.status >= 500):
        yield failed(API, "answer", trouble)
        return
    yield Step(API, "answer", OK, f"{found.place.address} answers ({first.status})", seconds=first.exchange.duration)
    yield _clock(first)
    trouble = no_token or cause_of("token", found)
    if trouble:
        yield _with_age(failed(API, "token", trouble), session)
        return
    yield _token(session)
    trouble = path_trouble(session.orders(), found)
    if trouble:
        yield failed(API, "base path", trouble)
        return
    yield Step(API, "base path", OK, f"{target.base_url} answers as the API does")
    yield _media_types(session, first)
    measured.trip = round_trip(session.trace.exchanges)
    measured.workers, why = chosen_workers(target, measured.trip)
    yield Step(API, "workers", OK, f"a run takes {why}", seconds=measured.trip)


def _probes(session: Session, *, is_anonymous: bool) -> Iterator[Probe]:
    orders, seed = session.orders(), session.settings.seed
    if is_anonymous:
        answer = orders.history(nobody(seed), accept=ORDERS_V2, authorization=None)
        yield Probe("history without a token", answer)
        return
    for probe in stranger_probes(orders, seed):
        yield probe
        # Who has waited for the first answer in vain need not wait again.
        if probe.answer.status is None:
            return


def _why_no_token(session: Session) -> Trouble | None:
    """Why no token can be fetched: its endpoint cannot be reached, or says why in its own words."""
    oauth2 = session.settings.target.auth.oauth2
    if oauth2 is None:
        return None
    target = session.settings.target
    place = Place("auth.oauth2.token_url", oauth2.token_url, target.tls, target.limits.timeout)
    trouble = next(filter(None, (layer(name, place).trouble for name in LAYERS)), None)
    if trouble:
        return trouble
    try:
        session.tokens.current()
    except VoidError as error:
        told, _, remedy = str(error).removeprefix("auth.oauth2: ").rpartition("; ")
        return Trouble("auth.oauth2", told or remedy, remedy if told else "look into the log of token_url")
    return None


def _clock(answer: Answer) -> Step:
    text = answer.exchange.response_header("Date")
    try:
        theirs = parsedate_to_datetime(text or "").timestamp()
    except (ValueError, TypeError, OverflowError):
        return Step(API, "clock", OK, "the server's answers have no Date to compare with")
    ours = answer.exchange.started_at + answer.exchange.duration / 2
    skew = theirs - ours
    if abs(skew) <= _SKEW_SECONDS:
        return Step(API, "clock", OK, "the server's clock and this machine's agree")
    way = "ahead of" if skew > 0 else "behind"
    told = f"the server's clock is {_span(abs(skew))} {way} this machine's"
    remedy = (
        "set the wrong clock, by NTP: else a due_at under states: seems to be over, or a token expired, when it is not"
    )
    return Step(API, "clock", WARNING, told, remedy)


def _token(session: Session) -> Step:
    tokens, auth = session.tokens, session.settings.target.auth
    if not tokens.configured:
        advice = "auth: add auth.bearer or auth.oauth2 if the target has tokens"
        return Step(API, "token", WARNING, "none is given, and the API answers without", advice)
    if auth.oauth2:
        life = "for an unknown time" if tokens.lifetime is None else f"for {_span(tokens.lifetime)}"
        return Step(API, "token", OK, f"fetched from auth.oauth2.token_url, valid {life}, accepted; a run renews it")
    left = _seconds_left(auth.bearer or "")
    if left is None:
        return Step(API, "token", OK, "auth.bearer is accepted")
    if left < _SHORT_LIFE_SECONDS:
        advice = "auth.bearer: give one that is valid for a whole run, or auth.oauth2, which renews it"
        return Step(API, "token", WARNING, f"auth.bearer is accepted, and expires {_when(left)}", advice)
    return Step(API, "token", OK, f"auth.bearer is accepted, and expires {_when(left)}")


def _with_age(step: Step, session: Session) -> Step:
    """A refused token, with what it says of its own end."""
    left = _seconds_left(session.settings.target.auth.bearer or "")
    if left is None or left > 0:
        return step
    told = f"{step.sentence}; it expired {_when(left)}"
    return Step(step.group, step.name, UNUSABLE, told, "auth.bearer: give a new one, or auth.oauth2, which renews it")


def _seconds_left(token: str) -> float | None:
    """How long a JWT says that it is still valid; None for a token that does not say it. Nothing is verified."""
    try:
        payload = token.split(".")[1]
        claims: Any = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return float(claims["exp"]) - time.time()
    except (ValueError, LookupError, TypeError, RecursionError):
        return None


def _media_types(session: Session, versioned: Answer) -> Step:
    """What each documented type gets. A 4xx about the customer, whom nobody knows, is an answer like any other."""
    plain = session.orders().history(nobody(session.settings.seed), accept=JSON)
    asked = (("application/json", plain), ("version=2", versioned))
    told = "; ".join(f"{name}: {answer.status or answer.exchange.error}" for name, answer in asked)
    refused = [answer for _, answer in asked if answer.status in _NOT_ACCEPTABLE]
    if refused:
        accept = refused[0].exchange.request_header("Accept")
        advice = f"base_url: is a gateway there that refuses Accept: {accept}? Else a run will say what is wrong"
        return Step(API, "media types", WARNING, told, advice)
    return Step(API, "media types", OK, f"both are answered ({told})")


def _when(left: float) -> str:
    return f"in {_span(left)}" if left > 0 else f"{_span(-left)} ago"


def _span(seconds: float) -> str:
    """A length of time in words, to two digits at most."""
    for unit, length in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"
