"""What one check did: its exchanges, its states, and where its current example began."""

from dataclasses import dataclass, field

from orderproof.conformance.states.sources import State
from orderproof.conformance.transport.exchange import Exchange


@dataclass(slots=True)
class Trace:
    """What one check did: its exchanges in order, its states, and where its current example began.

    `prepared` is how many exchanges came before the first example: they prepared the states that all examples share.
    It is None in a check without examples. `proofs` are the indices of exchanges that only proved a state, and
    `misdirected` of those that did not reach the API at all, because a state names a wrong address or token.
    """

    exchanges: list[Exchange] = field(default_factory=list)
    states: list[State] = field(default_factory=list)
    prepared: int | None = None
    example_from: int = 0
    proofs: set[int] = field(default_factory=set)
    misdirected: set[int] = field(default_factory=set)

    def since(self, first: int) -> list[Exchange]:
        """The exchanges from an index on, without those that only proved a state."""
        return [one for index, one in enumerate(self.exchanges) if index >= first and index not in self.proofs]

    def begin_example(self) -> None:
        """Mark that a property starts over: a finding shows what prepared it, and the exchanges from here on."""
        self.example_from = len(self.exchanges)
        if self.prepared is None:
            self.prepared = self.example_from
