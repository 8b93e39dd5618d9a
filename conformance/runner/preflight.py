"""Preflight: what is wrong before anything is judged.

Tells apart, by a few requests that change nothing, a target that cannot be reached, a configuration that is wrong
(token, path) and test data that is missing. A run that fails here is void, and its message names the key to change. It
is careful not to void a target that merely breaks rules: a cause is named only when every probe agrees on it.
"""

import time
import uuid
from collections.abc import Iterator

from orderproof.conformance.config.state_kinds import STATES, StateKind
from orderproof.conformance.errors import StateUnavailable, VoidError
from orderproof.conformance.kit.answer import Answer
from orderproof.conformance.kit.api import Orders
from orderproof.conformance.kit.findings import NotApplicable
from orderproof.conformance.kit.proof import shows
from orderproof.conformance.kit.session import Session
from orderproof.conformance.kit.settings import Learned
from orderproof.conformance.runner.base_path import path_trouble
from orderproof.conformance.runner.internal_probe import internal_problem
from orderproof.conformance.runner.reach import why_unreachable
from orderproof.conformance.runner.trouble import Trouble
from orderproof.conformance.runner.void_causes import Probe, Probes, why_void
from orderproof.conformance.states.callback import CallbackUnreachable
from orderproof.conformance.states.sources import NOT_OFFERED, State
from orderproof.conformance.transport.mediatype import ORDERS_V2

# The vendor's pages say that a new order can be read about two seconds after it was made.
_READABLE_WITHIN_SECONDS = 10.0
_POLL_SECONDS = 0.25
_ID_TYPES = ("internal", "external")
_PRICES = "its prices"
_NOBODY = State("order", {}, {})
# States that have an order too.
_SECOND_OPINIONS = ("order-cancelable", "order-closed")


def preflight(session: Session) -> Learned:
    """Probe the target; returns what was found out. Raises `VoidError`."""
    settings = session.settings
    orders = session.orders()
    strangers = list(stranger_probes(orders, settings.seed))
    if _is_silent(strangers) and not all(probe.answer.exchange.is_unreachable for probe in strangers):
        # One operation that does not answer is for the checks to tell.
        strangers.append(Probe("an unknown order", orders.show(_NOBODY, id=_unknown_id(settings.seed))))
    probes = Probes(settings.target, strangers, [], None)
    if _is_silent(strangers):
        raise VoidError(silence(probes))
    denied = all(probe.answer.status in (401, 403) for probe in strangers)
    if denied and not session.tokens.configured:
        raise VoidError(str(why_void(probes)))
    _check_absent_features(session)
    order = None if denied else _an_order(session)
    if order is None and not denied:
        _check_callback_path(session)
    # Where strangers get a 404 too, the path is wrong, and waiting for the order would not help.
    may_wait = any(probe.answer.status != 404 for probe in strangers)
    known, reads_late = _probe_order(orders, order, may_wait, is_read_only=settings.read_only) if order else ([], False)
    try:
        found = Probes(settings.target, strangers, known, order)
        trouble = path_trouble(orders, found) or why_void(found)
        if trouble:
            raise VoidError(str(trouble))
        problem = internal_problem(session)
        shown = _how_shown(session, order, [probe.answer for probe in known[: len(_ID_TYPES)]])
    finally:
        session.end()
    in_vain = session.client.waiting.in_vain
    return Learned(_price_id(known), session.token_probe.own, reads_late, problem, *shown, asks_in_vain=in_vain)


def silence(probes: Probes) -> str:
    """In a sentence, that nothing answers, why, and what to do."""
    exchange = probes.answers[0].exchange
    trouble = why_unreachable(probes.place, exchange)
    told = f"base_url: nothing answers at {probes.target.base_url} ({exchange.error})"
    # What the connection itself says may name the key already.
    return told if trouble.key in told.partition("(")[2] else f"{told}; {trouble.advice.removeprefix('base_url: ')}"


def _unknown_id(seed: int) -> str:
    return str(uuid.UUID(int=seed % 2**128, version=4))


def _is_silent(probes: list[Probe]) -> bool:
    return all(probe.answer.status is None for probe in probes)


