"""An order's life as a pure model: which answers each request may get, and which states may follow.

The model knows no HTTP and no server. `apply` gives every outcome that the documents allow, open choices included, so a
walk and a race are judged alike: a server is right if some life of the order explains all its answers.

What the documents leave open is part of the states: a cancellation that was accepted may take effect a little later
("Initiates the cancellation of the specified order."), and what a canceled order's items may still do is not said.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple


class Life(Enum):
    """The progress of the cancellation of an order or of a line."""

    OPEN = "open"
    CANCELING = "being canceled"
    CANCELED = "canceled"


class Line(NamedTuple):
    """An item of an order; `number` is its serial number, None without a serial number, `ANY` if unknown."""

    is_preordered: bool
    life: Life = Life.OPEN
    number: str | None = None


class Order(NamedTuple):
    """An order: its timer and the number of its extensions, its cancellation, its items."""

    timer_runs: bool
    is_cancelable: bool
    lines: tuple[Line, ...] = ()
    extensions: int = 0
    life: Life = Life.OPEN


@dataclass(frozen=True, slots=True)
class Extend:
    """Extend the grace period."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """Cancel the order."""


@dataclass(frozen=True, slots=True)
class CancelLine:
    """Cancel one of its items, by either API."""

    line: int


@dataclass(frozen=True, slots=True)
class Number:
    """Give items serial numbers: (item, number) each."""

    numbers: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class ReadStatus:
    """Read the cancellation status; `settled`: so late that no cancellation is still under way."""

    settled: bool = False


@dataclass(frozen=True, slots=True)
class ReadOrder:
    """Read the order; `settled` as above."""

    settled: bool = False


@dataclass(frozen=True, slots=True)
class Invalid:
    """A request that breaks one documented constraint; `what` names it."""

    what: str = ""


Request = Extend | Cancel | CancelLine | Number | ReadStatus | ReadOrder | Invalid
READS = (ReadStatus, ReadOrder)


ANY: Any = type("Any", (), {"__repr__": lambda _: "anything"})()
"""A value that the documents leave open, or that an answer does not show."""

DONE = frozenset(range(200, 300))
# A refusal of the request itself, not of the token (401), and not a request to try again (408, 429). A 403 may mean
# that the order's state forbids it.
REFUSED = frozenset(range(400, 500)) - {401, 408, 429}
EXPIRED = frozenset({412})
CONFLICT = frozenset({409})


class Reply(NamedTuple):
    """The status of an answer, and what the answer shows.

    `shows` is, for `Extend`, the number of extensions in due_at; for `ReadStatus` (cancelable, canceled); for
    `ReadOrder` a pair for each item (whether its status differs from its first status, its serial number); otherwise
    None. `ANY` means that the answer does not show it.
    """

    status: int
    shows: Any = None


class Outcome(NamedTuple):
    """One allowed answer, and the state that follows. `shows` may hold `ANY`, at any depth."""

    statuses: frozenset[int]
    order: Order
    shows: Any = ANY

    def admits(self, reply: Reply) -> bool:
        """Whether an answer matches this outcome."""
        return reply.status in self.statuses and _alike(self.shows, reply.shows)


def _alike(wanted: Any, seen: Any) -> bool:
    if wanted is ANY or seen is ANY:
        return True
    if isinstance(wanted, tuple):
        return (
            isinstance(seen, tuple)
            and len(wanted) == len(seen)
            and all(_alike(one, other) for one, other in zip(wanted, seen, strict=True))
        )
    return bool(wanted == seen)


def apply(order: Order, request: Request, *, contended: bool = False) -> Iterator[Outcome]:
    """Every outcome that the documents allow a request on an order in this state.

    `contended`: another request that changes the order is under way. Only then may a request be refused because of it
    ("A concurrent request extended the grace period already."), and then it has changed nothing.
    """
    for now in _unfolded(order):
        yield from _OUTCOMES[type(request)](now, request)
    if contended and not isinstance(request, READS):
        yield Outcome(CONFLICT if isinstance(request, Extend) else REFUSED, order)


def follow(orders: Iterable[Order], request: Request, reply: Reply | None) -> frozenset[Order]:
    """The states that an order may be in after this answer, given those before; empty if the answer is not allowed.

    If the answer does not show it (`reply` is None), the request may have been carried out or not.
    """
    known = frozenset(orders)
    after = frozenset(
        outcome.order for order in known for outcome in apply(order, request) if reply is None or outcome.admits(reply)
    )
    return after | known if reply is None else after


def _unfolded(order: Order) -> Iterator[Order]:
    """The order as it is now, and as it is after cancellations under way have taken effect."""
    yield order
    if order.life is Life.CANCELING:
        yield from _unfolded(order._replace(life=Life.CANCELED))
    for index, line in enumerate(order.lines):
        if line.life is Life.CANCELING:
            yield from _unfolded(_with_line(order, index, line._replace(life=Life.CANCELED)))


def _with_line(order: Order, index: int, line: Line) -> Order:
    return order._replace(lines=(*order.lines[:index], line, *order.lines[index + 1 :]))


def _extend(order: Order, _: Extend) -> Iterator[Outcome]:
    if order.timer_runs and order.life is not Life.CANCELED:
        extended = order._replace(extensions=order.extensions + 1)
        yield Outcome(DONE, extended, extended.extensions)
    if order.life is not Life.OPEN:
        # Whether it is refused with 412 is open.
        yield Outcome(REFUSED, order)
    elif not order.timer_runs:
        yield Outcome(EXPIRED, order)


def _cancel(order: Order, _: Cancel) -> Iterator[Outcome]:
    if order.life is Life.OPEN and order.is_cancelable:
        yield Outcome(DONE, order._replace(life=Life.CANCELING))
    else:
        yield Outcome(REFUSED, order)
    if order.life is Life.CANCELING:
        # Until it has taken effect, a second cancellation may be accepted too.
        yield Outcome(DONE, order)


def _cancel_line(order: Order, request: CancelLine) -> Iterator[Outcome]:
    line = order.lines[request.line]
    is_open = order.life is Life.OPEN and line.life is Life.OPEN
    if not (is_open and line.is_preordered):
        yield Outcome(REFUSED, order)
    if line.is_preordered and line.life is not Life.CANCELED:
        canceling = _with_line(order, request.line, line._replace(life=Life.CANCELING))
        # Whether an order that has lost an item can still be canceled is not said.
        for is_cancelable in {order.is_cancelable, False}:
            yield Outcome(DONE, canceling._replace(is_cancelable=is_cancelable))


def _number(order: Order, request: Number) -> Iterator[Outcome]:
    lines = list(order.lines)
    for index, text in request.numbers:
        lines[index] = lines[index]._replace(number=text or None)
    # Whether an order with serial numbers can still be canceled is not said.
    for is_cancelable in {order.is_cancelable, False}:
        yield Outcome(DONE, order._replace(lines=tuple(lines), is_cancelable=is_cancelable))
    if order.life is not Life.OPEN or any(order.lines[index].life is not Life.OPEN for index, _ in request.numbers):
        # Whether what is canceled still takes serial numbers is not said.
        yield Outcome(REFUSED, order)


def _read_status(order: Order, request: ReadStatus) -> Iterator[Outcome]:
    if order.life is Life.OPEN:
        yield Outcome(DONE, order, (order.is_cancelable, False))
    elif order.life is Life.CANCELED:
        yield Outcome(DONE, order, (False, True))
    elif not request.settled:
        yield Outcome(DONE, order, (ANY, False))


def _read_order(order: Order, request: ReadOrder) -> Iterator[Outcome]:
    if request.settled and Life.CANCELING in (order.life, *(line.life for line in order.lines)):
        return
    yield Outcome(DONE, order, tuple(_shown_line(order, line) for line in order.lines))


def _shown_line(order: Order, line: Line) -> tuple[Any, Any]:
    is_open = order.life is Life.OPEN and line.life is Life.OPEN
    # Whether what is canceled keeps its serial number is not said.
    return _has_moved(order, line), line.number if is_open else ANY


def _has_moved(order: Order, line: Line) -> Any:
    """Whether an item's status differs from its first status: it must, it must not, or it may."""
    if order.life is not Life.OPEN or line.life is Life.CANCELING:
        return ANY
    if line.life is Life.CANCELED:
        return True
    # A pre-ordered item waits; the platform may change the status of any other item on its own.
    return False if line.is_preordered else ANY


