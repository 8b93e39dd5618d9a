"""In which media type an answer is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderproof.conformance.reference.decisions.errors import Errors
from orderproof.conformance.reference.exchange import GET_ORDER, HISTORY, JSON, VENDOR_V2
from orderproof.conformance.reference.media import MediaType, parse_accept
from orderproof.conformance.reference.problems import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderproof.conformance.reference.exchange import Call

OFFERED = {
    JSON: MediaType("application", "json"),
    VENDOR_V2: MediaType("application", "x.newstore.orders+json", frozenset({("version", "2")})),
}


class Negotiation(Errors):
    """Decisions about `Accept`."""

    def negotiates(self, call: Call) -> bool:
        """Whether the operation documents `Accept`; the others answer JSON to everybody."""
        return call.operation in (GET_ORDER, HISTORY)

    def accept_header(self, call: Call) -> str | None:
        """The `Accept` header; an empty one is as good as none."""
        return call.header("accept") or None

    def accepted_ranges(self, call: Call, accept: str) -> Sequence[MediaType]:
        """The media ranges in an `Accept` header."""
        return parse_accept(accept)

    def ignored_parameters(self, call: Call) -> frozenset[str]:
        """Parameters of a range that do not tell representations apart: everything is UTF-8."""
        return frozenset({"charset"})

    def range_includes(self, call: Call, accepted: MediaType, offered: MediaType) -> bool:
        """Whether a media range covers a media type, parameters included."""
        if accepted.type != "*" and accepted.type != offered.type:
            return False
        if accepted.subtype != "*" and accepted.subtype != offered.subtype:
            return False
        ignored = self.ignored_parameters(call)
        return all(pair in offered.parameters or pair[0] in ignored for pair in accepted.parameters)

    def specificity(self, call: Call, accepted: MediaType) -> int:
        """How exactly a range names what it covers: the most exact decides on the weight."""
        return (accepted.type != "*") + (accepted.subtype != "*") + len(accepted.parameters)

    def offers(self, call: Call) -> list[str]:
        """What can be answered, in the server's order of preference."""
        return [JSON, VENDOR_V2]

    def choose(self, call: Call, ranges: Sequence[MediaType]) -> str | None:
        """The offer of the greatest weight; of equal ones the more exactly asked for; None if all are refused."""
        best: tuple[float, int] = (0.0, 0)
        chosen = None
        for offer in self.offers(call):
            offered = OFFERED[offer]
            including = [accepted for accepted in ranges if self.range_includes(call, accepted, offered)]
            if not including:
                continue
            exactest = max(including, key=lambda accepted: self.specificity(call, accepted))
            rank = (exactest.weight, self.specificity(call, exactest))
            if exactest.weight > 0 and rank > best:
                best, chosen = rank, offer
        return chosen

    def default_media_type(self, call: Call) -> str:
        """What is answered when nothing is asked for."""
        return JSON

    def nothing_acceptable(self, call: Call) -> str:
        """What becomes of a request that accepts none of the offers."""
        raise Refusal("not-acceptable")

    def negotiate(self, call: Call) -> str:
        """The media type of the answer."""
        if not self.negotiates(call):
            return JSON
        accept = self.accept_header(call)
        if accept is None:
            return self.default_media_type(call)
        return self.choose(call, self.accepted_ranges(call, accept)) or self.nothing_acceptable(call)

    def is_v2(self, call: Call) -> bool:
        """Whether the answer is the vendor type's."""
        return call.media_type == VENDOR_V2
