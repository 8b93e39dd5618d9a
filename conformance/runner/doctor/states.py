"""The steps that try the test data: each state is set up once, read back, held against its promise, and given back."""

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from orderproof.conformance.config.state_kinds import STATES, UNREAD, StateKind
from orderproof.conformance.config.target import FixedStates
from orderproof.conformance.errors import StateUnavailable, VoidError
from orderproof.conformance.kit.proof import prove, shows
from orderproof.conformance.kit.session import Session
from orderproof.conformance.kit.settings import Learned
from orderproof.conformance.kit.tenants import tenant_problem
from orderproof.conformance.runner.completed_lists import completed
from orderproof.conformance.runner.doctor.asking import Measured
from orderproof.conformance.runner.doctor.step import DATA, MISSING, OK, UNUSABLE, WARNING, Step, failed
from orderproof.conformance.runner.internal_probe import PREORDERED, internal_problem
from orderproof.conformance.runner.preflight import given_though_absent
from orderproof.conformance.states.callback import CallbackUnreachable
from orderproof.conformance.states.sources import FIXED, NOT_OFFERED, State, fits, offers_none
from orderproof.reports.needs import recorded_needs, supplies

_BOTH = ("internal", "external")
_OTHERS_ITEMS = "the server shows other items in it than the state gives"
_OTHERS_CUSTOMER = "the server shows another customer for it than the state gives"
# What is wrong with what it gave, in place of giving nothing.
_WRONG_VALUES = ("but the value", "but not with JSON", "but its JSON", "but asked for")
_SOURCE = re.compile(r"states\.[a-z]+")
# Reasons are the same one if only their ids differ.
_VARIES = re.compile(r"[0-9a-f]{8}[0-9a-f-]*|\d+")


@dataclass(slots=True)
class Data:
    """What the states showed so far.

    `lists` are those of the target file with what was read of their orders and customers; `internal` is why the
    internal API cannot be used, None where nobody asked yet.
    """

    measured: Measured
    lists: FixedStates
    shows_items: bool = False
    shows_customer: bool = False
    internal: Step | None = None
    doubts: dict[str, str] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)


def state_steps(session: Session, measured: Measured) -> Iterator[Step]:
    """A step a state, then the internal API."""
    target = session.settings.target
    sources = target.states
    data = Data(measured, completed(session.orders(), sources.fixed, target.absent))
    if sources:
        for kind in STATES.values():
            yield _state(session, kind, data)
        yield from _second_thoughts(session, data)
    else:
        told = "no states are given: the rules that need an order are not run"
        yield Step(DATA, "states", MISSING, told, "states: add lists, callback, provider or injection")
    yield data.internal or _internal(session)


def _second_thoughts(session: Session, data: Data) -> Iterator[Step]:
    """What only the whole shows: a callback at a wrong path, an order that is shown unlike all others."""
    sources = session.settings.target.states
    callback = sources.callback
    alone = callback and not (sources.injection or sources.provider or sources.fixed)
    reasons = set(session.states.missing.values())
    if callback and alone and reasons == {NOT_OFFERED["callback"]} and not data.measured.offered:
        what = f"{callback.url} answers 404 for every state"
        yield Step(DATA, "states.callback", UNUSABLE, what, "states.callback: is its path right?")
    for name, doubt in data.doubts.items():
        advice = f"{_key(name, sources.fixed)}: give the values of one and the same order"
        if data.shows_items and doubt == _OTHERS_ITEMS:
            yield Step(DATA, name, MISSING, doubt, advice)
        elif data.shows_customer and doubt == _OTHERS_CUSTOMER:
            # It may be a token in place of the id.
            yield Step(DATA, name, WARNING, doubt, advice)


