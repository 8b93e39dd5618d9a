"""States: the test data that checks need to find on the target, and the four ways to get it.

A *fixed list* in the target file, the *injection* of orders by the vendor's own API, a *callback* (Pact's
provider-state request) or a *provider* (a Python callable). Each state is sought in this order. A missing state is
never an error of the run: the rules that need it are `not-run`, with the reason given here.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from orderproof.conformance.config.fields import check_token, check_url
from orderproof.conformance.config.state_kinds import OF_TENANT, STATES, VALUE_TYPES, is_of_type
from orderproof.conformance.errors import NotOffered, StateUnavailable, UsageError
from orderproof.conformance.transport.activity import doing

FIXED = "fixed"
"""The source of what a target file lists."""

COUNTED = {"items": "item_uuids", "orders": "order_ids"}
"""Parameters that count something, and the value that lists it."""

NOT_OFFERED = {
    "callback": "states.callback does not offer it (404)",
    "provider": "states.provider does not offer it (it returned None)",
}
"""Why a state is missing, by the source that would have to offer it."""

_OFFERS_NONE = ("does not offer it", "lists no such", "no states were given")

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class State:
    """A state of the target: its name, the requested parameters, and the values by which to find it.

    `base_url` and `token` are set if the state is on another tenant: requests about it go there. `source` is where it
    came from, and where it is torn down.
    """

    name: str
    params: Values
    values: Values
    source: str = ""

    def __repr__(self) -> str:
        # pytest shows it in tracebacks.
        shown = {key: value for key, value in self.values.items() if key != "token"}
        return f"State({self.name!r}, {shown})"

    def __getattr__(self, key: str) -> Any:
        try:
            return self.values[key]
        except KeyError:
            raise AttributeError(f"state {self.name} has no value {key}") from None

    @property
    def base_url(self) -> str | None:
        """Base URL of the tenant that has the state, or None for the target's own."""
        url = self.values.get("base_url")
        return url.rstrip("/") if url else None

    @property
    def token(self) -> str | None:
        """Token of that tenant, or None for the target's own."""
        return self.values.get("token")


Ask = Callable[[str, Values, str], Values | None]
"""A source of states: (state, params, action) to values, or None if it does not offer the state.

A source that can say why it does not offer one raises `NotOffered` instead.
"""


def noun(name: str) -> str:
    """What a state is about, in a word."""
    return "customer" if name.startswith("customer") else "order"


def words(params: Values) -> str:
    """Parameters in words: `at least 2 items`, `status complete`."""
    return " and ".join(
        f"at least {value} {key}" if key in COUNTED else f"{key} {value}" for key, value in params.items()
    )


def fits(entry: Values, params: Values) -> bool:
    """Whether values are what the parameters of a state ask for."""
    for key, wanted in params.items():
        if key in COUNTED and len(entry.get(COUNTED[key], ())) < wanted:
            return False
        # An entry without the value fits only those who ask for no value in particular.
        if key not in COUNTED and wanted is not None and entry.get(key) != wanted:
            return False
    return True


