"""Which UUID and which readable id are those of one order, as far as the traffic itself shows both.

An order's ids never change, so that it does not matter when they were shown. Nothing is guessed: where an id is shown
with two others, as a server may do that mixes orders up, neither is known.
"""

import re
from collections.abc import Iterator
from typing import Any

from orderproof.conformance.traffic.seen import Seen

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_SHOWING = ("showSalesOrderByIdAndIdType", "showOrderHistoryForCustomer")
_ELSEWHERE = "external"


class Identities:
    """The pairs of ids that a file shows, in lower case."""

    def __init__(self) -> None:
        self._readable_of: dict[str, str | None] = {}
        self._uuid_of: dict[str, str | None] = {}

    def note(self, seen: Seen) -> None:
        """Learn from an answer."""
        if seen.operation not in _SHOWING or not seen.is_success:
            return
        for uuid, readable in _pairs(seen):
            uuid, readable = uuid.casefold(), readable.casefold()
            if self._readable_of.setdefault(uuid, readable) != readable:
                self._readable_of[uuid] = None
            if self._uuid_of.setdefault(readable, uuid) != uuid:
                self._uuid_of[readable] = None

    def uuid_of(self, readable: str) -> str | None:
        """The UUID of the order with this readable id; None where it is not known."""
        uuid = self._uuid_of.get(readable.casefold())
        return uuid if uuid and self._readable_of.get(uuid) == readable.casefold() else None

    def is_known(self, uuid: str) -> bool:
        """Whether the readable id of the order with this UUID is known."""
        readable = self._readable_of.get(uuid.casefold())
        return readable is not None and self.uuid_of(readable) == uuid.casefold()


def _pairs(seen: Seen) -> Iterator[tuple[str, str]]:
    shown = seen.document
    if seen.operation == "showSalesOrderByIdAndIdType":
        asked, readable = seen.recorded.path.get("id", ""), shown.get("id")
        # A server may find an order by what is only nearly its UUID.
        is_own = seen.recorded.parameter("id_type") == "internal" and _UUID.fullmatch(asked)
        if is_own and isinstance(readable, str):
            yield asked, readable
        yield from _of_document(shown)
        return
    orders = shown.get("orders")
    for row in orders if isinstance(orders, list) else ():
        yield from _of_document(row)


def _of_document(order: Any) -> Iterator[tuple[str, str]]:
    """The ids of an order of the platform: what another system calls its UUID is not the platform's."""
    if not isinstance(order, dict) or str(order.get("origin")).casefold() == _ELSEWHERE:
        return
    readable, uuid = order.get("id"), order.get("origin_id")
    if not isinstance(readable, str) or not isinstance(uuid, str):
        return
    if _UUID.fullmatch(uuid) and readable.casefold() != uuid.casefold():
        yield uuid, readable
