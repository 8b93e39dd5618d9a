"""What each operation does, step by step; every step that could be otherwise is a decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderproof.conformance.reference import exchange
from orderproof.conformance.reference.operations import inject, lines, manage, retrieve

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from orderproof.conformance.reference.decisions import Decisions

    Handler = Callable[[Decisions, exchange.Call], Awaitable[exchange.Answer]]

HANDLERS: dict[str, Handler] = {
    exchange.GET_ORDER: retrieve.get_order,
    exchange.HISTORY: retrieve.get_history,
    exchange.PRICES: retrieve.get_prices,
    exchange.CANCELLATION_STATUS: retrieve.get_cancellation_status,
    exchange.CANCEL: manage.cancel_order,
    exchange.EXTEND: manage.extend_grace_period,
    exchange.SERIAL_NUMBERS: manage.add_serial_numbers,
    exchange.CANCEL_LINE: lines.cancel_line_item,
    exchange.CANCEL_LINE_INTERNAL: lines.cancel_line_item_internally,
    exchange.INJECT: inject.inject_order,
}