def _state(session: Session, kind: StateKind, data: Data) -> Step:
    target = session.settings.target
    trouble = given_though_absent(session, kind)
    if trouble:
        return failed(DATA, kind.name, trouble)
    if target.why_absent(kind.feature):
        return Step(DATA, kind.name, OK, f"out of scope: features.{kind.feature}")
    if kind.name in target.states.fixed:
        return _listed(session, kind, data)
    begun = time.monotonic()
    try:
        state = session.states.setup(kind.name)
    except CallbackUnreachable as error:
        return Step(
            DATA, kind.name, UNUSABLE, _short(kind, error), "states.callback: correct host and port, or start it"
        )
    except StateUnavailable as error:
        others = [
            name for name in target.states.fixed if kind.name in (*STATES[name].serves, *STATES[name].serves_listed)
        ]
        if others:
            data.measured.offered.add(kind.name)
            return Step(DATA, kind.name, OK, f"an entry of {others[0]} serves as one")
        return _missing(kind, _short(kind, error), data)
    seconds = time.monotonic() - begun
    try:
        why = _why_not(session, state, data)
        if kind.name == PREORDERED and target.internal_base_url:
            data.internal = _internal(session, state.item_uuid)
    finally:
        begun = time.monotonic()
        session.states.teardown(state)
    data.measured.set_ups.append(seconds + time.monotonic() - begun)
    if why:
        advice = f"states.{state.source}: give an order that is as promised: {kind.says}"
        return Step(DATA, kind.name, MISSING, f"not as promised: {why}", advice, seconds)
    data.measured.offered.add(kind.name)
    # What an external OMS does shows only in the requests of a run.
    told = "given, not read back" if kind.name.startswith("oms-") else f"as promised, from states.{state.source}"
    return Step(DATA, kind.name, OK, told, seconds=seconds)


def _short(kind: StateKind, error: StateUnavailable) -> str:
    return str(error).removeprefix(f"state {kind.name}: ")


def _missing(kind: StateKind, why: str, data: Data) -> Step:
    alike = _VARIES.sub("#", why)
    first = data.reasons.setdefault(alike, kind.name)
    if offers_none(why):
        advice = "states: offer it, or list one by its name"
        if kind.feature:
            advice = f"features.{kind.feature}: write false if the target has none; else offer it"
        return Step(DATA, kind.name, MISSING, why, advice)
    if first != kind.name:
        return Step(DATA, kind.name, MISSING, f"the same as for {first}")
    named = _SOURCE.match(why)
    key = named[0] if named else "states"
    advice = f"{key}: correct what the message names, or list a {kind.name} under states:"
    if any(words in why for words in _WRONG_VALUES):
        advice = f"{key}: give an object with {', '.join(kind.required)}"
    return Step(DATA, kind.name, MISSING, why, advice)


def _listed(session: Session, kind: StateKind, data: Data) -> Step:
    """Every entry of a list: what is typed by hand ages."""
    entries = data.lists[kind.name]
    wrong = {
        index: why
        for index, values in enumerate(entries)
        if (why := values.get(UNREAD) or _why_not(session, State(kind.name, {}, values, FIXED), data))
    }
    many, wants = f"{len(entries)} listed", _wants(kind, entries, data.lists)
    if len(wrong) < len(entries):
        data.measured.offered.add(kind.name)
    lacks = f"; a whole run wants {wants}" if wants else ""
    if not wrong:
        advice = f"states.{kind.name}: list more, or some rules are not judged" if wants else ""
        return Step(DATA, kind.name, MISSING if wants else OK, f"{many}, as promised{lacks}", advice)
    told = "; ".join(f"{_numbered(indexes)}: {why}" for why, indexes in _alike(wrong).items())
    advice = f"states.{kind.name}: correct {_numbered(list(wrong))}, or list another in place"
    outcome = WARNING if len(wrong) < len(entries) and not wants else MISSING
    return Step(DATA, kind.name, outcome, f"{many}; {told}{lacks}", advice)


