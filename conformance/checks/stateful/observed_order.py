"""An order of the target and its life: what is asked of it, and what the answers tell, in the model's terms."""

from collections.abc import Callable, Iterable, Mapping
from itertools import product
from typing import Any, NamedTuple

from orderproof.conformance.checks.support.facts import UNKNOWN_UUID
from orderproof.conformance.checks.support.reading import items_by_id
from orderproof.conformance.checks.support.timers import ROUNDING, Timer, due_at, running_timer
from orderproof.conformance.kit import (
    ANY,
    REFUSED,
    Answer,
    Cancel,
    CancelLine,
    Extend,
    Inconclusive,
    Invalid,
    Line,
    Number,
    Order,
    Orders,
    ReadOrder,
    ReadStatus,
    Reply,
    Request,
    State,
    require,
)
from orderproof.strategies.texts import item_tag, of_item

OTHER_ID_KEY = {"internal": "order_id", "external": "order_uuid"}
PREORDERED, ORDINARY = 0, 1
"""Where the items of an order with a pre-ordered item stand in the model."""

EITHER = (True, False)
"""What a state does not promise."""

BY = {"internal": "by its UUID", "external": "by its readable id"}


class ObservedOrder:
    """One order: `known` are the states of the model that it may be in.

    `timer_runs` and `is_cancelable` say what its provider state promises, `EITHER` where it does not.
    Its timer is known once `start_timer` was called, and what its items began with once `look` was.
    """

    def __init__(
        self,
        orders: Orders,
        state: State,
        *,
        timer_runs: Iterable[bool] = (True,),
        is_cancelable: Iterable[bool] = (True,),
        name: str = "",
    ) -> None:
        self.orders = orders
        self.state = state
        self.known = _lives(state, timer_runs, is_cancelable)
        self.name = name
        self.items = items_of(state)
        self.timer: Timer | None = None
        self._begun: dict[str, object] = {}

    @property
    def ids(self) -> tuple[str, str]:
        """Both ids of the order."""
        return str(self.state.order_uuid), str(self.state.order_id)

    def start_timer(self) -> None:
        """Measure where the timer stands and by how much this server extends it (15 minutes is a rule of its own)."""
        self.timer = running_timer(self.orders, self.state)

    def look(self) -> None:
        """Note the status and the serial number of each item: a fresh order may have some already."""
        items = _items(require(self.orders.show(self.state)))
        self._begun = {item: found.get("status") for item, found in items.items()}
        numbers = [_number_shown(item.casefold(), items.get(item.casefold(), {})) for item in self.items]
        self.known = frozenset(
            order._replace(
                lines=tuple(line._replace(number=one) for line, one in zip(order.lines, numbers, strict=True))
            )
            for order in self.known
        )

    def ask(self, request: Request, by: str = "internal", orders: Orders | None = None) -> Answer:
        """Send a request of the model, by either id of the order; through `orders`, if given."""
        return _SEND[type(request)](orders or self.orders, self, request, by)

    def reply(self, request: Request, answer: Answer) -> Reply | None:
        """What an answer tells; None where it does not tell whether the request was carried out."""
        if answer.status is None or not (answer.is_success or answer.status in REFUSED):
            # No answer, a server error (a rule of its own), or one about the caller's token or rate.
            return None
        shows = _SHOWN.get(type(request))
        return Reply(answer.status, shows(self, answer) if shows and answer.is_success else None)

    def says(self, request: Request, by: str) -> str:
        """A request in words."""
        return f"{self.name}: {_words(request, by)}" if self.name else _words(request, by)


def _words(request: Request, by: str) -> str:
    if isinstance(request, Invalid):
        return INVALID[request.what].says
    if isinstance(request, Number):
        return f"add serial numbers ({', '.join(f'item {line + 1}: {text}' for line, text in request.numbers)})"
    if isinstance(request, CancelLine):
        how = "by the internal API" if by == "line" else f"of the order {BY[by]}"
        return f"cancel item {request.line + 1} {how}"
    return f"{_SAYS[type(request)]} {BY[by]}"


def items_of(state: State) -> list[str]:
    """The ids of an order's items: the pre-ordered one first, then the one that is said not to be, then the rest."""
    first = [state.values[name] for name in ("item_uuid", "other_item_uuid") if name in state.values]
    return first + [item for item in state.item_uuids if item not in first]


def _lives(state: State, timer_runs: Iterable[bool], is_cancelable: Iterable[bool]) -> frozenset[Order]:
    """Every state of the model that a fresh order may be in, given what its provider state promises.

    An item that the state does not call pre-ordered is taken for one that is not: no other is asked to be canceled.
    """
    lines = tuple(Line(item == state.values.get("item_uuid"), number=ANY) for item in items_of(state))
    return frozenset(Order(runs, cancelable, lines) for runs, cancelable in product(timer_runs, is_cancelable))


def _items(answer: Answer) -> dict[str, Mapping[str, Any]]:
    items = answer.at("items")
    if not isinstance(items, list):
        raise Inconclusive(f"the items in the answer to {answer.request} are no list", answer.exchange)
    return items_by_id(items)


