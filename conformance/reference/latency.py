"""Answers that take their time, as those of a server far away do."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orderproof.conformance.reference.decisions import Decisions
    from orderproof.conformance.reference.exchange import Answer, Call


def delayed(decisions: type[Decisions], seconds: float, jitter: float = 0.0) -> type[Decisions]:
    """The same server, each of whose answers takes so many seconds longer, give or take `jitter` seconds."""
    dice = random.Random()

    # mypy knows no base class that is a variable.
    class Delayed(decisions):  # type: ignore[misc, valid-type]
        async def before_answer(self, call: Call, answer: Answer) -> None:
            await asyncio.sleep(max(0.0, dice.uniform(seconds - jitter, seconds + jitter)))
            await super().before_answer(call, answer)

    return Delayed


__all__ = ["delayed"]
