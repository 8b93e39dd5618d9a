"""Preflight: what is wrong before anything is judged.

Tells apart, by a few requests that change nothing, a target that cannot be reached, a configuration that is wrong
(token, path) and test data that is missing. A run that fails here is void, and its message names the key to change. It
is careful not to void a target that merely breaks rules: a cause is named only when every probe agrees on it.
"""

import time
import uuid
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from orderproof.conformance.errors import StateUnavailable, VoidError
from orderproof.conformance.kit.answer import Answer
from orderproof.conformance.kit.api import Orders
from orderproof.conformance.kit.findings import Inconclusive
from orderproof.conformance.kit.session import Session, Settings
from orderproof.conformance.states.callback import CallbackUnreachable
from orderproof.conformance.states.sources import State
from orderproof.conformance.transport.mediatype import ORDERS_V2

# The vendor's pages say that a new order can be read about two seconds after it was made.
_READABLE_WITHIN_SECONDS = 10.0
_POLL_SECONDS = 0.25
_ID_TYPES = ("internal", "external")
_PRICES = "its prices"


@dataclass(frozen=True, slots=True)
class Probe:
    """One request of the preflight and what came of it."""

    name: str
    answer: Answer


def wait_for_target(session: Session, seconds: float) -> None:
    """Wait until something answers at the target that is no gateway error, for at most `seconds`."""
    deadline = time.monotonic() + seconds
    stranger = State("customer-without-orders", {}, {"customer_id": str(uuid.UUID(int=session.settings.seed))})
    while True:
        answer = session.orders().history(stranger, accept=ORDERS_V2)
        if answer.status not in (None, 502, 503, 504) or time.monotonic() >= deadline:
            return
        time.sleep(_POLL_SECONDS)


def preflight(session: Session) -> Settings:
    """Probe the target; returns the settings with what was found out. Raises `VoidError`."""
    settings = session.settings
    orders = session.orders()
    _check_internal_host(session)
    strangers = _probe_without_states(orders, settings.seed)
    if all(probe.answer.status is None for probe in strangers):
        raise VoidError(
            f"base_url: nothing answers at {settings.target.base_url} ({strangers[0].answer.exchange.error})"
        )
    denied = all(probe.answer.status in (401, 403) for probe in strangers)
    if denied and not session.tokens.configured:
        status = strangers[0].answer.status
        remedy = 'add auth.bearer to the target file, or -H "Authorization: Bearer TOKEN"'
        return replace(settings, no_token=f"every request got {status} and no token was given: {remedy}")
    order = None if denied else _an_order(session)
    # Where strangers get a 404 too, the path is wrong, and waiting for the order would not help.
    may_wait = any(probe.answer.status != 404 for probe in strangers)
    known, reads_late = _probe_order(orders, order, may_wait) if order else ([], False)
    try:
        _judge(settings, strangers, known, order)
    finally:
        session.end()
    return replace(settings, price_id=_price_id(known), accepted=session.witnesses.own, reads_late=reads_late)


def _check_internal_host(session: Session) -> None:
    url = session.settings.target.internal_base_url
    if url is None or urlsplit(url).netloc == urlsplit(session.settings.target.base_url).netloc:
        return
    exchange = session.client.send("GET", url, [])
    if exchange.status is None:
        raise VoidError(f"internal_base_url: nothing answers at {url} ({exchange.error})")


def _probe_without_states(orders: Orders, seed: int) -> list[Probe]:
    """Requests whose documented answer is no 404, whatever data the target holds."""
    stranger = State("customer-without-orders", {}, {"customer_id": str(uuid.UUID(int=seed % 2**128, version=4))})
    return [
        # An unknown customer gets no 404 in version 2, and a request without a customer gets a 400.
        Probe("history of an unknown customer", orders.history(stranger, accept=ORDERS_V2)),
        Probe("history without a customer", orders.call("showOrderHistoryForCustomer", None, {}, accept=ORDERS_V2)),
    ]


def _an_order(session: Session) -> State | None:
    try:
        return session.take("order")
    except CallbackUnreachable as error:
        raise VoidError(str(error)) from None
    except StateUnavailable:
        return None


def _probe_order(orders: Orders, order: State, wait: bool) -> tuple[list[Probe], bool]:
    """Probe the order, and find out whether it could be read a little later only."""
    reads_late = False
    deadline = time.monotonic() + (_READABLE_WITHIN_SECONDS if wait else 0.0)
    while True:
        shown = [orders.show(order, id_type=id_type) for id_type in _ID_TYPES]
        if any(answer.status != 404 for answer in shown) or time.monotonic() >= deadline:
            break
        reads_late = True
        time.sleep(_POLL_SECONDS)
    statuses = [orders.cancellation_status(order, id_type=id_type) for id_type in _ID_TYPES]
    line = [{"type": "product", "id": order.values["item_uuids"][0]}]
    prices = [orders.prices(order, line, id=order.values[key]) for key in ("order_uuid", "order_id")]
    probes = [
        *(Probe("the order", answer) for answer in shown),
        *(Probe("its cancellation status", answer) for answer in statuses),
        *(Probe(_PRICES, answer) for answer in prices),
    ]
    return probes, reads_late


def _price_id(known: list[Probe]) -> str:
    """The id that `prices` takes in its path; the UUID where both or none are taken."""
    by_uuid, by_id = [probe.answer for probe in known if probe.name == _PRICES] or (None, None)
    return "order_id" if by_id and by_id.is_success and by_uuid and not by_uuid.is_success else "order_uuid"


def _judge(settings: Settings, strangers: list[Probe], known: list[Probe], order: State | None) -> None:
    target = settings.target
    statuses = [probe.answer.status for probe in (*strangers, *known)]

    def all_in(*wanted: int) -> bool:
        return all(status in wanted for status in statuses)

    if all_in(401, 403):
        keys = "auth.oauth2" if target.auth.oauth2 else "auth.bearer"
        raise VoidError(f"{keys}: the token is refused: {target.base_url} answers {statuses[0]} to every request")
    if all(status is not None and 300 <= status < 400 for status in statuses):
        place = strangers[0].answer.exchange.response_header("Location") or "nowhere"
        raise VoidError(f"base_url: {target.base_url} redirects every request (to {place}); give the final URL")
    if all_in(429, 503):
        raise VoidError(
            f"limits.rate: {target.base_url} answers {statuses[0]} to every request and asks to wait too long"
        )
    if all(status is None or status >= 500 for status in statuses):
        seen = ", ".join(sorted({str(status) for status in statuses if status}))
        raise VoidError(f"base_url: {target.base_url} answers {seen} to every request: it is not in working order")
    if all_in(404, 405, 410):
        raise VoidError(
            f"base_url: {target.base_url} answers {statuses[0]} to every request; is its path right? "
            "The documented paths start at /v0"
        )
    if known and all(probe.answer.status == 404 for probe in known):
        assert order is not None
        raise VoidError(
            f"states: the order {order.values['order_uuid']} that they give is unknown at {target.base_url} "
            "(404 by both its ids); do states and base_url belong together?"
        )
    successes = [probe.answer for probe in (*strangers, *known) if probe.answer.is_success]
    if successes and not any(_is_json(answer) for answer in successes):
        raise VoidError(f"base_url: what {target.base_url} answers is no JSON; is it the order API?")


def _is_json(answer: Answer) -> bool:
    try:
        return answer.json is not None
    except Inconclusive:
        return False