def stranger_probes(orders: Orders, seed: int) -> Iterator[Probe]:
    """Requests whose documented answer is no 404, whatever data the target holds."""
    # An unknown customer gets no 404 in version 2, and a request without a customer gets a 400.
    yield Probe("history of an unknown customer", orders.history(nobody(seed), accept=ORDERS_V2))
    yield Probe("history without a customer", orders.call("showOrderHistoryForCustomer", None, {}, accept=ORDERS_V2))


def nobody(seed: int) -> State:
    """A customer whom no server knows."""
    return State("customer-without-orders", {}, {"customer_id": _unknown_id(seed)})


def _check_absent_features(session: Session) -> None:
    """Raise `VoidError` where the states' source gives what the target is said not to have."""
    for kind in STATES.values():
        trouble = given_though_absent(session, kind)
        if trouble:
            raise VoidError(str(trouble))


def given_though_absent(session: Session, kind: StateKind) -> Trouble | None:
    """The trouble where a state is given of a feature that the target is said not to have."""
    if kind.feature not in session.settings.target.absent:
        return None
    try:
        state = session.states.setup(kind.name)
    except StateUnavailable:
        session.states.missing.pop(kind.name, None)
        return None
    session.states.teardown(state)
    what = f"false in the target file, and states.{state.source} gives the state {kind.name}"
    return Trouble(f"features.{kind.feature}", what, "leave one of them out")


def _check_callback_path(session: Session) -> None:
    """Raise `VoidError` where a callback, the only source, answers 404 for every state: it is not at this address."""
    states = session.settings.target.states
    if states.callback is None or states.injection or states.provider or states.fixed:
        return
    for name in STATES:
        try:
            session.states.teardown(session.states.setup(name))
            return
        except StateUnavailable:
            if session.states.missing.pop(name, None) != NOT_OFFERED["callback"]:
                return
    raise VoidError(
        f"states.callback: {states.callback.url} answers 404 for every state; is its path right? "
        "If it is, let it offer a state"
    )


def _an_order(session: Session) -> State | None:
    try:
        return session.take("order")
    except CallbackUnreachable as error:
        raise VoidError(str(error)) from None
    except StateUnavailable:
        return None


def _probe_order(orders: Orders, order: State, wait: bool, *, is_read_only: bool) -> tuple[list[Probe], bool]:
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
    keys = () if is_read_only else ("order_uuid", "order_id")
    prices = [orders.prices(order, line, id=order.values[key]) for key in keys]
    probes = [
        *(Probe("the order", answer) for answer in shown),
        *(Probe("its cancellation status", answer) for answer in statuses),
        *(Probe(_PRICES, answer) for answer in prices),
    ]
    return probes, reads_late


def _how_shown(session: Session, order: State | None, answers: list[Answer]) -> tuple[tuple[str, ...], bool, bool]:
    """By which types of ids an order is found, and whether it is shown with its items' and its customer's ids.

    Where the order is not, another one tells whether it is the order that is wrong or the server.
    """
    if order is None:
        return (), False, False
    found = _shown_as_given(order, answers)
    if found == (_ID_TYPES, True, True):
        return found
    for name in _SECOND_OPINIONS:
        try:
            other = session.take(name)
        except (StateUnavailable, NotApplicable):
            session.states.missing.pop(name, None)
            continue
        orders = session.orders()
        second = _shown_as_given(other, [orders.show(other, id_type=id_type) for id_type in _ID_TYPES])
        by = tuple(id_type for id_type in _ID_TYPES if id_type in (*found[0], *second[0]))
        return by, found[1] or second[1], found[2] or second[2]
    return found


def _shown_as_given(order: State, answers: list[Answer]) -> tuple[tuple[str, ...], bool, bool]:
    found_by = tuple(id_type for id_type, answer in zip(_ID_TYPES, answers, strict=True) if answer.is_success)
    shown = next((answer for answer in answers if answer.is_success), None)
    return (found_by, *(shows(shown, order) if shown else (False, False)))


def _price_id(known: list[Probe]) -> str:
    """The id that `prices` takes in its path; the UUID where both or none are taken.

    Nothing is learned from an order that is found by neither of its ids: they may be in each other's place.
    """
    if not any(probe.answer.is_success for probe in known[: len(_ID_TYPES)]):
        return "order_uuid"
    by = [probe.answer.is_success for probe in known if probe.name == _PRICES]
    return "order_id" if by == [False, True] else "order_uuid"
