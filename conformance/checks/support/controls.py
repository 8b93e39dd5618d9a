"""The valid request after those that must be refused: only what was wrong about them can have been the cause.

A cancellation uses its order up, and orders are dear. So where the run has seen one accepted for an order in the same
state, it is enough that this order can still be canceled by what it shows. What fails is judged again on a fresh order,
and with the valid request.
"""

from orderproof.conformance.checks.support.cancellations import status_of
from orderproof.conformance.checks.support.every_operation import Case
from orderproof.conformance.checks.support.facts import is_canceled
from orderproof.conformance.checks.support.line_cancellations import item_status
from orderproof.conformance.kit import Inconclusive, Orders, State, require


def still_cancels(orders: Orders, order: State, *, id_type: str = "internal") -> None:
    """Expect that an order can be canceled. Raises `Inconclusive` if it cannot."""
    if not orders.may_spare("createCancellation", order, id_type):
        require(orders.cancel(order, id_type=id_type))
        return
    status = status_of(orders, order, id_type)
    if status != (True, False):
        raise Inconclusive(f"the order must still be cancelable before this rule can be judged, but shows {status}")


def still_cancels_item(orders: Orders, order: State, *, id_type: str = "internal") -> None:
    """Expect that the pre-ordered item of an order can be canceled. Raises `Inconclusive` if it cannot."""
    if orders.may_spare("createLineItemCancellation", order, id_type):
        _require_open(orders, order)
    else:
        require(orders.cancel_line_item(order, order.item_uuid, id_type=id_type))


def still_cancels_item_internally(orders: Orders, order: State) -> None:
    """The same through the internal API."""
    if orders.may_spare("cancelLineItem", order):
        _require_open(orders, order)
    else:
        require(orders.cancel_line_item_internally(order, order.item_uuid))


def still_serves(orders: Orders, case: Case, state: State) -> None:
    """Expect that an operation's valid request is accepted. Raises `Inconclusive` if it is not."""
    cancels = {
        "createCancellation": still_cancels,
        "createLineItemCancellation": still_cancels_item,
        "cancelLineItem": still_cancels_item_internally,
    }
    if case.operation in cancels:
        cancels[case.operation](orders, state)
    elif not (orders.is_brief and orders.may_spare(case.operation, state)):
        require(case.send(orders, state), case.success)


def _require_open(orders: Orders, order: State) -> None:
    status = item_status(orders, order, order.item_uuid)
    if is_canceled(status):
        raise Inconclusive(f"the item must still be cancelable before this rule can be judged, but shows {status}")
