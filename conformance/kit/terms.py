"""On which terms a check is lent states, and what lending needs of the session whose check asks."""

from dataclasses import dataclass
from typing import Protocol

from orderproof.conformance.kit.api import Orders
from orderproof.conformance.kit.polling import Poller
from orderproof.conformance.kit.trace import Trace
from orderproof.conformance.transport.tokens import Tokens


class Borrower(Protocol):
    """What lending needs of the session whose check asks."""

    trace: Trace
    judges: bool
    patience: Poller
    tokens: Tokens

    def orders(self) -> Orders:
        """The documented API of the target."""
        ...


@dataclass(frozen=True, slots=True)
class Terms:
    """How a check is lent states: `is_new` to none of the pool, unless it is listed there.

    `is_fresh` is to none that was used before, `is_unchanged` to none that was changed. `writes`: it sends more than
    readings.
    """

    is_new: bool = False
    is_fresh: bool = False
    is_unchanged: bool = False
    writes: bool = True
