"""What a walk or a race says of its requests: which prepared the orders, what was asked, how often, and what came."""

from collections.abc import Iterator, Sequence

from orderproof.conformance.checks.stateful.observed_order import ObservedOrder
from orderproof.conformance.kit import Answer, Exchange, Reply, Request, Step, shown

_SET_UP_WORDS = {
    "createGracePeriod": "extend the grace period",
    "showCancellationStatus": "read the cancellation status",
    "showSalesOrderByIdAndIdType": "read the order",
}


def told(request: Request, reply: Reply | None, answer: Answer) -> str:
    """The answer to a request, in words."""
    if reply is None:
        return _came(answer.exchange)
    return f"{answer.status}{shown(request, reply.shows)}"


def set_up_steps(lives: Sequence[ObservedOrder], exchanges: Sequence[Exchange]) -> list[Step]:
    """The requests that prepared the orders of a walk or a race, as the first steps of its story."""
    return [Step(_set_up_words(lives, one), _came(one), one) for one in exchanges]


def _set_up_words(lives: Sequence[ObservedOrder], exchange: Exchange) -> str:
    names = [life.name for life in lives if any(id_ in exchange.url for id_ in life.ids)]
    of = f" of {names[0]}" if names and names[0] else ""
    what = _SET_UP_WORDS.get(exchange.operation or "", f"{exchange.method} {exchange.url}")
    return f"set-up{of}: {what}"


def side_steps(exchanges: Sequence[Exchange], asked: Exchange) -> Iterator[Step]:
    """What else was sent while one request was: whether the token still holds, say. Its repeats are no steps."""
    for one in exchanges:
        if not _is_same(one, asked):
            yield Step(f"besides: {one.method} {one.url}", _came(one), one)


def how_often(exchanges: Sequence[Exchange], asked: Exchange) -> str:
    """Says of a request that was repeated, until its answer was allowed or time was up, how often it was sent."""
    times = sum(_is_same(one, asked) for one in exchanges)
    return f", sent {times} times" if times > 1 else ""


def _is_same(one: Exchange, other: Exchange) -> bool:
    return (one.method, one.url, one.request_body) == (other.method, other.url, other.request_body)


def _came(exchange: Exchange) -> str:
    return f"no answer ({exchange.error})" if exchange.status is None else str(exchange.status)