def _timer_shown(life: ObservedOrder, answer: Answer) -> Any:
    if life.timer is None:
        return ANY
    passed = (due_at(answer) - life.timer.due_at) / life.timer.step
    whole = round(passed)
    # Between two steps it stands nowhere that extensions lead to.
    return whole if abs(passed - whole) * life.timer.step < ROUNDING else round(passed, 2)


def _status_shown(_: ObservedOrder, answer: Answer) -> Any:
    status = answer.at("cancelable"), answer.at("canceled")
    if not all(isinstance(value, bool) for value in status):
        raise Inconclusive(f"the cancellation status shows no booleans: {answer}", answer.exchange)
    return status


def _order_shown(life: ObservedOrder, answer: Answer) -> Any:
    items = _items(answer)
    return tuple(_line_shown(life, item.casefold(), items.get(item.casefold())) for item in life.items)


def _line_shown(life: ObservedOrder, item: str, found: Mapping[str, Any] | None) -> Any:
    if found is None:
        # An order may leave out an item that was canceled.
        return True, ANY
    begun, now = life._begun.get(item), found.get("status")
    has_moved = ANY if begun is None or now is None else now != begun
    return has_moved, _number_shown(item, found)


def _number_shown(item: str, found: Mapping[str, Any]) -> Any:
    identifiers = found.get("external_identifier")
    if not isinstance(identifiers, dict):
        return ANY
    number = identifiers.get("serial_number")
    # In the model's terms: without what makes it the item's own.
    return str(number).removesuffix(f"-{item_tag(item)}") if number else None


_SHOWN: Mapping[type, Callable[[ObservedOrder, Answer], Any]] = {
    Extend: _timer_shown,
    ReadStatus: _status_shown,
    ReadOrder: _order_shown,
}

_SAYS = {
    Extend: "extend the grace period",
    Cancel: "cancel the order",
    ReadStatus: "read the cancellation status",
    ReadOrder: "read the order",
}


def _send_cancel_line(orders: Orders, life: ObservedOrder, request: Any, by: str) -> Answer:
    item = life.items[request.line]
    if by == "line":
        return orders.cancel_line_item_internally(life.state, item)
    return orders.cancel_line_item(life.state, item, id_type=by)


def _send_numbers(orders: Orders, life: ObservedOrder, request: Any, _: str) -> Answer:
    return orders.add_serial_numbers(life.state, [_numbered(life.items[line], text) for line, text in request.numbers])


def _numbered(item: str, text: str) -> dict[str, str]:
    return {"id": item, "serial_number": of_item(text, item)}


_SEND: Mapping[type, Callable[[Orders, ObservedOrder, Any, str], Answer]] = {
    Extend: lambda orders, life, _, by: orders.extend_grace_period(life.state, id_type=by),
    Cancel: lambda orders, life, _, by: orders.cancel(life.state, id_type=by),
    CancelLine: _send_cancel_line,
    Number: _send_numbers,
    ReadStatus: lambda orders, life, _, by: orders.cancellation_status(life.state, id_type=by),
    ReadOrder: lambda orders, life, _, by: orders.show(life.state, id_type=by),
    Invalid: lambda orders, life, request, by: INVALID[request.what].send(orders, life, by),
}


class Violation(NamedTuple):
    """A request that breaks one documented constraint: in words, and how it is sent."""

    says: str
    send: Callable[[Orders, ObservedOrder, str], Answer]


def _crossed(life: ObservedOrder, by: str) -> str:
    return str(life.state.values[OTHER_ID_KEY[by]])


INVALID: Mapping[str, Violation] = {
    "cancel-without-reason": Violation(
        "cancel the order without a reason", lambda orders, life, by: orders.cancel(life.state, id_type=by, body={})
    ),
    "cancel-with-empty-reason": Violation(
        "cancel the order with an empty reason",
        lambda orders, life, by: orders.cancel(life.state, id_type=by, body={"reason": ""}),
    ),
    "cancel-by-crossed-id": Violation(
        "cancel the order by one id under the type of the other",
        lambda orders, life, by: orders.cancel(life.state, id=_crossed(life, by), id_type=by),
    ),
    "extend-by-crossed-id": Violation(
        "extend the grace period by one id under the type of the other",
        lambda orders, life, by: orders.extend_grace_period(life.state, id=_crossed(life, by), id_type=by),
    ),
    "extend-without-type": Violation(
        "extend the grace period without an id_type",
        lambda orders, life, by: orders.extend_grace_period(life.state, id=life.state.order_uuid, id_type=None),
    ),
    "number-an-unknown-item": Violation(
        "add serial numbers to the order's first item and to one that it does not have",
        lambda orders, life, by: orders.add_serial_numbers(
            life.state,
            [_numbered(life.items[0], "NEVER"), _numbered(UNKNOWN_UUID, "NEVER")],
        ),
    ),
    "number-without-number": Violation(
        "add a serial number to the order's first item and none to its last",
        lambda orders, life, by: orders.add_serial_numbers(
            life.state, [_numbered(life.items[0], "NEVER"), {"id": life.items[-1]}]
        ),
    ),
    "cancel-an-unknown-item": Violation(
        "cancel an item that the order does not have",
        lambda orders, life, by: orders.cancel_line_item(life.state, UNKNOWN_UUID, id_type=by),
    ),
}
