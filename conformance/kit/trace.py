"""What one check did: its exchanges, its states, and where its current example began."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

from orderproof.conformance.kit.breaker import Line
from orderproof.conformance.kit.findings import Finding
from orderproof.conformance.kit.known_answers import KnownAnswers
from orderproof.conformance.states.sources import State
from orderproof.conformance.transport.exchange import Exchange

_HELD_BYTES = 16 * 1024 * 1024
"""So much of answers a check holds. The answers of a usual server come to a tenth of it, with ever so many examples."""
_SHORTENED_BYTES = 8_000
_READING_METHODS = ("GET", "HEAD", "OPTIONS")
# Its POST asks for prices, and changes nothing.
_PRICES = "createPriceInformationForItems"


class Broken(NamedTuple):
    """What a step of a check found, and how many exchanges it had seen by then."""

    error: AssertionError
    seen: int


@dataclass(slots=True)
class Trace:
    """What one check did: its exchanges in order, its states, and where its current example began.

    `prepared` is how many exchanges came before the first example: they prepared the states that all examples share.
    It is None in a check without examples. `proofs` are the indices of exchanges that only proved a state, or belong to
    an earlier attempt, of which there were `earlier`; and `misdirected` of those that did not reach the API at all,
    because a state names a wrong address or token. `unanswered` is what of the API did not answer, or was not asked
    since it had been given up; `found` is the last finding of a property's examples. `known` is what need not be asked
    again, or None where everything is asked for. Of a check in steps, `kept` are the rules of the steps that were
    taken, `broken` what others found, and `set_aside` why others could not be judged.
    """

    exchanges: list[Exchange] = field(default_factory=list)
    states: list[State] = field(default_factory=list)
    prepared: int | None = None
    example_from: int = 0
    proofs: set[int] = field(default_factory=set)
    earlier: int = 0
    misdirected: set[int] = field(default_factory=set)
    found: Finding | None = None
    unanswered: set[Line] = field(default_factory=set)
    known: KnownAnswers | None = None
    check: str = ""
    kept: list[str] = field(default_factory=list)
    broken: dict[str, Broken] = field(default_factory=dict)
    set_aside: dict[str, str] = field(default_factory=dict)
    _shared: list[State] = field(default_factory=list)
    _before_example: int = 0
    _held: int = 0
    _whole_from: int = 0

    @classmethod
    def following(cls, exchanges: Sequence[Exchange]) -> Self:
        """The trace of an attempt that comes after another, with its exchanges."""
        held = sum(one.weight for one in exchanges)
        return cls(list(exchanges), proofs=set(range(len(exchanges))), earlier=len(exchanges), _held=held)

    def add(self, exchange: Exchange, judged: Callable[[Exchange], Any]) -> None:
        """Add an exchange. Where the answers of the check are too large to be held, the oldest are shortened.

        What passive validation says of an answer (`judged`) is asked for before it is shortened, and goes with it.
        """
        self.exchanges.append(exchange)
        if self.known is not None:
            self.known.note(exchange)
        self._held += exchange.weight
        while self._held > _HELD_BYTES and self._whole_from < len(self.exchanges) - 1:
            oldest = self.exchanges[self._whole_from]
            self._whole_from += 1
            if oldest.weight > _SHORTENED_BYTES:
                self._held -= oldest.weight
                if oldest.judged is None:
                    oldest.judged = judged(oldest)
                oldest.shorten(_SHORTENED_BYTES)
                self._held += oldest.weight

    def since(self, first: int) -> list[Exchange]:
        """The exchanges from an index on, without those that only proved a state."""
        return [one for index, one in enumerate(self.exchanges) if index >= first and index not in self.proofs]

    def writes(self) -> list[str]:
        """The operations that changed something, the last one first: their effects are what may come late."""
        return [one.operation for one in reversed(self.exchanges) if one.operation and _has_effect(one)]

    def begin_example(self) -> None:
        """Mark that a property starts over: a finding shows what prepared it, and the exchanges from here on."""
        self.example_from = len(self.exchanges)
        if self.prepared is None:
            self.prepared = self.example_from
            self._shared = list(self.states)
        self._before_example = len(self.states)

    def twin_of(self, state: State) -> str | None:
        """The order or customer that another state of the check is already about, in words, or None.

        What is done to one of two orders is shown by the other, where they are one: that breaks no rule. States of
        earlier examples are done with, and the entries of a list are told apart when it is read.
        """
        if state.source == "fixed":
            return None
        for other in (*self._shared, *self.states[self._before_example :]):
            if _subject(other) == _subject(state):
                what, value, *_ = _subject(state)
                return f"the {what} {value} for {other.name} and {state.name} in one check: each must be one of its own"
        return None


def _has_effect(exchange: Exchange) -> bool:
    is_done = exchange.status is not None and 200 <= exchange.status < 300
    return is_done and exchange.method not in _READING_METHODS and exchange.operation != _PRICES


def _subject(state: State) -> tuple[str, ...]:
    """What a state is about, and at which tenant."""
    key = next(key for key in ("order_uuid", "order_id", "customer_id") if key in state.values)
    what = "customer" if key == "customer_id" else "order"
    return what, str(state.values[key]), str(state.base_url), str(state.token)
