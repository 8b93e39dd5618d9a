"""`offset` and `count`: what is accepted, and which page it means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from orderproof.conformance.reference.decisions.parameters import Parameters
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Call

Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for."""

    offset: int
    count: int


class Paging(Parameters):
    """Decisions about pages."""

    def count_limits(self, call: Call) -> tuple[int, int]:
        """The smallest and the largest `count`."""
        return (1, 50)

    def default_count(self, call: Call) -> int:
        """`count`, if it is not given."""
        return 10

    def default_offset(self, call: Call) -> int:
        """`offset`, if it is not given."""
        return 0

    def check_count(self, call: Call, count: int) -> int:
        """A `count` within its limits, or a refusal."""
        least, most = self.count_limits(call)
        if not least <= count <= most:
            raise Refusal("parameter-invalid", f"The query parameter 'count' is not between {least} and {most}.")
        return count

    def check_offset(self, call: Call, offset: int) -> int:
        """An `offset` that is not negative, or a refusal."""
        if offset < 0:
            raise Refusal("parameter-invalid", "The query parameter 'offset' is negative.")
        return offset

    def page(self, call: Call) -> Page:
        """The page that is asked for."""
        offset, count = (self.parameter(call, name) for name in ("offset", "count"))
        return Page(
            self.default_offset(call)
            if offset is None
            else self.check_offset(call, self.parse_integer(call, "offset", offset)),
            self.default_count(call)
            if count is None
            else self.check_count(call, self.parse_integer(call, "count", count)),
        )

    def select(self, call: Call, entries: list[Entry], page: Page) -> list[Entry]:
        """The entries on a page."""
        return entries[page.offset : page.offset + page.count]

    def reported_count(self, call: Call, page: Page, selected: int) -> int:
        """`pagination_info.count`: how many orders the answer holds."""
        return selected

    def reported_offset(self, call: Call, page: Page) -> int:
        """`pagination_info.offset`: the one that was asked for."""
        return page.offset

    def reported_total(self, call: Call, total: int) -> int:
        """`pagination_info.total`: how many orders there are."""
        return total

    def pagination_info(self, call: Call, page: Page, selected: int, total: int) -> dict[str, Any]:
        """What an answer says of its page."""
        return {
            "count": self.reported_count(call, page, selected),
            "offset": self.reported_offset(call, page),
            "total": self.reported_total(call, total),
        }