@dataclass(slots=True)
class States:
    """Sets states up and tears them down.

    `journal`, if set, notes each set-up and teardown, so that `orderproof cleanup` can finish for a killed run.
    `longest_seconds` is what the slowest set-up so far took.
    """

    sources: list[tuple[str, Ask]]
    journal: Callable[[str, State, str], None] | None = None
    missing: dict[str, str] = field(default_factory=dict)
    longest_seconds: float = 0.0

    def setup(self, name: str, **params: Any) -> State:
        """Set a state up. Raises `StateUnavailable` with the reason that `not-run` rules report."""
        if name not in STATES:
            raise KeyError(f"no state {name!r}")
        params = {key: value for key, value in {**STATES[name].params, **params}.items() if value is not None}
        began = time.monotonic()
        try:
            with doing(f"set-up of {name}"):
                source, values = self._first(name, params)
            self.longest_seconds = max(self.longest_seconds, time.monotonic() - began)
            with _named(source):
                state = State(name, params, checked(name, params, values), source)
        except StateUnavailable as error:
            reason = f"{error}"
            self.missing.setdefault(name, reason)
            raise type(error)(f"state {name}: {reason}") from None
        if self.journal and source != FIXED:
            self.journal(source, state, "setup")
        return state

    def _first(self, name: str, params: Values) -> tuple[str, Values]:
        not_listed = f"your target file lists no such {noun(name)} under states.{name}"
        reasons = []
        for source, ask in self.sources:
            try:
                values = ask(name, params, "setup")
            except NotOffered as error:
                reasons.append(str(error))
                continue
            if values is not None:
                return source, values
            reasons.append(NOT_OFFERED.get(source, not_listed))
        raise StateUnavailable("; ".join(reasons) or "no states were given; add states: to the target file")

    def teardown(self, state: State) -> None:
        """Tear a state down where it came from. An error here says nothing about the target."""
        for source, ask in self.sources:
            # An entry of a fixed list belongs to the user, and no other source may remove it.
            if source == FIXED or source != state.source:
                continue
            try:
                ask(state.name, {**state.params, **state.values}, "teardown")
            except StateUnavailable:
                continue
            if self.journal:
                self.journal(source, state, "teardown")


def offers_none(why: str) -> bool:
    """Whether a state is missing since no source has it, in place of a failure."""
    return any(words in why for words in _OFFERS_NONE)


def with_remedy(name: str, why: str) -> str:
    """Why a state is missing, and what to write where the target cannot have it."""
    feature = STATES[name].feature
    if feature is None or "features." in why or not offers_none(why):
        return why
    return f"{why}; or write features.{feature}: false, where the target has none"


@contextmanager
def _named(source: str) -> Iterator[None]:
    """Says which source gave what cannot be used. An entry of a list is checked with the target file."""
    try:
        yield
    except StateUnavailable as error:
        raise StateUnavailable(str(error) if source == FIXED else f"states.{source} gave one, but {error}") from None


def checked(name: str, params: Values, values: Any) -> Values:
    """The values that a source gave for a state. Raises `StateUnavailable` if they cannot be used."""
    if not isinstance(values, Mapping):
        # What was given instead may hold a token.
        raise StateUnavailable("the values must be a mapping, such as {order_uuid: …}")
    lacking = [key for key in STATES[name].required if values.get(key) in (None, "", [])]
    if name == "customer-with-orders" and params.get("orders") == 0:
        lacking = [key for key in lacking if key != "order_ids"]
    if lacking:
        raise StateUnavailable(f"the values lack {', '.join(lacking)}")
    for key in (*STATES[name].values, *OF_TENANT):
        value = values.get(key)
        wanted = VALUE_TYPES.get(key, "text")
        if value is not None and not is_of_type(value, wanted):
            raise StateUnavailable(f"the value {key} must be {'' if wanted == 'text' else 'a '}{wanted}")
    _check_tenant(values)
    _check_twice(values)
    if not fits(values, {key: params[key] for key in ("items", "orders") if key in params}):
        raise StateUnavailable(f"asked for {words(params)}, but the values hold fewer")
    return values


def _check_twice(values: Values) -> None:
    """Raise `StateUnavailable` for an id that stands where there must be two: what is counted would not fit."""
    for key in COUNTED.values():
        listed = values.get(key) or []
        twice = next((one for index, one in enumerate(listed) if one in listed[:index]), None)
        if twice is not None:
            raise StateUnavailable(f"the value {key} names {twice} twice")
    if values.get("item_uuid") is not None and values.get("item_uuid") == values.get("other_item_uuid"):
        raise StateUnavailable("the values item_uuid and other_item_uuid are the same item")


def _check_tenant(values: Values) -> None:
    """Raise `StateUnavailable` for a tenant to which no request can be sent."""
    try:
        if values.get("base_url") is not None:
            check_url(values["base_url"], "the value base_url")
        if values.get("token") is not None:
            check_token(values["token"], "the value token")
    except UsageError as error:
        raise StateUnavailable(str(error)) from None
