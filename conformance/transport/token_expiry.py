"""Requests that a token was good for: repeated where it is refused, they tell a token that ended from a broken rule."""

import time

from orderproof.conformance.transport.client import Client
from orderproof.conformance.transport.exchange import Exchange

DENIED = (401, 403)

# A token that was good a moment ago is good: some servers answer 403 to a hundred requests for reasons of their own.
_GOOD_FOR_SECONDS = 2.0


class TokenProbe:
    """The last GET request that each token was good for, by the token; by an empty text that of the target's own.

    `accepted` is the first of the target's own: its URL, its `Accept` and its operation, empty where it is of none.
    """

    def __init__(self, accepted: tuple[str, ...] = ()) -> None:
        self._accepted = {"": accepted} if accepted else {}
        self._good_until: dict[str, float] = {}

    @property
    def own(self) -> tuple[str, ...]:
        """The last request that the target's own token was good for, as in `accepted`; empty where there is none."""
        return self._accepted.get("", ())

    def note(self, exchange: Exchange, key: str) -> None:
        """Remember a request that was granted."""
        if exchange.method == "GET" and exchange.status == 200:
            self._accepted[key] = (exchange.url, exchange.request_header("Accept") or "*/*", exchange.operation or "")

    def replay(self, client: Client, denied: Exchange, key: str) -> Exchange | None:
        """Repeat, with the headers of a request that was denied, one that was granted; returns it where it is denied.

        None where it is granted still, so that it is not the token, and where no request ever was.
        """
        if key not in self._accepted or time.monotonic() < self._good_until.get(key, 0.0):
            return None
        url, accept, operation = self._accepted[key]
        kept = [one for one in denied.request_headers if one[0].lower() not in ("accept", "content-type")]
        # It is an answer of the API like any other, so that it is judged in passing too.
        again = client.send("GET", url, [*kept, ("Accept", accept)], operation=operation or None)
        if again.status in DENIED:
            return again
        self._good_until[key] = time.monotonic() + _GOOD_FOR_SECONDS
        return None
