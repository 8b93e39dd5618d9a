"""How faults notice that requests meet."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orderproof.conformance.reference.store import Order

_MOMENT = 0.02


async def meets_another(order: Order) -> bool:
    """Whether another request to cancel something of this order came within a moment of this one."""
    order.marks["canceling"] = order.marks.get("canceling", 0) + 1
    await asyncio.sleep(_MOMENT)
    others = bool(order.marks["canceling"] > 1)
    # The other one looks as well before this one is gone.
    await asyncio.sleep(_MOMENT)
    order.marks["canceling"] -= 1
    return others