def _invalid(order: Order, _: Invalid) -> Iterator[Outcome]:
    yield Outcome(REFUSED, order)


_OUTCOMES: dict[type, Any] = {
    Extend: _extend,
    Cancel: _cancel,
    CancelLine: _cancel_line,
    Number: _number,
    ReadStatus: _read_status,
    ReadOrder: _read_order,
    Invalid: _invalid,
}


def expected(orders: Iterable[Order], request: Request) -> str:
    """The allowed answers to a request in any of these states, in words for a report."""
    found = {_words(request, outcome) for order in orders for outcome in apply(order, request)}
    return " or ".join(sorted(found))


def _words(request: Request, outcome: Outcome) -> str:
    for statuses, words in ((REFUSED, "a refusal (4xx)"), (EXPIRED, "412"), (CONFLICT, "409")):
        if outcome.statuses == statuses:
            return words
    return f"success{shown(request, outcome.shows)}"


def shown(request: Request, shows: Any) -> str:
    """What an answer shows, in words that follow a status; empty if it shows nothing of interest."""
    if shows is ANY or shows is None:
        return ""
    if isinstance(request, Extend):
        return f", due_at = start + {shows} extension{'' if shows == 1 else 's'}" if shows else ", due_at = start"
    if isinstance(request, ReadStatus):
        cancelable, canceled = (str(value).lower() for value in shows)
        return f", cancelable {cancelable}, canceled {canceled}"
    if isinstance(request, ReadOrder):
        return "; " + "; ".join(f"item {index}: {_line_words(*pair)}" for index, pair in enumerate(shows, 1))
    return ""


def _line_words(has_moved: Any, number: Any) -> str:
    status = {True: "status changed", False: "status unchanged"}.get(has_moved, "any status")
    words = {None: "no serial number", ANY: "any serial number"}.get(number, f"serial number {number}")
    return f"{status}, {words}"
