"""Query parameters: which are there, and what they say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from orderproof.conformance.reference.decisions.errors import Errors
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from orderproof.conformance.reference.exchange import Call

_INTEGER = re.compile(r"-?[0-9]{1,10}")
INT32 = (-(2**31), 2**31 - 1)


class Parameters(Errors):
    """Decisions about query parameters."""

    def parameter(self, call: Call, name: str) -> str | None:
        """The value of a parameter, or None; which of several counts is not documented, so they are refused."""
        values = call.parameters(name)
        if len(values) > 1:
            raise Refusal("parameter-repeated", f"The query parameter '{name}' is given more than once.")
        return values[0] if values else None

    def id_types(self, call: Call) -> tuple[str, ...]:
        """The kinds of order id."""
        return ("internal", "external")

    def without_id_type(self, call: Call) -> str:
        """What becomes of a request without `id_type`."""
        raise Refusal("id-type-missing")

    def with_unknown_id_type(self, call: Call, value: str) -> str:
        """What becomes of a request with an `id_type` that is none."""
        raise Refusal("id-type-unknown")

    def id_type(self, call: Call) -> str:
        """The kind of order id in the path."""
        value = self.parameter(call, "id_type")
        if value is None:
            return self.without_id_type(call)
        return value if value in self.id_types(call) else self.with_unknown_id_type(call, value)

    def parse_integer(self, call: Call, name: str, text: str) -> int:
        """An int32 as decimal digits: no sign but a minus, no spaces, no fraction."""
        if not _INTEGER.fullmatch(text) or not INT32[0] <= int(text) <= INT32[1]:
            raise Refusal("parameter-invalid", f"The query parameter '{name}' is not an integer (int32).")
        return int(text)
