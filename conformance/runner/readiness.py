"""Waiting until everything that a run needs is there: the token endpoint, the API itself, and the states' callback.

A system that has just been deployed comes up piece by piece, and a gateway answers before what is behind it does. Who
waits too briefly loses the whole run, so a mistake in the target file is left to preflight, which names it: only what
may still come is waited for.
"""

import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import ExitStack

from orderproof.conformance.errors import StateUnavailable, VoidError
from orderproof.conformance.kit.answer import Answer
from orderproof.conformance.kit.session import Session
from orderproof.conformance.runner.preflight import stranger_probes
from orderproof.conformance.states.callback import CallbackNotReady, callback_source
from orderproof.conformance.states.sources import State
from orderproof.conformance.transport.activity import waiting_for
from orderproof.conformance.transport.exchange import Exchange
from orderproof.conformance.transport.tokens import TokenEndpointNotReady

_POLL_SECONDS = 0.25
# What a gateway says of a server, or of a path, that is not there yet.
_NOT_THERE = (404, 405, 410, 429)
_GATEWAY_ERRORS = (502, 503, 504)
# The state that costs least, and the one that every run asks for first.
_CALLBACK_STATES = ("customer-without-orders", "order")


def wait_for_target(session: Session, seconds: float) -> str | None:
    """Wait until a run can begin, for at most so many seconds; returns what was waited for in vain.

    It is named by its key in the target file, since a URL may hold a secret. Nothing of it is in the record: it says
    how a system comes up, and not how it answers.
    """
    deadline = time.monotonic() + seconds
    told = ""
    with ExitStack() as shown:
        while True:
            try:
                lacking = next(filter(None, (probe(session) for probe in _PROBES)), None)
            except VoidError:
                # No token will be given: preflight says why.
                return None
            if lacking is None or time.monotonic() >= deadline:
                return lacking
            if lacking != told:
                # From here on: what was waited for before is there.
                shown.close()
                shown.enter_context(waiting_for(lacking))
                told = lacking
            time.sleep(min(_POLL_SECONDS, max(0.0, deadline - time.monotonic())))


def _no_token(session: Session) -> str | None:
    try:
        session.tokens.current()
    except TokenEndpointNotReady:
        return "auth.oauth2.token_url, which gives no token yet"
    return None


def _no_api(session: Session) -> str | None:
    """Two requests whose documented answers no gateway gives: an unknown customer has an empty history."""
    orders = session.orders().prepared()
    answers = [_sent(session, one.answer) for one in stranger_probes(orders, session.settings.seed)]
    if any(map(_is_of_the_api, answers)):
        return None
    return f"base_url, which {_told(answers[0])}"


def _is_of_the_api(answer: Answer) -> bool:
    """Whether an answer may come from the API: a page that says to be patient is a success too, but no JSON."""
    if answer.status is None or answer.status >= 500 or answer.status in _NOT_THERE:
        return False
    return answer.has_json or not answer.is_success


def _no_internal_api(session: Session) -> str | None:
    url = session.settings.target.internal_base_url
    if url is None or session.settings.read_only or url == session.settings.target.base_url:
        return None
    nobody = State("order", {}, {})
    answer = _sent(session, session.orders().prepared().cancel_line_item_internally(nobody, str(uuid.UUID(int=0))))
    # That an item is unknown is a 404 too.
    is_there = answer.status is not None and answer.status not in _GATEWAY_ERRORS
    return None if is_there else f"internal_base_url, which {_told(answer)}"


def _no_callback(session: Session) -> str | None:
    callback = session.settings.target.states.callback
    if callback is None:
        return None
    ask = callback_source(session.side_client, callback)
    for name in _CALLBACK_STATES:
        try:
            values = ask(name, {}, "setup")
            if values is not None:
                ask(name, values, "teardown")
                return None
        except CallbackNotReady:
            return "states.callback, which is not in working order yet"
        except StateUnavailable:
            # It is there, and refuses.
            return None
    return "states.callback, which answers 404"


_PROBES: Sequence[Callable[[Session], str | None]] = (_no_token, _no_api, _no_internal_api, _no_callback)


def _sent(session: Session, prepared: Answer) -> Answer:
    """The answer to a prepared request, beside the checks: a gateway that asks to wait longer is asked again."""
    asked = prepared.exchange
    exchange: Exchange = session.side_client.send(
        asked.method, asked.url, asked.request_headers, asked.request_body, patient=False
    )
    return Answer(exchange)


def _told(answer: Answer) -> str:
    if answer.status is None:
        return f"does not answer ({answer.exchange.error})"
    return f"answers {answer.status}" + (" and no JSON" if answer.is_success else "")