def _wants(kind: StateKind, entries: Sequence[Mapping[str, Any]], lists: FixedStates) -> str:
    """What a whole run wants of a state and the lists do not have: `53`, `2, one with 51 orders or more`."""
    supply = supplies(recorded_needs().values()).get(kind.name)
    if supply is None:
        return ""
    serving = [name for name in lists if name != kind.name and kind.name in STATES[name].listed_as]
    # Where no order has hundreds of items, those of a small one are named again and again.
    has_larger = not supply.orders or any(fits(one, {"orders": supply.orders}) for one in entries)
    if has_larger and len(entries) + sum(len(lists[name]) for name in serving) >= supply.comfortable:
        return ""
    return f"{supply.comfortable}{'' if has_larger else f', {supply.larger}'}"


def _numbered(indexes: list[int]) -> str:
    """Entries by their numbers: `entry 1`, `entries 2 and 4`, `entries 1 to 8`."""
    first, last = indexes[0] + 1, indexes[-1] + 1
    if len(indexes) == 1:
        return f"entry {first}"
    if len(indexes) > 2 and last - first == len(indexes) - 1:
        return f"entries {first} to {last}"
    return f"entries {', '.join(str(index + 1) for index in indexes[:-1])} and {last}"


def _alike(wrong: Mapping[int, str]) -> dict[str, list[int]]:
    """The entries that the same is wrong with, by what it is."""
    found: dict[str, list[int]] = {}
    for index, why in wrong.items():
        found.setdefault(why, []).append(index)
    return found


def _why_not(session: Session, state: State, data: Data) -> str | None:
    """What the server says against a state; None where it is as promised."""
    if state.token:
        session.tokens.secrets.add(state.token)
    target, orders = session.settings.target, session.orders()
    if state.base_url or state.token:
        why = tenant_problem(orders, state, target.base_url)
        if why:
            return why
    # An order of the external OMS is not read back by its ids here.
    if "order_uuid" in state.values and state.source != FIXED and not state.name.startswith("oms-"):
        # One cause for all states: where the orders are of another server, the long wait is for the first of them.
        for _ in session.patience.attempts("that a state can be read"):
            if orders.show(state).status != 404:
                break
    _learn(session, state, data)
    learned = Learned(found_by=_BOTH, shows_items=data.shows_items, shows_customer=data.shows_customer)
    # What is listed is the user's: it is only read.
    is_listed = state.source == FIXED
    return prove(orders, state, learned, may_act=not is_listed, reads_only=is_listed).why


def _learn(session: Session, state: State, data: Data) -> None:
    """Whether the server shows orders with their state's ids of items and customers; doubts where this one is not."""
    if "item_uuids" not in state.values or state.name.startswith("oms-"):
        return
    answer = session.orders().show(state)
    if not answer.is_success:
        return
    items, customer = shows(answer, state)
    if not items and not data.shows_items:
        data.doubts[state.name] = _OTHERS_ITEMS
    elif not customer:
        # An id may be given as a personal-data token, which the order does not show.
        data.doubts[state.name] = _OTHERS_CUSTOMER
    data.shows_items, data.shows_customer = data.shows_items or items, data.shows_customer or customer


def _key(name: str, fixed: Mapping[str, Any]) -> str:
    return f"states.{name}" if name in fixed else "states"


def _internal(session: Session, item: str | None = None) -> Step:
    target = session.settings.target
    url, name = target.internal_base_url, "internal API"
    if url is None:
        return Step(DATA, name, OK, "out of scope: no internal_base_url")
    try:
        problem = internal_problem(session, item)
    except VoidError as error:
        told = str(error).removeprefix("internal_base_url: ")
        return Step(DATA, name, UNUSABLE, told, "internal_base_url: correct host and port, or leave it out")
    if problem:
        told = problem.removeprefix("internal_base_url: ")
        return Step(DATA, name, MISSING, told, "internal_base_url: correct it, or leave it out of the file")
    same = "at base_url" if url == target.base_url else f"{url} answers"
    return Step(DATA, name, OK, same)
