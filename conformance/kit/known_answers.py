"""What the server said of a check's states last, so that the quick profile need not ask it again.

A reading that one check ends with is the reading that the next one begins with, as long as nothing but readings came in
between. It travels with the state, which one check has at a time. It may acquit: a check that fails is run again on a
fresh state and asks for everything itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from orderproof.conformance.transport.exchange import Exchange, Headers

Key = tuple[str, str, tuple[tuple[str, str], ...], bytes | None]

_READING = {
    "showSalesOrderByIdAndIdType": "GET",
    "showOrderHistoryForCustomer": "GET",
    "showCancellationStatus": "GET",
    # Asks for prices, and changes nothing.
    "createPriceInformationForItems": "POST",
}
_EXTENDS = "createGracePeriod"
_LONGEST = 100_000


@dataclass(slots=True)
class KnownAnswers:
    """The successful readings of a check's states since the last request that was none, by the request.

    `is_reading`: the check sends nothing else, so that it compares readings: each is asked for again when it comes a
    second time, as prices always are. `recalled` counts the answers that were not asked for.
    """

    is_reading: bool = False
    recalled: int = 0
    _known: dict[Key, Exchange] = field(default_factory=dict)
    _asked: set[Key] = field(default_factory=set)
    _extensions: list[Exchange] = field(default_factory=list)

    def add(self, exchanges: Iterable[Exchange]) -> None:
        """Take over what the check before knew of a state."""
        for one in exchanges:
            if one.operation == _EXTENDS:
                self._extensions.append(one)
            else:
                self._known[_key_of(one)] = one

    def recall(self, method: str, url: str, headers: Headers, body: bytes | None) -> Exchange | None:
        """The answer to a request, if it is known."""
        key = (method, url, tuple(headers), body)
        compares = self.is_reading or method == "POST"
        found = None if compares and key in self._asked else self._known.get(key)
        self._asked.add(key)
        self.recalled += found is not None
        return found

    def note(self, exchange: Exchange) -> None:
        """Note an exchange: a reading is known from now on, after anything else nothing is."""
        if _READING.get(exchange.operation or "") != exchange.method:
            self.forget()
            if exchange.operation == _EXTENDS and exchange.status == 200:
                self._extensions.append(exchange)
        elif exchange.status == 200 and len(exchange.response_body) <= _LONGEST:
            self._known[_key_of(exchange)] = exchange

    def forget(self) -> None:
        """Ask for everything again: something was written, or an effect is waited for."""
        self._known.clear()

    def about(self, ids: Iterable[str]) -> tuple[Exchange, ...]:
        """The known answers whose request names one of these ids."""
        named = tuple(ids)
        extension = self.extension(named)
        readings = [one for one in self._known.values() if any(id_ in one.url for id_ in named)]
        return (*readings, extension) if extension else tuple(readings)

    def extension(self, ids: Iterable[str]) -> Exchange | None:
        """The last extension of an order's grace period, which is what shows where its timer stands."""
        named = tuple(ids)
        return next((one for one in reversed(self._extensions) if any(id_ in one.url for id_ in named)), None)


def _key_of(exchange: Exchange) -> Key:
    return exchange.method, exchange.url, tuple(exchange.request_headers), exchange.request_body
